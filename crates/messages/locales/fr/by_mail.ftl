# Mail that people ask for, and where its links lead.

# Other ways than with a password, on the sign-in page.
sign_in_forgot = Mot de passe oublié ?
sign_in_mail_code = Recevoir un code par e-mail
sign_in_sign_up = Créer un compte
sign_in_password_changed = Votre mot de passe a été modifié. Connectez-vous avec le nouveau.

# Asking for a mail, and what is shown afterwards.
by_mail_name = Nom d’utilisateur ou adresse e-mail
by_mail_error_missing = Saisissez votre nom d’utilisateur ou votre adresse e-mail.
by_mail_sent_heading = Consultez votre messagerie
by_mail_spam = Rien reçu ? Patientez une minute et regardez dans le dossier de courrier indésirable.
by_mail_again = Envoyer un autre e-mail
by_mail_back = Retour à la connexion

# Signing in with a code from a mail. $name: what was typed as a username or an address.
mail_code_heading = Se connecter par e-mail
mail_code_lede = Nous vous envoyons un code de connexion.
mail_code_send = Envoyer le code
mail_code_sent_heading = Saisissez le code
mail_code_sent_lede = Si { $name } correspond à un compte dont l’adresse e-mail est confirmée, nous y avons envoyé un code. Il est valable dix minutes, dans ce navigateur uniquement.
mail_code_code = Code reçu par e-mail
mail_code_error = Ce code ne correspond pas ou n’est plus valable. Vérifiez-le ou demandez-en un autre.

# Where links in mails lead. $service: the name of this service.
sign_in_link_lede = Appuyez sur le bouton pour vous connecter à { $service } dans ce navigateur.
link_elsewhere_heading = Saisissez plutôt le code
link_elsewhere_message = Ce lien ne fonctionne que dans le navigateur où vous avez commencé à vous connecter. Revenez-y et saisissez le code reçu par e-mail. Si vous n’avez rien commencé, fermez cette page : personne n’entre sans le code.
link_again_heading = Ouvrez de nouveau le lien
link_again_message = Cette page est restée ouverte trop longtemps ou vient d’un autre navigateur. Ouvrez de nouveau le lien dans l’e-mail.
link_over_heading = Ce lien n’est plus valable
link_over_message = Il a déjà servi, il a expiré, ou un lien plus récent a été envoyé.
link_over_again = En demander un autre

# A new password in place of a forgotten one.
reset_heading = Réinitialiser le mot de passe
reset_lede = Nous vous envoyons un lien pour en choisir un nouveau.
reset_send = Envoyer le lien
reset_sent_lede = Si { $name } correspond à un compte dont l’adresse e-mail est confirmée, nous y avons envoyé un lien. Il est valable 30 minutes.
new_password_heading = Choisissez un nouveau mot de passe
new_password_lede = Il remplace l’ancien, et toutes vos sessions prennent fin.
new_password_field = Nouveau mot de passe
new_password_hint = Au moins 8 caractères. Plusieurs mots sans rapport entre eux sont faciles à retenir et difficiles à deviner.
new_password_submit = Modifier le mot de passe
new_password_error_missing = Choisissez un mot de passe.
new_password_error_length = Un mot de passe compte entre 8 et 256 caractères. Choisissez-en un de cette longueur.
new_password_error_characters = Ce mot de passe contient des caractères inutilisables. Retirez-les.
new_password_error_common = C’est l’un des mots de passe les plus courants. Choisissez-en un autre.
new_password_error_own = Ce mot de passe est fait d’un nom ou d’une adresse et se devine facilement. Choisissez-en un autre.
new_password_error_guessable = Ce mot de passe se devine facilement. Allongez-le ou utilisez plusieurs mots.

# Confirming an address.
verify_email_heading = Confirmez votre adresse e-mail
verify_email_lede = Confirmez que { $address } vous appartient.
verify_new_email_lede = { $address } devient l’adresse de votre compte { $service }.
verify_email_submit = Confirmer l’adresse
verify_email_done_heading = Votre adresse est confirmée
verify_email_done_lede = Vous pouvez désormais vous connecter avec { $address }.
verify_email_next = Accéder à votre compte
verify_email_taken_heading = Cette adresse ne peut pas être utilisée
verify_email_taken_message = { $address } appartient à un autre compte. Connectez-vous à ce compte ou utilisez une autre adresse.

# One’s own address.
account_email_lede = L’adresse où { $service } vous écrit et avec laquelle vous pouvez vous connecter.
account_email_current = Votre adresse
account_email_none = Il n’y en a pas encore.
account_email_verify = Envoyer un e-mail de confirmation
account_email_sent = Un e-mail est en route. Ouvrez le lien qu’il contient pour confirmer votre adresse.
account_email_pending = En attente de confirmation
account_email_pending_note = Votre adresse deviendra { $address } lorsque vous ouvrirez le lien que nous y avons envoyé, dans l’heure.
account_email_cancel = Garder l’ancienne adresse
account_email_canceled = Votre adresse reste inchangée. Le lien envoyé n’est plus valable.
account_email_change = Modifier votre adresse
account_email_change_note = La nouvelle adresse compte dès que vous la confirmez. L’ancienne est prévenue aussitôt.
account_email_new = Nouvelle adresse e-mail
account_email_change_sent = Un e-mail est en route vers la nouvelle adresse. Ouvrez le lien qu’il contient pour la confirmer.
account_email_error_same = C’est déjà votre adresse. Saisissez-en une autre.

# Making an account. $app: the name of the app that asked.
sign_up_heading = Créer un compte
sign_up_lede = pour continuer vers { $app }
sign_up_lede_alone = sur { $service }
sign_up_email = Adresse e-mail
sign_up_send = Continuer
sign_up_have_account = J’ai déjà un compte
sign_up_error_address = Ce n’est pas une adresse e-mail. Écrivez-la sous la forme nom@example.com.
sign_up_error_domain = Les comptes sont réservés aux adresses de certaines organisations. Utilisez celle que vous y avez.
sign_up_sent_lede = Nous avons envoyé un e-mail à { $address }. Ouvrez le lien qu’il contient pour continuer. Il est valable une heure.
sign_up_form_heading = Configurez votre compte
sign_up_form_lede = pour { $address } sur { $service }
sign_up_username_hint = Lettres, chiffres et ponctuation, sans espace ni @.
sign_up_name = Nom (facultatif)
sign_up_submit = Créer le compte
sign_up_error_username = Ce nom ne peut pas être utilisé. Prenez des lettres, des chiffres et de la ponctuation, sans espace ni @.
sign_up_error_username_taken = Quelqu’un d’autre a déjà ce nom d’utilisateur. Choisissez-en un autre.
sign_up_error_name = Ce nom est trop long. Raccourcissez-le.
sign_up_taken_heading = Vous avez déjà un compte
sign_up_taken_message = Depuis l’envoi de ce lien, un compte a été créé avec votre adresse. Connectez-vous à ce compte. Si vous avez oublié le mot de passe, vous pourrez l’y réinitialiser.
