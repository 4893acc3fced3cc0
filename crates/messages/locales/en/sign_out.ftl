# Signing out.

logout_heading = Sign out?
logout_lede = You will be signed out of { $service } in this browser.
# $app: the name of the app that asked.
logout_lede_app = { $app } asks to sign you out of { $service } in this browser.
logout_confirm = Sign out
logout_stay = Stay signed in

signed_out_heading = Signed out
signed_out_lede = You are signed out of { $service } in this browser.
signed_out_advice = On a shared computer, close all browser windows too.
signed_out_continue = Continue to { $app }
signed_out_sign_in = Sign in again
