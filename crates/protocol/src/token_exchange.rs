//! Token exchange (RFC 8693).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, OAuthError};
use crate::form::Params;
use crate::resource;
use crate::scope::Scope;
use crate::token::scope_of;

/// A token type identifier (RFC 8693 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenType {
    /// An access token of this server.
    #[serde(rename = "urn:ietf:params:oauth:token-type:access_token")]
    AccessToken,
    /// A refresh token of this server.
    #[serde(rename = "urn:ietf:params:oauth:token-type:refresh_token")]
    RefreshToken,
    /// An ID token.
    #[serde(rename = "urn:ietf:params:oauth:token-type:id_token")]
    IdToken,
    /// Any JWT.
    #[serde(rename = "urn:ietf:params:oauth:token-type:jwt")]
    Jwt,
    /// A SAML 1.1 assertion.
    #[serde(rename = "urn:ietf:params:oauth:token-type:saml1")]
    Saml1,
    /// A SAML 2.0 assertion.
    #[serde(rename = "urn:ietf:params:oauth:token-type:saml2")]
    Saml2,
}

impl TokenType {
    /// Every registered type.
    pub const ALL: &'static [TokenType] =
        &[Self::AccessToken, Self::RefreshToken, Self::IdToken, Self::Jwt, Self::Saml1, Self::Saml2];

    /// The URN.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::RefreshToken => "urn:ietf:params:oauth:token-type:refresh_token",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
            Self::Saml1 => "urn:ietf:params:oauth:token-type:saml1",
            Self::Saml2 => "urn:ietf:params:oauth:token-type:saml2",
        }
    }

    /// The type of that URN.
    pub fn parse(urn: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.as_str() == urn)
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token with what its bearer says that it is. `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedToken {
    /// The token. Secret.
    pub token: String,
    /// The declared type.
    pub token_type: TokenType,
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedToken({})", self.token_type)
    }
}

/// A token exchange request (RFC 8693 §2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenExchangeRequest {
    /// On whose behalf.
    pub subject: PresentedToken,
    /// Who acts, if another token says so.
    pub actor: Option<PresentedToken>,
    /// Target resources (RFC 8707).
    pub resource: Vec<String>,
    /// Target services by their logical names.
    pub audience: Vec<String>,
    /// The wanted scope, `None` if omitted.
    pub scope: Option<Scope>,
    /// The wanted type, `None` if omitted.
    pub requested_token_type: Option<TokenType>,
}

impl TokenExchangeRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` for missing, repeated or unknown ones, and for an
    /// actor token without its type or a type without the token;
    /// `invalid_scope` and `invalid_target` for malformed ones.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let subject = PresentedToken {
            token: params.require("subject_token")?.to_owned(),
            token_type: token_type(params.require("subject_token_type")?, "subject_token_type")?,
        };
        let actor_type = params.get_once("actor_token_type")?;
        let actor = match (params.get_once("actor_token")?, actor_type) {
            (None, None) => None,
            (Some(token), Some(urn)) => {
                Some(PresentedToken { token: token.to_owned(), token_type: token_type(urn, "actor_token_type")? })
            }
            (Some(_), None) => {
                return Err(OAuthError::invalid_request("actor_token_type is missing"));
            }
            (None, Some(_)) => return Err(OAuthError::invalid_request("actor_token is missing")),
        };
        let requested = params.get_once("requested_token_type")?;
        Ok(Self {
            subject,
            actor,
            resource: resource::from_params(params)?,
            audience: audiences(params)?,
            scope: scope_of(params)?,
            requested_token_type: requested.map(|urn| token_type(urn, "requested_token_type")).transpose()?,
        })
    }
}

fn token_type(urn: &str, parameter: &str) -> Result<TokenType, OAuthError> {
    TokenType::parse(urn).ok_or_else(|| OAuthError::invalid_request(format!("{parameter} is not supported")))
}

fn audiences(params: &Params) -> Result<Vec<String>, OAuthError> {
    let mut audiences: Vec<String> = Vec::new();
    for audience in params.get_all("audience") {
        if audiences.iter().any(|a| a == audience) {
            continue;
        }
        if audiences.len() == resource::MAX_RESOURCES {
            return Err(OAuthError::new(ErrorCode::InvalidTarget, "too many audience values"));
        }
        audiences.push(audience.to_owned());
    }
    Ok(audiences)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const AT: &str = "urn:ietf:params:oauth:token-type:access_token";

    fn parse(body: &str) -> Result<TokenExchangeRequest, OAuthError> {
        TokenExchangeRequest::parse(&Params::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn complete_request() {
        let r = parse(&format!(
            "subject_token=s&subject_token_type={AT}&actor_token=a&actor_token_type={AT}\
             &resource=https://a.test&resource=https://b.test&audience=x&audience=y&audience=x\
             &scope=read&requested_token_type={AT}"
        ))
        .unwrap();
        assert_eq!(r.subject.token_type, TokenType::AccessToken);
        assert_eq!(r.actor.unwrap().token, "a");
        assert_eq!(r.resource, ["https://a.test", "https://b.test"]);
        assert_eq!(r.audience, ["x", "y"]);
        assert_eq!(r.requested_token_type, Some(TokenType::AccessToken));
    }

    #[test]
    fn refusals() {
        use ErrorCode as E;
        let table = [
            ("", E::InvalidRequest),
            ("subject_token=s", E::InvalidRequest),
            ("subject_token_type={AT}", E::InvalidRequest),
            ("subject_token=s&subject_token_type=access_token", E::InvalidRequest),
            ("subject_token=s&subject_token=s&subject_token_type={AT}", E::InvalidRequest),
            ("subject_token=s&subject_token_type={AT}&actor_token=a", E::InvalidRequest),
            ("subject_token=s&subject_token_type={AT}&actor_token_type={AT}", E::InvalidRequest),
            ("subject_token=s&subject_token_type={AT}&requested_token_type=x", E::InvalidRequest),
            ("subject_token=s&subject_token_type={AT}&resource=x", E::InvalidTarget),
            ("subject_token=s&subject_token_type={AT}&scope=%22", E::InvalidScope),
        ];
        for (body, code) in table {
            let e = parse(&body.replace("{AT}", AT)).unwrap_err();
            assert_eq!(e.code, code, "{body}");
        }
    }

    #[test]
    fn urns_round_trip() {
        for t in TokenType::ALL {
            assert_eq!(TokenType::parse(t.as_str()), Some(*t));
            assert_eq!(serde_json::to_value(t).unwrap(), t.as_str());
        }
    }
}
