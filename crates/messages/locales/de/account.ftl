# Who is signed in, and choosing between accounts.

# Above the name of the person.
account_signed_in_as = Angemeldet als
account_not_you = Das sind nicht Sie?
account_switch = Konto wechseln

select_account_heading = Konto auswählen
select_account_lede = Weiter zu { $app }
select_account_lede_alone = Weiter zu { $service }
# $name: the name of the person.
select_account_continue = Als { $name } fortfahren
select_account_other = Anderes Konto verwenden

home_heading_in = Sie sind angemeldet
home_lede_in = Apps, die { $service } nutzen, erkennen Sie jetzt wieder. Sie können diese Seite schließen.
home_heading_out = Willkommen bei { $service }
home_lede_out = Sie sind nicht angemeldet. Ihre Apps leiten Sie hierher, wenn sie wissen müssen, wer Sie sind.
home_sign_in = Anmelden
home_sign_out = Abmelden
home_account = Ihr Konto
