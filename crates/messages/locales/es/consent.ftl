# Asking whether an app may have what it wants.

# $app: the name of the app.
consent_heading = ¿Permitir que { $app } use tu cuenta?
consent_lede = { $app } quiere:
consent_allow = Permitir
consent_deny = Rechazar
# $host: the web address that the answer goes to.
consent_return = En ambos casos volverás a { $host }.

# The heading over what the app learns about the person.
consent_identity_group = Tu cuenta
# Where the app may reach a service, but asked for nothing there by name.
consent_resource_alone = Indicar a este servicio que actúa en tu nombre
scope_openid = Reconocerte cuando inicias sesión
scope_profile = Ver tu nombre y tu perfil
scope_email = Ver tu correo electrónico
scope_address = Ver tu dirección postal
scope_phone = Ver tu número de teléfono
scope_offline_access = Conservar este acceso cuando no estés
