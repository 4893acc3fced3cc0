# The sign-in page.

sign_in_heading = Iniciar sesión
# Goes on from the heading. $app: the name of the app.
sign_in_lede = para continuar en { $app }
# When no app asked. $service: the name of this service.
sign_in_lede_alone = con tu cuenta de { $service }
# Somebody who is signed in has to enter the password once more.
sign_in_again_lede = { $app } te pide que confirmes que eres tú.
sign_in_again_lede_alone = Confirma que eres tú.

sign_in_username = Nombre de usuario
sign_in_password = Contraseña
sign_in_show_password = Mostrar la contraseña
sign_in_submit = Iniciar sesión

# What went wrong, and what to do next.
sign_in_error_wrong = El nombre de usuario y la contraseña no coinciden. Comprueba ambos e inténtalo de nuevo.
sign_in_error_missing = Escribe tu nombre de usuario y tu contraseña.
sign_in_error_expired = Esta página ha estado abierta demasiado tiempo. Vuelve a iniciar sesión para continuar.
sign_in_error_unavailable = Ahora mismo no podemos comprobar tu contraseña. Espera un minuto e inténtalo de nuevo.
