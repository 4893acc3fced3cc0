# 通行密钥：用它登录，以及创建它。

# 未命名的通行密钥的名称。
passkey_name = 我的通行密钥

# 位于密码表单与其下方的按钮之间。
passkey_or = 或
passkey_sign_in = 使用通行密钥登录
# 用户关闭了浏览器的提示，或没有可用的通行密钥。
passkey_cancelled = 未使用通行密钥。请重试，或选择其他方式。
# 脚本已停用，或浏览器版本过旧。
passkey_missing = 此浏览器无法在这里使用通行密钥。请选择其他方式，或换用其他浏览器。
passkey_error_unknown = 此通行密钥在这里已失效。请用其他方式登录，并从您的设备上删除它。
passkey_error_refused = 此通行密钥未被接受。请重试，或用其他方式登录。

passkey_verify_lede = 您的设备会要求验证指纹、面容或 PIN 码。
passkey_verify_submit = 使用您的通行密钥
passkey_verify_with = 使用通行密钥
# 仅剩的方式是通行密钥时显示。
passkey_verify_lost = 通行密钥丢失了？请用恢复代码登录您的账号，并在那里添加新的通行密钥。

passkey_create_heading = 创建通行密钥
passkey_create_lede = 用指纹、面容或设备的 PIN 码登录。比密码更快，而且虚假网页无法窃取。
passkey_create_submit = 创建通行密钥
passkey_create_cancelled = 未创建通行密钥。您可以随时重试。
passkey_create_present = 此设备上已有您账号的通行密钥。
passkey_error_already = 此通行密钥之前已添加。请直接用它登录。
passkey_error_full = 您账号的通行密钥数量已达上限。请先删除一个。
passkey_error_create = 无法添加此通行密钥。请重试。
passkey_error_create_expired = 此页面打开的时间过长。请重新创建通行密钥。

passkey_offer_heading = 不用密码登录？
passkey_offer_later = 暂不设置
