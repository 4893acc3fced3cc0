//! `/client-logo/{client_id}`: the picture of an application, fetched by us from its `logo_uri` (RFC 7591 section 2)
//! and served from here, so that nobody else learns who signs in where.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use provider::{authorize::Authorization, registry::Client};
use url::Url;

use super::{assets, flow, view::AppView, visit::Pages};
use crate::paths;

/// `GET /client-logo/{client_id}`.
pub async fn get(
    pages: Pages,
    Path(client_id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let client = match shown(&pages, &client_id).await {
        Ok(client) => client,
        Err(status) => return status.into_response(),
    };
    match pages.call.client_logo(&client).await {
        Some(logo) => {
            let kind = logo.kind.media_type();
            let content = logo.content.clone();
            assets::harmless(assets::versioned_response(&headers, query.as_deref(), &logo.version, kind, content))
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Pages {
    /// The application that asked, as people know it, with its picture where that is there.
    pub async fn app_view(&self, authorization: &Authorization) -> AppView {
        self.with_logo(flow::app_view(authorization), &authorization.client).await
    }

    /// An application with its picture, where that is there; `host` is where it lives.
    pub async fn client_view(&self, client: &Client, host: String) -> AppView {
        self.with_logo(flow::client_view(client, host), client).await
    }

    async fn with_logo(&self, view: AppView, client: &Client) -> AppView {
        let logo = self.call.remembered_client_logo(client).await;
        let logo = logo.and_then(|logo| {
            let segment = segment(&client.client_id)?;
            Some(format!("{}?v={}", self.path(&paths::CLIENT_LOGO.replace("{client_id}", &segment)), logo.version))
        });
        AppView { logo, ..view }
    }
}

/// An application that people may see something of.
///
/// # Errors
/// The status that says why not.
pub(super) async fn shown(pages: &Pages, client_id: &str) -> Result<Arc<Client>, StatusCode> {
    if client_id.contains(char::is_control) {
        // Nobody's name, and not one that the database can be asked for.
        return Err(StatusCode::NOT_FOUND);
    }
    let found = pages.call.client(client_id).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    found.filter(|client| client.enabled).ok_or(StatusCode::NOT_FOUND)
}

/// A text as one segment of a path. `None` for those that a path cannot hold.
pub(super) fn segment(text: &str) -> Option<String> {
    if matches!(text, "" | "." | "..") {
        return None;
    }
    let mut url = Url::parse("http://x/").ok()?;
    url.path_segments_mut().ok()?.pop().push(text);
    url.path().strip_prefix('/').map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_one_segment() {
        for (id, path) in [
            ("shop", "shop"),
            ("https://app.test/x?y#z", "https:%2F%2Fapp.test%2Fx%3Fy%23z"),
            ("a/../b", "a%2F..%2Fb"),
            ("\"<>", "%22%3C%3E"),
            ("50%", "50%25"),
        ] {
            assert_eq!(segment(id).as_deref(), Some(path));
        }
        for id in ["", ".", ".."] {
            assert_eq!(segment(id), None);
        }
    }
}
