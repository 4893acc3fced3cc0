# Ein weiterer Faktor bei der Anmeldung, und das Einrichten von Faktoren.

verify_heading = Bestätigen Sie, dass Sie es sind
verify_signing_in_as = Sie melden sich an als
verify_lede_totp = Geben Sie den Code ein, den Ihre Authenticator-App anzeigt.
verify_lede_recovery = Geben Sie einen Ihrer Wiederherstellungscodes ein. Jeder gilt einmal.
verify_lede_none = Diese Anmeldung verlangt einen Faktor, den Sie nicht haben.
verify_code = Sechsstelliger Code
verify_recovery_code = Wiederherstellungscode
verify_submit = Weiter
verify_with_totp = Authenticator-App verwenden
verify_with_recovery = Wiederherstellungscode verwenden
verify_error_code = Dieser Code stimmt nicht oder wurde schon verwendet. Warten Sie auf den nächsten und versuchen Sie es noch einmal.
verify_error_recovery = Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet. Versuchen Sie einen anderen.

enroll_heading = Zweiten Faktor einrichten
# $app: der Name der App.
enroll_lede = { $app } verlangt mehr als ein Passwort. Das dauert eine Minute, einmal.
# $service: der Name dieses Dienstes.
enroll_lede_alone = { $service } verlangt mehr als ein Passwort. Das dauert eine Minute, einmal.
enroll_decline = Nicht jetzt
enroll_error_expired = Diese Seite war zu lange offen. Scannen Sie das neue Bild und geben Sie dann seinen Code ein.

totp_step_scan = Scannen Sie dieses Bild mit einer Authenticator-App.
totp_qr_alt = QR-Code für Ihre Authenticator-App
totp_by_hand = Sie können es nicht scannen?
totp_open = Authenticator-App auf diesem Gerät öffnen
totp_step_code = Geben Sie den Code ein, den die App anzeigt.
totp_submit = App einrichten

recovery_codes_heading = Bewahren Sie Ihre Wiederherstellungscodes auf
recovery_codes_lede = Wenn Sie Ihr Gerät verlieren, meldet Sie jeder dieser Codes einmal an.
recovery_codes_once = Sie werden nicht noch einmal angezeigt. Drucken Sie sie aus oder legen Sie sie in einem Passwortmanager ab.
recovery_codes_continue = Ich habe sie aufbewahrt
recovery_codes_copy = Kopieren
recovery_codes_copied = Kopiert
recovery_codes_download = Herunterladen
recovery_codes_print = Drucken
