//! `POST /oauth2/revoke` (RFC 7009).

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{Params, revocation::RevocationRequest};
use provider::{Context, Refusal, client_auth::PresentedCredentials};

use crate::{
    extract::{Call, Form, params::Unreadable},
    respond::json::{self, Challenged, Endpoint},
};

const ENDPOINT: Endpoint = Endpoint { name: "revoke", challenged: Challenged::Client };

/// Parses form and credentials, nothing else. The answer has no body: its status says it all (section 2.2).
pub async fn revoke(call: Call, headers: HeaderMap, form: Result<Form, Unreadable>) -> Response {
    let params = match form {
        Ok(Form(params)) => params,
        Err(unreadable) => return json::unreadable(&call, ENDPOINT, &unreadable),
    };
    match answer(&call, &headers, &params).await {
        Ok(()) => {
            let no_store = HeaderValue::from_static("no-store");
            (StatusCode::OK, [(header::CACHE_CONTROL, no_store)]).into_response()
        }
        Err(refusal) => json::refused(&call, ENDPOINT, &refusal),
    }
}

async fn answer(context: &Context, headers: &HeaderMap, params: &Params) -> Result<(), Refusal> {
    let credentials = PresentedCredentials::parse(json::authorization(headers)?, params)?;
    let request = RevocationRequest::parse(params)?;
    provider::revoke::revoke(context, &request, &credentials).await
}
