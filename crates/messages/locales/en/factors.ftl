# One more factor while signing in, and setting factors up.

verify_heading = Confirm that it is you
verify_signing_in_as = Signing in as
verify_lede_totp = Enter the code that your authenticator app shows.
verify_lede_recovery = Enter one of your recovery codes. Each of them works once.
verify_lede_none = This sign-in needs a factor that you do not have.
verify_code = Six-digit code
verify_recovery_code = Recovery code
verify_submit = Continue
verify_with_totp = Use your authenticator app
verify_with_recovery = Use a recovery code
verify_error_code = This code is not right, or was used before. Wait for the next one, then try again.
verify_error_recovery = This is none of your recovery codes, or it was used before. Try another one.

enroll_heading = Set up a second factor
# $app: the name of the app.
enroll_lede = { $app } asks for more than a password. It takes a minute, once.
# $service: the name of this service.
enroll_lede_alone = { $service } asks for more than a password. It takes a minute, once.
enroll_decline = Not now
enroll_error_expired = This page was open for too long. Scan the new picture, then enter its code.

totp_step_scan = Scan this picture with an authenticator app.
totp_qr_alt = QR code for your authenticator app
totp_by_hand = You cannot scan it?
totp_open = Open an authenticator app on this device
totp_step_code = Enter the code that the app shows.
totp_submit = Set up the app

recovery_codes_heading = Keep your recovery codes
recovery_codes_lede = If you lose your device, each of these signs you in once.
recovery_codes_once = They are not shown again. Print them, or keep them in a password manager.
recovery_codes_continue = I have kept them
recovery_codes_copy = Copy
recovery_codes_copied = Copied
recovery_codes_download = Download
recovery_codes_print = Print
