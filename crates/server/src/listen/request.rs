//! One request: limited, timed, counted, and answered whatever happens.

use std::{convert::Infallible, net::SocketAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, MatchedPath},
    response::Response,
};
use futures_util::FutureExt;
use http::{HeaderValue, Request, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use tower::Service;
use tracing::error;
use web::Published;

use super::{
    Limits,
    activity::Activity,
    body::{Excess, Limited, Verdict},
    meter::Meter,
};

/// Where a request went that reached no handler.
const NO_ROUTE: &str = "none";

/// Answers at once what is published, as long as nothing is sent along.
pub fn published(
    published: &Published,
    (activity, meter): (&Arc<Activity>, &Meter),
    request: &Request<Incoming>,
) -> Option<Response> {
    if !request.body().is_end_stream() {
        return None;
    }
    let begun = Instant::now();
    let (route, response) = published.answer(request.method(), request.uri().path(), request.headers())?;
    let _answering = Arc::clone(activity).begin();
    meter.count(route, known(request.method()), response.status().as_u16(), begun.elapsed());
    Some(response)
}

/// Answers one request.
pub async fn answer(
    router: Router,
    limits: Limits,
    peer: SocketAddr,
    (activity, meter): (Arc<Activity>, Arc<Meter>),
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let begun = Instant::now();
    let _answering = activity.begin();
    let method = known(request.method());
    let response = respond(router, &limits, peer, request).await;
    let route = response.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str);
    meter.count(route, method, response.status().as_u16(), begun.elapsed());
    Ok(response)
}

async fn respond(mut router: Router, limits: &Limits, peer: SocketAddr, request: Request<Incoming>) -> Response {
    // What a declared length gives away is refused before it is read.
    if request.body().size_hint().lower() > limits.body {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let verdict = Verdict::default();
    let mut request = request.map(|body| {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Limited::new(body, limits.body, limits.body_timeout, verdict.clone()))
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    let answering = AssertUnwindSafe(router.call(request)).catch_unwind();
    let response = match tokio::time::timeout(limits.request_timeout, answering).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_panic)) => {
            // The panic itself was written by the hook.
            error!("a request ended in a panic");
            return refuse(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Err(_elapsed) => return refuse(StatusCode::SERVICE_UNAVAILABLE),
    };
    match verdict.excess() {
        Some(Excess::Size) => refuse(StatusCode::PAYLOAD_TOO_LARGE),
        Some(Excess::Time) => refuse(StatusCode::REQUEST_TIMEOUT),
        None => response,
    }
}

/// An answer of the listener itself, in the form of RFC 6749 section 5.2. The connection ends with it where the
/// request was not read to its end.
fn refuse(status: StatusCode) -> Response {
    let (error, description) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("invalid_request", "The request body is too large"),
        StatusCode::REQUEST_TIMEOUT => ("invalid_request", "The request body did not arrive in time"),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("temporarily_unavailable", "The server cannot answer now; try again shortly")
        }
        _ => ("server_error", "The server failed; the failure was logged"),
    };
    let body = serde_json::json!({ "error": error, "error_description": description }).to_string();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

/// Strangers choose their methods, and must not choose our metrics.
fn known(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
