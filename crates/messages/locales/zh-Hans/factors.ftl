# 登录时的另一个验证方式，以及验证方式的设置。

verify_heading = 请确认是您本人
verify_signing_in_as = 正在登录的账号
verify_lede_totp = 请输入身份验证器应用中显示的验证码。
verify_lede_recovery = 请输入一个恢复代码。每个代码只能使用一次。
verify_lede_none = 此次登录需要您尚未设置的验证方式。
verify_code = 六位验证码
verify_recovery_code = 恢复代码
verify_submit = 继续
verify_with_totp = 使用身份验证器应用
verify_with_recovery = 使用恢复代码
verify_error_code = 验证码不正确或已被使用。请等待下一个验证码，然后重试。
verify_error_recovery = 这不是您的恢复代码，或已被使用。请换一个再试。

enroll_heading = 设置第二种验证方式
# $app：应用的名称。
enroll_lede = { $app } 要求密码以外的验证方式。设置只需一分钟，且只需一次。
# $service：本服务的名称。
enroll_lede_alone = { $service } 要求密码以外的验证方式。设置只需一分钟，且只需一次。
enroll_decline = 暂不设置
enroll_error_expired = 此页面打开时间过长。请扫描新的图片，然后输入其验证码。

totp_step_scan = 请用身份验证器应用扫描此图片。
totp_qr_alt = 用于身份验证器应用的二维码
totp_by_hand = 无法扫描？
totp_open = 在此设备上打开身份验证器应用
totp_step_code = 请输入应用中显示的验证码。
totp_submit = 设置应用

recovery_codes_heading = 请保存您的恢复代码
recovery_codes_lede = 如果您丢失了设备，每个代码可让您登录一次。
recovery_codes_once = 这些代码不会再次显示。请打印出来，或保存在密码管理器中。
recovery_codes_continue = 我已保存
recovery_codes_copy = 复制
recovery_codes_copied = 已复制
recovery_codes_download = 下载
recovery_codes_print = 打印
