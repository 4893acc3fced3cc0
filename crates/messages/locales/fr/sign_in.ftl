# The sign-in page.

sign_in_heading = Se connecter
# Goes on from the heading. $app: the name of the app.
sign_in_lede = pour continuer vers { $app }
# When no app asked. $service: the name of this service.
sign_in_lede_alone = avec votre compte { $service }
# Somebody who is signed in has to enter the password once more.
sign_in_again_lede = { $app } vous demande de confirmer votre identité.
sign_in_again_lede_alone = Confirmez votre identité.

sign_in_username = Nom d’utilisateur
sign_in_password = Mot de passe
sign_in_show_password = Afficher le mot de passe
sign_in_submit = Se connecter

# What went wrong, and what to do next.
sign_in_error_wrong = Ce nom d’utilisateur et ce mot de passe ne correspondent pas. Vérifiez-les, puis réessayez.
sign_in_error_missing = Saisissez votre nom d’utilisateur et votre mot de passe.
sign_in_error_expired = Cette page est restée ouverte trop longtemps. Connectez-vous à nouveau pour continuer.
sign_in_error_unavailable = Nous ne pouvons pas vérifier votre mot de passe pour le moment. Patientez une minute, puis réessayez.
