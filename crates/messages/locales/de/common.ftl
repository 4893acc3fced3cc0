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

# Zu oft geraten, oder zu viele von derselben Stelle. $count: wie lange zu warten ist.
throttled_seconds =
    { $count ->
        [one] Es gab zu viele Versuche. Warten Sie { $count } Sekunde und versuchen Sie es dann noch einmal.
       *[other] Es gab zu viele Versuche. Warten Sie { $count } Sekunden und versuchen Sie es dann noch einmal.
    }
throttled_minutes =
    { $count ->
        [one] Es gab zu viele Versuche. Warten Sie { $count } Minute und versuchen Sie es dann noch einmal.
       *[other] Es gab zu viele Versuche. Warten Sie { $count } Minuten und versuchen Sie es dann noch einmal.
    }
throttled_hours =
    { $count ->
        [one] Es gab zu viele Versuche. Warten Sie { $count } Stunde und versuchen Sie es dann noch einmal.
       *[other] Es gab zu viele Versuche. Warten Sie { $count } Stunden und versuchen Sie es dann noch einmal.
    }
