# Llaves de acceso (passkeys): iniciar sesión con una, y crearla.

# Cómo se llama una llave de acceso a la que nadie dio nombre.
passkey_name = Mi llave de acceso

# Entre el formulario con la contraseña y el botón de debajo.
passkey_or = o
passkey_sign_in = Iniciar sesión con una llave de acceso
# La persona cerró lo que preguntó el navegador, o no tenía ninguna llave de acceso.
passkey_cancelled = No se usó ninguna llave de acceso. Inténtalo de nuevo o elige otra forma.
# Los scripts están desactivados, o el navegador es demasiado antiguo.
passkey_missing = Este navegador no puede usar llaves de acceso aquí. Elige otra forma u otro navegador.
passkey_error_unknown = Esta llave de acceso ya no se conoce aquí. Inicia sesión de otra forma y elimínala de tu dispositivo.
passkey_error_refused = Esta llave de acceso no se aceptó. Inténtalo de nuevo o inicia sesión de otra forma.

passkey_verify_lede = Tu dispositivo te pedirá la huella, la cara o el PIN.
passkey_verify_submit = Usar tu llave de acceso
passkey_verify_with = Usar una llave de acceso
# Junto a la única forma que queda: una llave de acceso.
passkey_verify_lost = ¿Has perdido tu llave de acceso? Entra en tu cuenta con un código de recuperación y añade allí una nueva.

passkey_create_heading = Crea una llave de acceso
passkey_create_lede = Inicia sesión con tu huella, tu cara o el PIN de tu dispositivo. Es más rápido que una contraseña, y ninguna página falsa puede robarlo.
passkey_create_submit = Crear una llave de acceso
passkey_create_cancelled = No se creó ninguna llave de acceso. Inténtalo de nuevo cuando quieras.
passkey_create_present = Este dispositivo ya tiene una llave de acceso para tu cuenta.
passkey_error_already = Esta llave de acceso ya se había añadido. Úsala para iniciar sesión.
passkey_error_full = Tu cuenta ya tiene todas las llaves de acceso que puede tener. Elimina una primero.
passkey_error_create = No se pudo añadir la llave de acceso. Inténtalo de nuevo.
passkey_error_create_expired = Esta página ha estado abierta demasiado tiempo. Vuelve a crear la llave de acceso.

passkey_offer_heading = ¿Iniciar sesión sin contraseña?
passkey_offer_later = Ahora no
