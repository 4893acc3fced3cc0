# Who is signed in, and choosing between accounts.

# Above the name of the person.
account_signed_in_as = Connecté en tant que
account_not_you = Ce n’est pas vous ?
account_switch = Changer de compte

select_account_heading = Choisissez un compte
select_account_lede = pour continuer vers { $app }
select_account_lede_alone = pour continuer vers { $service }
# $name: the name of the person.
select_account_continue = Continuer en tant que { $name }
select_account_other = Utiliser un autre compte

home_heading_in = Vous êtes connecté
home_lede_in = Les applications qui utilisent { $service } peuvent maintenant vous reconnaître. Vous pouvez fermer cette page.
home_heading_out = Bienvenue sur { $service }
home_lede_out = Vous n’êtes pas connecté. Les applications que vous utilisez vous amènent ici lorsqu’elles ont besoin de savoir qui vous êtes.
home_sign_in = Se connecter
home_sign_out = Se déconnecter
home_account = Votre compte
