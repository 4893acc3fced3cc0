# Who is signed in, and choosing between accounts.

# Above the name of the person.
account_signed_in_as = Signed in as
account_not_you = Not you?
account_switch = Switch account

select_account_heading = Choose an account
select_account_lede = to continue to { $app }
select_account_lede_alone = to continue to { $service }
# $name: the name of the person.
select_account_continue = Continue as { $name }
select_account_other = Use another account

home_heading_in = You are signed in
home_lede_in = Apps that use { $service } can now recognize you. You can close this page.
home_heading_out = Welcome to { $service }
home_lede_out = You are not signed in. Apps that you use bring you here when they need to know who you are.
home_sign_in = Sign in
home_sign_out = Sign out
home_account = Your account
