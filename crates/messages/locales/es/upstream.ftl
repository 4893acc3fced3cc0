# Signing in with another provider, such as that of a company.

# $provider: its name.
upstream_with = Continuar con { $provider }
# Between the password and the other ways to sign in.
upstream_or = o
upstream_organization = Iniciar sesión con tu organización
upstream_back = Volver a iniciar sesión
upstream_back_account = Volver a tu cuenta

upstream_organization_heading = Iniciar sesión con tu organización
upstream_organization_lede = Escribe tu dirección de allí. Te llevamos a donde tu organización te identifica.
upstream_address = Correo electrónico
upstream_organization_submit = Continuar
upstream_address_missing = Escribe tu correo electrónico.
upstream_address_unknown = No conocemos ninguna organización con esta dirección. Compruébala o inicia sesión con tu contraseña.

# An account at the provider has the address of somebody who is here already. $email: the address.
upstream_link_heading = ¿Eres tú?
upstream_link_sign_in_lede = Aquí hay una cuenta que también tiene la dirección { $email }. Inicia sesión en ella como siempre y, a partir de entonces, te bastará { $provider }.
upstream_link_confirm_lede = { $provider } te conoce como { $email }. Conecta ambas cuentas y, a partir de ahora, iniciarás sesión en esta con { $provider }.
upstream_link_sign_out_lede = La cuenta con la dirección { $email } no es en la que has iniciado sesión. Cierra la sesión y empieza de nuevo.
upstream_link_sign_in = Iniciar sesión
upstream_link_confirm = Conectar
upstream_link_decline = Ahora no

# What went wrong, and what to do next.
upstream_expired_title = Este inicio de sesión ha caducado
upstream_expired_message = Ha tardado demasiado o ya se había completado. Empieza de nuevo.
upstream_gone_title = Esta forma de iniciar sesión está desactivada
upstream_gone_message = Inicia sesión de otra forma o pregunta a los responsables de este servicio.
upstream_denied_title = { $provider } no ha iniciado tu sesión
upstream_denied_message = Tú o { $provider } habéis cancelado el inicio de sesión. Inténtalo de nuevo o inicia sesión de otra forma.
upstream_unavailable_title = { $provider } no responde
upstream_unavailable_message = No es culpa tuya. Espera un minuto e inténtalo de nuevo, o inicia sesión de otra forma.
upstream_not_accepted_title = No hemos podido comprobar la respuesta de { $provider }
upstream_not_accepted_message = Para proteger tu cuenta, nos detenemos aquí. Inténtalo de nuevo. Si vuelve a ocurrir, envía el ID de la solicitud que aparece abajo a los responsables de este servicio.
upstream_no_account_title = Todavía no hay una cuenta para ti
upstream_no_account_message = { $provider } te conoce, pero aquí todavía nadie. Pide acceso a los responsables de este servicio o inicia sesión de otra forma.
upstream_disabled_title = No puedes iniciar sesión
upstream_disabled_message = Tu cuenta está desactivada. Pregunta a los responsables de este servicio.
upstream_taken_title = Esta cuenta pertenece aquí a otra persona
upstream_taken_message = Otra persona ya inicia sesión con esta cuenta de { $provider }. Usa otra.
upstream_other_title = Has iniciado sesión como otra persona
upstream_other_message = La cuenta de { $provider } no es de la persona que debe iniciar sesión aquí. Elige allí la correcta.
