# The sign-in page.

sign_in_heading = Anmelden
# Goes on from the heading. $app: the name of the app.
sign_in_lede = Weiter zu { $app }
# When no app asked. $service: the name of this service.
sign_in_lede_alone = mit Ihrem { $service }-Konto
# Somebody who is signed in has to enter the password once more.
sign_in_again_lede = { $app } bittet um die Bestätigung, dass Sie es sind.
sign_in_again_lede_alone = Bestätigen Sie, dass Sie es sind.

sign_in_username = Benutzername
sign_in_password = Passwort
sign_in_show_password = Passwort anzeigen
sign_in_submit = Anmelden

# What went wrong, and what to do next.
sign_in_error_wrong = Benutzername und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es erneut.
sign_in_error_missing = Geben Sie Ihren Benutzernamen und Ihr Passwort ein.
sign_in_error_expired = Diese Seite war zu lange geöffnet. Melden Sie sich erneut an, um fortzufahren.
sign_in_error_unavailable = Wir können Ihr Passwort gerade nicht prüfen. Warten Sie eine Minute und versuchen Sie es dann erneut.
