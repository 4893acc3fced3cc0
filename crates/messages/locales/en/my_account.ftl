# The account page.
# nav and frame
my_profile = Profile
my_security = Sign-in and security
my_sessions = Sessions
my_apps = Connected apps
my_activity = Activity
my_data = Your data
my_edit = Edit
my_edit_named = Edit { $name }
my_save = Save
my_cancel = Cancel
my_not_set = Not set
my_on = On
my_off = Off
my_added = Added
my_last_used = Last used
# $browser: as in Firefox. $system: as in Windows.
my_device = { $browser } on { $system }
my_device_unknown = Unknown device

# what was done
my_done_saved = Your changes are saved.
my_done_expired = This page was open for too long, so nothing was changed. Please try again.
my_done_confirmed = Thank you. You can go on now.
my_done_password = Your new password is saved. You are signed out everywhere else.
my_done_totp_added = Your authenticator app is set up.
my_done_totp_removed = The authenticator app is removed.
my_done_passkey_added = Your passkey is added. You can use it the next time you sign in.
my_done_passkey_removed = The passkey is removed. Delete it from your device, too.
my_done_connected = Your account is connected. You can sign in with it from now on.
my_done_disconnected = The account is disconnected. You can no longer sign in with it.
my_done_session_ended = The session has ended.
my_done_sessions_ended = All other sessions have ended.
my_done_withdrawn = The app no longer has access to your account.

# the profile
my_profile_lede = What apps learn about you when you allow it.
my_profile_about = About you
my_profile_edit = Edit your profile
my_names = How you sign in
my_username = Username
my_email = Email address
my_email_verified = Verified
my_email_unverified = Not verified
my_email_change = Change address
my_name = Name
my_given_name = Given name
my_family_name = Family name
my_nickname = Nickname
my_locale = Language
my_locale_none = No preference
my_zoneinfo = Time zone
my_zoneinfo_hint = As in Europe/Berlin or America/New_York.
my_error_too_long = This is too long: 100 characters at most.
my_error_characters = It contains characters that cannot be used here.
my_error_zone = This is no time zone. Write it as Europe/Berlin.

# sign-in and security
my_security_lede = What you sign in with, and what protects your account.
my_password = Password
my_password_note = You can sign in with a password.
my_password_none = You have no password.
my_password_change = Change password
my_password_set = Set a password
my_password_new = New password
my_password_others = You stay signed in here, and are signed out everywhere else.
my_password_hint = At least 8 characters. A few words that do not belong together are easy to remember and hard to guess.
my_password_too_short = This password is too short. Use at least 8 characters.
my_password_too_long = This password is too long. Leave something out.
my_password_common = Many people use this password, so it is tried first. Choose another one.
my_password_own_words = A password that is made of your name or address is easy to guess. Choose another one.
my_password_guessable = This password is easy to guess. Make it longer, or use words that do not belong together.
my_passkeys = Passkeys
my_passkeys_note = Sign in with your fingerprint, your face or the PIN of your device.
my_passkey = Your passkey
my_passkey_add = Add a passkey
my_passkey_name = Name of the passkey
my_passkey_name_hint = So that you recognize it in the list.
my_passkey_name_missing = Give it a name.
my_passkey_no_script = To add a passkey, this page needs JavaScript and a browser that knows passkeys.
my_passkey_remove = Remove the passkey
my_passkey_remove_note = Nobody can sign in with it any more.
my_passkey_only_way = This passkey is the only way into your account. Set a password first, or add another passkey.
# Accounts at other providers. $provider: the name of one.
my_linked = Accounts elsewhere
my_linked_note = Sign in with an account that you have at another service.
my_linked_since = Connected
my_linked_off = Switched off
my_connect = Connect { $provider }
my_disconnect = Disconnect
my_disconnect_named = Disconnect { $provider }
my_disconnect_heading = Disconnect { $provider }?
my_disconnect_lede = You can then no longer sign in with it here. Your account at { $provider } stays as it is.
my_disconnect_account = Account
my_disconnect_only_way = This is the only way into your account here. Set a password first, or add a passkey.
my_totp = Authenticator app
my_totp_note = An app on your phone shows a code that you enter after your password.
my_totp_set_up = Set up
my_totp_set_up_heading = Set up an authenticator app
my_totp_remove = Remove the app
my_totp_remove_heading = Remove the authenticator app?
my_totp_remove_lede = Your password alone then opens your account, unless you use a passkey. Recovery codes that stand in for the app go with it.
my_codes = Recovery codes
my_codes_note = If you lose your device, each of them signs you in once.
my_codes_left = { $count ->
    [0] None left
    [one] One left
   *[other] { $count } left
}
my_codes_make = Make new codes
my_codes_make_heading = Make new recovery codes?
my_codes_make_lede = The codes that you have now stop working. The new ones are shown once.

# sessions
my_sessions_lede = The browsers in which you are signed in. End those that you do not know.
my_sessions_where = Where you are signed in
my_sessions_end_others = End all others
my_session_this = This session
my_session_since = Signed in
my_session_seen = Last seen
my_session_end = End
my_session_end_named = End the session: { $device }

# connected apps
my_apps_lede = Apps that may use your account. What you withdraw stops at once.
my_apps_none = No apps yet
my_apps_none_note = Apps that you allow to use your account appear here.
my_app_since = Connected
my_app_may = What it may do
my_app_withdraw = Withdraw access
my_app_withdraw_named = Withdraw access from { $app }

# activity
my_activity_lede = What happened to your account. If something was not you, change your password and end the sessions that you do not know.
my_activity_none = Nothing yet
my_activity_what = What
my_activity_when = When
my_activity_where = Where
my_activity_older = Older
my_activity_newest = Newest
my_event_signed_in = Signed in
my_event_confirmed = Confirmed that it is you
my_event_signed_out = Signed out
my_event_session_ended = A session was ended from another browser
my_event_session_ended_by_administrator = A session was ended by an administrator
my_event_session_ended_with_password = A session ended because the password was changed
my_event_allowed = You allowed { $app } to use your account
my_event_denied = You did not allow { $app } to use your account
my_event_withdrawn = You withdrew access from { $app }
my_event_totp_added = An authenticator app was added
my_event_totp_removed = The authenticator app was removed
my_event_codes_made = New recovery codes were made
my_event_code_used = A recovery code was used
my_event_passkey_added = A passkey was added
my_event_passkey_removed = A passkey was removed
my_event_passkey_renamed = A passkey was renamed
my_event_passkey_refused = A passkey was refused because it may have been copied
my_event_code_mailed = A code to sign in was mailed to you
my_event_reset_mailed = A link to reset the password was mailed to you
my_event_link_mailed = A link was mailed to you
my_event_linked = Your account at { $provider } was connected
my_event_proven_by = { $provider } said that it is you
my_event_unlinked = Your account at { $provider } was disconnected
my_event_address_asked = Another email address was asked for
my_event_address_kept = The email address was left as it is
my_event_address_changed = The email address was changed
my_event_address_confirmed = The email address was verified
my_event_created = The account was created
my_event_updated = The profile was changed
my_event_password_set = A password was set
my_event_password_changed = The password was changed
my_event_password_reset = The password was reset
my_event_reset_link_made = An administrator made a link to reset the password
my_event_enabled = The account was switched on
my_event_disabled = The account was switched off
my_event_factor_required = A second factor became required
my_event_factor_not_required = A second factor is no longer required
my_event_exported = Your data was downloaded

# data and deletion
my_export = Download your data
my_export_note = A file with your profile, your sessions, the apps that you allowed, and what happened to your account.
my_export_action = Download
my_delete = Delete my account
my_delete_note = Everything about you is erased. This cannot be undone.
my_delete_heading = Delete your account?
my_delete_lede = Your account at { $service } is deleted with everything in it, and apps lose access at once. Nobody can bring it back.
my_delete_type = To confirm, type your username: { $username }
my_delete_error = This is not your username. Type it as it is shown above.
my_deleted_heading = Your account is deleted
my_deleted_lede = Nothing of it is left at { $service }. You can close this page.
