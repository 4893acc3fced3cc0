# What every page shares.

# The title of the window. $page: what the page is called. $service: the name of this service.
page_title = { $page } · { $service }

# What this language calls itself.
language_name = Deutsch
# Said of the list of languages.
language_label = Sprache

# Links to what an app says about itself, on a line of their own.
app_policy = Datenschutzerklärung
app_terms = Nutzungsbedingungen
# What that line begins with. $app: the name of the app.
app_links = Über { $app }:
