# Signing out.

logout_heading = Se déconnecter ?
logout_lede = Vous serez déconnecté de { $service } dans ce navigateur.
# $app: the name of the app that asked.
logout_lede_app = { $app } demande à vous déconnecter de { $service } dans ce navigateur.
logout_confirm = Se déconnecter
logout_stay = Rester connecté

signed_out_heading = Déconnexion effectuée
signed_out_lede = Vous êtes déconnecté de { $service } dans ce navigateur.
signed_out_advice = Sur un ordinateur partagé, fermez aussi toutes les fenêtres du navigateur.
signed_out_continue = Continuer vers { $app }
signed_out_sign_in = Se reconnecter
