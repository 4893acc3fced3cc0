# The pages of `chancery dev` that show mail instead of sending it. Developers read them.

dev_mail_heading = Correo
dev_mail_lede = Desde aquí no se envía nada. Los cien correos más recientes se guardan hasta que el servidor se detiene.
dev_mail_empty = Todavía no hay ningún correo.
dev_mail_to = para { $address }
dev_mail_html = En HTML
dev_mail_text = En texto sin formato
dev_mail_back = Todos los correos
