//! The token endpoint: RFC 6749 §3.2, §4.1.3, §4.4.2, §5.1, §6.

use std::fmt;

use serde::Serialize;

use crate::error::OAuthError;
use crate::form::Params;
use crate::pkce::CodeVerifier;
use crate::resource;
use crate::scope::Scope;

/// Values of `grant_type`.
pub mod grant_type {
    /// RFC 6749 §4.1.3.
    pub const AUTHORIZATION_CODE: &str = "authorization_code";
    /// RFC 6749 §6.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// RFC 6749 §4.4.2.
    pub const CLIENT_CREDENTIALS: &str = "client_credentials";
    /// RFC 8693 §2.1.
    pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
    /// Every grant type, for metadata and for registration.
    pub const ALL: &[&str] = &[AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, TOKEN_EXCHANGE];
}

/// The `token_type` of every access token (RFC 6750).
pub const BEARER: &str = "Bearer";
/// The `token_type` of an exchanged token that is no access token (RFC 8693
/// §2.2.1).
pub const NOT_APPLICABLE: &str = "N_A";

/// A request to the token endpoint. The grant reads its own parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The `grant_type`, perhaps an unknown one.
    pub grant_type: String,
    /// All parameters of the form.
    pub params: Params,
}

impl TokenRequest {
    /// Reads `grant_type`.
    ///
    /// # Errors
    /// `invalid_request` if it is missing or repeated.
    pub fn parse(params: Params) -> Result<Self, OAuthError> {
        let grant_type = params.require("grant_type")?.to_owned();
        Ok(Self { grant_type, params })
    }
}

/// The parameters of the `authorization_code` grant.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCodeRequest {
    /// The code. Secret.
    pub code: String,
    /// Must equal that of the authorization request, if it had one.
    pub redirect_uri: Option<String>,
    /// RFC 7636 §4.5.
    pub code_verifier: Option<CodeVerifier>,
    /// RFC 8707 §2.2.
    pub resource: Vec<String>,
}

impl AuthorizationCodeRequest {
    /// Reads the parameters.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let verifier = params.get_once("code_verifier")?;
        Ok(Self {
            code: params.require("code")?.to_owned(),
            redirect_uri: params.get_once("redirect_uri")?.map(str::to_owned),
            code_verifier: verifier.map(CodeVerifier::parse).transpose()?,
            resource: resource::from_params(params)?,
        })
    }
}

/// The parameters of the `refresh_token` grant.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshTokenRequest {
    /// The refresh token. Secret.
    pub refresh_token: String,
    /// A narrower scope for the access token.
    pub scope: Option<Scope>,
    /// RFC 8707 §2.2.
    pub resource: Vec<String>,
}

impl RefreshTokenRequest {
    /// Reads the parameters.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        Ok(Self {
            refresh_token: params.require("refresh_token")?.to_owned(),
            scope: scope_of(params)?,
            resource: resource::from_params(params)?,
        })
    }
}

/// The parameters of the `client_credentials` grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentialsRequest {
    /// The scope, `None` if omitted.
    pub scope: Option<Scope>,
    /// RFC 8707 §2.2.
    pub resource: Vec<String>,
}

impl ClientCredentialsRequest {
    /// Reads the parameters.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        Ok(Self { scope: scope_of(params)?, resource: resource::from_params(params)? })
    }
}

/// The `scope` parameter, `None` if omitted.
///
/// # Errors
/// `invalid_scope` if malformed, `invalid_request` if repeated.
pub fn scope_of(params: &Params) -> Result<Option<Scope>, OAuthError> {
    let text = params.get_once("scope")?;
    Ok(text.map(Scope::parse).transpose()?)
}

/// A successful answer of the token endpoint (RFC 6749 §5.1, OpenID Connect
/// Core §3.1.3.3, RFC 8693 §2.2.1). To be sent with `Cache-Control: no-store`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenResponse {
    /// The access token, or the token that an exchange issued.
    pub access_token: String,
    /// [`BEARER`] or [`NOT_APPLICABLE`].
    pub token_type: &'static str,
    /// Seconds from now until the access token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    /// The scope of the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// RFC 8693 §2.2.1: the URN of what `access_token` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

impl TokenResponse {
    /// A bearer token and nothing else.
    pub fn bearer(access_token: String) -> Self {
        Self {
            access_token,
            token_type: BEARER,
            expires_in: None,
            scope: None,
            refresh_token: None,
            id_token: None,
            issued_token_type: None,
        }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("token_type", &self.token_type)
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthorizationCodeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCodeRequest")
            .field("redirect_uri", &self.redirect_uri)
            .field("code_verifier", &self.code_verifier)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshTokenRequest")
            .field("scope", &self.scope)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorCode;

    fn params(body: &str) -> Params {
        Params::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn grant_type_is_required_once() {
        for bad in ["", "grant_type=", "grant_type=a&grant_type=a"] {
            let e = TokenRequest::parse(params(bad)).unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidRequest);
        }
        let r = TokenRequest::parse(params("grant_type=x&y=z")).unwrap();
        assert_eq!(r.grant_type, "x");
        assert_eq!(r.params.get_once("y").unwrap(), Some("z"));
    }

    #[test]
    fn refusals() {
        use ErrorCode as E;
        let code = |b: &str| AuthorizationCodeRequest::parse(&params(b)).unwrap_err().code;
        assert_eq!(code("redirect_uri=x"), E::InvalidRequest);
        assert_eq!(code("code=a&code=b"), E::InvalidRequest);
        assert_eq!(code("code=a&code_verifier=short"), E::InvalidRequest);
        assert_eq!(code("code=a&resource=x"), E::InvalidTarget);
        let refresh = |b: &str| RefreshTokenRequest::parse(&params(b)).unwrap_err().code;
        assert_eq!(refresh(""), E::InvalidRequest);
        assert_eq!(refresh("refresh_token=a&scope=%22"), E::InvalidScope);
        assert_eq!(refresh("refresh_token=a&scope=a&scope=b"), E::InvalidRequest);
    }

    #[test]
    fn response_skips_what_is_absent() {
        let mut r = TokenResponse::bearer("at".into());
        assert_eq!(serde_json::to_string(&r).unwrap(), r#"{"access_token":"at","token_type":"Bearer"}"#);
        r.expires_in = Some(300);
        r.scope = Some(Scope::parse("a b").unwrap());
        r.refresh_token = Some("rt".into());
        assert_eq!(
            serde_json::to_string(&r).unwrap(),
            r#"{"access_token":"at","token_type":"Bearer","expires_in":300,"scope":"a b","refresh_token":"rt"}"#
        );
        assert!(!format!("{r:?}").contains("\"at\""));
    }
}
