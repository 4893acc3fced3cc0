# The sign-in page.

sign_in_heading = Sign in
# Goes on from the heading. $app: the name of the app.
sign_in_lede = to continue to { $app }
# When no app asked. $service: the name of this service.
sign_in_lede_alone = with your { $service } account
# Somebody who is signed in has to enter the password once more.
sign_in_again_lede = { $app } asks you to confirm that it is you.
sign_in_again_lede_alone = Confirm that it is you.

sign_in_username = Username
sign_in_password = Password
sign_in_show_password = Show password
sign_in_submit = Sign in

# What went wrong, and what to do next.
sign_in_error_wrong = This username and password do not match. Check both, then try again.
sign_in_error_missing = Enter your username and your password.
sign_in_error_expired = This page was open for too long. Sign in again to continue.
sign_in_error_unavailable = We cannot check your password right now. Wait a minute, then try again.
