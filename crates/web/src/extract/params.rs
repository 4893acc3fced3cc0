//! Parameters of a query or a form body, decoded strictly and bounded.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use protocol::{OAuthError, Params};

use crate::state::App;

/// The largest body that any endpoint reads.
pub const BODY_LIMIT: usize = 64 * 1024;
/// How long a client may take to send its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The body of a POST as `application/x-www-form-urlencoded`.
#[derive(Clone, Debug)]
pub struct Form(pub Params);

/// The query.
#[derive(Clone, Debug)]
pub struct Query(pub Params);

/// Parameters that could not be read: a status and the RFC's `invalid_request`.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// 400, 408, 413 or 415.
    pub status: StatusCode,
    /// What the client is told.
    pub error: OAuthError,
}

impl Unreadable {
    fn new(status: StatusCode, description: &'static str) -> Self {
        Self { status, error: OAuthError::invalid_request(description) }
    }
}

impl From<protocol::ParamsError> for Unreadable {
    fn from(error: protocol::ParamsError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }
}

pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

impl Form {
    /// Reads a form body.
    ///
    /// # Errors
    /// `Unreadable`.
    pub async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Unreadable> {
        if !is_form(headers) {
            return Err(Unreadable::new(StatusCode::BAD_REQUEST, "The body must be application/x-www-form-urlencoded"));
        }
        Ok(Self(Params::parse(&read(headers, body).await?)?))
    }
}

/// Reads a body, of whatever kind.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Unreadable> {
    let too_large = || Unreadable::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB");
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(too_large());
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = match read {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(Unreadable::new(StatusCode::BAD_REQUEST, "The body ended early")),
        Err(_) => return Err(Unreadable::new(StatusCode::REQUEST_TIMEOUT, "The body took too long")),
    };
    Ok(body.to_vec())
}

impl FromRequest<App> for Form {
    type Rejection = Unreadable;

    async fn from_request(request: Request, _: &App) -> Result<Self, Unreadable> {
        let (parts, body) = request.into_parts();
        Self::read(&parts.headers, body).await
    }
}

impl FromRequestParts<App> for Query {
    type Rejection = Unreadable;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Unreadable> {
        Ok(Self(Params::parse(parts.uri.query().unwrap_or_default().as_bytes())?))
    }
}
