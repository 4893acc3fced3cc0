# Passkeys: signing in with one, and making one.

# What a passkey is called whose owner did not name it.
passkey_name = My passkey

# Between the form with the password and the button below it.
passkey_or = or
passkey_sign_in = Sign in with a passkey
# The person closed what the browser asked, or had no passkey to offer.
passkey_cancelled = No passkey was used. Try again, or choose another way.
# Scripts are off, or the browser is too old.
passkey_missing = This browser cannot use passkeys here. Choose another way, or another browser.
passkey_error_unknown = This passkey is no longer known here. Sign in another way, and delete it from your device.
passkey_error_refused = This passkey was not accepted. Try again, or sign in another way.

passkey_verify_lede = Your device asks for your fingerprint, your face or your PIN.
passkey_verify_submit = Use your passkey
passkey_verify_with = Use a passkey
# Beside the one way that is left, which is a passkey.
passkey_verify_lost = Lost your passkey? Sign in to your account with a recovery code, and add a new one there.

passkey_create_heading = Create a passkey
passkey_create_lede = Sign in with your fingerprint, your face or the PIN of your device. It is faster than a password, and no fake page can steal it.
passkey_create_submit = Create a passkey
passkey_create_cancelled = No passkey was created. Try again whenever you are ready.
passkey_create_present = This device already has a passkey for your account.
passkey_error_already = This passkey was added before. Use it to sign in.
passkey_error_full = Your account has as many passkeys as it can hold. Remove one first.
passkey_error_create = The passkey could not be added. Try again.
passkey_error_create_expired = This page was open for too long. Create the passkey again.

passkey_offer_heading = Sign in without a password?
passkey_offer_later = Not now
