# Mail. In all of it, $service is the name of this service.

# Under a button: the same link to be copied.
mail_link_instead = O abre esta dirección en tu navegador:
# Before a code, in the plain text.
mail_code = Tu código:
mail_code_warning = No compartas este código con nadie. Nadie de { $service } te lo pedirá.
# How long a link or a code is good for.
mail_once_minutes = Funciona una sola vez y durante { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
}.
mail_once_hours = Funciona una sola vez y durante { $hours ->
    [one] una hora
   *[other] { $hours } horas
}.
mail_once_days = Funciona una sola vez y durante { $days ->
    [one] un día
   *[other] { $days } días
}.
mail_ignore = Si no lo has pedido tú, puedes ignorar este correo: no pasará nada sin ti.

# Why somebody gets this mail, in small letters at its end.
mail_why_address = Recibes este correo porque alguien ha introducido esta dirección en { $service }.
# $account: the username.
mail_why_account = Recibes este correo porque esta dirección pertenece a la cuenta { $account } de { $service }.
mail_why_known = Recibes este correo porque esta dirección pertenece a una cuenta de { $service }.
mail_why_operator = Recibes este correo porque los responsables de { $service } lo han enviado a esta dirección.

# What stands before a detail.
mail_fact_time = Hora:
mail_fact_passkey = Llave de acceso:
mail_fact_new_address = Nueva dirección:
mail_fact_device = Dispositivo:
mail_fact_place = Lugar:

# What every security notice ends with.
mail_review = Revisar tu cuenta
mail_not_you = Si no has sido tú, puede que otra persona tenga acceso a tu cuenta. Revísala ahora: cambia tu contraseña y cierra las sesiones que no reconozcas.
# When the account or the address is beyond reach.
mail_not_you_gone = Si no has sido tú, avisa de inmediato a los responsables de { $service }.

mail_verify_title = Confirma tu dirección de correo
mail_verify_body = Confirma que esta dirección es tuya para que { $service } pueda escribirte aquí.
mail_verify_action = Confirmar dirección

mail_sign_in_title = Iniciar sesión
mail_sign_in_body = Introduce este código en la página donde estás iniciando sesión en { $service }:
mail_sign_in_link = Si lees esto en el mismo navegador, también puedes pulsar el botón.
mail_sign_in_action = Iniciar sesión

mail_reset_title = Restablece tu contraseña
mail_reset_body = Elige una nueva contraseña para tu cuenta de { $service }. Hasta entonces, la antigua seguirá funcionando.
mail_reset_action = Elegir nueva contraseña

mail_new_address_title = Confirma tu nueva dirección de correo
mail_new_address_body = En cuanto confirmes esta dirección, será la de tu cuenta de { $service }.
mail_new_address_action = Confirmar dirección

mail_invitation_title = Tienes una invitación
mail_invitation_body = Te han invitado a { $service }. Acepta la invitación para configurar tu cuenta.
mail_invitation_action = Aceptar invitación

mail_sign_up_title = Termina de crear tu cuenta
mail_sign_up_body = Confirma que esta dirección es tuya y tu cuenta de { $service } estará lista.
mail_sign_up_action = Confirmar dirección

mail_taken_title = Ya tienes una cuenta
mail_taken_body = Alguien ha intentado crear una cuenta en { $service } con esta dirección, que ya tiene una. Si has sido tú, inicia sesión. Si has olvidado tu contraseña, puedes restablecerla en la página de inicio de sesión.
mail_taken_action = Iniciar sesión

mail_address_changing_title = Tu dirección de correo está a punto de cambiar
mail_address_changing_body = Alguien con la sesión iniciada en tu cuenta de { $service } ha pedido usar otra dirección de correo. El cambio se hará en cuanto se confirme la nueva dirección.

mail_address_changed_title = Tu dirección de correo ha cambiado
mail_address_changed_body = Tu cuenta de { $service } tiene ahora otra dirección de correo. Este es el último correo que enviamos a la antigua.

mail_password_changed_title = Tu contraseña ha cambiado
mail_password_changed_body = Tu cuenta de { $service } tiene una nueva contraseña.

mail_passkey_added_title = Se ha añadido una llave de acceso
mail_passkey_added_body = Tu cuenta de { $service } tiene una nueva llave de acceso. Quien la tenga puede iniciar sesión con ella.

mail_passkey_removed_title = Se ha eliminado una llave de acceso
mail_passkey_removed_body = Se ha eliminado una llave de acceso de tu cuenta de { $service }. Ya nadie puede iniciar sesión con ella.

mail_passkey_cloned_title = Puede que alguien haya copiado una llave de acceso
mail_passkey_cloned_body = Se ha rechazado una llave de acceso de tu cuenta de { $service } porque podría existir una copia. Nadie ha iniciado sesión. Elimina esta llave de tu cuenta y añade una nueva.

mail_totp_added_title = Se ha añadido una aplicación de autenticación
mail_totp_added_body = Tu cuenta de { $service } acepta ahora códigos de una aplicación de autenticación.

mail_totp_removed_title = Se ha eliminado la aplicación de autenticación
mail_totp_removed_body = Tu cuenta de { $service } ya no acepta códigos de una aplicación de autenticación.

mail_recovery_made_title = Se han creado nuevos códigos de recuperación
mail_recovery_made_body = Tu cuenta de { $service } tiene nuevos códigos de recuperación. Los antiguos ya no funcionan.

mail_recovery_used_title = Se ha usado un código de recuperación
mail_recovery_used_body = Alguien ha iniciado sesión en tu cuenta de { $service } con un código de recuperación. { $left ->
    [0] Era el último: crea otros nuevos ahora.
    [one] Queda uno.
   *[other] Quedan { $left }.
}

mail_new_sign_in_title = Nuevo inicio de sesión en tu cuenta
mail_new_sign_in_body = Alguien ha iniciado sesión en tu cuenta de { $service } en un navegador que no se había usado antes con ella.

mail_deleted_title = Tu cuenta se ha eliminado
mail_deleted_body = Tu cuenta de { $service } se ha eliminado con todo lo que contenía. No se puede deshacer.

mail_profile_changed_title = Se ha cambiado tu perfil
mail_profile_changed_body = Se ha cambiado lo que tu cuenta de { $service } dice de ti.

# $app: the name of an app.
mail_app_withdrawn_title = { $app } ya no tiene acceso a tu cuenta
mail_app_withdrawn_body = Se ha retirado a { $app } el acceso a tu cuenta de { $service }. Tendrá que pedírtelo de nuevo.

# $upstream: the name of another service that people sign in with.
mail_linked_title = Ya puedes iniciar sesión con { $upstream }
mail_linked_body = Tu cuenta de { $service } se ha vinculado a { $upstream }. Quien pueda iniciar sesión allí podrá hacerlo aquí.

mail_unlinked_title = Ya no puedes iniciar sesión con { $upstream }
mail_unlinked_body = Se ha eliminado el vínculo entre tu cuenta de { $service } y { $upstream }.

mail_test_title = Esto es una prueba
mail_test_body = Los correos de { $service } llegan. No tienes que hacer nada.
