//! `/login/passkey`: the first step, with a passkey. Its button, and what browsers fill in, stand on `/login`.

use axum::response::Response;
use messages::{Locale, Text};
use provider::factors::passkey::{self, Checked};

use super::{Said, login};
use crate::{
    pages::{flow::Stop, form::OwnForm, visit::Visit},
    paths,
};

/// `GET /login/passkey`: where the address of an answered form is opened anew.
pub async fn get(visit: Visit) -> Response {
    visit.see_other(&visit.path(paths::LOGIN))
}

/// `POST /login/passkey`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    let anew = visit.must_be_shown_anew(&arrived)?;
    let session = visit.signed_in().await?;
    let again = session.as_ref().and_then(|session| arrived.journey.only(&visit.call, session));
    let text: fn(Locale) -> Text = match form.passkey()?.filter(|_| !anew) {
        None => Locale::sign_in_error_expired,
        Some(answer) => {
            let only = again.map(|session| session.user_id);
            match passkey::check(&visit.call, visit.browser.binding(), answer, only).await? {
                Checked::Right(there) => {
                    match visit.proceed(arrived.journey.clone(), there.proven(&visit.call)).await? {
                        Some(response) => return Ok(response),
                        None => Locale::passkey_error_refused,
                    }
                }
                Checked::Expired => Locale::sign_in_error_expired,
                Checked::Unknown => Locale::passkey_error_unknown,
                Checked::Refused => Locale::passkey_error_refused,
            }
        }
    };
    let journey = if anew { login::anew(visit, arrived.journey) } else { arrived.journey };
    login::Form::of(visit, &journey, again)?.show(visit, Said::wrong(text)).await
}
