# The page between here and an app that wants its answer as a form.

form_post_heading = 正在返回应用
# $host: the web address that the answer goes to.
form_post_lede = 请稍候，即将返回 { $host }。
form_post_submit = 继续
