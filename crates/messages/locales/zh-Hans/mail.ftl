# Mail. In all of it, $service is the name of this service.

# Under a button: the same link to be copied.
mail_link_instead = 或者在浏览器中打开此地址：
# Before a code, in the plain text.
mail_code = 您的验证码：
mail_code_warning = 请勿将此验证码告诉任何人。{ $service } 的工作人员不会向您索要。
# How long a link or a code is good for.
mail_once_minutes = 仅可使用一次，{ $minutes } 分钟内有效。
mail_once_hours = 仅可使用一次，{ $hours } 小时内有效。
mail_once_days = 仅可使用一次，{ $days } 天内有效。
mail_ignore = 如果这不是您的请求，可以忽略此邮件：没有您的操作，什么都不会发生。

# Why somebody gets this mail, in small letters at its end.
mail_why_address = 您收到此邮件，是因为有人在 { $service } 输入了此地址。
# $account: the username.
mail_why_account = 您收到此邮件，是因为此地址属于 { $service } 的账号 { $account }。
mail_why_known = 您收到此邮件，是因为此地址属于 { $service } 的一个账号。
mail_why_operator = 您收到此邮件，是因为 { $service } 的运营者向此地址发送了它。

# What stands before a detail.
mail_fact_time = 时间：
mail_fact_passkey = 通行密钥：
mail_fact_new_address = 新地址：
mail_fact_device = 设备：
mail_fact_place = 地点：

# What every security notice ends with.
mail_review = 检查您的账号
mail_not_you = 如果不是您本人操作，可能有其他人进入了您的账号。请立即检查：更改密码，并结束您不认识的会话。
# When the account or the address is beyond reach.
mail_not_you_gone = 如果不是您本人操作，请立即联系 { $service } 的运营者。

mail_verify_title = 确认您的邮箱地址
mail_verify_body = 请确认此地址属于您，以便 { $service } 通过它与您联系。
mail_verify_action = 确认地址

mail_sign_in_title = 登录
mail_sign_in_body = 请在您正在登录 { $service } 的页面上输入此验证码：
mail_sign_in_link = 如果您是在同一个浏览器中阅读此邮件，也可以直接点击按钮。
mail_sign_in_action = 登录

mail_reset_title = 重置您的密码
mail_reset_body = 请为您的 { $service } 账号设置新密码。在此之前，旧密码仍然有效。
mail_reset_action = 设置新密码

mail_new_address_title = 确认您的新邮箱地址
mail_new_address_body = 确认后，此地址将成为您 { $service } 账号的邮箱地址。
mail_new_address_action = 确认地址

mail_invitation_title = 您收到了邀请
mail_invitation_body = 您受邀加入 { $service }。请接受邀请并设置您的账号。
mail_invitation_action = 接受邀请

mail_sign_up_title = 完成账号创建
mail_sign_up_body = 请确认此地址属于您，随后您的 { $service } 账号即可使用。
mail_sign_up_action = 确认地址

mail_taken_title = 您已有账号
mail_taken_body = 有人试图使用此地址在 { $service } 创建账号，但此地址已有账号。如果是您本人，请直接登录。如果忘记了密码，可以在登录页面重置。
mail_taken_action = 登录

mail_address_changing_title = 您的邮箱地址即将更改
mail_address_changing_body = 有人在登录您的 { $service } 账号后请求更换邮箱地址。新地址一经确认即生效。

mail_address_changed_title = 您的邮箱地址已更改
mail_address_changed_body = 您的 { $service } 账号已改用其他邮箱地址。这是发往旧地址的最后一封邮件。

mail_password_changed_title = 您的密码已更改
mail_password_changed_body = 您的 { $service } 账号已设置新密码。

mail_passkey_added_title = 已添加通行密钥
mail_passkey_added_body = 您的 { $service } 账号新增了一个通行密钥。持有它的人可以用它登录。

mail_passkey_removed_title = 已移除通行密钥
mail_passkey_removed_body = 您的 { $service } 账号移除了一个通行密钥。任何人都无法再用它登录。

mail_passkey_cloned_title = 有通行密钥可能被复制
mail_passkey_cloned_body = 您的 { $service } 账号的一个通行密钥可能存在副本，因此已被拒绝，没有人登录。请从您的账号中移除该通行密钥，并添加新的。

mail_totp_added_title = 已添加身份验证器应用
mail_totp_added_body = 您的 { $service } 账号现在接受身份验证器应用生成的验证码。

mail_totp_removed_title = 已移除身份验证器应用
mail_totp_removed_body = 您的 { $service } 账号不再接受身份验证器应用生成的验证码。

mail_recovery_made_title = 已生成新的恢复代码
mail_recovery_made_body = 您的 { $service } 账号有了新的恢复代码。旧的恢复代码不再有效。

mail_recovery_used_title = 有一个恢复代码已被使用
mail_recovery_used_body = 有人使用恢复代码登录了您的 { $service } 账号。{ $left ->
    [0] 这是最后一个：请立即生成新的恢复代码。
   *[other] 还剩 { $left } 个。
}

mail_new_sign_in_title = 您的账号有新的登录
mail_new_sign_in_body = 有人在一个从未用于您 { $service } 账号的浏览器中登录了该账号。

mail_deleted_title = 您的账号已删除
mail_deleted_body = 您的 { $service } 账号及其全部内容已被删除。此操作无法撤销。

mail_profile_changed_title = 您的个人资料已更改
mail_profile_changed_body = 您的 { $service } 账号中的个人资料已更改。

# $app: the name of an app.
mail_app_withdrawn_title = { $app } 已无法访问您的账号
mail_app_withdrawn_body = 已撤销 { $app } 对您的 { $service } 账号的访问。它必须重新征得您的同意。

# $upstream: the name of another service that people sign in with.
mail_linked_title = 您现在可以使用 { $upstream } 登录
mail_linked_body = 您的 { $service } 账号已与 { $upstream } 关联。能在那里登录的人，也能在这里登录。

mail_unlinked_title = 您不能再使用 { $upstream } 登录
mail_unlinked_body = 您的 { $service } 账号与 { $upstream } 的关联已解除。

mail_test_title = 这是一封测试邮件
mail_test_body = { $service } 的邮件可以送达。您无需进行任何操作。
