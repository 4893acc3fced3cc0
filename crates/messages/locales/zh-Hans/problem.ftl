# The pages of what went wrong: a sentence that says what, and a message that says what to do next.

problem_request_id = 请求 ID
# Over the words that only the developers of the app need.
problem_detail = 供开发者参考
problem_next_home = 前往 { $service }
problem_next_app = 返回 { $app }
problem_next_sign_out = 退出登录

problem_invalid_request_title = 无法处理此请求
problem_invalid_request_message = 将您带到这里的应用发出了我们无法理解的请求。请返回该应用重试。如果问题再次出现，请告知该应用的运营方。

problem_unknown_client_title = 我们不认识此应用
problem_unknown_client_message = 您打开的链接所属的应用未在此注册，或已被停用。请返回该应用，或询问提供链接的人。

problem_redirect_uri_title = 此应用提供了未知的地址
problem_redirect_uri_message = 该应用希望您返回一个它并未注册的地址。为保护您的账号，我们在此中止。请返回并告知该应用的运营方。

problem_expired_title = 此页面已过期
problem_expired_message = 页面打开的时间过长。请返回应用，重新开始。

problem_other_browser_title = 此页面是在别处打开的
problem_other_browser_message = 您在另一个浏览器中打开了此页面，或者 Cookie 被阻止。请允许此网站使用 Cookie，然后返回应用，重新开始。

problem_used_title = 此次登录已经完成
problem_used_message = 此页面上没有需要继续的操作。请返回应用。如果您在那里尚未登录，请重新开始。

problem_logout_request_title = 无法完成退出登录
problem_logout_request_message = 将您带到这里的应用发出了我们无法理解的请求。您尚未退出登录，但可以在这里退出。

problem_forged_title = 我们无法验证此表单
problem_forged_message = 它可能来自其他网站，或来自打开时间过长的页面。请返回并重新加载页面，然后再次提交表单。

problem_not_found_title = 此处没有页面
problem_not_found_message = 请检查网址，或返回您之前使用的应用。

problem_method_title = 此页面不能这样使用
problem_method_message = 请返回您之前使用的应用，重新开始。

problem_too_large_title = 内容超出了我们的限制
problem_too_large_message = 发送到此页面的内容过大。请返回应用，重新开始。

problem_unavailable_title = 我们暂时无法处理
problem_unavailable_message = 没有任何数据丢失，这也不是您的问题。请稍等一分钟，然后重新加载页面。

problem_internal_title = 我们这边出了问题
problem_internal_message = 请返回重试。如果问题再次出现，请将下方的请求 ID 发送给此服务的运营方。

problem_throttled_title = 尝试次数过多
