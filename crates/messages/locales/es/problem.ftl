# The pages of what went wrong: a sentence that says what, and a message that says what to do next.

problem_request_id = ID de la solicitud
# Over the words that only the developers of the app need.
problem_detail = Para desarrolladores
problem_next_home = Ir a { $service }
problem_next_app = Volver a { $app }
problem_next_sign_out = Cerrar sesión

problem_invalid_request_title = No podemos responder a esta solicitud
problem_invalid_request_message = La aplicación que te ha traído aquí ha pedido algo que no entendemos. Vuelve a la aplicación e inténtalo de nuevo. Si vuelve a ocurrir, avisa a los responsables de la aplicación.

problem_unknown_client_title = No conocemos esta aplicación
problem_unknown_client_message = El enlace que has seguido pertenece a una aplicación que no está registrada aquí o que está desactivada. Vuelve a la aplicación o pregunta a quien te dio el enlace.

problem_redirect_uri_title = Esta aplicación ha indicado una dirección desconocida
problem_redirect_uri_message = La aplicación quiere que vuelvas a una dirección que no ha registrado. Para proteger tu cuenta, nos detenemos aquí. Vuelve atrás y avisa a los responsables de la aplicación.

problem_expired_title = Esta página ha caducado
problem_expired_message = Ha estado abierta demasiado tiempo. Vuelve a la aplicación y empieza de nuevo.

problem_other_browser_title = Esta página se abrió en otro lugar
problem_other_browser_message = La has abierto en otro navegador o las cookies están bloqueadas. Permite las cookies de este sitio, vuelve a la aplicación y empieza de nuevo.

problem_used_title = Este inicio de sesión ya se ha completado
problem_used_message = No queda nada que hacer en esta página. Vuelve a la aplicación. Si allí no has iniciado sesión, empieza de nuevo.

problem_logout_request_title = No se puede completar este cierre de sesión
problem_logout_request_message = La aplicación que te ha traído aquí ha pedido algo que no entendemos. Tu sesión sigue abierta, pero puedes cerrarla aquí.

problem_forged_title = No hemos podido comprobar este formulario
problem_forged_message = Puede que venga de otro sitio o de una página que ha estado abierta demasiado tiempo. Vuelve atrás, recarga la página y envía el formulario otra vez.

problem_not_found_title = Aquí no hay ninguna página
problem_not_found_message = Comprueba la dirección o vuelve a la aplicación de la que vienes.

problem_method_title = Esta página no se puede usar así
problem_method_message = Vuelve a la aplicación de la que vienes y empieza de nuevo.

problem_too_large_title = Es más de lo que aceptamos
problem_too_large_message = Lo que se ha enviado a esta página es demasiado grande. Vuelve a la aplicación y empieza de nuevo.

problem_unavailable_title = Ahora mismo no podemos hacerlo
problem_unavailable_message = No se ha perdido nada y no es culpa tuya. Espera un minuto y recarga la página.

problem_internal_title = Algo ha fallado por nuestra parte
problem_internal_message = Vuelve atrás e inténtalo de nuevo. Si vuelve a ocurrir, envía el ID de la solicitud que aparece abajo a los responsables de este servicio.

problem_throttled_title = Demasiados intentos
