# Asking whether an app may have what it wants.

# $app: the name of the app.
consent_heading = Darf { $app } Ihr Konto nutzen?
consent_lede = { $app } möchte:
consent_allow = Zulassen
consent_deny = Ablehnen
# $host: the web address that the answer goes to.
consent_return = In beiden Fällen kehren Sie zu { $host } zurück.

# The heading over what the app learns about the person.
consent_identity_group = Ihr Konto
# Where the app may reach a service, but asked for nothing there by name.
consent_resource_alone = Diesem Dienst mitteilen, dass die Anfrage von Ihnen kommt
scope_openid = Sie bei der Anmeldung wiedererkennen
scope_profile = Ihren Namen und Ihr Profil sehen
scope_email = Ihre E-Mail-Adresse sehen
scope_address = Ihre Postanschrift sehen
scope_phone = Ihre Telefonnummer sehen
scope_offline_access = Diesen Zugriff behalten, auch wenn Sie nicht da sind
