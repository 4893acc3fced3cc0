//! `POST /oauth2/introspect` (RFC 7662).

use axum::{http::HeaderMap, response::Response};
use protocol::{
    Params,
    introspection::{IntrospectionRequest, IntrospectionResponse},
};
use provider::{Context, Refusal, client_auth::PresentedCredentials};

use crate::{
    extract::{Call, Form, params::Unreadable},
    respond::json::{self, Challenged, Endpoint},
};

const ENDPOINT: Endpoint = Endpoint { name: "introspect", challenged: Challenged::Client };

/// Parses form and credentials, nothing else.
pub async fn introspect(call: Call, headers: HeaderMap, form: Result<Form, Unreadable>) -> Response {
    let params = match form {
        Ok(Form(params)) => params,
        Err(unreadable) => return json::unreadable(&call, ENDPOINT, &unreadable),
    };
    match answer(&call, &headers, &params).await {
        Ok(response) => json::ok(&response),
        Err(refusal) => json::refused(&call, ENDPOINT, &refusal),
    }
}

async fn answer(context: &Context, headers: &HeaderMap, params: &Params) -> Result<IntrospectionResponse, Refusal> {
    let credentials = PresentedCredentials::parse(json::authorization(headers)?, params)?;
    let request = IntrospectionRequest::parse(params)?;
    provider::introspect::introspect(context, &request, &credentials).await
}
