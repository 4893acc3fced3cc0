# Mail that people ask for, and where its links lead.

# Other ways than with a password, on the sign-in page.
sign_in_forgot = Passwort vergessen?
sign_in_mail_code = Code per E-Mail senden
sign_in_sign_up = Konto erstellen
sign_in_password_changed = Ihr Passwort wurde geändert. Melden Sie sich mit dem neuen an.

# Asking for a mail, and what is shown afterwards.
by_mail_name = Benutzername oder E-Mail-Adresse
by_mail_error_missing = Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.
by_mail_sent_heading = Sehen Sie in Ihr Postfach
by_mail_spam = Nichts angekommen? Warten Sie eine Minute, und sehen Sie im Spam-Ordner nach.
by_mail_again = Noch eine E-Mail senden
by_mail_back = Zurück zur Anmeldung

# Signing in with a code from a mail. $name: what was typed as a username or an address.
mail_code_heading = Per E-Mail anmelden
mail_code_lede = Wir senden Ihnen einen Code, mit dem Sie sich anmelden.
mail_code_send = Code senden
mail_code_sent_heading = Code eingeben
mail_code_sent_lede = Wenn { $name } zu einem Konto mit bestätigter E-Mail-Adresse gehört, haben wir einen Code dorthin gesendet. Er gilt zehn Minuten lang, nur in diesem Browser.
mail_code_code = Code aus der E-Mail
mail_code_error = Dieser Code stimmt nicht oder gilt nicht mehr. Prüfen Sie ihn, oder lassen Sie sich einen neuen senden.

# Where links in mails lead. $service: the name of this service.
sign_in_link_lede = Mit dieser Schaltfläche melden Sie sich in diesem Browser bei { $service } an.
link_elsewhere_heading = Geben Sie stattdessen den Code ein
link_elsewhere_message = Dieser Link gilt nur in dem Browser, in dem Sie die Anmeldung begonnen haben. Gehen Sie dorthin zurück, und geben Sie den Code aus der E-Mail ein. Wenn Sie nichts begonnen haben, schließen Sie diese Seite: Ohne den Code kommt niemand hinein.
link_again_heading = Öffnen Sie den Link noch einmal
link_again_message = Diese Seite war zu lange offen oder wurde in einem anderen Browser begonnen. Öffnen Sie den Link in Ihrer E-Mail noch einmal.
link_over_heading = Dieser Link gilt nicht mehr
link_over_message = Er wurde schon benutzt, seine Zeit ist abgelaufen, oder es wurde ein neuerer gesendet.
link_over_again = Einen neuen anfordern

# A new password in place of a forgotten one.
reset_heading = Passwort zurücksetzen
reset_lede = Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.
reset_send = Link senden
reset_sent_lede = Wenn { $name } zu einem Konto mit bestätigter E-Mail-Adresse gehört, haben wir einen Link dorthin gesendet. Er gilt 30 Minuten lang.
new_password_heading = Neues Passwort wählen
new_password_lede = Es ersetzt das alte, und Sie werden überall abgemeldet.
new_password_field = Neues Passwort
new_password_hint = Mindestens 8 Zeichen. Mehrere Wörter, die nicht zusammengehören, sind leicht zu merken und schwer zu erraten.
new_password_submit = Passwort ändern
new_password_error_missing = Wählen Sie ein Passwort.
new_password_error_length = Ein Passwort hat 8 bis 256 Zeichen. Wählen Sie eines dieser Länge.
new_password_error_characters = Dieses Passwort enthält Zeichen, die nicht verwendet werden können. Lassen Sie sie weg.
new_password_error_common = Das ist eines der häufigsten Passwörter. Wählen Sie ein anderes.
new_password_error_own = Dieses Passwort besteht aus einem Namen oder einer Adresse und ist leicht zu erraten. Wählen Sie ein anderes.
new_password_error_guessable = Dieses Passwort ist leicht zu erraten. Machen Sie es länger, oder nehmen Sie mehrere Wörter.

# Confirming an address.
verify_email_heading = E-Mail-Adresse bestätigen
verify_email_lede = Bestätigen Sie, dass { $address } Ihnen gehört.
verify_new_email_lede = { $address } wird die Adresse Ihres Kontos bei { $service }.
verify_email_submit = Adresse bestätigen
verify_email_done_heading = Ihre Adresse ist bestätigt
verify_email_done_lede = Sie können sich ab jetzt mit { $address } anmelden.
verify_email_next = Zu Ihrem Konto
verify_email_taken_heading = Diese Adresse kann nicht verwendet werden
verify_email_taken_message = { $address } gehört zu einem anderen Konto. Melden Sie sich dort an, oder verwenden Sie eine andere Adresse.

# One’s own address.
account_email_lede = Hier erreicht Sie { $service }, und hiermit können Sie sich anmelden.
account_email_current = Ihre Adresse
account_email_none = Es gibt noch keine.
account_email_verify = Bestätigungs-E-Mail senden
account_email_sent = Eine E-Mail ist unterwegs. Öffnen Sie den Link darin, um Ihre Adresse zu bestätigen.
account_email_pending = Wartet auf Bestätigung
account_email_pending_note = Ihre Adresse wird { $address }, sobald Sie innerhalb einer Stunde den Link öffnen, den wir dorthin gesendet haben.
account_email_cancel = Alte Adresse behalten
account_email_canceled = Ihre Adresse bleibt, wie sie ist. Der gesendete Link gilt nicht mehr.
account_email_change = Adresse ändern
account_email_change_note = Die neue Adresse gilt, sobald Sie sie bestätigen. Die alte wird sofort benachrichtigt.
account_email_new = Neue E-Mail-Adresse
account_email_change_sent = Eine E-Mail an die neue Adresse ist unterwegs. Öffnen Sie den Link darin, um sie zu bestätigen.
account_email_error_same = Das ist bereits Ihre Adresse. Geben Sie eine andere ein.

# Making an account. $app: the name of the app that asked.
sign_up_heading = Konto erstellen
sign_up_lede = Weiter zu { $app }
sign_up_lede_alone = bei { $service }
sign_up_email = E-Mail-Adresse
sign_up_send = Weiter
sign_up_have_account = Ich habe ein Konto
sign_up_error_address = Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@example.com.
sign_up_error_domain = Konten gibt es nur für Adressen bestimmter Organisationen. Verwenden Sie Ihre Adresse dort.
sign_up_sent_lede = Wir haben eine E-Mail an { $address } gesendet. Öffnen Sie den Link darin, um fortzufahren. Er gilt eine Stunde lang.
sign_up_form_heading = Konto einrichten
sign_up_form_lede = für { $address } bei { $service }
sign_up_username_hint = Buchstaben, Ziffern und Satzzeichen, ohne Leerzeichen und @.
sign_up_name = Name (freiwillig)
sign_up_submit = Konto erstellen
sign_up_error_username = So kann niemand heißen. Verwenden Sie Buchstaben, Ziffern und Satzzeichen, ohne Leerzeichen und @.
sign_up_error_username_taken = Diesen Benutzernamen hat schon jemand anders. Wählen Sie einen anderen.
sign_up_error_name = Dieser Name ist zu lang. Kürzen Sie ihn.
sign_up_taken_heading = Sie haben schon ein Konto
sign_up_taken_message = Seit dieser Link gesendet wurde, ist ein Konto mit Ihrer Adresse entstanden. Melden Sie sich dort an. Wenn Sie das Passwort vergessen haben, können Sie es dort zurücksetzen.
