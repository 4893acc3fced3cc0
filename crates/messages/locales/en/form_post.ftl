# The page between here and an app that wants its answer as a form.

form_post_heading = Taking you back
# $host: the web address that the answer goes to.
form_post_lede = One moment, you return to { $host }.
form_post_submit = Continue
