# The account page.
# nav and frame
my_profile = Profil
my_security = Connexion et sécurité
my_sessions = Sessions ouvertes
my_apps = Applications connectées
my_activity = Activité
my_data = Vos données
my_edit = Modifier
my_edit_named = Modifier { $name }
my_save = Enregistrer
my_cancel = Annuler
my_not_set = Non renseigné
my_on = Activée
my_off = Désactivée
my_added = Ajoutée
my_last_used = Dernière utilisation
# $browser: as in Firefox. $system: as in Windows.
my_device = { $browser } sur { $system }
my_device_unknown = Appareil inconnu

# what was done
my_done_saved = Vos modifications sont enregistrées.
my_done_expired = Cette page est restée ouverte trop longtemps et rien n’a été modifié. Veuillez réessayer.
my_done_confirmed = Merci. Vous pouvez continuer.
my_done_password = Votre nouveau mot de passe est enregistré. Partout ailleurs, vous êtes déconnecté.
my_done_totp_added = Votre application d’authentification est configurée.
my_done_totp_removed = L’application d’authentification est supprimée.
my_done_passkey_added = Votre clé d’accès est ajoutée. Vous pourrez l’utiliser à la prochaine connexion.
my_done_passkey_removed = La clé d’accès est supprimée. Effacez-la aussi de votre appareil.
my_done_connected = Votre compte est associé. Vous pouvez désormais l’utiliser pour vous connecter.
my_done_disconnected = Le compte est dissocié. Vous ne pouvez plus l’utiliser pour vous connecter.
my_done_session_ended = La session est fermée.
my_done_sessions_ended = Toutes les autres sessions sont fermées.
my_done_withdrawn = L’application n’a plus accès à votre compte.

# the profile
my_profile_lede = Ce que les applications apprennent de vous si vous l’autorisez.
my_profile_about = À propos de vous
my_profile_edit = Modifier votre profil
my_names = Votre identifiant
my_username = Nom d’utilisateur
my_email = Adresse e-mail
my_email_verified = Vérifiée
my_email_unverified = Non vérifiée
my_email_change = Changer d’adresse
my_name = Nom complet
my_given_name = Prénom
my_family_name = Nom de famille
my_nickname = Surnom
my_locale = Langue
my_locale_none = Aucune préférence
my_zoneinfo = Fuseau horaire
my_zoneinfo_hint = Par exemple Europe/Paris ou America/Montreal.
my_error_too_long = C’est trop long : 100 caractères au maximum.
my_error_characters = Certains caractères ne peuvent pas être utilisés ici.
my_error_zone = Ce n’est pas un fuseau horaire. Écrivez-le comme Europe/Paris.

# sign-in and security
my_security_lede = Ce qui vous permet de vous connecter et protège votre compte.
my_password = Mot de passe
my_password_note = Vous pouvez vous connecter avec un mot de passe.
my_password_none = Vous n’avez pas de mot de passe.
my_password_change = Changer de mot de passe
my_password_set = Définir un mot de passe
my_password_new = Nouveau mot de passe
my_password_others = Vous restez connecté ici et serez déconnecté partout ailleurs.
my_password_hint = Au moins 8 caractères. Quelques mots sans rapport entre eux se retiennent bien et se devinent mal.
my_password_too_short = Ce mot de passe est trop court. Utilisez au moins 8 caractères.
my_password_too_long = Ce mot de passe est trop long. Raccourcissez-le.
my_password_common = Beaucoup de gens utilisent ce mot de passe, qui sera donc essayé en premier. Choisissez-en un autre.
my_password_own_words = Un mot de passe formé de votre nom ou de votre adresse se devine facilement. Choisissez-en un autre.
my_password_guessable = Ce mot de passe se devine facilement. Allongez-le ou utilisez des mots sans rapport entre eux.
my_passkeys = Clés d’accès
my_passkeys_note = Connectez-vous avec votre empreinte, votre visage ou le code de votre appareil.
my_passkey = Votre clé d’accès
my_passkey_add = Ajouter une clé d’accès
my_passkey_name = Nom de la clé d’accès
my_passkey_name_hint = Pour la reconnaître dans la liste.
my_passkey_name_missing = Donnez-lui un nom.
my_passkey_no_script = Pour ajouter une clé d’accès, cette page a besoin de JavaScript et d’un navigateur compatible.
my_passkey_remove = Supprimer la clé d’accès
my_passkey_remove_note = Plus personne ne pourra se connecter avec elle.
my_passkey_only_way = Cette clé d’accès est le seul moyen d’entrer dans votre compte. Définissez d’abord un mot de passe ou ajoutez une autre clé.
# Accounts at other providers. $provider: the name of one.
my_linked = Comptes d’autres services
my_linked_note = Connectez-vous avec un compte que vous avez auprès d’un autre service.
my_linked_since = Associé
my_linked_off = Désactivé
my_connect = Associer { $provider }
my_disconnect = Dissocier
my_disconnect_named = Dissocier { $provider }
my_disconnect_heading = Dissocier { $provider } ?
my_disconnect_lede = Vous ne pourrez plus l’utiliser pour vous connecter ici. Votre compte { $provider } reste inchangé.
my_disconnect_account = Compte associé
my_disconnect_only_way = Ce compte est le seul moyen d’entrer dans le vôtre. Définissez d’abord un mot de passe ou ajoutez une clé d’accès.
my_totp = Application d’authentification
my_totp_note = Une application de votre téléphone affiche un code que vous saisissez après le mot de passe.
my_totp_set_up = Configurer
my_totp_set_up_heading = Configurer une application d’authentification
my_totp_remove = Supprimer l’application
my_totp_remove_heading = Supprimer l’application d’authentification ?
my_totp_remove_lede = Votre mot de passe suffira alors pour ouvrir votre compte, sauf si vous utilisez une clé d’accès. Les codes de récupération qui remplacent l’application disparaissent avec elle.
my_codes = Codes de récupération
my_codes_note = Si vous perdez votre appareil, chacun vous connecte une fois.
my_codes_left = { $count ->
    [0] Plus aucun
    [one] Il en reste un
   *[other] Il en reste { $count }
}
my_codes_make = Créer de nouveaux codes
my_codes_make_heading = Créer de nouveaux codes de récupération ?
my_codes_make_lede = Vos codes actuels ne fonctionneront plus. Les nouveaux ne s’affichent qu’une fois.

# sessions
my_sessions_lede = Les navigateurs dans lesquels vous êtes connecté. Fermez les sessions que vous ne connaissez pas.
my_sessions_where = Où vous êtes connecté
my_sessions_end_others = Fermer toutes les autres
my_session_this = Cette session
my_session_since = Connexion
my_session_seen = Dernière activité
my_session_end = Fermer
my_session_end_named = Fermer la session : { $device }

# connected apps
my_apps_lede = Les applications qui peuvent utiliser votre compte. Ce que vous retirez cesse aussitôt.
my_apps_none = Aucune application pour l’instant
my_apps_none_note = Les applications que vous autorisez à utiliser votre compte apparaissent ici.
my_app_since = Connectée
my_app_may = Ce qu’elle peut faire
my_app_withdraw = Retirer l’accès
my_app_withdraw_named = Retirer l’accès à { $app }

# activity
my_activity_lede = Ce qui s’est passé sur votre compte. Si quelque chose ne vient pas de vous, changez de mot de passe et fermez les sessions inconnues.
my_activity_none = Rien pour l’instant
my_activity_what = Quoi
my_activity_when = Quand
my_activity_where = Où
my_activity_older = Plus anciennes
my_activity_newest = Les plus récentes
my_event_signed_in = Connexion
my_event_confirmed = Identité confirmée
my_event_signed_out = Déconnexion
my_event_session_ended = Une session a été fermée depuis un autre navigateur
my_event_session_ended_by_administrator = Une session a été fermée par un administrateur
my_event_session_ended_with_password = Une session a été fermée car le mot de passe a changé
my_event_allowed = Vous avez autorisé { $app } à utiliser votre compte
my_event_denied = Vous avez refusé { $app }
my_event_withdrawn = Vous avez retiré l’accès à { $app }
my_event_totp_added = Une application d’authentification a été ajoutée
my_event_totp_removed = L’application d’authentification a été supprimée
my_event_codes_made = De nouveaux codes de récupération ont été créés
my_event_code_used = Un code de récupération a été utilisé
my_event_passkey_added = Une clé d’accès a été ajoutée
my_event_passkey_removed = Une clé d’accès a été supprimée
my_event_passkey_renamed = Une clé d’accès a été renommée
my_event_passkey_refused = Une clé d’accès a été refusée car elle a pu être copiée
my_event_code_mailed = Un code de connexion vous a été envoyé par e-mail
my_event_reset_mailed = Un lien pour réinitialiser le mot de passe vous a été envoyé par e-mail
my_event_link_mailed = Un lien vous a été envoyé par e-mail
my_event_linked = Votre compte { $provider } a été associé
my_event_proven_by = { $provider } a confirmé votre identité
my_event_unlinked = Votre compte { $provider } a été dissocié
my_event_address_asked = Une autre adresse e-mail a été demandée
my_event_address_kept = L’adresse e-mail est restée inchangée
my_event_address_changed = L’adresse e-mail a été changée
my_event_address_confirmed = L’adresse e-mail a été vérifiée
my_event_created = Le compte a été créé
my_event_updated = Le profil a été modifié
my_event_password_set = Un mot de passe a été défini
my_event_password_changed = Le mot de passe a été changé
my_event_password_reset = Le mot de passe a été réinitialisé
my_event_reset_link_made = Un administrateur a créé un lien pour réinitialiser le mot de passe
my_event_enabled = Le compte a été activé
my_event_disabled = Le compte a été désactivé
my_event_factor_required = Un second facteur est devenu obligatoire
my_event_factor_not_required = Un second facteur n’est plus obligatoire
my_event_exported = Vos données ont été téléchargées

# data and deletion
my_export = Télécharger vos données
my_export_note = Un fichier avec votre profil, vos sessions, les applications autorisées et ce qui s’est passé sur votre compte.
my_export_action = Télécharger
my_delete = Supprimer mon compte
my_delete_note = Tout ce qui vous concerne est effacé. C’est irréversible.
my_delete_heading = Supprimer votre compte ?
my_delete_lede = Votre compte { $service } est supprimé avec tout ce qu’il contient, et les applications perdent aussitôt l’accès. Personne ne pourra le rétablir.
my_delete_type = Pour confirmer, saisissez votre nom d’utilisateur : { $username }
my_delete_error = Ce n’est pas votre nom d’utilisateur. Saisissez-le comme ci-dessus.
my_deleted_heading = Votre compte est supprimé
my_deleted_lede = Il n’en reste rien chez { $service }. Vous pouvez fermer cette page.
