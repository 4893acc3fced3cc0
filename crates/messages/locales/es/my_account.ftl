# The account page.
# nav and frame
my_profile = Perfil
my_security = Acceso y seguridad
my_sessions = Sesiones
my_apps = Aplicaciones conectadas
my_activity = Actividad
my_data = Tus datos
my_edit = Editar
my_edit_named = Editar { $name }
my_save = Guardar
my_cancel = Cancelar
my_not_set = Sin indicar
my_on = Activada
my_off = Desactivada
my_added = Añadida
my_last_used = Último uso
# $browser: as in Firefox. $system: as in Windows.
my_device = { $browser } en { $system }
my_device_unknown = Dispositivo desconocido

# what was done
my_done_saved = Tus cambios se han guardado.
my_done_expired = Esta página ha estado abierta demasiado tiempo y no se ha cambiado nada. Inténtalo de nuevo.
my_done_confirmed = Gracias. Ya puedes continuar.
my_done_password = Tu nueva contraseña está guardada. En los demás sitios se ha cerrado tu sesión.
my_done_totp_added = Tu aplicación de autenticación está configurada.
my_done_totp_removed = Se ha quitado la aplicación de autenticación.
my_done_passkey_added = Se ha añadido tu llave de acceso. Puedes usarla la próxima vez que inicies sesión.
my_done_passkey_removed = Se ha quitado la llave de acceso. Bórrala también de tu dispositivo.
my_done_connected = Tu cuenta está conectada. A partir de ahora puedes iniciar sesión con ella.
my_done_disconnected = La cuenta está desconectada. Ya no puedes iniciar sesión con ella.
my_done_session_ended = La sesión se ha cerrado.
my_done_sessions_ended = Se han cerrado todas las demás sesiones.
my_done_withdrawn = La aplicación ya no tiene acceso a tu cuenta.

# the profile
my_profile_lede = Lo que las aplicaciones saben de ti cuando lo permites.
my_profile_about = Sobre ti
my_profile_edit = Editar tu perfil
my_names = Cómo te identificas
my_username = Nombre de usuario
my_email = Correo electrónico
my_email_verified = Verificado
my_email_unverified = Sin verificar
my_email_change = Cambiar correo
my_name = Nombre completo
my_given_name = Nombre
my_family_name = Apellidos
my_nickname = Apodo
my_locale = Idioma
my_locale_none = Sin preferencia
my_zoneinfo = Zona horaria
my_zoneinfo_hint = Por ejemplo, Europe/Madrid o America/Bogota.
my_error_too_long = Es demasiado largo: 100 caracteres como máximo.
my_error_characters = Contiene caracteres que no se pueden usar aquí.
my_error_zone = No es una zona horaria. Escríbela como Europe/Madrid.

# sign-in and security
my_security_lede = Con qué inicias sesión y qué protege tu cuenta.
my_password = Contraseña
my_password_note = Puedes iniciar sesión con una contraseña.
my_password_none = No tienes contraseña.
my_password_change = Cambiar contraseña
my_password_set = Crear una contraseña
my_password_new = Nueva contraseña
my_password_others = Aquí seguirás con la sesión iniciada y en los demás sitios se cerrará.
my_password_hint = Al menos 8 caracteres. Unas cuantas palabras sin relación entre sí se recuerdan bien y son difíciles de adivinar.
my_password_too_short = Esta contraseña es demasiado corta. Usa al menos 8 caracteres.
my_password_too_long = Esta contraseña es demasiado larga. Acórtala un poco.
my_password_common = Mucha gente usa esta contraseña, así que es de las primeras que se prueban. Elige otra.
my_password_own_words = Una contraseña hecha con tu nombre o tu correo es fácil de adivinar. Elige otra.
my_password_guessable = Esta contraseña es fácil de adivinar. Alárgala o usa palabras sin relación entre sí.
my_passkeys = Llaves de acceso
my_passkeys_note = Inicia sesión con tu huella, tu cara o el PIN de tu dispositivo.
my_passkey = Tu llave de acceso
my_passkey_add = Añadir una llave de acceso
my_passkey_name = Nombre de la llave de acceso
my_passkey_name_hint = Para que la reconozcas en la lista.
my_passkey_name_missing = Ponle un nombre.
my_passkey_no_script = Para añadir una llave de acceso, esta página necesita JavaScript y un navegador compatible.
my_passkey_remove = Quitar la llave de acceso
my_passkey_remove_note = Nadie podrá volver a iniciar sesión con ella.
my_passkey_only_way = Esta llave de acceso es la única forma de entrar en tu cuenta. Crea antes una contraseña o añade otra llave.
# Accounts at other providers. $provider: the name of one.
my_linked = Cuentas en otros servicios
my_linked_note = Inicia sesión con una cuenta que tengas en otro servicio.
my_linked_since = Conectada
my_linked_off = Desactivada
my_connect = Conectar { $provider }
my_disconnect = Desconectar
my_disconnect_named = Desconectar { $provider }
my_disconnect_heading = ¿Desconectar { $provider }?
my_disconnect_lede = Después ya no podrás iniciar sesión aquí con ella. Tu cuenta de { $provider } se queda como está.
my_disconnect_account = Cuenta conectada
my_disconnect_only_way = Esta cuenta es la única forma de entrar en la tuya. Crea antes una contraseña o añade una llave de acceso.
my_totp = Aplicación de autenticación
my_totp_note = Una aplicación del móvil muestra un código que introduces después de la contraseña.
my_totp_set_up = Configurar
my_totp_set_up_heading = Configurar una aplicación de autenticación
my_totp_remove = Quitar la aplicación
my_totp_remove_heading = ¿Quitar la aplicación de autenticación?
my_totp_remove_lede = Después bastará tu contraseña para entrar en tu cuenta, salvo que uses una llave de acceso. Los códigos de recuperación que sustituyen a la aplicación dejan de valer con ella.
my_codes = Códigos de recuperación
my_codes_note = Si pierdes tu dispositivo, cada uno te permite entrar una vez.
my_codes_left = { $count ->
    [0] No queda ninguno
    [one] Queda uno
   *[other] Quedan { $count }
}
my_codes_make = Crear códigos nuevos
my_codes_make_heading = ¿Crear códigos de recuperación nuevos?
my_codes_make_lede = Los códigos que tienes ahora dejarán de valer. Los nuevos se muestran una sola vez.

# sessions
my_sessions_lede = Los navegadores en los que has iniciado sesión. Cierra las sesiones que no reconozcas.
my_sessions_where = Dónde has iniciado sesión
my_sessions_end_others = Cerrar todas las demás
my_session_this = Esta sesión
my_session_since = Inicio de sesión
my_session_seen = Última actividad
my_session_end = Cerrar
my_session_end_named = Cerrar la sesión: { $device }

# connected apps
my_apps_lede = Aplicaciones que pueden usar tu cuenta. Lo que retires deja de funcionar al instante.
my_apps_none = Aún no hay aplicaciones
my_apps_none_note = Aquí aparecen las aplicaciones a las que permites usar tu cuenta.
my_app_since = Conectada
my_app_may = Qué puede hacer
my_app_withdraw = Retirar acceso
my_app_withdraw_named = Retirar el acceso a { $app }

# activity
my_activity_lede = Lo que ha pasado en tu cuenta. Si algo no lo hiciste tú, cambia tu contraseña y cierra las sesiones que no reconozcas.
my_activity_none = Todavía nada
my_activity_what = Qué
my_activity_when = Cuándo
my_activity_where = Dónde
my_activity_older = Anteriores
my_activity_newest = Más recientes
my_event_signed_in = Inicio de sesión
my_event_confirmed = Confirmaste que eres tú
my_event_signed_out = Cierre de sesión
my_event_session_ended = Se cerró una sesión desde otro navegador
my_event_session_ended_by_administrator = Un administrador cerró una sesión
my_event_session_ended_with_password = Se cerró una sesión porque se cambió la contraseña
my_event_allowed = Permitiste a { $app } usar tu cuenta
my_event_denied = No permitiste a { $app } usar tu cuenta
my_event_withdrawn = Retiraste el acceso a { $app }
my_event_totp_added = Se añadió una aplicación de autenticación
my_event_totp_removed = Se quitó la aplicación de autenticación
my_event_codes_made = Se crearon códigos de recuperación nuevos
my_event_code_used = Se usó un código de recuperación
my_event_passkey_added = Se añadió una llave de acceso
my_event_passkey_removed = Se quitó una llave de acceso
my_event_passkey_renamed = Se cambió el nombre de una llave de acceso
my_event_passkey_refused = Se rechazó una llave de acceso porque podría haber sido copiada
my_event_code_mailed = Se te envió por correo un código para iniciar sesión
my_event_reset_mailed = Se te envió por correo un enlace para restablecer la contraseña
my_event_link_mailed = Se te envió un enlace por correo
my_event_linked = Se conectó tu cuenta de { $provider }
my_event_proven_by = { $provider } confirmó que eres tú
my_event_unlinked = Se desconectó tu cuenta de { $provider }
my_event_address_asked = Se pidió otra dirección de correo
my_event_address_kept = La dirección de correo se dejó como estaba
my_event_address_changed = Se cambió la dirección de correo
my_event_address_confirmed = Se verificó la dirección de correo
my_event_created = Se creó la cuenta
my_event_updated = Se cambió el perfil
my_event_password_set = Se creó una contraseña
my_event_password_changed = Se cambió la contraseña
my_event_password_reset = Se restableció la contraseña
my_event_reset_link_made = Un administrador creó un enlace para restablecer la contraseña
my_event_enabled = Se activó la cuenta
my_event_disabled = Se desactivó la cuenta
my_event_factor_required = Se exigió un segundo factor
my_event_factor_not_required = Ya no se exige un segundo factor
my_event_exported = Se descargaron tus datos

# data and deletion
my_export = Descargar tus datos
my_export_note = Un archivo con tu perfil, tus sesiones, las aplicaciones que permitiste y lo que ha pasado en tu cuenta.
my_export_action = Descargar
my_delete = Eliminar mi cuenta
my_delete_note = Se borra todo lo tuyo. No se puede deshacer.
my_delete_heading = ¿Eliminar tu cuenta?
my_delete_lede = Se elimina tu cuenta de { $service } con todo lo que contiene, y las aplicaciones pierden el acceso al instante. Nadie puede recuperarla.
my_delete_type = Para confirmar, escribe tu nombre de usuario: { $username }
my_delete_error = Ese no es tu nombre de usuario. Escríbelo como aparece arriba.
my_deleted_heading = Tu cuenta se ha eliminado
my_deleted_lede = En { $service } no queda nada de ella. Puedes cerrar esta página.
