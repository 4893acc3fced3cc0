//! The Reports API: it sees for whom it works and who acts, in one token.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::json;

use super::{answer, bearer::Refusal};
use crate::state::SharedState;

/// `GET /reports`: needs `read`.
pub(super) async fn read(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let token = state.reports_api.authorize(&state.jwks, &headers, "read").await?;
    let body = json!({
        "report": "Everything is in its place.",
        "about": token.subject,
        "asked_by": token.actors.first().unwrap_or(&token.client_id),
        "on_behalf": !token.actors.is_empty(),
    });
    Ok(answer(StatusCode::OK, body))
}

/// `POST /reports`: needs `publish`, which nobody in the demo is given.
pub(super) async fn publish(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let token = state.reports_api.authorize(&state.jwks, &headers, "publish").await?;
    Ok(answer(StatusCode::CREATED, json!({ "published": true, "about": token.subject })))
}
