# Mail that people ask for, and where its links lead.

# Other ways than with a password, on the sign-in page.
sign_in_forgot = 忘记密码？
sign_in_mail_code = 通过邮件获取验证码
sign_in_sign_up = 创建账号
sign_in_password_changed = 您的密码已更改。请使用新密码登录。

# Asking for a mail, and what is shown afterwards.
by_mail_name = 用户名或邮箱地址
by_mail_error_missing = 请输入您的用户名或邮箱地址。
by_mail_sent_heading = 请查收邮件
by_mail_spam = 没有收到？请稍等片刻，并检查垃圾邮件文件夹。
by_mail_again = 重新发送邮件
by_mail_back = 返回登录

# Signing in with a code from a mail. $name: what was typed as a username or an address.
mail_code_heading = 通过邮件登录
mail_code_lede = 我们会向您发送一个用于登录的验证码。
mail_code_send = 发送验证码
mail_code_sent_heading = 输入验证码
mail_code_sent_lede = 如果 { $name } 属于一个邮箱已确认的账号，我们已向该邮箱发送了验证码。验证码十分钟内有效，且只能在此浏览器中使用。
mail_code_code = 邮件中的验证码
mail_code_error = 验证码不正确或已失效。请检查，或重新获取一个。

# Where links in mails lead. $service: the name of this service.
sign_in_link_lede = 按下按钮，即可在此浏览器中登录 { $service }。
link_elsewhere_heading = 请改为输入验证码
link_elsewhere_message = 此链接只能在您开始登录的浏览器中使用。请回到那里，输入邮件中的验证码。如果不是您本人操作，请关闭此页面：没有验证码，任何人都无法登录。
link_again_heading = 请重新打开链接
link_again_message = 此页面打开的时间过长，或是在其他浏览器中打开的。请再次打开邮件中的链接。
link_over_heading = 此链接已失效
link_over_message = 它已被使用过、已过期，或者已有新的链接发出。
link_over_again = 重新获取

# A new password in place of a forgotten one.
reset_heading = 重置密码
reset_lede = 我们会向您发送一个链接，用于设置新密码。
reset_send = 发送链接
reset_sent_lede = 如果 { $name } 属于一个邮箱已确认的账号，我们已向该邮箱发送了链接。链接 30 分钟内有效。
new_password_heading = 设置新密码
new_password_lede = 新密码将取代旧密码，您在所有设备上都会退出登录。
new_password_field = 新密码
new_password_hint = 至少 8 个字符。几个互不相关的词既好记，又难猜。
new_password_submit = 更改密码
new_password_error_missing = 请设置密码。
new_password_error_length = 密码长度须为 8 至 256 个字符。请重新设置。
new_password_error_characters = 密码中包含不可用的字符。请去掉它们。
new_password_error_common = 这是最常见的密码之一。请换一个。
new_password_error_own = 此密码由姓名或地址构成，容易被猜到。请换一个。
new_password_error_guessable = 此密码容易被猜到。请加长，或使用多个词。

# Confirming an address.
verify_email_heading = 确认您的邮箱地址
verify_email_lede = 请确认 { $address } 是您的邮箱。
verify_new_email_lede = { $address } 将成为您在 { $service } 的账号邮箱。
verify_email_submit = 确认邮箱
verify_email_done_heading = 您的邮箱已确认
verify_email_done_lede = 从现在起，您可以使用 { $address } 登录。
verify_email_next = 前往您的账号
verify_email_taken_heading = 此邮箱无法使用
verify_email_taken_message = { $address } 属于另一个账号。请登录那个账号，或使用其他邮箱。

# One’s own address.
account_email_lede = { $service } 通过它联系您，您也可以用它登录。
account_email_current = 您的邮箱
account_email_none = 尚未设置。
account_email_verify = 发送确认邮件
account_email_sent = 邮件已发出。请打开其中的链接，确认您的邮箱。
account_email_pending = 等待确认
account_email_pending_note = 请在一小时内打开我们发送到 { $address } 的链接，它就会成为您的邮箱。
account_email_cancel = 保留原邮箱
account_email_canceled = 您的邮箱保持不变。已发送的链接不再有效。
account_email_change = 更改邮箱
account_email_change_note = 新邮箱在您确认后生效。我们会立即通知原邮箱。
account_email_new = 新邮箱地址
account_email_change_sent = 邮件已发往新邮箱。请打开其中的链接进行确认。
account_email_error_same = 这已经是您的邮箱。请输入其他邮箱。

# Making an account. $app: the name of the app that asked.
sign_up_heading = 创建账号
sign_up_lede = 以继续使用 { $app }
sign_up_lede_alone = 用于 { $service }
sign_up_email = 邮箱地址
sign_up_send = 继续
sign_up_have_account = 我已有账号
sign_up_error_address = 这不是邮箱地址。请按 name@example.com 的格式填写。
sign_up_error_domain = 只有特定组织的邮箱才能创建账号。请使用您在该组织的邮箱。
sign_up_sent_lede = 我们已向 { $address } 发送邮件。请打开其中的链接继续。链接一小时内有效。
sign_up_form_heading = 设置您的账号
sign_up_form_lede = { $address } 的 { $service } 账号
sign_up_username_hint = 字母、数字和标点，不含空格和 @。
sign_up_name = 姓名（选填）
sign_up_submit = 创建账号
sign_up_error_username = 此用户名不可用。请使用字母、数字和标点，不含空格和 @。
sign_up_error_username_taken = 此用户名已被他人使用。请换一个。
sign_up_error_name = 姓名过长。请缩短。
sign_up_taken_heading = 您已有账号
sign_up_taken_message = 在此链接发出后，已有人用您的邮箱创建了账号。请登录该账号。如果忘记了密码，可以在登录页面重置。
