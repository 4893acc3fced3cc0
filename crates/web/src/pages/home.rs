//! `/`: where a person lands who came without an application.

use axum::response::Response;
use http::StatusCode;

use super::{
    flow::{Stop, account_view},
    view::HomePage,
    visit::Visit,
};

/// `GET /`.
pub async fn get(visit: Visit) -> Response {
    let outcome = show(&visit).await;
    visit.finish(outcome)
}

async fn show(visit: &Visit) -> Result<Response, Stop> {
    let session = visit.signed_in().await?;
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let page = HomePage { frame, account: session.as_ref().map(account_view) };
    Ok(visit.show(StatusCode::OK, &language, &page))
}
