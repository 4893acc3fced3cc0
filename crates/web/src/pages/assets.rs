//! Stylesheet, scripts and pictures, out of the binary.

use std::fmt::Write;

use axum::{
    body::Body,
    extract::{Path, RawQuery},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

/// How many characters of a hash make a version.
const VERSION: usize = 16;

#[derive(RustEmbed)]
#[folder = "../../static/"]
struct Files;

/// `GET /static/{path}`. An address with the current version may be kept for a year; any other is asked for again.
pub async fn get(Path(path): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some((file, kind)) = Files::get(&path).zip(media_type(&path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    versioned_response(&headers, query.as_deref(), &version(&file), kind, file.data.into_owned())
}

/// A file with a version: an address that names it may be kept for a year, any other is asked for again.
pub(super) fn versioned_response(
    headers: &HeaderMap,
    query: Option<&str>,
    version: &str,
    kind: &'static str,
    content: Vec<u8>,
) -> Response {
    let etag = format!("\"{version}\"");
    let caching = match query.and_then(|query| query.strip_prefix("v=")) {
        Some(asked) if asked == version => "public, max-age=31536000, immutable",
        _ => "public, no-cache",
    };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| is_known(tags.as_bytes(), &etag));
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, caching)];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, kind)], Body::from(content)).into_response()
}

/// A picture that we did not draw: opened by itself, it loads nothing and runs nothing; and no other site shows it.
pub(super) fn harmless(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}

/// The address of a file, below the issuer: it changes when the file does.
pub(super) fn versioned(name: &str) -> String {
    match Files::get(name) {
        Some(file) => format!("/static/{name}?v={}", version(&file)),
        None => format!("/static/{name}"),
    }
}

fn version(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(VERSION / 2).fold(String::with_capacity(VERSION), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*`.
fn is_known(tags: &[u8], etag: &str) -> bool {
    let Ok(tags) = str::from_utf8(tags) else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Only what we ship.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use axum::{Router, extract::Request, routing};
    use tower::ServiceExt;

    use super::*;

    async fn ask(address: &str, known: Option<&str>) -> Response {
        let router: Router = Router::new().route("/static/{*path}", routing::get(get));
        let mut request = Request::get(address);
        if let Some(tags) = known {
            request = request.header(header::IF_NONE_MATCH, tags);
        }
        router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer")
    }

    fn header_of(response: &Response, name: header::HeaderName) -> String {
        response.headers()[name].to_str().expect("a text").to_owned()
    }

    #[tokio::test]
    async fn only_the_current_version_is_kept_for_long() {
        let current = ask(&versioned("chancery.css"), None).await;
        assert_eq!(current.status(), StatusCode::OK);
        assert_eq!(header_of(&current, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(header_of(&current, header::CONTENT_TYPE), "text/css; charset=utf-8");
        for address in ["/static/chancery.css", "/static/chancery.css?v=0", "/static/chancery.css?v="] {
            assert_eq!(header_of(&ask(address, None).await, header::CACHE_CONTROL), "public, no-cache");
        }
    }

    #[tokio::test]
    async fn what_is_known_is_not_sent_again() {
        let etag = header_of(&ask("/static/seal.svg", None).await, header::ETAG);
        for known in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
            assert_eq!(ask("/static/seal.svg", Some(&known)).await.status(), StatusCode::NOT_MODIFIED);
        }
        assert_eq!(ask("/static/seal.svg", Some("\"other\"")).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for address in ["/static/none.css", "/static/../Cargo.toml", "/static/%2e%2e/Cargo.toml", "/static/a/b.svg"] {
            assert_eq!(ask(address, None).await.status(), StatusCode::NOT_FOUND, "{address}");
        }
    }
}
