# Un factor más al iniciar sesión, y cómo configurarlos.

verify_heading = Confirma que eres tú
verify_signing_in_as = Inicias sesión como
verify_lede_totp = Introduce el código que muestra tu aplicación de autenticación.
verify_lede_recovery = Introduce uno de tus códigos de recuperación. Cada uno sirve una sola vez.
verify_lede_none = Este inicio de sesión necesita un factor que no tienes.
verify_code = Código de seis cifras
verify_recovery_code = Código de recuperación
verify_submit = Continuar
verify_with_totp = Usar tu aplicación de autenticación
verify_with_recovery = Usar un código de recuperación
verify_error_code = Este código no es correcto o ya se usó. Espera al siguiente e inténtalo de nuevo.
verify_error_recovery = No es ninguno de tus códigos de recuperación, o ya se usó. Prueba con otro.

enroll_heading = Configura un segundo factor
# $app: el nombre de la aplicación.
enroll_lede = { $app } pide más que una contraseña. Solo lleva un minuto, una única vez.
# $service: el nombre de este servicio.
enroll_lede_alone = { $service } pide más que una contraseña. Solo lleva un minuto, una única vez.
enroll_decline = Ahora no
enroll_error_expired = Esta página estuvo abierta demasiado tiempo. Escanea la nueva imagen e introduce su código.

totp_step_scan = Escanea esta imagen con una aplicación de autenticación.
totp_qr_alt = Código QR para tu aplicación de autenticación
totp_by_hand = ¿No puedes escanearla?
totp_open = Abrir una aplicación de autenticación en este dispositivo
totp_step_code = Introduce el código que muestra la aplicación.
totp_submit = Configurar la aplicación

recovery_codes_heading = Guarda tus códigos de recuperación
recovery_codes_lede = Si pierdes tu dispositivo, cada uno de ellos te permite iniciar sesión una vez.
recovery_codes_once = No se volverán a mostrar. Imprímelos o guárdalos en un gestor de contraseñas.
recovery_codes_continue = Ya los he guardado
recovery_codes_copy = Copiar
recovery_codes_copied = Copiados
recovery_codes_download = Descargar
recovery_codes_print = Imprimir
