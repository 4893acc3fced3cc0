# The page between here and an app that wants its answer as a form.

form_post_heading = Sie werden zurückgeleitet
# $host: the web address that the answer goes to.
form_post_lede = Einen Moment, es geht zurück zu { $host }.
form_post_submit = Weiter
