# Mail. In all of it, $service is the name of this service.

# Under a button: the same link to be copied.
mail_link_instead = Ou ouvrez cette adresse dans votre navigateur :
# Before a code, in the plain text.
mail_code = Votre code :
mail_code_warning = Ne communiquez ce code à personne. Personne chez { $service } ne vous le demandera.
# How long a link or a code is good for.
mail_once_minutes = Utilisable une seule fois, pendant { $minutes ->
    [one] une minute
   *[other] { $minutes } minutes
}.
mail_once_hours = Utilisable une seule fois, pendant { $hours ->
    [one] une heure
   *[other] { $hours } heures
}.
mail_once_days = Utilisable une seule fois, pendant { $days ->
    [one] un jour
   *[other] { $days } jours
}.
mail_ignore = Si vous n’avez rien demandé, vous pouvez ignorer cet e-mail : rien ne se passera sans vous.

# Why somebody gets this mail, in small letters at its end.
mail_why_address = Vous recevez cet e-mail parce que quelqu’un a saisi cette adresse sur { $service }.
# $account: the username.
mail_why_account = Vous recevez cet e-mail parce que cette adresse est celle du compte { $account } sur { $service }.
mail_why_known = Vous recevez cet e-mail parce que cette adresse est celle d’un compte sur { $service }.
mail_why_operator = Vous recevez cet e-mail parce que les responsables de { $service } l’ont envoyé à cette adresse.

# What stands before a detail.
mail_fact_time = Heure :
mail_fact_passkey = Clé d’accès :
mail_fact_new_address = Nouvelle adresse :
mail_fact_device = Appareil :
mail_fact_place = Lieu :

# What every security notice ends with.
mail_review = Vérifier votre compte
mail_not_you = Si ce n’était pas vous, quelqu’un d’autre a peut-être accès à votre compte. Vérifiez-le maintenant : changez votre mot de passe et fermez les sessions que vous ne reconnaissez pas.
# When the account or the address is beyond reach.
mail_not_you_gone = Si ce n’était pas vous, prévenez immédiatement les responsables de { $service }.

mail_verify_title = Confirmez votre adresse e-mail
mail_verify_body = Confirmez que cette adresse est la vôtre, pour que { $service } puisse vous y joindre.
mail_verify_action = Confirmer l’adresse

mail_sign_in_title = Se connecter
mail_sign_in_body = Saisissez ce code sur la page où vous vous connectez à { $service } :
mail_sign_in_link = Si vous lisez cet e-mail dans le même navigateur, vous pouvez aussi utiliser le bouton.
mail_sign_in_action = Se connecter

mail_reset_title = Réinitialisez votre mot de passe
mail_reset_body = Choisissez un nouveau mot de passe pour votre compte { $service }. D’ici là, l’ancien reste valable.
mail_reset_action = Choisir un nouveau mot de passe

mail_new_address_title = Confirmez votre nouvelle adresse e-mail
mail_new_address_body = Dès que vous l’aurez confirmée, cette adresse deviendra celle de votre compte { $service }.
mail_new_address_action = Confirmer l’adresse

mail_invitation_title = Vous avez reçu une invitation
mail_invitation_body = { $service } vous invite. Acceptez l’invitation pour créer votre compte.
mail_invitation_action = Accepter l’invitation

mail_sign_up_title = Terminez la création de votre compte
mail_sign_up_body = Confirmez que cette adresse est la vôtre, et votre compte { $service } sera prêt.
mail_sign_up_action = Confirmer l’adresse

mail_taken_title = Vous avez déjà un compte
mail_taken_body = Quelqu’un a essayé de créer un compte sur { $service } avec cette adresse, qui en a déjà un. Si c’était vous, connectez-vous. Si vous avez oublié votre mot de passe, vous pouvez le réinitialiser sur la page de connexion.
mail_taken_action = Se connecter

mail_address_changing_title = Votre adresse e-mail est sur le point de changer
mail_address_changing_body = Une personne connectée à votre compte { $service } a demandé une autre adresse e-mail. Le changement prendra effet dès que la nouvelle adresse sera confirmée.

mail_address_changed_title = Votre adresse e-mail a été modifiée
mail_address_changed_body = Votre compte { $service } a maintenant une autre adresse e-mail. Ceci est le dernier e-mail envoyé à l’ancienne.

mail_password_changed_title = Votre mot de passe a été modifié
mail_password_changed_body = Votre compte { $service } a un nouveau mot de passe.

mail_passkey_added_title = Une clé d’accès a été ajoutée
mail_passkey_added_body = Votre compte { $service } a une nouvelle clé d’accès. La personne qui la détient peut s’en servir pour se connecter.

mail_passkey_removed_title = Une clé d’accès a été supprimée
mail_passkey_removed_body = Une clé d’accès a été supprimée de votre compte { $service }. Elle ne permet plus de se connecter.

mail_passkey_cloned_title = Une clé d’accès a peut-être été copiée
mail_passkey_cloned_body = Une clé d’accès de votre compte { $service } a été refusée, car il en existe peut-être une copie. Personne n’a été connecté. Supprimez cette clé de votre compte et ajoutez-en une nouvelle.

mail_totp_added_title = Une application d’authentification a été ajoutée
mail_totp_added_body = Votre compte { $service } accepte désormais les codes d’une application d’authentification.

mail_totp_removed_title = L’application d’authentification a été supprimée
mail_totp_removed_body = Votre compte { $service } n’accepte plus les codes d’une application d’authentification.

mail_recovery_made_title = De nouveaux codes de récupération ont été créés
mail_recovery_made_body = Votre compte { $service } a de nouveaux codes de récupération. Les anciens ne fonctionnent plus.

mail_recovery_used_title = Un code de récupération a été utilisé
mail_recovery_used_body = Un code de récupération a servi à se connecter à votre compte { $service }. { $left ->
    [0] C’était le dernier : créez-en de nouveaux maintenant.
    [one] Il en reste un.
   *[other] Il en reste { $left }.
}

mail_new_sign_in_title = Nouvelle connexion à votre compte
mail_new_sign_in_body = Quelqu’un s’est connecté à votre compte { $service } dans un navigateur qui n’avait pas encore servi à le faire.

mail_deleted_title = Votre compte a été supprimé
mail_deleted_body = Votre compte { $service } a été supprimé, avec tout ce qu’il contenait. Cette suppression est définitive.

mail_profile_changed_title = Votre profil a été modifié
mail_profile_changed_body = Ce que votre compte { $service } indique à votre sujet a été modifié.

# $app: the name of an app.
mail_app_withdrawn_title = { $app } n’a plus accès à votre compte
mail_app_withdrawn_body = L’accès de { $app } à votre compte { $service } a été retiré. L’application devra vous le redemander.

# $upstream: the name of another service that people sign in with.
mail_linked_title = Vous pouvez maintenant vous connecter avec { $upstream }
mail_linked_body = Votre compte { $service } a été associé à { $upstream }. Toute personne qui peut s’y connecter peut se connecter ici.

mail_unlinked_title = Vous ne pouvez plus vous connecter avec { $upstream }
mail_unlinked_body = Le lien entre votre compte { $service } et { $upstream } a été supprimé.

mail_test_title = Ceci est un test
mail_test_body = Les e-mails de { $service } arrivent. Vous n’avez rien à faire.
