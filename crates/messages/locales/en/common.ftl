# What every page shares.

# The title of the window. $page: what the page is called. $service: the name of this service.
page_title = { $page } · { $service }

# What this language calls itself.
language_name = English
# Said of the list of languages.
language_label = Language

# Links to what an app says about itself, on a line of their own.
app_policy = Privacy policy
app_terms = Terms of service
# What that line begins with. $app: the name of the app.
app_links = About { $app }:

# Somebody guessed too often, or too many did from the same place. $count: how long to wait.
throttled_seconds =
    { $count ->
        [one] There were too many attempts. Wait { $count } second, then try again.
       *[other] There were too many attempts. Wait { $count } seconds, then try again.
    }
throttled_minutes =
    { $count ->
        [one] There were too many attempts. Wait { $count } minute, then try again.
       *[other] There were too many attempts. Wait { $count } minutes, then try again.
    }
throttled_hours =
    { $count ->
        [one] There were too many attempts. Wait { $count } hour, then try again.
       *[other] There were too many attempts. Wait { $count } hours, then try again.
    }
