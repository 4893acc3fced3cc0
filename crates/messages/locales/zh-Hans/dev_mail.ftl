# The pages of `chancery dev` that show mail instead of sending it. Developers read them.

dev_mail_heading = 邮件
dev_mail_lede = 这里不会发出任何邮件。最新的一百封会保留到服务器停止为止。
dev_mail_empty = 还没有邮件。
dev_mail_to = 发往 { $address }
dev_mail_html = HTML 版本
dev_mail_text = 纯文本版本
dev_mail_back = 所有邮件
