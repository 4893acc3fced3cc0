# Signing in with another provider, such as that of a company.

# $provider: its name.
upstream_with = Continuer avec { $provider }
# Between the password and the other ways to sign in.
upstream_or = ou
upstream_organization = Se connecter avec votre organisation
upstream_back = Revenir à la connexion
upstream_back_account = Revenir à votre compte

upstream_organization_heading = Se connecter avec votre organisation
upstream_organization_lede = Saisissez l’adresse que vous y avez. Nous vous conduisons à la page de connexion de votre organisation.
upstream_address = Adresse e-mail
upstream_organization_submit = Continuer
upstream_address_missing = Saisissez votre adresse e-mail.
upstream_address_unknown = Nous ne connaissons aucune organisation avec cette adresse. Vérifiez-la, ou connectez-vous avec votre mot de passe.

# An account at the provider has the address of somebody who is here already. $email: the address.
upstream_link_heading = Est-ce vous ?
upstream_link_sign_in_lede = Un compte d’ici a également l’adresse { $email }. Connectez-vous-y comme d’habitude, et { $provider } suffira désormais.
upstream_link_confirm_lede = { $provider } vous connaît sous l’adresse { $email }. Associez les deux, et vous vous connecterez désormais à ce compte avec { $provider }.
upstream_link_sign_out_lede = Le compte qui a l’adresse { $email } n’est pas celui auquel vous êtes connecté. Déconnectez-vous, puis recommencez.
upstream_link_sign_in = Se connecter
upstream_link_confirm = Associer
upstream_link_decline = Pas maintenant

# What went wrong, and what to do next.
upstream_expired_title = Cette connexion a expiré
upstream_expired_message = Elle a pris trop de temps, ou elle est déjà terminée. Recommencez.
upstream_gone_title = Ce mode de connexion est désactivé
upstream_gone_message = Connectez-vous autrement, ou demandez aux responsables de ce service.
upstream_denied_title = { $provider } ne vous a pas connecté
upstream_denied_message = La connexion a été annulée par vous ou par { $provider }. Réessayez, ou connectez-vous autrement.
upstream_unavailable_title = { $provider } ne répond pas
upstream_unavailable_message = Vous n’y êtes pour rien. Patientez une minute et réessayez, ou connectez-vous autrement.
upstream_not_accepted_title = Nous n’avons pas pu vérifier la réponse de { $provider }
upstream_not_accepted_message = Pour protéger votre compte, nous nous arrêtons ici. Réessayez. Si cela se reproduit, envoyez l’identifiant de la requête ci-dessous aux responsables de ce service.
upstream_no_account_title = Vous n’avez pas encore de compte
upstream_no_account_message = { $provider } vous connaît, mais personne ici. Demandez l’accès aux responsables de ce service, ou connectez-vous autrement.
upstream_disabled_title = Vous ne pouvez pas vous connecter
upstream_disabled_message = Votre compte est désactivé. Demandez aux responsables de ce service.
upstream_taken_title = Ce compte appartient ici à quelqu’un d’autre
upstream_taken_message = Une autre personne se connecte déjà avec ce compte { $provider }. Utilisez-en un autre.
upstream_other_title = Vous vous êtes connecté sous une autre identité
upstream_other_message = Le compte { $provider } n’est pas celui de la personne qui doit se connecter ici. Choisissez-y le bon.
