# Un facteur de plus à la connexion, et la configuration des facteurs.

verify_heading = Confirmez que c’est bien vous
verify_signing_in_as = Connexion en tant que
verify_lede_totp = Saisissez le code affiché par votre application d’authentification.
verify_lede_recovery = Saisissez l’un de vos codes de récupération. Chacun ne sert qu’une fois.
verify_lede_none = Cette connexion demande un facteur que vous n’avez pas.
verify_code = Code à six chiffres
verify_recovery_code = Code de récupération
verify_submit = Continuer
verify_with_totp = Utiliser votre application d’authentification
verify_with_recovery = Utiliser un code de récupération
verify_error_code = Ce code n’est pas correct ou a déjà servi. Attendez le suivant, puis réessayez.
verify_error_recovery = Ce n’est aucun de vos codes de récupération, ou il a déjà servi. Essayez-en un autre.

enroll_heading = Configurer un second facteur
# $app : le nom de l’application.
enroll_lede = { $app } demande plus qu’un mot de passe. Cela prend une minute, une seule fois.
# $service : le nom de ce service.
enroll_lede_alone = { $service } demande plus qu’un mot de passe. Cela prend une minute, une seule fois.
enroll_decline = Pas maintenant
enroll_error_expired = Cette page est restée ouverte trop longtemps. Scannez la nouvelle image, puis saisissez son code.

totp_step_scan = Scannez cette image avec une application d’authentification.
totp_qr_alt = QR code pour votre application d’authentification
totp_by_hand = Vous ne pouvez pas la scanner ?
totp_open = Ouvrir une application d’authentification sur cet appareil
totp_step_code = Saisissez le code affiché par l’application.
totp_submit = Configurer l’application

recovery_codes_heading = Conservez vos codes de récupération
recovery_codes_lede = Si vous perdez votre appareil, chacun d’eux vous connecte une fois.
recovery_codes_once = Ils ne seront plus affichés. Imprimez-les ou gardez-les dans un gestionnaire de mots de passe.
recovery_codes_continue = Je les ai conservés
recovery_codes_copy = Copier
recovery_codes_copied = Copiés
recovery_codes_download = Télécharger
recovery_codes_print = Imprimer
