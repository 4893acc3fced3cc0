# Who is signed in, and choosing between accounts.

# Above the name of the person.
account_signed_in_as = 已登录为
account_not_you = 不是您？
account_switch = 切换账号

select_account_heading = 选择账号
select_account_lede = 以继续使用 { $app }
select_account_lede_alone = 以继续使用 { $service }
# $name: the name of the person.
select_account_continue = 以 { $name } 的身份继续
select_account_other = 使用其他账号

home_heading_in = 您已登录
home_lede_in = 使用 { $service } 的应用现在可以识别您的身份。您可以关闭此页面。
home_heading_out = 欢迎使用 { $service }
home_lede_out = 您尚未登录。您使用的应用需要确认您的身份时，会将您带到这里。
home_sign_in = 登录
home_sign_out = 退出登录
home_account = 您的账号
