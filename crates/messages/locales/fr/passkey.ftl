# Clés d’accès (passkeys) : se connecter avec l’une d’elles, et en créer une.

# Le nom d’une clé d’accès que personne n’a nommée.
passkey_name = Ma clé d’accès

# Entre le formulaire avec le mot de passe et le bouton en dessous.
passkey_or = ou
passkey_sign_in = Se connecter avec une clé d’accès
# La personne a fermé la question du navigateur, ou n’avait pas de clé d’accès.
passkey_cancelled = Aucune clé d’accès n’a été utilisée. Réessayez ou choisissez un autre moyen.
# Les scripts sont désactivés, ou le navigateur est trop ancien.
passkey_missing = Ce navigateur ne peut pas utiliser de clés d’accès ici. Choisissez un autre moyen ou un autre navigateur.
passkey_error_unknown = Cette clé d’accès n’est plus connue ici. Connectez-vous autrement, puis supprimez-la de votre appareil.
passkey_error_refused = Cette clé d’accès n’a pas été acceptée. Réessayez ou connectez-vous autrement.

passkey_verify_lede = Votre appareil demande votre empreinte, votre visage ou votre code PIN.
passkey_verify_submit = Utiliser votre clé d’accès
passkey_verify_with = Utiliser une clé d’accès
# À côté du seul moyen qui reste : une clé d’accès.
passkey_verify_lost = Vous avez perdu votre clé d’accès ? Connectez-vous à votre compte avec un code de récupération et ajoutez-y une nouvelle clé.

passkey_create_heading = Créer une clé d’accès
passkey_create_lede = Connectez-vous avec votre empreinte, votre visage ou le code PIN de votre appareil. C’est plus rapide qu’un mot de passe, et aucune fausse page ne peut le voler.
passkey_create_submit = Créer une clé d’accès
passkey_create_cancelled = Aucune clé d’accès n’a été créée. Réessayez quand vous voulez.
passkey_create_present = Cet appareil a déjà une clé d’accès pour votre compte.
passkey_error_already = Cette clé d’accès a déjà été ajoutée. Utilisez-la pour vous connecter.
passkey_error_full = Votre compte a déjà toutes les clés d’accès qu’il peut avoir. Supprimez-en une d’abord.
passkey_error_create = La clé d’accès n’a pas pu être ajoutée. Réessayez.
passkey_error_create_expired = Cette page est restée ouverte trop longtemps. Créez la clé d’accès à nouveau.

passkey_offer_heading = Se connecter sans mot de passe ?
passkey_offer_later = Pas maintenant
