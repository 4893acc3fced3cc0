//! The Demo API calls the Reports API for the person whose token it was shown (RFC 8693).

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use openidconnect::HttpResponse;
use serde_json::{Value, json};

use super::{
    answer,
    bearer::{Refusal, bearer_token},
};
use crate::{
    http::HttpError,
    state::{SharedState, State as Demo},
    wire::FormRequest,
};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// `GET /api/report`: needs `read`. Exchanges the caller's token for one that is good for
/// reading at the Reports API, calls it, and answers with the report.
///
/// `for_teaching` also shows the exchange and its token. A real API keeps that to itself.
pub(super) async fn report(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, Refusal> {
    state.demo_api.authorize(&state.jwks, &headers, "read").await?;
    let subject_token = bearer_token(&headers).unwrap_or_default();
    let request = exchange_request(&state, subject_token);
    let shown = request.shown();
    let exchanged = match request.send(&state.http).await {
        Ok(response) => response,
        Err(error) => return Ok(issuer_failed(&error, &shown)),
    };
    let body: Value = serde_json::from_slice(exchanged.body()).unwrap_or_default();
    let Some(token) = body.get("access_token").and_then(Value::as_str) else {
        return Ok(exchange_refused(&exchanged, &body, &shown));
    };
    let request = state.http.request(reqwest::Method::GET, &state.config.reports_resource).bearer_auth(token);
    let report: Value = match state.http.send(request).await {
        Ok(response) => serde_json::from_slice(response.body()).unwrap_or_default(),
        Err(error) => json!({ "error": "unreachable", "error_description": error.to_string() }),
    };
    let body = json!({
        "report": report,
        "for_teaching": { "exchange": shown, "token": token },
    });
    Ok(answer(StatusCode::OK, body))
}

/// The API authenticates as itself. As the resource server of the token's audience it may
/// present a token that was issued to another client.
fn exchange_request(state: &Demo, subject_token: &str) -> FormRequest {
    let config = &state.config;
    FormRequest::post(&config.token_endpoint())
        .basic(&config.api_client_id, &config.api_client_secret)
        .field("grant_type", TOKEN_EXCHANGE)
        .token_field("subject_token", subject_token)
        .field("subject_token_type", ACCESS_TOKEN)
        .field("resource", &config.reports_resource)
        .field("scope", "read")
}

fn issuer_failed(error: &HttpError, shown: &str) -> Response {
    let body = json!({
        "error": "issuer_unreachable",
        "error_description": error.to_string(),
        "for_teaching": { "exchange": shown },
    });
    answer(StatusCode::BAD_GATEWAY, body)
}

fn exchange_refused(response: &HttpResponse, body: &Value, shown: &str) -> Response {
    let text = |member: &str| body.get(member).and_then(Value::as_str).map(str::to_owned);
    let status = response.status().as_u16();
    let body = json!({
        "error": text("error").unwrap_or_else(|| format!("status {status}")),
        "error_description": text("error_description").unwrap_or_default(),
        "for_teaching": { "exchange": shown },
    });
    answer(StatusCode::BAD_GATEWAY, body)
}
