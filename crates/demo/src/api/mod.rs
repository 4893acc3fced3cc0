//! Two small APIs: they validate tokens with the issuer's JWKS URL and know nothing else of it.

mod bearer;
mod on_behalf;
mod reports;
mod things;

pub(crate) use bearer::Api;
pub(crate) use things::Things;

use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use crate::state::SharedState;

/// Every route of the Demo API and of the Reports API.
pub(crate) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/things", get(things::list).post(things::add).delete(things::clear))
        .route("/api/report", get(on_behalf::report))
        .route("/reports", get(reports::read).post(reports::publish))
        .route("/api/{*rest}", axum::routing::any(not_found))
}

async fn not_found() -> Response {
    let body = Json(json!({ "error": "not_found" }));
    (StatusCode::NOT_FOUND, body).into_response()
}

/// A successful answer that no cache may keep.
fn answer(status: StatusCode, body: serde_json::Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}
