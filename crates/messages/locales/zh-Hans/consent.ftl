# Asking whether an app may have what it wants.

# $app: the name of the app.
consent_heading = 允许 { $app } 使用您的账号吗？
consent_lede = { $app } 希望：
consent_allow = 允许
consent_deny = 拒绝
# $host: the web address that the answer goes to.
consent_return = 无论如何选择，您都将返回 { $host }。

# The heading over what the app learns about the person.
consent_identity_group = 您的账号
# Where the app may reach a service, but asked for nothing there by name.
consent_resource_alone = 告知此服务：请求来自您
scope_openid = 在您登录时识别您的身份
scope_profile = 查看您的姓名和个人资料
scope_email = 查看您的邮箱地址
scope_address = 查看您的通信地址
scope_phone = 查看您的电话号码
scope_offline_access = 在您离开后继续保留此访问权限
