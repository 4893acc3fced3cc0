# The page between here and an app that wants its answer as a form.

form_post_heading = Te llevamos de vuelta
# $host: the web address that the answer goes to.
form_post_lede = Un momento, vas a volver a { $host }.
form_post_submit = Continuar
