//! Bearer tokens at an API (RFC 6750, RFC 9470): where they are read, and how they are refused.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    access_token::{AccessToken, TokenError, Validator},
    jwks::Jwks,
};

/// One API, as the tokens see it.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) validator: Validator,
}

/// A refusal with its `WWW-Authenticate` header (RFC 6750 section 3).
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    realm: &'static str,
    error: Option<&'static str>,
    description: String,
    scope: &'static str,
    /// How the person would have to prove themselves (RFC 9470 section 3).
    acr_values: Option<&'static str>,
}

/// A second factor, or a passkey.
const STRONG: &str = "aal2 phr";

impl Api {
    /// The token of the request, if it is valid here and permits `scope`.
    pub(crate) async fn authorize(
        &self,
        jwks: &Jwks,
        headers: &HeaderMap,
        scope: &'static str,
    ) -> Result<AccessToken, Refusal> {
        let refuse = |status, error, description: &str| Refusal {
            status,
            realm: self.name,
            error,
            description: description.to_owned(),
            scope,
            acr_values: None,
        };
        let Some(token) = bearer_token(headers) else {
            return Err(refuse(StatusCode::UNAUTHORIZED, None, "an access token is required"));
        };
        let now = crate::clock::now();
        let token = match self.validator.validate(jwks, token, now).await {
            Ok(token) => token,
            Err(error @ TokenError::KeysUnavailable) => {
                return Err(refuse(StatusCode::SERVICE_UNAVAILABLE, None, &error.to_string()));
            }
            Err(error) => {
                let error = error.to_string();
                return Err(refuse(StatusCode::UNAUTHORIZED, Some("invalid_token"), &error));
            }
        };
        if !token.scopes.contains(scope) {
            let text = format!("the token lacks the scope \"{scope}\"").replace('"', "'");
            return Err(refuse(StatusCode::FORBIDDEN, Some("insufficient_scope"), &text));
        }
        Ok(token)
    }

    /// The same, for what needs a person who signed in with more than a password.
    pub(crate) async fn authorize_strongly(
        &self,
        jwks: &Jwks,
        headers: &HeaderMap,
        scope: &'static str,
    ) -> Result<AccessToken, Refusal> {
        let token = self.authorize(jwks, headers, scope).await?;
        if token.acr.as_deref().is_some_and(|acr| STRONG.split(' ').any(|strong| strong == acr)) {
            return Ok(token);
        }
        Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            realm: self.name,
            error: Some("insufficient_user_authentication"),
            description: "a second factor or a passkey is required".to_owned(),
            scope,
            acr_values: Some(STRONG),
        })
    }
}

/// The token of the `Authorization` header, if there is exactly one such header.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = self.error.unwrap_or("unauthorized");
        let body = json!({ "error": error, "error_description": self.description });
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let retry = [(header::RETRY_AFTER, "1")];
            let body = json!({ "error": "temporarily_unavailable", "error_description": self.description });
            return (self.status, retry, Json(body)).into_response();
        }
        let mut challenge = format!("Bearer realm=\"{}\"", self.realm);
        if let Some(error) = self.error {
            // Descriptions are our own sentences and hold no quotes or backslashes.
            challenge.push_str(&format!(", error=\"{error}\", error_description=\"{}\"", self.description));
        }
        challenge.push_str(&format!(", scope=\"{}\"", self.scope));
        if let Some(acr_values) = self.acr_values {
            challenge.push_str(&format!(", acr_values=\"{acr_values}\""));
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
