# The pages of what went wrong: a sentence that says what, and a message that says what to do next.

problem_request_id = Request ID
# Over the words that only the developers of the app need.
problem_detail = For developers
problem_next_home = Go to { $service }
problem_next_app = Go back to { $app }
problem_next_sign_out = Sign out

problem_invalid_request_title = This request cannot be answered
problem_invalid_request_message = The app that sent you here asked for something we do not understand. Go back to the app and try again. If it happens again, tell the people who run the app.

problem_unknown_client_title = We do not know this app
problem_unknown_client_message = The link you followed belongs to an app that is not registered here, or is switched off. Go back to the app, or ask whoever gave you the link.

problem_redirect_uri_title = This app gave an unknown address
problem_redirect_uri_message = The app wants you to return to an address that it has not registered. To protect your account, we stop here. Go back and tell the people who run the app.

problem_expired_title = This page has expired
problem_expired_message = It was open for too long. Go back to the app and start again.

problem_other_browser_title = This page began somewhere else
problem_other_browser_message = You opened it in another browser, or cookies are blocked. Allow cookies for this site, then go back to the app and start again.

problem_used_title = This sign-in is already complete
problem_used_message = There is nothing left to do on this page. Go back to the app. If you are not signed in there, start again.

problem_logout_request_title = This sign-out cannot be completed
problem_logout_request_message = The app that sent you here asked for something we do not understand. You are not signed out yet, but you can sign out here.

problem_forged_title = We could not check this form
problem_forged_message = It may come from another site, or from a page that was open for too long. Go back, reload the page, and send the form again.

problem_not_found_title = There is no page here
problem_not_found_message = Check the address, or go back to the app that you came from.

problem_method_title = This page cannot be used that way
problem_method_message = Go back to the app that you came from and start again.

problem_too_large_title = That is more than we accept
problem_too_large_message = What was sent to this page is too large. Go back to the app and start again.

problem_throttled_title = Too many attempts

problem_unavailable_title = We cannot do this right now
problem_unavailable_message = Nothing was lost, and it is not your fault. Wait a minute, then reload the page.

problem_internal_title = Something went wrong on our side
problem_internal_message = Go back and try again. If it happens again, send the request ID below to the people who run this service.
