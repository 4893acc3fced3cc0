# Mail that people ask for, and where its links lead.

# Other ways than with a password, on the sign-in page.
sign_in_forgot = ¿Olvidaste tu contraseña?
sign_in_mail_code = Envíame un código por correo
sign_in_sign_up = Crear una cuenta
sign_in_password_changed = Tu contraseña ha cambiado. Inicia sesión con la nueva.

# Asking for a mail, and what is shown afterwards.
by_mail_name = Nombre de usuario o correo electrónico
by_mail_error_missing = Escribe tu nombre de usuario o tu correo electrónico.
by_mail_sent_heading = Revisa tu correo
by_mail_spam = ¿No ha llegado nada? Espera un minuto y mira en la carpeta de spam.
by_mail_again = Enviar otro correo
by_mail_back = Volver al inicio de sesión

# Signing in with a code from a mail. $name: what was typed as a username or an address.
mail_code_heading = Iniciar sesión por correo
mail_code_lede = Te enviaremos un código para iniciar sesión.
mail_code_send = Enviar código
mail_code_sent_heading = Escribe el código
mail_code_sent_lede = Si { $name } pertenece a una cuenta con un correo confirmado, hemos enviado allí un código. Vale durante diez minutos, solo en este navegador.
mail_code_code = Código del correo
mail_code_error = Este código no coincide o ya no vale. Revísalo o pide otro.

# Where links in mails lead. $service: the name of this service.
sign_in_link_lede = Pulsa el botón para iniciar sesión en { $service } en este navegador.
link_elsewhere_heading = Escribe el código en su lugar
link_elsewhere_message = Este enlace solo vale en el navegador donde empezaste a iniciar sesión. Vuelve allí y escribe el código del correo. Si no fuiste tú, cierra esta página: nadie entra sin el código.
link_again_heading = Abre el enlace otra vez
link_again_message = Esta página estuvo abierta demasiado tiempo o empezó en otro navegador. Abre de nuevo el enlace del correo.
link_over_heading = Este enlace ya no vale
link_over_message = Ya se usó, ha caducado o se envió uno más reciente.
link_over_again = Pedir otro

# A new password in place of a forgotten one.
reset_heading = Restablecer la contraseña
reset_lede = Te enviaremos un enlace para elegir una nueva.
reset_send = Enviar enlace
reset_sent_lede = Si { $name } pertenece a una cuenta con un correo confirmado, hemos enviado allí un enlace. Vale durante 30 minutos.
new_password_heading = Elige una contraseña nueva
new_password_lede = Sustituye a la anterior, y se cerrarán todas tus sesiones.
new_password_field = Contraseña nueva
new_password_hint = Al menos 8 caracteres. Varias palabras sin relación son fáciles de recordar y difíciles de adivinar.
new_password_submit = Cambiar la contraseña
new_password_error_missing = Elige una contraseña.
new_password_error_length = Una contraseña tiene entre 8 y 256 caracteres. Elige una de esa longitud.
new_password_error_characters = Esta contraseña contiene caracteres que no se pueden usar. Quítalos.
new_password_error_common = Es una de las contraseñas más comunes. Elige otra.
new_password_error_own = Esta contraseña está hecha de un nombre o una dirección y es fácil de adivinar. Elige otra.
new_password_error_guessable = Esta contraseña es fácil de adivinar. Hazla más larga o usa varias palabras.

# Confirming an address.
verify_email_heading = Confirma tu correo electrónico
verify_email_lede = Confirma que { $address } es tuyo.
verify_new_email_lede = { $address } pasará a ser la dirección de tu cuenta en { $service }.
verify_email_submit = Confirmar la dirección
verify_email_done_heading = Tu dirección está confirmada
verify_email_done_lede = Desde ahora puedes iniciar sesión con { $address }.
verify_email_next = Ir a tu cuenta
verify_email_taken_heading = Esta dirección no se puede usar
verify_email_taken_message = { $address } pertenece a otra cuenta. Inicia sesión en esa cuenta o usa otra dirección.

# One’s own address.
account_email_lede = Donde { $service } te escribe y con lo que puedes iniciar sesión.
account_email_current = Tu dirección
account_email_none = Todavía no hay ninguna.
account_email_verify = Enviar correo de confirmación
account_email_sent = Te hemos enviado un correo. Abre su enlace para confirmar tu dirección.
account_email_pending = Pendiente de confirmación
account_email_pending_note = Tu dirección será { $address } cuando abras el enlace que enviamos allí, antes de una hora.
account_email_cancel = Conservar la dirección anterior
account_email_canceled = Tu dirección se queda como está. El enlace que enviamos ya no vale.
account_email_change = Cambiar tu dirección
account_email_change_note = La nueva dirección cuenta en cuanto la confirmes. Avisamos de inmediato a la anterior.
account_email_new = Nuevo correo electrónico
account_email_change_sent = Hemos enviado un correo a la nueva dirección. Abre su enlace para confirmarla.
account_email_error_same = Ya es tu dirección. Escribe otra.

# Making an account. $app: the name of the app that asked.
sign_up_heading = Crear una cuenta
sign_up_lede = para continuar en { $app }
sign_up_lede_alone = en { $service }
sign_up_email = Correo electrónico
sign_up_send = Continuar
sign_up_have_account = Ya tengo una cuenta
sign_up_error_address = No es un correo electrónico. Escríbelo como nombre@example.com.
sign_up_error_domain = Las cuentas son solo para direcciones de ciertas organizaciones. Usa la que tengas allí.
sign_up_sent_lede = Hemos enviado un correo a { $address }. Abre su enlace para continuar. Vale durante una hora.
sign_up_form_heading = Configura tu cuenta
sign_up_form_lede = para { $address } en { $service }
sign_up_username_hint = Letras, cifras y signos, sin espacios ni @.
sign_up_name = Nombre (opcional)
sign_up_submit = Crear la cuenta
sign_up_error_username = Ese nombre no se puede usar. Usa letras, cifras y signos, sin espacios ni @.
sign_up_error_username_taken = Otra persona tiene este nombre de usuario. Elige otro.
sign_up_error_name = Este nombre es demasiado largo. Acórtalo.
sign_up_taken_heading = Ya tienes una cuenta
sign_up_taken_message = Desde que se envió este enlace se creó una cuenta con tu dirección. Inicia sesión en ella. Si olvidaste la contraseña, allí puedes restablecerla.
