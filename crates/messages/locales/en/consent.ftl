# Asking whether an app may have what it wants.

# $app: the name of the app.
consent_heading = Allow { $app } to use your account?
consent_lede = { $app } would like to:
consent_allow = Allow
consent_deny = Deny
# $host: the web address that the answer goes to.
consent_return = Either way, you return to { $host }.

# The heading over what the app learns about the person.
consent_identity_group = Your account
# Where the app may reach a service, but asked for nothing there by name.
consent_resource_alone = Tell this service that it comes from you
scope_openid = Recognize you when you sign in
scope_profile = See your name and profile
scope_email = See your email address
scope_address = See your postal address
scope_phone = See your phone number
scope_offline_access = Keep this access while you are away
