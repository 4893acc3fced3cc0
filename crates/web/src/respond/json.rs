//! Answers to programs: JSON, never cached, refusals as their RFC says them.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{OAuthError, bearer::Challenge, error::ErrorCode};
use provider::{Context, Refusal, documents::Document, tally};
use serde::Serialize;

use crate::extract::params::Unreadable;

/// What a challenge protects.
const REALM: &str = "chancery";

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// Who is challenged when credentials are missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenged {
    /// A client, to authenticate (RFC 6749 section 5.2).
    Client,
    /// Whoever bears an access token (RFC 6750 section 3).
    Bearer,
}

/// An endpoint, as refusals need to know it.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// How metrics and logs call it.
    pub name: &'static str,
    /// Whom it challenges.
    pub challenged: Challenged,
}

/// A body that may hold tokens (RFC 6749 section 5.1).
pub fn ok(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => typed(JSON, body),
        Err(error) => failed(&error),
    }
}

/// The same of another media type.
pub fn typed(content_type: HeaderValue, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::PRAGMA, NO_CACHE);
    response
}

fn failed(error: &serde_json::Error) -> Response {
    tracing::error!(%error, "an answer cannot be written as JSON");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// A refusal: the RFC's error and status, a challenge where that is due, `Retry-After` where waiting helps. It is
/// counted and logged here, once.
pub fn refused(context: &Context, endpoint: Endpoint, refusal: &Refusal) -> Response {
    tally::turned_away(context, endpoint.name, refusal);
    let error = refusal.public();
    let status = match refusal {
        Refusal::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
    };
    let mut response = with_status(status, &error);
    let headers = response.headers_mut();
    if let Some(retry_after) = refusal.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
    }
    challenge(headers, endpoint.challenged, &error);
    response
}

/// Parameters that could not be read.
pub fn unreadable(context: &Context, endpoint: Endpoint, unreadable: &Unreadable) -> Response {
    tally::turned_away(context, endpoint.name, &Refusal::from(unreadable.error.clone()));
    let mut response = with_status(unreadable.status, &unreadable.error);
    challenge(response.headers_mut(), endpoint.challenged, &unreadable.error);
    response
}

/// No credentials at all: a challenge, and not a word about errors (RFC 6750 section 3.1).
pub fn unauthenticated(endpoint: Endpoint) -> Response {
    tally::unauthenticated(endpoint.name);
    let mut response = StatusCode::UNAUTHORIZED.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    set(headers, header::WWW_AUTHENTICATE, Challenge::bearer(REALM).into_header());
    response
}

fn with_status(status: StatusCode, error: &OAuthError) -> Response {
    let mut response = ok(error);
    *response.status_mut() = status;
    response
}

fn challenge(headers: &mut HeaderMap, challenged: Challenged, error: &OAuthError) {
    let text = match (challenged, error.code) {
        (Challenged::Client, ErrorCode::InvalidClient) => Challenge::basic(REALM).into_header(),
        (Challenged::Bearer, ErrorCode::InsufficientScope) => {
            Challenge::bearer(REALM).error(error).scope("openid").into_header()
        }
        (Challenged::Bearer, ErrorCode::InvalidRequest | ErrorCode::InvalidToken) => {
            Challenge::bearer(REALM).error(error).into_header()
        }
        _ => return,
    };
    set(headers, header::WWW_AUTHENTICATE, text);
}

fn set(headers: &mut HeaderMap, name: HeaderName, text: String) {
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

/// A public document, or word that the caller has it already (RFC 9110 section 13.1.2).
pub fn document(request: &HeaderMap, document: &Document, max_age: u64) -> Response {
    let named = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut response = if named.into_iter().any(|tags| document.is_named_by(tags)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(document.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    };
    let headers = response.headers_mut();
    set(headers, header::ETAG, document.etag.clone());
    set(headers, header::CACHE_CONTROL, format!("public, max-age={max_age}"));
    response
}

/// The `Authorization` header, if there is one.
///
/// # Errors
/// `invalid_request` when there are several, or it is not visible ASCII.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let first = found.next();
    if found.next().is_some() {
        return Err(OAuthError::invalid_request("The Authorization header was sent more than once"));
    }
    let malformed = |_| OAuthError::invalid_request("The Authorization header is malformed");
    first.map(|value| value.to_str().map_err(malformed)).transpose()
}

impl IntoResponse for Unreadable {
    fn into_response(self) -> Response {
        with_status(self.status, &self.error)
    }
}
