//! `/client-theme/{client_id}`: the tokens that an application changes on the pages of its own requests.

use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use provider::registry::Client;

use super::{
    client_logo::{segment, shown},
    theme::serve,
    view::Theme,
    visit::Pages,
};
use crate::paths;

/// `GET /client-theme/{client_id}`.
pub async fn get(
    pages: Pages,
    Path(client_id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match shown(&pages, &client_id).await {
        Ok(client) => {
            let sheet = client.metadata.theme.as_ref().and_then(Theme::of_client);
            serve(sheet.as_ref(), query.as_deref(), &headers)
        }
        Err(status) => status.into_response(),
    }
}

/// Where the stylesheet of an application is, below the issuer; `None` when it has none.
pub(super) fn path(client: &Client) -> Option<String> {
    let sheet = Theme::of_client(client.metadata.theme.as_ref()?)?;
    let segment = segment(&client.client_id)?;
    Some(format!("{}?v={}", paths::CLIENT_THEME.replace("{client_id}", &segment), sheet.version))
}
