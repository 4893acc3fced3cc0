//! Token introspection (RFC 7662).

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::claims::{Actor, Audience, MayAct};
use crate::error::OAuthError;
use crate::form::Params;
use crate::revocation::RevocationRequest;
use crate::scope::Scope;

pub use crate::revocation::TokenTypeHint;

/// An introspection request (RFC 7662 §2.1): the same parameters as a
/// revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntrospectionRequest(RevocationRequest);

impl IntrospectionRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` if `token` is missing, or either is repeated.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        RevocationRequest::parse(params).map(Self)
    }

    /// The token. Secret.
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// Where to look first.
    pub fn token_type_hint(&self) -> Option<TokenTypeHint> {
        self.0.token_type_hint
    }
}

/// An introspection response (RFC 7662 §2.2). Inactive serialises as exactly
/// `{"active":false}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntrospectionResponse {
    /// Nothing more may be said.
    Inactive,
    /// The token is good, and the caller may know about it.
    Active(Box<ActiveToken>),
}

impl IntrospectionResponse {
    /// An active token.
    pub fn active(token: ActiveToken) -> Self {
        Self::Active(Box::new(token))
    }

    /// Whether the token is active.
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active(_))
    }
}

/// What an authorized caller learns about a live token. Times are seconds
/// since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ActiveToken {
    /// The scope, left out if empty.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The client to which the token was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The person's login name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer`; absent for refresh tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// Expiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Time of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Not to be used before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The subject, as the token says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Who acts for the subject (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who may act for the subject (RFC 8693 §4.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_act: Option<MayAct>,
    /// When the person signed in (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How the person signed in (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
}

impl Serialize for IntrospectionResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Active<'a> {
            active: bool,
            #[serde(flatten)]
            token: &'a ActiveToken,
        }
        match self {
            Self::Inactive => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("active", &false)?;
                map.end()
            }
            Self::Active(token) => Active { active: true, token }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn inactive_says_nothing_else() {
        assert_eq!(serde_json::to_string(&IntrospectionResponse::Inactive).unwrap(), r#"{"active":false}"#);
    }

    #[test]
    fn active_says_what_is_known() {
        let r = IntrospectionResponse::active(ActiveToken {
            scope: Scope::parse("read").unwrap(),
            client_id: Some("shop".into()),
            token_type: Some(crate::token::BEARER),
            exp: Some(2),
            aud: Some(Audience::from("https://a.test")),
            ..ActiveToken::default()
        });
        assert_eq!(
            serde_json::to_string(&r).unwrap(),
            r#"{"active":true,"scope":"read","client_id":"shop","token_type":"Bearer","exp":2,"aud":"https://a.test"}"#
        );
    }
}
