//! Documents that everybody fetches all day: they are answered in front of the router, which would cost as much again.
//!
//! Only the plain `GET` is. What else may be sent to these addresses (a preflight, a `HEAD`, a wrong method, a body) goes
//! the way of every request, and is answered there with the same headers.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, header};

use crate::{App, oauth, paths};

/// The documents of one application, by their paths.
#[derive(Clone, Debug, Default)]
pub struct Published {
    documents: Arc<[(String, Document)]>,
    app: Option<App>,
}

#[derive(Clone, Copy, Debug)]
enum Document {
    Metadata,
    Keys,
}

impl Published {
    /// Those of an application. (The default has none.)
    #[must_use]
    pub fn of(app: &App) -> Self {
        let base = app.base_path();
        let below = |path: &str| format!("{base}{path}");
        let mut documents = vec![
            (below(paths::JWKS), Document::Keys),
            (below(paths::OPENID_CONFIGURATION), Document::Metadata),
            (below(paths::OAUTH_METADATA), Document::Metadata),
        ];
        if !base.is_empty() {
            // RFC 8414 section 3.1, as in the router.
            documents.push((format!("{}{base}", paths::OPENID_CONFIGURATION), Document::Metadata));
            documents.push((format!("{}{base}", paths::OAUTH_METADATA), Document::Metadata));
        }
        Self { documents: documents.into(), app: Some(app.clone()) }
    }

    /// The document at this address, with the name under which it is counted; `None` when the router is to answer.
    #[must_use]
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<(&str, Response)> {
        let app = self.app.as_ref().filter(|_| method == Method::GET)?;
        let (route, document) = self.documents.iter().find(|(at, _)| at == path)?;
        let mut response = match document {
            Document::Metadata => oauth::discovery::answer(app, headers),
            Document::Keys => oauth::jwks::answer(app, headers),
        };
        for (name, value) in COMMON {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Some((route, response))
    }
}

/// What the router's layers add: any origin may read it.
const COMMON: [(http::HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "www-authenticate"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];
