# The pages of what went wrong: a sentence that says what, and a message that says what to do next.

problem_request_id = Anfrage-ID
# Over the words that only the developers of the app need.
problem_detail = Für Entwickler
problem_next_home = Zu { $service }
problem_next_app = Zurück zu { $app }
problem_next_sign_out = Abmelden

problem_invalid_request_title = Diese Anfrage kann nicht beantwortet werden
problem_invalid_request_message = Die App, von der Sie kommen, hat etwas angefragt, das wir nicht verstehen. Gehen Sie zur App zurück und versuchen Sie es erneut. Wenn es wieder passiert, wenden Sie sich an die Betreiber der App.

problem_unknown_client_title = Diese App kennen wir nicht
problem_unknown_client_message = Der Link, dem Sie gefolgt sind, gehört zu einer App, die hier nicht registriert oder abgeschaltet ist. Gehen Sie zur App zurück oder fragen Sie dort nach, woher Sie den Link haben.

problem_redirect_uri_title = Diese App hat eine unbekannte Adresse angegeben
problem_redirect_uri_message = Die App möchte Sie an eine Adresse zurückschicken, die sie nicht registriert hat. Zum Schutz Ihres Kontos brechen wir hier ab. Gehen Sie zurück und informieren Sie die Betreiber der App.

problem_expired_title = Diese Seite ist abgelaufen
problem_expired_message = Sie war zu lange geöffnet. Gehen Sie zur App zurück und beginnen Sie von vorn.

problem_other_browser_title = Diese Seite wurde woanders begonnen
problem_other_browser_message = Sie haben sie in einem anderen Browser geöffnet, oder Cookies sind blockiert. Erlauben Sie Cookies für diese Website, gehen Sie dann zur App zurück und beginnen Sie von vorn.

problem_used_title = Diese Anmeldung ist bereits abgeschlossen
problem_used_message = Auf dieser Seite gibt es nichts mehr zu tun. Gehen Sie zur App zurück. Falls Sie dort nicht angemeldet sind, beginnen Sie von vorn.

problem_logout_request_title = Diese Abmeldung kann nicht abgeschlossen werden
problem_logout_request_message = Die App, von der Sie kommen, hat etwas angefragt, das wir nicht verstehen. Sie sind noch nicht abgemeldet, können sich aber hier abmelden.

problem_forged_title = Wir konnten dieses Formular nicht prüfen
problem_forged_message = Es stammt vielleicht von einer anderen Website oder von einer Seite, die zu lange geöffnet war. Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal ab.

problem_not_found_title = Hier gibt es keine Seite
problem_not_found_message = Prüfen Sie die Adresse oder gehen Sie zu der App zurück, von der Sie kommen.

problem_method_title = So lässt sich diese Seite nicht nutzen
problem_method_message = Gehen Sie zu der App zurück, von der Sie kommen, und beginnen Sie von vorn.

problem_too_large_title = Das ist mehr, als wir annehmen
problem_too_large_message = An diese Seite wurde zu viel gesendet. Gehen Sie zur App zurück und beginnen Sie von vorn.

problem_unavailable_title = Das geht im Moment leider nicht
problem_unavailable_message = Es ist nichts verloren gegangen, und es liegt nicht an Ihnen. Warten Sie eine Minute und laden Sie die Seite dann neu.

problem_internal_title = Bei uns ist etwas schiefgegangen
problem_internal_message = Gehen Sie zurück und versuchen Sie es erneut. Wenn es wieder passiert, senden Sie die unten stehende Anfrage-ID an die Betreiber dieses Dienstes.

problem_throttled_title = Zu viele Versuche
