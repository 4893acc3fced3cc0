//! `/client-logo/{client_id}`: the picture of an application, fetched by us from its `logo_uri` (RFC 7591 section 2)
//! and served from here, so that nobody else learns who signs in where.

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
    if client_id.contains(char::is_control) {
        // Nobody's name, and not one that the database can be asked for.
        return StatusCode::NOT_FOUND.into_response();
    }
    let client = match pages.call.client(&client_id).await {
        Ok(client) => client.filter(|client| client.enabled),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let logo = match client {
        Some(client) => pages.call.client_logo(&client).await,
        None => None,
    };
    match logo {
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

/// A text as one segment of a path. `None` for those that a path cannot hold.
fn segment(text: &str) -> Option<String> {
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
