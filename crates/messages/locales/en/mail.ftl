# Mail. In all of it, $service is the name of this service.

# Under a button: the same link to be copied.
mail_link_instead = Or open this address in your browser:
# Before a code, in the plain text.
mail_code = Your code:
mail_code_warning = Do not tell this code to anybody. Nobody from { $service } will ask you for it.
# How long a link or a code is good for.
mail_once_minutes = It works once, and for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
mail_once_hours = It works once, and for { $hours ->
    [one] one hour
   *[other] { $hours } hours
}.
mail_once_days = It works once, and for { $days ->
    [one] one day
   *[other] { $days } days
}.
mail_ignore = If you did not ask for this, you can ignore this mail: nothing happens without you.

# Why somebody gets this mail, in small letters at its end.
mail_why_address = You get this mail because somebody entered this address at { $service }.
# $account: the username.
mail_why_account = You get this mail because this address belongs to the account { $account } at { $service }.
mail_why_known = You get this mail because this address belongs to an account at { $service }.
mail_why_operator = You get this mail because the people who run { $service } sent it to this address.

# What stands before a detail.
mail_fact_time = Time:
mail_fact_passkey = Passkey:
mail_fact_new_address = New address:
mail_fact_device = Device:
mail_fact_place = Place:

# What every security notice ends with.
mail_review = Review your account
mail_not_you = If this was not you, somebody else may be in your account. Review it now: change your password, and end the sessions that you do not know.
# When the account or the address is beyond reach.
mail_not_you_gone = If this was not you, tell the people who run { $service } at once.

mail_verify_title = Confirm your email address
mail_verify_body = Confirm that this address is yours, so that { $service } can reach you here.
mail_verify_action = Confirm address

mail_sign_in_title = Sign in
mail_sign_in_body = Enter this code on the page where you are signing in to { $service }:
mail_sign_in_link = If you read this in the same browser, you can press the button instead.
mail_sign_in_action = Sign in

mail_reset_title = Reset your password
mail_reset_body = Choose a new password for your account at { $service }. Until you do, the old one goes on working.
mail_reset_action = Choose a new password

mail_new_address_title = Confirm your new email address
mail_new_address_body = Confirm this address, and it becomes the address of your account at { $service }.
mail_new_address_action = Confirm address

mail_invitation_title = You are invited
mail_invitation_body = You are invited to { $service }. Accept the invitation to set up your account.
mail_invitation_action = Accept invitation

mail_sign_up_title = Finish creating your account
mail_sign_up_body = Confirm that this address is yours, and your account at { $service } is ready.
mail_sign_up_action = Confirm address

mail_taken_title = You already have an account
mail_taken_body = Somebody tried to create an account at { $service } with this address, which has one already. If it was you, sign in. If you have forgotten your password, you can reset it on the sign-in page.
mail_taken_action = Sign in

mail_address_changing_title = Your email address is about to change
mail_address_changing_body = Somebody who is signed in to your account at { $service } asked for another email address. It counts as soon as the new address is confirmed.

mail_address_changed_title = Your email address was changed
mail_address_changed_body = Your account at { $service } has another email address now. This is the last mail to the old one.

mail_password_changed_title = Your password was changed
mail_password_changed_body = Your account at { $service } has a new password.

mail_passkey_added_title = A passkey was added
mail_passkey_added_body = Your account at { $service } has a new passkey. Whoever holds it can sign in with it.

mail_passkey_removed_title = A passkey was removed
mail_passkey_removed_body = A passkey was removed from your account at { $service }. Nobody can sign in with it any more.

mail_passkey_cloned_title = A passkey may have been copied
mail_passkey_cloned_body = A passkey of your account at { $service } was refused, because there may be a copy of it. Nobody was signed in. Remove this passkey from your account, and add a new one.

mail_totp_added_title = An authenticator app was added
mail_totp_added_body = Your account at { $service } now takes codes from an authenticator app.

mail_totp_removed_title = The authenticator app was removed
mail_totp_removed_body = Your account at { $service } no longer takes codes from an authenticator app.

mail_recovery_made_title = New recovery codes were made
mail_recovery_made_body = Your account at { $service } has new recovery codes. The old ones no longer work.

mail_recovery_used_title = A recovery code was used
mail_recovery_used_body = A recovery code was used to sign in to your account at { $service }. { $left ->
    [0] It was the last one: make new ones now.
    [one] One is left.
   *[other] { $left } are left.
}

mail_new_sign_in_title = New sign-in to your account
mail_new_sign_in_body = Somebody signed in to your account at { $service } in a browser that had not been used for it before.

mail_deleted_title = Your account was deleted
mail_deleted_body = Your account at { $service } was deleted, with everything in it. This cannot be undone.

mail_profile_changed_title = Your profile was changed
mail_profile_changed_body = What your account at { $service } says about you was changed.

# $app: the name of an app.
mail_app_withdrawn_title = { $app } lost access to your account
mail_app_withdrawn_body = Access from { $app } to your account at { $service } was withdrawn. It must ask you again.

# $upstream: the name of another service that people sign in with.
mail_linked_title = You can sign in with { $upstream } now
mail_linked_body = Your account at { $service } was linked to { $upstream }. Whoever can sign in there can sign in here.

mail_unlinked_title = You can no longer sign in with { $upstream }
mail_unlinked_body = The link between your account at { $service } and { $upstream } was removed.

mail_test_title = This is a test
mail_test_body = Mail from { $service } arrives. There is nothing to do.
