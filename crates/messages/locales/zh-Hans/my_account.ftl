# The account page.
# nav and frame
my_profile = 个人资料
my_security = 登录与安全
my_sessions = 会话
my_apps = 已连接的应用
my_activity = 活动记录
my_data = 您的数据
my_edit = 编辑
my_edit_named = 编辑 { $name }
my_save = 保存
my_cancel = 取消
my_not_set = 未填写
my_on = 已启用
my_off = 未启用
my_added = 添加于
my_last_used = 上次使用
# $browser: as in Firefox. $system: as in Windows.
my_device = { $system } 上的 { $browser }
my_device_unknown = 未知设备

# what was done
my_done_saved = 您的更改已保存。
my_done_expired = 此页面打开时间过长，未作任何更改。请重试。
my_done_confirmed = 谢谢。您现在可以继续了。
my_done_password = 新密码已保存。您已在其他所有地方退出登录。
my_done_totp_added = 您的身份验证器应用已设置好。
my_done_totp_removed = 身份验证器应用已移除。
my_done_passkey_added = 您的通行密钥已添加。下次登录时即可使用。
my_done_passkey_removed = 通行密钥已移除。请在您的设备上也将其删除。
my_done_connected = 账号已连接。从现在起，您可以用它登录。
my_done_disconnected = 账号已断开连接。您无法再用它登录。
my_done_session_ended = 该会话已结束。
my_done_sessions_ended = 其他所有会话均已结束。
my_done_withdrawn = 该应用已无法再访问您的账号。

# the profile
my_profile_lede = 在您允许后，应用可以了解的信息。
my_profile_about = 关于您
my_profile_edit = 编辑个人资料
my_names = 您的登录名
my_username = 用户名
my_email = 电子邮箱
my_email_verified = 已验证
my_email_unverified = 未验证
my_email_change = 更改邮箱
my_name = 姓名
my_given_name = 名
my_family_name = 姓
my_nickname = 昵称
my_locale = 语言
my_locale_none = 无偏好
my_zoneinfo = 时区
my_zoneinfo_hint = 例如 Asia/Shanghai 或 Europe/Berlin。
my_error_too_long = 内容过长：最多 100 个字符。
my_error_characters = 其中含有此处不能使用的字符。
my_error_zone = 这不是时区。请写成 Asia/Shanghai 这样的形式。

# sign-in and security
my_security_lede = 您的登录方式，以及保护账号的措施。
my_password = 密码
my_password_note = 您可以使用密码登录。
my_password_none = 您尚未设置密码。
my_password_change = 更改密码
my_password_set = 设置密码
my_password_new = 新密码
my_password_others = 您在此处保持登录，在其他所有地方将退出登录。
my_password_hint = 至少 8 个字符。几个互不相关的词既好记又难猜。
my_password_too_short = 密码过短。请至少使用 8 个字符。
my_password_too_long = 密码过长。请缩短一些。
my_password_common = 很多人使用此密码，它会最先被尝试。请换一个。
my_password_own_words = 由您的姓名或邮箱组成的密码很容易被猜到。请换一个。
my_password_guessable = 此密码很容易被猜到。请加长，或使用互不相关的词。
my_passkeys = 通行密钥
my_passkeys_note = 使用指纹、面容或设备的 PIN 码登录。
my_passkey = 您的通行密钥
my_passkey_add = 添加通行密钥
my_passkey_name = 通行密钥名称
my_passkey_name_hint = 便于您在列表中识别。
my_passkey_name_missing = 请为其命名。
my_passkey_no_script = 要添加通行密钥，此页面需要 JavaScript 以及支持通行密钥的浏览器。
my_passkey_remove = 移除通行密钥
my_passkey_remove_note = 此后任何人都无法再用它登录。
my_passkey_only_way = 此通行密钥是进入您账号的唯一方式。请先设置密码，或添加另一个通行密钥。
# Accounts at other providers. $provider: the name of one.
my_linked = 其他服务的账号
my_linked_note = 使用您在其他服务的账号登录。
my_linked_since = 连接于
my_linked_off = 已停用
my_connect = 连接 { $provider }
my_disconnect = 断开连接
my_disconnect_named = 断开与 { $provider } 的连接
my_disconnect_heading = 要断开与 { $provider } 的连接吗？
my_disconnect_lede = 此后您无法再用它在这里登录。您在 { $provider } 的账号保持不变。
my_disconnect_account = 账号
my_disconnect_only_way = 该账号是您在这里登录的唯一方式。请先设置密码，或添加通行密钥。
my_totp = 身份验证器应用
my_totp_note = 手机上的应用会显示验证码，请在输入密码后填写。
my_totp_set_up = 设置
my_totp_set_up_heading = 设置身份验证器应用
my_totp_remove = 移除应用
my_totp_remove_heading = 要移除身份验证器应用吗？
my_totp_remove_lede = 此后仅凭密码即可进入您的账号，除非您使用通行密钥。替代该应用的恢复代码也会随之失效。
my_codes = 恢复代码
my_codes_note = 如果您丢失设备，每个恢复代码可让您登录一次。
my_codes_left = { $count ->
    [0] 已用完
   *[other] 剩余 { $count } 个
}
my_codes_make = 生成新的恢复代码
my_codes_make_heading = 要生成新的恢复代码吗？
my_codes_make_lede = 您现有的恢复代码将失效。新的恢复代码只显示一次。

# sessions
my_sessions_lede = 您已登录的浏览器。请结束您不认识的会话。
my_sessions_where = 您的登录位置
my_sessions_end_others = 结束其他所有会话
my_session_this = 当前会话
my_session_since = 登录于
my_session_seen = 最近活动
my_session_end = 结束
my_session_end_named = 结束会话：{ $device }

# connected apps
my_apps_lede = 可以使用您账号的应用。撤销后立即生效。
my_apps_none = 暂无应用
my_apps_none_note = 您允许使用账号的应用会显示在这里。
my_app_since = 连接于
my_app_may = 它可以做什么
my_app_withdraw = 撤销访问
my_app_withdraw_named = 撤销 { $app } 的访问

# activity
my_activity_lede = 您的账号发生过的事情。如果有不是您本人的操作，请更改密码并结束您不认识的会话。
my_activity_none = 暂无记录
my_activity_what = 事件
my_activity_when = 时间
my_activity_where = 位置
my_activity_older = 更早
my_activity_newest = 最新
my_event_signed_in = 已登录
my_event_confirmed = 确认了身份
my_event_signed_out = 已退出登录
my_event_session_ended = 从另一个浏览器结束了会话
my_event_session_ended_by_administrator = 管理员结束了会话
my_event_session_ended_with_password = 因更改密码结束了会话
my_event_allowed = 您允许 { $app } 使用您的账号
my_event_denied = 您拒绝了 { $app }
my_event_withdrawn = 您撤销了 { $app } 的访问
my_event_totp_added = 添加了身份验证器应用
my_event_totp_removed = 移除了身份验证器应用
my_event_codes_made = 生成了新的恢复代码
my_event_code_used = 使用了恢复代码
my_event_passkey_added = 添加了通行密钥
my_event_passkey_removed = 移除了通行密钥
my_event_passkey_renamed = 重命名了通行密钥
my_event_passkey_refused = 通行密钥可能被复制，已被拒绝
my_event_code_mailed = 已向您的邮箱发送登录验证码
my_event_reset_mailed = 已向您的邮箱发送重置密码的链接
my_event_link_mailed = 已向您的邮箱发送链接
my_event_linked = 连接了您在 { $provider } 的账号
my_event_proven_by = { $provider } 确认了您的身份
my_event_unlinked = 断开了与您在 { $provider } 的账号的连接
my_event_address_asked = 申请了更改电子邮箱
my_event_address_kept = 保留了原电子邮箱
my_event_address_changed = 更改了电子邮箱
my_event_address_confirmed = 验证了电子邮箱
my_event_created = 创建了账号
my_event_updated = 更改了个人资料
my_event_password_set = 设置了密码
my_event_password_changed = 更改了密码
my_event_password_reset = 重置了密码
my_event_reset_link_made = 管理员生成了重置密码的链接
my_event_enabled = 启用了账号
my_event_disabled = 停用了账号
my_event_factor_required = 开始要求使用第二验证方式
my_event_factor_not_required = 不再要求使用第二验证方式
my_event_exported = 下载了您的数据

# data and deletion
my_export = 下载您的数据
my_export_note = 一个文件，包含您的个人资料、会话、允许过的应用以及账号的活动记录。
my_export_action = 下载
my_delete = 删除我的账号
my_delete_note = 与您有关的一切都会被删除。此操作无法撤销。
my_delete_heading = 要删除您的账号吗？
my_delete_lede = 您在 { $service } 的账号及其中的一切都会被删除，应用会立即失去访问权限。任何人都无法恢复。
my_delete_type = 请输入您的用户名以确认：{ $username }
my_delete_error = 这不是您的用户名。请按上方显示的输入。
my_deleted_heading = 您的账号已删除
my_deleted_lede = 它在 { $service } 已不留任何内容。您可以关闭此页面。
