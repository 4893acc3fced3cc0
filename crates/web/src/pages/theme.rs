//! What the theme brings along: a stylesheet with its tokens, and a logo.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};

use super::{assets, view::File};
use crate::state::App;

/// `GET /theme.css`.
pub async fn stylesheet(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    serve(app.theme.stylesheet(), query.as_deref(), &headers)
}

/// `GET /theme/logo`. An SVG that somebody opens by itself runs nothing.
pub async fn logo(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    assets::harmless(serve(app.theme.logo(), query.as_deref(), &headers))
}

pub(super) fn serve(file: Option<&File>, query: Option<&str>, headers: &HeaderMap) -> Response {
    match file {
        Some(File { media_type, version, content }) => {
            assets::versioned_response(headers, query, version, media_type, content.clone())
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
