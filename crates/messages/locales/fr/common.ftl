# What every page shares.

# The title of the window. $page: what the page is called. $service: the name of this service.
page_title = { $page } · { $service }

# What this language calls itself.
language_name = Français
# Said of the list of languages.
language_label = Langue

# Links to what an app says about itself, on a line of their own.
app_policy = Politique de confidentialité
app_terms = Conditions d’utilisation
# What that line begins with. $app: the name of the app.
app_links = À propos de { $app } :

# Trop de tentatives, ou trop du même endroit. $count : combien attendre.
throttled_seconds =
    { $count ->
        [one] Il y a eu trop de tentatives. Attendez { $count } seconde, puis réessayez.
       *[other] Il y a eu trop de tentatives. Attendez { $count } secondes, puis réessayez.
    }
throttled_minutes =
    { $count ->
        [one] Il y a eu trop de tentatives. Attendez { $count } minute, puis réessayez.
       *[other] Il y a eu trop de tentatives. Attendez { $count } minutes, puis réessayez.
    }
throttled_hours =
    { $count ->
        [one] Il y a eu trop de tentatives. Attendez { $count } heure, puis réessayez.
       *[other] Il y a eu trop de tentatives. Attendez { $count } heures, puis réessayez.
    }
