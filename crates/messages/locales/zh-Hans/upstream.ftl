# Signing in with another provider, such as that of a company.

# $provider: its name.
upstream_with = 使用 { $provider } 继续
# Between the password and the other ways to sign in.
upstream_or = 或
upstream_organization = 通过您的组织登录
upstream_back = 返回登录
upstream_back_account = 返回您的账号

upstream_organization_heading = 通过您的组织登录
upstream_organization_lede = 请输入您在该组织的邮箱地址。我们将带您前往该组织的登录页面。
upstream_address = 邮箱地址
upstream_organization_submit = 继续
upstream_address_missing = 请输入您的邮箱地址。
upstream_address_unknown = 我们找不到使用此地址的组织。请检查地址，或使用密码登录。

# An account at the provider has the address of somebody who is here already. $email: the address.
upstream_link_heading = 这是您吗？
upstream_link_sign_in_lede = 这里有一个账号也使用 { $email } 这个地址。请照常登录该账号，此后即可通过 { $provider } 登录。
upstream_link_confirm_lede = 您在 { $provider } 的地址是 { $email }。关联后，您就可以通过 { $provider } 登录此账号。
upstream_link_sign_out_lede = 使用地址 { $email } 的账号不是您当前登录的账号。请退出登录，然后重新开始。
upstream_link_sign_in = 登录
upstream_link_confirm = 关联
upstream_link_decline = 暂不

# What went wrong, and what to do next.
upstream_expired_title = 此次登录已过期
upstream_expired_message = 用时过长，或此前已经完成。请重新开始。
upstream_gone_title = 此登录方式已停用
upstream_gone_message = 请使用其他方式登录，或询问此服务的运营方。
upstream_denied_title = { $provider } 未让您登录
upstream_denied_message = 您或 { $provider } 取消了登录。请重试，或使用其他方式登录。
upstream_unavailable_title = { $provider } 没有响应
upstream_unavailable_message = 这不是您的问题。请稍等一分钟后重试，或使用其他方式登录。
upstream_not_accepted_title = 我们无法验证 { $provider } 的答复
upstream_not_accepted_message = 为保护您的账号，我们在此中止。请重试。如果问题再次出现，请将下方的请求 ID 发送给此服务的运营方。
upstream_no_account_title = 您在这里还没有账号
upstream_no_account_message = { $provider } 认识您，但这里还没有您的账号。请向此服务的运营方申请，或使用其他方式登录。
upstream_disabled_title = 您无法登录
upstream_disabled_message = 您的账号已停用。请询问此服务的运营方。
upstream_taken_title = 此账号在这里属于其他人
upstream_taken_message = 已有其他人使用 { $provider } 的此账号登录。请使用其他账号。
upstream_other_title = 您以其他人的身份登录了
upstream_other_message = { $provider } 的该账号不属于需要在此登录的人。请在那里选择正确的账号。
