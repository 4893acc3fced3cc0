# Mail. In all of it, $service is the name of this service.

# Under a button: the same link to be copied.
mail_link_instead = Oder öffnen Sie diese Adresse im Browser:
# Before a code, in the plain text.
mail_code = Ihr Code:
mail_code_warning = Geben Sie diesen Code nicht weiter. Niemand von { $service } wird Sie danach fragen.
# How long a link or a code is good for.
mail_once_minutes = Nur einmal verwendbar und { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
} lang gültig.
mail_once_hours = Nur einmal verwendbar und { $hours ->
    [one] eine Stunde
   *[other] { $hours } Stunden
} lang gültig.
mail_once_days = Nur einmal verwendbar und { $days ->
    [one] einen Tag
   *[other] { $days } Tage
} lang gültig.
mail_ignore = Wenn Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren: Ohne Sie geschieht nichts.

# Why somebody gets this mail, in small letters at its end.
mail_why_address = Sie erhalten diese E-Mail, weil jemand diese Adresse bei { $service } eingegeben hat.
# $account: the username.
mail_why_account = Sie erhalten diese E-Mail, weil diese Adresse zum Konto { $account } bei { $service } gehört.
mail_why_known = Sie erhalten diese E-Mail, weil diese Adresse zu einem Konto bei { $service } gehört.
mail_why_operator = Sie erhalten diese E-Mail, weil die Betreiber von { $service } sie an diese Adresse geschickt haben.

# What stands before a detail.
mail_fact_time = Zeit:
mail_fact_passkey = Name des Passkeys:
mail_fact_new_address = Neue Adresse:
mail_fact_device = Gerät:
mail_fact_place = Ort:

# What every security notice ends with.
mail_review = Konto prüfen
mail_not_you = Wenn Sie das nicht waren, hat vielleicht jemand anderes Zugang zu Ihrem Konto. Prüfen Sie es jetzt: Ändern Sie Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.
# When the account or the address is beyond reach.
mail_not_you_gone = Wenn Sie das nicht waren, wenden Sie sich sofort an die Betreiber von { $service }.

mail_verify_title = Bestätigen Sie Ihre E-Mail-Adresse
mail_verify_body = Bestätigen Sie, dass diese Adresse Ihnen gehört, damit { $service } Sie hier erreichen kann.
mail_verify_action = Adresse bestätigen

mail_sign_in_title = Anmelden
mail_sign_in_body = Geben Sie diesen Code auf der Seite ein, auf der Sie sich gerade bei { $service } anmelden:
mail_sign_in_link = Wenn Sie diese E-Mail im selben Browser lesen, können Sie stattdessen auf die Schaltfläche klicken.
mail_sign_in_action = Anmelden

mail_reset_title = Setzen Sie Ihr Passwort zurück
mail_reset_body = Wählen Sie ein neues Passwort für Ihr Konto bei { $service }. Bis dahin gilt das alte weiter.
mail_reset_action = Neues Passwort wählen

mail_new_address_title = Bestätigen Sie Ihre neue E-Mail-Adresse
mail_new_address_body = Sobald Sie diese Adresse bestätigen, wird sie zur Adresse Ihres Kontos bei { $service }.
mail_new_address_action = Adresse bestätigen

mail_invitation_title = Sie sind eingeladen
mail_invitation_body = Sie sind zu { $service } eingeladen. Nehmen Sie die Einladung an, um Ihr Konto einzurichten.
mail_invitation_action = Einladung annehmen

mail_sign_up_title = Schließen Sie die Registrierung ab
mail_sign_up_body = Bestätigen Sie, dass diese Adresse Ihnen gehört, dann ist Ihr Konto bei { $service } bereit.
mail_sign_up_action = Adresse bestätigen

mail_taken_title = Sie haben bereits ein Konto
mail_taken_body = Jemand wollte bei { $service } ein Konto mit dieser Adresse anlegen, zu der es schon eines gibt. Wenn Sie das waren, melden Sie sich an. Falls Sie Ihr Passwort vergessen haben, können Sie es auf der Anmeldeseite zurücksetzen.
mail_taken_action = Anmelden

mail_address_changing_title = Ihre E-Mail-Adresse wird bald geändert
mail_address_changing_body = Jemand, der in Ihrem Konto bei { $service } angemeldet ist, hat eine andere E-Mail-Adresse angegeben. Sie gilt, sobald sie bestätigt ist.

mail_address_changed_title = Ihre E-Mail-Adresse wurde geändert
mail_address_changed_body = Ihr Konto bei { $service } hat jetzt eine andere E-Mail-Adresse. Dies ist die letzte E-Mail an die alte.

mail_password_changed_title = Ihr Passwort wurde geändert
mail_password_changed_body = Ihr Konto bei { $service } hat ein neues Passwort.

mail_passkey_added_title = Ein Passkey wurde hinzugefügt
mail_passkey_added_body = Ihr Konto bei { $service } hat einen neuen Passkey. Wer ihn besitzt, kann sich damit anmelden.

mail_passkey_removed_title = Ein Passkey wurde entfernt
mail_passkey_removed_body = Ein Passkey wurde aus Ihrem Konto bei { $service } entfernt. Niemand kann sich mehr damit anmelden.

mail_passkey_cloned_title = Ein Passkey wurde womöglich kopiert
mail_passkey_cloned_body = Ein Passkey Ihres Kontos bei { $service } wurde abgewiesen, weil es eine Kopie von ihm geben könnte. Niemand wurde angemeldet. Entfernen Sie diesen Passkey aus Ihrem Konto, und fügen Sie einen neuen hinzu.

mail_totp_added_title = Eine Authenticator-App wurde hinzugefügt
mail_totp_added_body = Ihr Konto bei { $service } nimmt jetzt Codes aus einer Authenticator-App an.

mail_totp_removed_title = Die Authenticator-App wurde entfernt
mail_totp_removed_body = Ihr Konto bei { $service } nimmt keine Codes aus einer Authenticator-App mehr an.

mail_recovery_made_title = Neue Wiederherstellungscodes wurden erstellt
mail_recovery_made_body = Ihr Konto bei { $service } hat neue Wiederherstellungscodes. Die alten gelten nicht mehr.

mail_recovery_used_title = Ein Wiederherstellungscode wurde verwendet
mail_recovery_used_body = Mit einem Wiederherstellungscode wurde Ihr Konto bei { $service } geöffnet. { $left ->
    [0] Es war der letzte: Erstellen Sie jetzt neue.
    [one] Einer ist noch übrig.
   *[other] { $left } sind noch übrig.
}

mail_new_sign_in_title = Neue Anmeldung in Ihrem Konto
mail_new_sign_in_body = Jemand hat sich in Ihrem Konto bei { $service } angemeldet, in einem Browser, der dafür noch nie verwendet wurde.

mail_deleted_title = Ihr Konto wurde gelöscht
mail_deleted_body = Ihr Konto bei { $service } wurde mit allem, was darin war, gelöscht. Das lässt sich nicht rückgängig machen.

mail_profile_changed_title = Ihr Profil wurde geändert
mail_profile_changed_body = Was in Ihrem Konto bei { $service } über Sie steht, wurde geändert.

# $app: the name of an app.
mail_app_withdrawn_title = { $app } hat keinen Zugriff mehr auf Ihr Konto
mail_app_withdrawn_body = { $app } wurde der Zugriff auf Ihr Konto bei { $service } entzogen. Die App muss Sie erneut fragen.

# $upstream: the name of another service that people sign in with.
mail_linked_title = Sie können sich jetzt mit { $upstream } anmelden
mail_linked_body = Ihr Konto bei { $service } wurde mit { $upstream } verknüpft. Wer sich dort anmelden kann, kann sich auch hier anmelden.

mail_unlinked_title = Sie können sich nicht mehr mit { $upstream } anmelden
mail_unlinked_body = Die Verknüpfung zwischen Ihrem Konto bei { $service } und { $upstream } wurde entfernt.

mail_test_title = Das ist ein Test
mail_test_body = E-Mails von { $service } kommen an. Sie müssen nichts weiter tun.
