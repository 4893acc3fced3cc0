//! The one gate: who calls, whether they may, and what they send, in this order. Nothing is read of a body before.

use axum::{
    body::Body,
    extract::{RawPathParams, State, rejection::RawPathParamsRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use protocol::{Params, bearer};
use provider::{
    api::{self, Caller},
    idempotency::Once,
};
use serde_json::{Map, Value};

use super::{
    Answer, Condition, Route, openapi,
    problem::Problem,
    request::{Request, wrong},
};
use crate::{
    App,
    extract::{Call, params},
    respond::json,
};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

type Parameters = Result<RawPathParams, RawPathParamsRejection>;

/// Lets a request through to its route, or not.
pub(super) async fn pass(
    route: &'static Route,
    call: Call,
    State(app): State<App>,
    parameters: Parameters,
    request: axum::extract::Request,
) -> Response {
    match admit(route, &call, &app, parameters, request).await {
        Ok(answer) => render(answer),
        Err(problem) => problem.into_response(),
    }
}

async fn admit(
    route: &'static Route,
    call: &Call,
    app: &App,
    parameters: Parameters,
    request: axum::extract::Request,
) -> Result<Answer, Problem> {
    let (parts, body) = request.into_parts();
    let metadata = openapi::metadata_url(&app.provider.settings.issuer);
    let token = match json::authorization(&parts.headers) {
        Ok(Some(header)) => {
            bearer::parse_authorization(header).map_err(|error| Problem::malformed(&error, &metadata))?
        }
        Ok(None) => None,
        Err(error) => return Err(Problem::malformed(&error, &metadata)),
    };
    let token = token.ok_or_else(|| Problem::unauthenticated(&metadata))?;
    let caller = api::authenticate(call, token).await.map_err(|why| Problem::not_let_in(why, &metadata))?;
    if !caller.permissions.has(route.permission) {
        return Err(Problem::insufficient_scope(route.permission, &metadata));
    }
    let query = query(route, parts.uri.query().unwrap_or_default())?;
    let path = match parameters {
        Ok(parameters) => parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => return Err(Problem::missing()),
    };
    let sent = if route.body.is_some() { params::read(&parts.headers, body).await? } else { no_body(body) };
    let object = if route.body.is_some() { object(&parts.headers, &sent)? } else { Map::new() };
    let once = once(route, &parts.headers, &caller, &sent)?;
    let mut administration = call.administration_by(&caller);
    if let Some(versions) = versions(route, &parts.headers)? {
        administration = administration.only_if(versions);
    }
    let context = (**call).clone();
    (route.handle)(&Request { context, administration, path, query, body: object, once }).await
}

/// Where nothing is taken, nothing is looked at.
fn no_body(body: Body) -> Vec<u8> {
    drop(body);
    Vec::new()
}

/// What matters and is not understood is refused.
fn query(route: &Route, text: &str) -> Result<Params, Problem> {
    let query = Params::parse(text.as_bytes()).map_err(protocol::OAuthError::from)?;
    for (name, _) in query.iter() {
        if !route.query.iter().any(|known| known.name == name) {
            return Err(wrong(name, "there is no such parameter here"));
        }
    }
    Ok(query)
}

fn object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "application/json" | "application/merge-patch+json") {
        let detail = "The body must be application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::bad("invalid_json", "The body must be a JSON object")),
        Err(error) => Err(Problem::bad("invalid_json", format!("The body is no JSON: {error}"))),
    }
}

fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let mut found = headers.get_all(name).iter();
    let first = found.next();
    if found.next().is_some() {
        return Err(Problem::bad("invalid_header", format!("{name} was sent more than once")));
    }
    let malformed = |_| Problem::bad("invalid_header", format!("{name} is malformed"));
    first.map(|value| value.to_str().map_err(malformed)).transpose()
}

/// The versions of `If-Match` (RFC 9110 section 13.1.1); `None`: any.
fn versions(route: &Route, headers: &HeaderMap) -> Result<Option<Vec<String>>, Problem> {
    if route.condition == Condition::None {
        return Ok(None);
    }
    let Some(text) = one(headers, "if-match")? else {
        if route.condition == Condition::Must {
            let detail = "Say in If-Match which version (ETag) is to be changed";
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_missing", detail));
        }
        return Ok(None);
    };
    if text.trim() == "*" {
        return Ok(None);
    }
    // Weak ones never match.
    let tags = text.split(',').map(str::trim);
    let strong = tags.filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"')).map(str::to_owned);
    Ok(Some(strong.collect()))
}

fn once(route: &Route, headers: &HeaderMap, caller: &Caller, sent: &[u8]) -> Result<Option<Once>, Problem> {
    if !route.creates {
        return Ok(None);
    }
    let Some(key) = one(headers, IDEMPOTENCY_KEY)? else { return Ok(None) };
    if key.is_empty() || key.len() > 255 {
        return Err(Problem::bad("invalid_header", "Idempotency-Key must have 1 to 255 characters"));
    }
    Ok(Some(Once::new(caller, route.name, key, sent)))
}

fn render(answer: Answer) -> Response {
    let mut response = match &answer.body {
        Some(body) => json::ok(body),
        None => {
            let mut response = Response::new(Body::empty());
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    };
    *response.status_mut() = answer.status;
    let mut set = |name: HeaderName, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(name, value);
        }
    };
    if let Some(version) = answer.version {
        set(header::ETAG, format!("\"{version}\""));
    }
    response
}
