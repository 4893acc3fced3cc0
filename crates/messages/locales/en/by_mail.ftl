# Mail that people ask for, and where its links lead.

# Other ways than with a password, on the sign-in page.
sign_in_forgot = Forgot password?
sign_in_mail_code = Email me a code
sign_in_sign_up = Create an account
sign_in_password_changed = Your password was changed. Sign in with the new one.

# Asking for a mail, and what is shown afterwards.
by_mail_name = Username or email address
by_mail_error_missing = Enter your username or your email address.
by_mail_sent_heading = Check your email
by_mail_spam = Nothing there? Wait a minute, and look in the spam folder.
by_mail_again = Send another mail
by_mail_back = Back to sign-in

# Signing in with a code from a mail. $name: what was typed as a username or an address.
mail_code_heading = Sign in by email
mail_code_lede = We send you a code that signs you in.
mail_code_send = Send code
mail_code_sent_heading = Enter the code
mail_code_sent_lede = If { $name } belongs to an account with a confirmed email address, we have sent a code there. It works for ten minutes, in this browser only.
mail_code_code = Code from the mail
mail_code_error = This code does not match, or it no longer works. Check it, or have another one sent.

# Where links in mails lead. $service: the name of this service.
sign_in_link_lede = Press the button to sign in to { $service } in this browser.
link_elsewhere_heading = Type the code instead
link_elsewhere_message = This link works only in the browser where you began to sign in. Go back there, and type the code from the mail. If you did not begin, close this page: nobody gets in without the code.
link_again_heading = Open the link again
link_again_message = This page was open for too long, or it began in another browser. Open the link in your mail once more.
link_over_heading = This link no longer works
link_over_message = It was used before, its time is over, or a newer one was sent.
link_over_again = Ask for another one

# A new password in place of a forgotten one.
reset_heading = Reset your password
reset_lede = We send you a link to choose a new one.
reset_send = Send link
reset_sent_lede = If { $name } belongs to an account with a confirmed email address, we have sent a link there. It works for 30 minutes.
new_password_heading = Choose a new password
new_password_lede = It replaces the old one, and you are signed out everywhere.
new_password_field = New password
new_password_hint = At least 8 characters. Several words that do not belong together are easy to remember and hard to guess.
new_password_submit = Change password
new_password_error_missing = Choose a password.
new_password_error_length = A password has 8 to 256 characters. Choose one of that length.
new_password_error_characters = This password holds characters that cannot be used. Leave them out.
new_password_error_common = This is one of the most common passwords. Choose another one.
new_password_error_own = This password is made of a name or an address, which is easy to guess. Choose another one.
new_password_error_guessable = This password is easy to guess. Make it longer, or use several words.

# Confirming an address.
verify_email_heading = Confirm your email address
verify_email_lede = Confirm that { $address } is yours.
verify_new_email_lede = { $address } becomes the address of your account at { $service }.
verify_email_submit = Confirm address
verify_email_done_heading = Your address is confirmed
verify_email_done_lede = You can sign in with { $address } from now on.
verify_email_next = Go to your account
verify_email_taken_heading = This address cannot be used
verify_email_taken_message = { $address } belongs to another account. Sign in to that account, or use another address.

# One’s own address.
account_email_lede = Where { $service } reaches you, and what you can sign in with.
account_email_current = Your address
account_email_none = There is none yet.
account_email_verify = Send a confirmation mail
account_email_sent = A mail is on its way. Open the link in it to confirm your address.
account_email_pending = Waiting for confirmation
account_email_pending_note = Your address becomes { $address } when you open the link that we sent there, within an hour.
account_email_cancel = Keep the old address
account_email_canceled = Your address stays as it is. The link that we sent no longer works.
account_email_change = Change your address
account_email_change_note = The new address counts as soon as you confirm it. We tell the old one at once.
account_email_new = New email address
account_email_change_sent = A mail is on its way to the new address. Open the link in it to confirm.
account_email_error_same = This is your address already. Enter another one.

# Making an account. $app: the name of the app that asked.
sign_up_heading = Create an account
sign_up_lede = to continue to { $app }
sign_up_lede_alone = at { $service }
sign_up_email = Email address
sign_up_send = Continue
sign_up_have_account = I have an account
sign_up_error_address = This is no email address. Write it as name@example.com.
sign_up_error_domain = Accounts are for addresses of certain organizations only. Use your address there.
sign_up_sent_lede = We have sent a mail to { $address }. Open the link in it to go on. It works for an hour.
sign_up_form_heading = Set up your account
sign_up_form_lede = for { $address } at { $service }
sign_up_username_hint = Letters, digits and punctuation, without spaces and @.
sign_up_name = Name (optional)
sign_up_submit = Create account
sign_up_error_username = Nobody can be called that. Use letters, digits and punctuation, without spaces and @.
sign_up_error_username_taken = Somebody else has this username. Choose another one.
sign_up_error_name = This name is too long. Shorten it.
sign_up_taken_heading = You already have an account
sign_up_taken_message = Since this link was sent, an account was made with your address. Sign in to it. If you have forgotten the password, you can reset it there.
