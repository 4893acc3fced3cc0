# The sign-in page.

sign_in_heading = 登录
# Goes on from the heading. $app: the name of the app.
sign_in_lede = 以继续使用 { $app }
# When no app asked. $service: the name of this service.
sign_in_lede_alone = 使用您的 { $service } 账号
# Somebody who is signed in has to enter the password once more.
sign_in_again_lede = { $app } 要求确认是您本人。
sign_in_again_lede_alone = 请确认是您本人。

sign_in_username = 用户名
sign_in_password = 密码
sign_in_show_password = 显示密码
sign_in_submit = 登录

# What went wrong, and what to do next.
sign_in_error_wrong = 用户名与密码不匹配。请检查后重试。
sign_in_error_missing = 请输入用户名和密码。
sign_in_error_expired = 此页面打开的时间过长。请重新登录以继续。
sign_in_error_unavailable = 我们暂时无法验证您的密码。请稍等一分钟，然后重试。
