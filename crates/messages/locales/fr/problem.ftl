# The pages of what went wrong: a sentence that says what, and a message that says what to do next.

problem_request_id = Identifiant de la requête
# Over the words that only the developers of the app need.
problem_detail = Pour les développeurs
problem_next_home = Aller sur { $service }
problem_next_app = Retourner à { $app }
problem_next_sign_out = Se déconnecter

problem_invalid_request_title = Nous ne pouvons pas répondre à cette demande
problem_invalid_request_message = L’application d’où vous venez a demandé quelque chose que nous ne comprenons pas. Retournez à l’application et réessayez. Si cela se reproduit, signalez-le aux responsables de l’application.

problem_unknown_client_title = Nous ne connaissons pas cette application
problem_unknown_client_message = Le lien que vous avez suivi appartient à une application qui n’est pas enregistrée ici ou qui est désactivée. Retournez à l’application, ou demandez à la personne qui vous a donné le lien.

problem_redirect_uri_title = Cette application a indiqué une adresse inconnue
problem_redirect_uri_message = L’application veut vous renvoyer vers une adresse qu’elle n’a pas enregistrée. Pour protéger votre compte, nous nous arrêtons ici. Revenez en arrière et signalez-le aux responsables de l’application.

problem_expired_title = Cette page a expiré
problem_expired_message = Elle est restée ouverte trop longtemps. Retournez à l’application et recommencez.

problem_other_browser_title = Cette page a été ouverte ailleurs
problem_other_browser_message = Vous l’avez ouverte dans un autre navigateur, ou les cookies sont bloqués. Autorisez les cookies pour ce site, puis retournez à l’application et recommencez.

problem_used_title = Cette connexion est déjà terminée
problem_used_message = Il n’y a plus rien à faire sur cette page. Retournez à l’application. Si vous n’y êtes pas connecté, recommencez.

problem_logout_request_title = Cette déconnexion ne peut pas aboutir
problem_logout_request_message = L’application d’où vous venez a demandé quelque chose que nous ne comprenons pas. Vous n’êtes pas encore déconnecté, mais vous pouvez vous déconnecter ici.

problem_forged_title = Nous n’avons pas pu vérifier ce formulaire
problem_forged_message = Il provient peut-être d’un autre site, ou d’une page restée ouverte trop longtemps. Revenez en arrière, rechargez la page et envoyez à nouveau le formulaire.

problem_not_found_title = Il n’y a pas de page ici
problem_not_found_message = Vérifiez l’adresse, ou retournez à l’application d’où vous venez.

problem_method_title = Cette page ne s’utilise pas ainsi
problem_method_message = Retournez à l’application d’où vous venez et recommencez.

problem_too_large_title = C’est plus que ce que nous acceptons
problem_too_large_message = Ce qui a été envoyé à cette page est trop volumineux. Retournez à l’application et recommencez.

problem_unavailable_title = Nous ne pouvons pas le faire pour le moment
problem_unavailable_message = Rien n’a été perdu, et vous n’y êtes pour rien. Patientez une minute, puis rechargez la page.

problem_internal_title = Une erreur s’est produite de notre côté
problem_internal_message = Revenez en arrière et réessayez. Si cela se reproduit, envoyez l’identifiant de la requête ci-dessous aux responsables de ce service.

problem_throttled_title = Trop de tentatives
