# Asking whether an app may have what it wants.

# $app: the name of the app.
consent_heading = Autoriser { $app } à utiliser votre compte ?
consent_lede = { $app } souhaite :
consent_allow = Autoriser
consent_deny = Refuser
# $host: the web address that the answer goes to.
consent_return = Dans les deux cas, vous reviendrez sur { $host }.

# The heading over what the app learns about the person.
consent_identity_group = Votre compte
# Where the app may reach a service, but asked for nothing there by name.
consent_resource_alone = Indiquer à ce service que la demande vient de vous
scope_openid = Vous reconnaître lorsque vous vous connectez
scope_profile = Voir votre nom et votre profil
scope_email = Voir votre adresse e-mail
scope_address = Voir votre adresse postale
scope_phone = Voir votre numéro de téléphone
scope_offline_access = Conserver cet accès en votre absence
