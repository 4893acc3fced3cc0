# The pages of `chancery dev` that show mail instead of sending it. Developers read them.

dev_mail_heading = E-mails
dev_mail_lede = Rien n’est envoyé d’ici. Les cent e-mails les plus récents sont conservés jusqu’à l’arrêt du serveur.
dev_mail_empty = Il n’y a encore aucun e-mail.
dev_mail_to = à { $address }
dev_mail_html = En HTML
dev_mail_text = En texte brut
dev_mail_back = Tous les e-mails
