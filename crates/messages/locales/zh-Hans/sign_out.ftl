# Signing out.

logout_heading = 要退出登录吗？
logout_lede = 您将在此浏览器中退出 { $service }。
# $app: the name of the app that asked.
logout_lede_app = { $app } 请求让您在此浏览器中退出 { $service }。
logout_confirm = 退出登录
logout_stay = 保持登录

signed_out_heading = 已退出登录
signed_out_lede = 您已在此浏览器中退出 { $service }。
signed_out_advice = 如果使用的是公用电脑，请同时关闭所有浏览器窗口。
signed_out_continue = 继续前往 { $app }
signed_out_sign_in = 重新登录
