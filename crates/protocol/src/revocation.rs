//! Token revocation (RFC 7009), and the `token_type_hint` that introspection
//! shares.

use std::fmt;

use crate::error::OAuthError;
use crate::form::Params;

/// A `token_type_hint` that is understood. It only says where to look first;
/// others are ignored (RFC 7009 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// `access_token`.
    AccessToken,
    /// `refresh_token`.
    RefreshToken,
}

impl TokenTypeHint {
    /// The hint of that name, `None` for one that is not understood.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "access_token" => Some(Self::AccessToken),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }
}

/// A revocation request (RFC 7009 §2.1). `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub struct RevocationRequest {
    /// The token. Secret.
    pub token: String,
    /// Where to look first.
    pub token_type_hint: Option<TokenTypeHint>,
}

impl RevocationRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` if `token` is missing, or either is repeated.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        Ok(Self {
            token: params.require("token")?.to_owned(),
            token_type_hint: params.get_once("token_type_hint")?.and_then(TokenTypeHint::parse),
        })
    }
}

impl fmt::Debug for RevocationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationRequest").field("token_type_hint", &self.token_type_hint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(body: &str) -> Result<RevocationRequest, OAuthError> {
        RevocationRequest::parse(&Params::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn hints() {
        let r = parse("token=t&token_type_hint=refresh_token").unwrap();
        assert_eq!(r.token_type_hint, Some(TokenTypeHint::RefreshToken));
        assert_eq!(parse("token=t&token_type_hint=x").unwrap().token_type_hint, None);
        assert!(!format!("{r:?}").contains("\"t\""));
    }

    #[test]
    fn refusals() {
        for bad in ["", "token=", "token=a&token=a", "token=a&token_type_hint=x&token_type_hint=y"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
