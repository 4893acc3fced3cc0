//! `POST /oauth2/token` (RFC 6749 section 3.2).

use axum::{http::HeaderMap, response::Response};
use protocol::{
    Params,
    token::{TokenRequest, TokenResponse},
};
use provider::{Context, Refusal, client_auth::PresentedCredentials, grants};

use crate::{
    extract::{Call, Form, params::Unreadable},
    respond::json::{self, Challenged, Endpoint},
};

const ENDPOINT: Endpoint = Endpoint { name: "token", challenged: Challenged::Client };

/// Parses form and credentials, nothing else.
pub async fn token(call: Call, headers: HeaderMap, form: Result<Form, Unreadable>) -> Response {
    let params = match form {
        Ok(Form(params)) => params,
        Err(unreadable) => return json::unreadable(&call, ENDPOINT, &unreadable),
    };
    match answer(&call, &headers, params).await {
        Ok(response) => json::ok(&response),
        Err(refusal) => json::refused(&call, ENDPOINT, &refusal),
    }
}

async fn answer(context: &Context, headers: &HeaderMap, params: Params) -> Result<TokenResponse, Refusal> {
    let credentials = PresentedCredentials::parse(json::authorization(headers)?, &params)?;
    let request = TokenRequest::parse(params)?;
    grants::exchange(context, &request, &credentials).await
}
