# The pages of `chancery dev` that show mail instead of sending it. Developers read them.

dev_mail_heading = Mail
dev_mail_lede = Nothing is sent from here. The newest hundred mails are kept until the server stops.
dev_mail_empty = There is no mail yet.
dev_mail_to = to { $address }
dev_mail_html = As HTML
dev_mail_text = As plain text
dev_mail_back = All mail
