//! `/sign-out`, and `/backchannel-logout` for sessions that end elsewhere.

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use serde_json::json;

use super::{
    PageError, session_cookie,
    steps::{Fields, presser},
};
use crate::{
    clock,
    logout_token::{Expected, LogoutTokenError},
    sessions::Notice,
    state::SharedState,
};

/// `POST /sign-out`: ends the session here at once, then at the issuer
/// (OpenID Connect RP-Initiated Logout 1.0).
pub(super) async fn begin(
    State(demo): State<SharedState>,
    jar: CookieJar,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let old = presser(&demo, &jar, &fields)?;
    let gone = demo.sessions.sign_out(&old.id, old.now).ok_or(PageError::NotSignedIn)?;
    let (id, person, state) = gone;
    let url = demo.relying_party.logout_url(&person.tokens.id_token, &state).await;
    let jar = jar.add(session_cookie(&demo.config, id.clone()));
    let target = match url {
        Ok(url) => url.to_string(),
        Err(error) => {
            tracing::warn!(%error, "the demo cannot sign out at the issuer");
            let notice = Some(Notice::SignedOutHereOnly);
            demo.sessions.with(&id, old.now, |session| session.notice = notice);
            "/".to_owned()
        }
    };
    Ok((jar, Redirect::to(&target)).into_response())
}

/// The form that the issuer posts.
#[derive(Deserialize)]
pub(super) struct LogoutForm {
    logout_token: String,
}

/// `POST /backchannel-logout`: the issuer says that a session has ended
/// (OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8).
pub(super) async fn back_channel(
    State(demo): State<SharedState>,
    form: Result<Form<LogoutForm>, FormRejection>,
) -> Response {
    let mut response = match form {
        Ok(Form(form)) => end_sessions(&demo, &form.logout_token).await,
        Err(_) => refuse(StatusCode::BAD_REQUEST, "a form with one logout_token is expected"),
    };
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

async fn end_sessions(demo: &SharedState, token: &str) -> Response {
    let expected = Expected { issuer: &demo.config.issuer, client_id: &demo.config.client_id };
    match expected.validate(&demo.jwks, token, clock::now()).await {
        Ok(ended) => {
            let sessions = demo.sessions.end(&ended);
            tracing::info!(sessions, "the issuer ended a session");
            StatusCode::OK.into_response()
        }
        // Not the token's fault: the issuer may deliver it again.
        Err(error @ LogoutTokenError::KeysUnavailable) => refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

fn refuse(status: StatusCode, description: &str) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": description });
    (status, Json(body)).into_response()
}
