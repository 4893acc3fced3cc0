# Signing out.

logout_heading = ¿Cerrar sesión?
logout_lede = Se cerrará tu sesión de { $service } en este navegador.
# $app: the name of the app that asked.
logout_lede_app = { $app } pide cerrar tu sesión de { $service } en este navegador.
logout_confirm = Cerrar sesión
logout_stay = Mantener la sesión

signed_out_heading = Sesión cerrada
signed_out_lede = Has cerrado tu sesión de { $service } en este navegador.
signed_out_advice = En un equipo compartido, cierra también todas las ventanas del navegador.
signed_out_continue = Ir a { $app }
signed_out_sign_in = Volver a iniciar sesión
