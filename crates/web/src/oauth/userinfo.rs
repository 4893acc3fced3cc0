//! `GET` and `POST /oauth2/userinfo` (OpenID Connect Core section 5.3, RFC 6750 section 2).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use protocol::{OAuthError, Params, bearer};
use provider::{
    Context, Refusal,
    userinfo::{self, Userinfo},
};

use crate::{
    extract::{Call, Form, params},
    respond::json::{self, Challenged, Endpoint},
};

const ENDPOINT: Endpoint = Endpoint { name: "userinfo", challenged: Challenged::Bearer };

/// The token is in the header; one in the query is none (RFC 9700 section 4.3.2).
pub async fn get(call: Call, headers: HeaderMap) -> Response {
    respond(&call, token(&headers, &Params::default())).await
}

/// The token is in the header or in the form, not in both.
pub async fn post(call: Call, headers: HeaderMap, body: Body) -> Response {
    // Whoever sends the token in the header may send any body, or none.
    let params = match params::is_form(&headers) {
        false if headers.contains_key(axum::http::header::AUTHORIZATION) => Params::default(),
        _ => match Form::read(&headers, body).await {
            Ok(Form(params)) => params,
            Err(unreadable) => return json::unreadable(&call, ENDPOINT, &unreadable),
        },
    };
    respond(&call, token(&headers, &params)).await
}

/// The one access token of a request, `None` if it has none.
fn token<'a>(headers: &'a HeaderMap, params: &'a Params) -> Result<Option<&'a str>, OAuthError> {
    let header = match json::authorization(headers)? {
        Some(header) => bearer::parse_authorization(header)?,
        None => None,
    };
    match (header, params.get_once("access_token")?) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("The access token was sent twice")),
        (header, form) => Ok(header.or(form)),
    }
}

async fn respond(context: &Context, token: Result<Option<&str>, OAuthError>) -> Response {
    let token = match token {
        Ok(Some(token)) => token,
        Ok(None) => return json::unauthenticated(ENDPOINT),
        Err(error) => return json::refused(context, ENDPOINT, &Refusal::from(error)),
    };
    match userinfo::userinfo(context, token).await {
        Ok(Userinfo::Plain(claims)) => json::ok(&claims),
        Ok(Userinfo::Signed(jwt)) => json::typed(HeaderValue::from_static("application/jwt"), jwt.into_bytes()),
        Err(refusal) => json::refused(context, ENDPOINT, &refusal),
    }
}
