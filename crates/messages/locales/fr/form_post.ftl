# The page between here and an app that wants its answer as a form.

form_post_heading = Retour à l’application
# $host: the web address that the answer goes to.
form_post_lede = Un instant, vous retournez sur { $host }.
form_post_submit = Continuer
