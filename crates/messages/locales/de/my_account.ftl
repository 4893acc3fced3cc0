# The account page.
# nav and frame
my_profile = Profil
my_security = Anmeldung und Sicherheit
my_sessions = Sitzungen
my_apps = Verbundene Apps
my_activity = Aktivität
my_data = Ihre Daten
my_edit = Bearbeiten
my_edit_named = { $name } bearbeiten
my_save = Speichern
my_cancel = Abbrechen
my_not_set = Keine Angabe
my_on = An
my_off = Aus
my_added = Hinzugefügt
my_last_used = Zuletzt verwendet
# $browser: as in Firefox. $system: as in Windows.
my_device = { $browser } auf { $system }
my_device_unknown = Unbekanntes Gerät

# what was done
my_done_saved = Ihre Änderungen sind gespeichert.
my_done_expired = Diese Seite war zu lange geöffnet, deshalb wurde nichts geändert. Bitte versuchen Sie es noch einmal.
my_done_confirmed = Danke. Sie können jetzt weitermachen.
my_done_password = Ihr neues Passwort ist gespeichert. Überall sonst sind Sie abgemeldet.
my_done_totp_added = Ihre Authenticator-App ist eingerichtet.
my_done_totp_removed = Die Authenticator-App ist entfernt.
my_done_passkey_added = Ihr Passkey ist hinzugefügt. Sie können ihn bei der nächsten Anmeldung verwenden.
my_done_passkey_removed = Der Passkey ist entfernt. Löschen Sie ihn auch auf Ihrem Gerät.
my_done_connected = Ihr Konto ist verbunden. Sie können sich von nun an damit anmelden.
my_done_disconnected = Das Konto ist getrennt. Sie können sich nicht mehr damit anmelden.
my_done_session_ended = Die Sitzung ist beendet.
my_done_sessions_ended = Alle anderen Sitzungen sind beendet.
my_done_withdrawn = Die App hat keinen Zugriff mehr auf Ihr Konto.

# the profile
my_profile_lede = Was Apps über Sie erfahren, wenn Sie es erlauben.
my_profile_about = Über Sie
my_profile_edit = Profil bearbeiten
my_names = Womit Sie sich anmelden
my_username = Benutzername
my_email = E-Mail-Adresse
my_email_verified = Bestätigt
my_email_unverified = Nicht bestätigt
my_email_change = Adresse ändern
my_name = Vollständiger Name
my_given_name = Vorname
my_family_name = Nachname
my_nickname = Spitzname
my_locale = Sprache
my_locale_none = Keine Vorgabe
my_zoneinfo = Zeitzone
my_zoneinfo_hint = Zum Beispiel Europe/Berlin oder America/New_York.
my_error_too_long = Das ist zu lang, höchstens 100 Zeichen.
my_error_characters = Es enthält Zeichen, die hier nicht möglich sind.
my_error_zone = Das ist keine Zeitzone. Schreiben Sie sie wie Europe/Berlin.

# sign-in and security
my_security_lede = Womit Sie sich anmelden und was Ihr Konto schützt.
my_password = Passwort
my_password_note = Sie können sich mit einem Passwort anmelden.
my_password_none = Sie haben kein Passwort.
my_password_change = Passwort ändern
my_password_set = Passwort festlegen
my_password_new = Neues Passwort
my_password_others = Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.
my_password_hint = Mindestens 8 Zeichen. Ein paar Wörter, die nicht zusammengehören, sind leicht zu merken und schwer zu erraten.
my_password_too_short = Dieses Passwort ist zu kurz. Verwenden Sie mindestens 8 Zeichen.
my_password_too_long = Dieses Passwort ist zu lang. Lassen Sie etwas weg.
my_password_common = Dieses Passwort haben viele, deshalb wird es zuerst probiert. Wählen Sie ein anderes.
my_password_own_words = Ein Passwort aus Ihrem Namen oder Ihrer Adresse ist leicht zu erraten. Wählen Sie ein anderes.
my_password_guessable = Dieses Passwort ist leicht zu erraten. Machen Sie es länger, oder verwenden Sie Wörter, die nicht zusammengehören.
my_passkeys = Ihre Passkeys
my_passkeys_note = Melden Sie sich mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts an.
my_passkey = Ihr Passkey
my_passkey_add = Passkey hinzufügen
my_passkey_name = Name des Passkeys
my_passkey_name_hint = Damit Sie ihn in der Liste wiedererkennen.
my_passkey_name_missing = Geben Sie ihm einen Namen.
my_passkey_no_script = Um einen Passkey hinzuzufügen, braucht diese Seite JavaScript und einen Browser, der Passkeys kennt.
my_passkey_remove = Passkey entfernen
my_passkey_remove_note = Niemand kann sich mehr damit anmelden.
my_passkey_only_way = Dieser Passkey ist der einzige Weg in Ihr Konto. Legen Sie zuerst ein Passwort fest, oder fügen Sie einen weiteren Passkey hinzu.
# Accounts at other providers. $provider: the name of one.
my_linked = Konten bei anderen Diensten
my_linked_note = Melden Sie sich mit einem Konto an, das Sie bei einem anderen Dienst haben.
my_linked_since = Verbunden
my_linked_off = Abgeschaltet
my_connect = { $provider } verbinden
my_disconnect = Trennen
my_disconnect_named = { $provider } trennen
my_disconnect_heading = { $provider } trennen?
my_disconnect_lede = Danach können Sie sich hier nicht mehr damit anmelden. Ihr Konto bei { $provider } bleibt, wie es ist.
my_disconnect_account = Konto
my_disconnect_only_way = Dieses Konto ist der einzige Weg in Ihr Konto hier. Legen Sie zuerst ein Passwort fest, oder fügen Sie einen Passkey hinzu.
my_totp = Authenticator-App
my_totp_note = Eine App auf Ihrem Telefon zeigt einen Code, den Sie nach dem Passwort eingeben.
my_totp_set_up = Einrichten
my_totp_set_up_heading = Authenticator-App einrichten
my_totp_remove = App entfernen
my_totp_remove_heading = Authenticator-App entfernen?
my_totp_remove_lede = Danach öffnet Ihr Passwort allein Ihr Konto, wenn Sie keinen Passkey verwenden. Wiederherstellungscodes, die für die App einspringen, verschwinden mit ihr.
my_codes = Wiederherstellungscodes
my_codes_note = Wenn Sie Ihr Gerät verlieren, meldet jeder von ihnen Sie einmal an.
my_codes_left = { $count ->
    [0] Keiner übrig
    [one] Einer übrig
   *[other] { $count } übrig
}
my_codes_make = Neue Codes erstellen
my_codes_make_heading = Neue Wiederherstellungscodes erstellen?
my_codes_make_lede = Die bisherigen Codes verlieren ihre Gültigkeit. Die neuen werden einmal angezeigt.

# sessions
my_sessions_lede = Die Browser, in denen Sie angemeldet sind. Beenden Sie die Sitzungen, die Sie nicht kennen.
my_sessions_where = Wo Sie angemeldet sind
my_sessions_end_others = Alle anderen beenden
my_session_this = Diese Sitzung
my_session_since = Angemeldet
my_session_seen = Zuletzt aktiv
my_session_end = Beenden
my_session_end_named = Sitzung beenden: { $device }

# connected apps
my_apps_lede = Apps, die Ihr Konto verwenden dürfen. Was Sie entziehen, endet sofort.
my_apps_none = Noch keine Apps
my_apps_none_note = Apps, denen Sie Ihr Konto öffnen, erscheinen hier.
my_app_since = Verbunden
my_app_may = Was sie darf
my_app_withdraw = Zugriff entziehen
my_app_withdraw_named = { $app } den Zugriff entziehen

# activity
my_activity_lede = Was mit Ihrem Konto geschah. Wenn etwas nicht von Ihnen war, ändern Sie Ihr Passwort und beenden Sie unbekannte Sitzungen.
my_activity_none = Noch nichts
my_activity_what = Was
my_activity_when = Wann
my_activity_where = Wo
my_activity_older = Ältere
my_activity_newest = Neueste
my_event_signed_in = Angemeldet
my_event_confirmed = Bestätigt, dass Sie es sind
my_event_signed_out = Abgemeldet
my_event_session_ended = Eine Sitzung wurde von einem anderen Browser aus beendet
my_event_session_ended_by_administrator = Eine Sitzung wurde von der Administration beendet
my_event_session_ended_with_password = Eine Sitzung endete, weil das Passwort geändert wurde
my_event_allowed = Sie haben { $app } Ihr Konto geöffnet
my_event_denied = Sie haben { $app } abgelehnt
my_event_withdrawn = Sie haben { $app } den Zugriff entzogen
my_event_totp_added = Eine Authenticator-App wurde hinzugefügt
my_event_totp_removed = Die Authenticator-App wurde entfernt
my_event_codes_made = Neue Wiederherstellungscodes wurden erstellt
my_event_code_used = Ein Wiederherstellungscode wurde verwendet
my_event_passkey_added = Ein Passkey wurde hinzugefügt
my_event_passkey_removed = Ein Passkey wurde entfernt
my_event_passkey_renamed = Ein Passkey wurde umbenannt
my_event_passkey_refused = Ein Passkey wurde abgewiesen, weil er kopiert worden sein könnte
my_event_code_mailed = Ein Code für die Anmeldung wurde Ihnen per E-Mail gesendet
my_event_reset_mailed = Ein Link zum Zurücksetzen des Passworts wurde Ihnen per E-Mail gesendet
my_event_link_mailed = Ein Link wurde Ihnen per E-Mail gesendet
my_event_linked = Ihr Konto bei { $provider } wurde verbunden
my_event_proven_by = { $provider } hat bestätigt, dass Sie es sind
my_event_unlinked = Ihr Konto bei { $provider } wurde getrennt
my_event_address_asked = Eine andere E-Mail-Adresse wurde gewünscht
my_event_address_kept = Die E-Mail-Adresse blieb, wie sie war
my_event_address_changed = Die E-Mail-Adresse wurde geändert
my_event_address_confirmed = Die E-Mail-Adresse wurde bestätigt
my_event_created = Das Konto wurde angelegt
my_event_updated = Das Profil wurde geändert
my_event_password_set = Ein Passwort wurde festgelegt
my_event_password_changed = Das Passwort wurde geändert
my_event_password_reset = Das Passwort wurde zurückgesetzt
my_event_reset_link_made = Die Administration hat einen Link zum Zurücksetzen des Passworts erstellt
my_event_enabled = Das Konto wurde freigeschaltet
my_event_disabled = Das Konto wurde gesperrt
my_event_factor_required = Ein zweiter Faktor wurde vorgeschrieben
my_event_factor_not_required = Ein zweiter Faktor ist nicht mehr vorgeschrieben
my_event_exported = Ihre Daten wurden heruntergeladen

# data and deletion
my_export = Ihre Daten herunterladen
my_export_note = Eine Datei mit Ihrem Profil, Ihren Sitzungen, den erlaubten Apps und dem, was mit Ihrem Konto geschah.
my_export_action = Herunterladen
my_delete = Mein Konto löschen
my_delete_note = Alles über Sie wird gelöscht. Das lässt sich nicht rückgängig machen.
my_delete_heading = Konto löschen?
my_delete_lede = Ihr Konto bei { $service } wird mit allem gelöscht, was darin ist, und Apps verlieren sofort den Zugriff. Niemand kann es zurückholen.
my_delete_type = Geben Sie zur Bestätigung Ihren Benutzernamen ein: { $username }
my_delete_error = Das ist nicht Ihr Benutzername. Geben Sie ihn ein, wie er oben steht.
my_deleted_heading = Ihr Konto ist gelöscht
my_deleted_lede = Bei { $service } ist nichts davon übrig. Sie können diese Seite schließen.
