//! `GET /.well-known/jwks.json` (RFC 7517 section 5).

use axum::{extract::State, http::HeaderMap, response::Response};

use crate::{App, respond::json};

/// Answers without the database. New keys are published for this `max-age` and a margin before they sign.
pub async fn jwks(State(app): State<App>, headers: HeaderMap) -> Response {
    answer(&app, &headers)
}

/// The same, where nothing needs to be waited for.
pub fn answer(app: &App, headers: &HeaderMap) -> Response {
    let max_age = app.provider.settings.lifetimes.jwks_max_age.as_secs();
    json::document(headers, &app.provider.keys.document(), max_age)
}
