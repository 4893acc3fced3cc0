# The pages of `chancery dev` that show mail instead of sending it. Developers read them.

dev_mail_heading = E-Mails
dev_mail_lede = Von hier wird nichts verschickt. Die neuesten hundert E-Mails bleiben, bis der Server beendet wird.
dev_mail_empty = Es gibt noch keine E-Mails.
dev_mail_to = an { $address }
dev_mail_html = Als HTML
dev_mail_text = Als reiner Text
dev_mail_back = Alle E-Mails
