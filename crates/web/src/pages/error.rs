//! What is answered where no route is.

use axum::{Json, response::IntoResponse, response::Response};
use http::{HeaderMap, StatusCode, header::ACCEPT};
use protocol::OAuthError;

use super::{view::Problem, visit::Pages};

/// No such page.
pub async fn not_found(pages: Pages, headers: HeaderMap) -> Response {
    answer(&pages, &headers, Problem::NotFound, (StatusCode::NOT_FOUND, "There is nothing at this address"))
}

/// A page or an endpoint that does not answer this method.
pub async fn method_not_allowed(pages: Pages, headers: HeaderMap) -> Response {
    let words = (StatusCode::METHOD_NOT_ALLOWED, "This endpoint does not answer that method");
    answer(&pages, &headers, Problem::Method, words)
}

/// People get a page, programs the same in JSON.
fn answer(
    pages: &Pages,
    headers: &HeaderMap,
    problem: Problem,
    (status, description): (StatusCode, &'static str),
) -> Response {
    let accepts_pages =
        headers.get_all(ACCEPT).iter().any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    if accepts_pages {
        pages.problem(problem)
    } else {
        (status, Json(OAuthError::invalid_request(description))).into_response()
    }
}
