# Passkeys: mit einem anmelden, und einen erstellen.

# So heißt ein Passkey, dem niemand einen Namen gab.
passkey_name = Mein Passkey

# Zwischen dem Formular mit dem Passwort und der Schaltfläche darunter.
passkey_or = oder
passkey_sign_in = Mit einem Passkey anmelden
# Die Person hat die Frage des Browsers geschlossen oder hatte keinen Passkey.
passkey_cancelled = Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
# Skripte sind aus, oder der Browser ist zu alt.
passkey_missing = Dieser Browser kann hier keine Passkeys verwenden. Wählen Sie einen anderen Weg oder einen anderen Browser.
passkey_error_unknown = Dieser Passkey ist hier nicht mehr bekannt. Melden Sie sich auf anderem Weg an und löschen Sie ihn von Ihrem Gerät.
passkey_error_refused = Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal oder melden Sie sich auf anderem Weg an.

passkey_verify_lede = Ihr Gerät fragt nach Ihrem Fingerabdruck, Ihrem Gesicht oder Ihrer PIN.
passkey_verify_submit = Passkey verwenden
passkey_verify_with = Einen Passkey verwenden
# Neben dem einzigen Weg, der bleibt: einem Passkey.
passkey_verify_lost = Passkey verloren? Melden Sie sich mit einem Wiederherstellungscode bei Ihrem Konto an und fügen Sie dort einen neuen hinzu.

passkey_create_heading = Passkey erstellen
passkey_create_lede = Melden Sie sich mit Ihrem Fingerabdruck, Ihrem Gesicht oder der PIN Ihres Geräts an. Das geht schneller als mit einem Passwort, und keine gefälschte Seite kann es stehlen.
passkey_create_submit = Passkey erstellen
passkey_create_cancelled = Es wurde kein Passkey erstellt. Versuchen Sie es noch einmal, wann immer Sie möchten.
passkey_create_present = Dieses Gerät hat schon einen Passkey für Ihr Konto.
passkey_error_already = Dieser Passkey wurde schon hinzugefügt. Melden Sie sich damit an.
passkey_error_full = Ihr Konto hat schon so viele Passkeys, wie es haben kann. Entfernen Sie zuerst einen.
passkey_error_create = Der Passkey konnte nicht hinzugefügt werden. Versuchen Sie es noch einmal.
passkey_error_create_expired = Diese Seite war zu lange geöffnet. Erstellen Sie den Passkey noch einmal.

passkey_offer_heading = Ohne Passwort anmelden?
passkey_offer_later = Nicht jetzt
