# Signing in with another provider, such as that of a company.

# $provider: its name.
upstream_with = Weiter mit { $provider }
# Between the password and the other ways to sign in.
upstream_or = oder
upstream_organization = Über Ihre Organisation anmelden
upstream_back = Zurück zur Anmeldung
upstream_back_account = Zurück zu Ihrem Konto

upstream_organization_heading = Über Ihre Organisation anmelden
upstream_organization_lede = Geben Sie Ihre dortige Adresse ein. Wir bringen Sie zur Anmeldung Ihrer Organisation.
upstream_address = E-Mail-Adresse
upstream_organization_submit = Weiter
upstream_address_missing = Geben Sie Ihre E-Mail-Adresse ein.
upstream_address_unknown = Wir kennen keine Organisation mit dieser Adresse. Prüfen Sie sie oder melden Sie sich mit Ihrem Passwort an.

# An account at the provider has the address of somebody who is here already. $email: the address.
upstream_link_heading = Sind Sie das?
upstream_link_sign_in_lede = Ein Konto hier hat ebenfalls die Adresse { $email }. Melden Sie sich dort wie gewohnt an, dann genügt künftig { $provider }.
upstream_link_confirm_lede = { $provider } kennt Sie als { $email }. Verbinden Sie beides, dann melden Sie sich künftig mit { $provider } bei diesem Konto an.
upstream_link_sign_out_lede = Das Konto mit der Adresse { $email } ist nicht das, bei dem Sie angemeldet sind. Melden Sie sich ab und beginnen Sie von vorn.
upstream_link_sign_in = Anmelden
upstream_link_confirm = Verbinden
upstream_link_decline = Jetzt nicht

# What went wrong, and what to do next.
upstream_expired_title = Diese Anmeldung ist abgelaufen
upstream_expired_message = Sie hat zu lange gedauert oder wurde schon abgeschlossen. Beginnen Sie von vorn.
upstream_gone_title = Diese Art der Anmeldung ist abgeschaltet
upstream_gone_message = Melden Sie sich auf andere Weise an oder fragen Sie die Betreiber dieses Dienstes.
upstream_denied_title = { $provider } hat Sie nicht angemeldet
upstream_denied_message = Sie oder { $provider } haben die Anmeldung abgebrochen. Versuchen Sie es erneut oder melden Sie sich auf andere Weise an.
upstream_unavailable_title = { $provider } antwortet nicht
upstream_unavailable_message = Das liegt nicht an Ihnen. Warten Sie eine Minute und versuchen Sie es erneut, oder melden Sie sich auf andere Weise an.
upstream_not_accepted_title = Wir konnten die Antwort von { $provider } nicht prüfen
upstream_not_accepted_message = Zum Schutz Ihres Kontos brechen wir hier ab. Versuchen Sie es erneut. Wenn es wieder passiert, senden Sie die unten stehende Anfrage-ID an die Betreiber dieses Dienstes.
upstream_no_account_title = Für Sie gibt es noch kein Konto
upstream_no_account_message = { $provider } kennt Sie, hier kennt Sie noch niemand. Bitten Sie die Betreiber dieses Dienstes um Zugang oder melden Sie sich auf andere Weise an.
upstream_disabled_title = Sie können sich nicht anmelden
upstream_disabled_message = Ihr Konto ist abgeschaltet. Fragen Sie die Betreiber dieses Dienstes.
upstream_taken_title = Dieses Konto gehört hier zu jemand anderem
upstream_taken_message = Mit diesem Konto bei { $provider } meldet sich bereits eine andere Person an. Verwenden Sie ein anderes.
upstream_other_title = Sie haben sich als jemand anderes angemeldet
upstream_other_message = Das Konto bei { $provider } gehört nicht der Person, die sich hier anmelden muss. Wählen Sie dort das richtige.
