# Signing in with another provider, such as that of a company.

# $provider: its name.
upstream_with = Continue with { $provider }
# Between the password and the other ways to sign in.
upstream_or = or
upstream_organization = Sign in with your organization
upstream_back = Back to signing in
upstream_back_account = Back to your account

upstream_organization_heading = Sign in with your organization
upstream_organization_lede = Enter your address there. We take you to where your organization signs you in.
upstream_address = Email address
upstream_organization_submit = Continue
upstream_address_missing = Enter your email address.
upstream_address_unknown = We know no organization with this address. Check it, or sign in with your password.

# An account at the provider has the address of somebody who is here already. $email: the address.
upstream_link_heading = Is this you?
upstream_link_sign_in_lede = An account here has the address { $email } as well. Sign in to it as you always do, and { $provider } will sign you in from then on.
upstream_link_confirm_lede = { $provider } knows you as { $email }. Connect it, and it will sign you in to this account from now on.
upstream_link_sign_out_lede = The account with the address { $email } is not the one that you are signed in to. Sign out, then start again.
upstream_link_sign_in = Sign in
upstream_link_confirm = Connect
upstream_link_decline = Not now

# What went wrong, and what to do next.
upstream_expired_title = This sign-in has expired
upstream_expired_message = It took too long, or was completed before. Start again.
upstream_gone_title = This way to sign in is switched off
upstream_gone_message = Sign in another way, or ask the people who run this service.
upstream_denied_title = { $provider } did not sign you in
upstream_denied_message = You or { $provider } canceled the sign-in. Try again, or sign in another way.
upstream_unavailable_title = { $provider } does not answer
upstream_unavailable_message = It is not your fault. Wait a minute and try again, or sign in another way.
upstream_not_accepted_title = We could not check the answer of { $provider }
upstream_not_accepted_message = To protect your account, we stop here. Try again. If it happens again, send the request ID below to the people who run this service.
upstream_no_account_title = There is no account for you yet
upstream_no_account_message = { $provider } knows you, but nobody here does. Ask the people who run this service to let you in, or sign in another way.
upstream_disabled_title = You cannot sign in
upstream_disabled_message = Your account is switched off. Ask the people who run this service.
upstream_taken_title = This account belongs to somebody else here
upstream_taken_message = Another person already signs in with this account at { $provider }. Use another one.
upstream_other_title = You signed in as somebody else
upstream_other_message = The account at { $provider } belongs to another person than the one who must sign in here. Choose the right one there.
