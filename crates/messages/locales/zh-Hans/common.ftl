# What every page shares.

# The title of the window. $page: what the page is called. $service: the name of this service.
page_title = { $page } · { $service }

# What this language calls itself.
language_name = 简体中文
# Said of the list of languages.
language_label = 语言

# Links to what an app says about itself, on a line of their own.
app_policy = 隐私政策
app_terms = 服务条款
# What that line begins with. $app: the name of the app.
app_links = 关于 { $app }：

# 尝试次数过多，或同一地点的尝试过多。$count：需要等待多久。
throttled_seconds = 尝试次数过多。请等待 { $count } 秒后重试。
throttled_minutes = 尝试次数过多。请等待 { $count } 分钟后重试。
throttled_hours = 尝试次数过多。请等待 { $count } 小时后重试。
