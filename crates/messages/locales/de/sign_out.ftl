# Signing out.

logout_heading = Abmelden?
logout_lede = Sie werden in diesem Browser von { $service } abgemeldet.
# $app: the name of the app that asked.
logout_lede_app = { $app } möchte Sie in diesem Browser von { $service } abmelden.
logout_confirm = Abmelden
logout_stay = Angemeldet bleiben

signed_out_heading = Abgemeldet
signed_out_lede = Sie sind in diesem Browser von { $service } abgemeldet.
signed_out_advice = Schließen Sie auf einem gemeinsam genutzten Computer auch alle Browserfenster.
signed_out_continue = Weiter zu { $app }
signed_out_sign_in = Erneut anmelden
