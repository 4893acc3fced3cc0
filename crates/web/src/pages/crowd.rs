//! More people than can sign in at once: who cannot be served in time is told so before anything is done for them.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::Method;

use super::{view::Problem, visit::Pages};
use crate::state::App;

/// Lets a password through if it would be hashed in time. A crowd that would not costs a page each, and no look into
/// the database.
pub async fn admit(State(app): State<App>, pages: Pages, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && app.provider.hashing.admit().is_err() {
        return pages.problem(Problem::Unavailable);
    }
    next.run(request).await
}
