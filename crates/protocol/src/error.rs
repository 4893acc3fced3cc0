//! Errors as clients see them: RFC 6749 §4.1.2.1 and §5.2, and the codes that
//! later specifications registered.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// An `error` code from the IANA "OAuth Extensions Error" registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2: missing, repeated or malformed parameter.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed.
    InvalidClient,
    /// RFC 6749 §5.2: the grant is invalid, expired, revoked or somebody else's.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2: this client may not use this grant.
    UnauthorizedClient,
    /// RFC 6749 §5.2: the grant type is not supported.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1: the response type is not supported.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2: unknown, malformed or excessive scope.
    InvalidScope,
    /// RFC 6749 §4.1.2.1: the person or the server said no.
    AccessDenied,
    /// RFC 6749 §4.1.2.1: unexpected condition (500).
    ServerError,
    /// RFC 6749 §4.1.2.1: overloaded or in maintenance (503).
    TemporarilyUnavailable,
    /// RFC 6750 §3.1: the access token is expired, revoked or malformed.
    InvalidToken,
    /// RFC 6750 §3.1: the access token lacks a scope.
    InsufficientScope,
    /// RFC 7009 §2.2.1: this kind of token cannot be revoked here.
    UnsupportedTokenType,
    /// RFC 8707 §2, RFC 8693 §2.2.2: the resource or audience is not acceptable.
    InvalidTarget,
    /// OpenID Connect Core §3.1.2.6: the person must sign in.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6: the person must do something.
    InteractionRequired,
    /// OpenID Connect Core §3.1.2.6: the person must consent.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6: the person must choose an account.
    AccountSelectionRequired,
    /// OpenID Connect Core §3.1.2.6: `request` is not supported.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6: `request_uri` is not supported.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6: `registration` is not supported.
    RegistrationNotSupported,
    /// OpenID Connect Unmet Authentication Requirements: an essential `acr`
    /// cannot be met.
    UnmetAuthenticationRequirements,
}

impl ErrorCode {
    /// Every code, in the order of the specifications.
    pub const ALL: &'static [ErrorCode] = &[
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::AccessDenied,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::UnsupportedTokenType,
        Self::InvalidTarget,
        Self::LoginRequired,
        Self::InteractionRequired,
        Self::ConsentRequired,
        Self::AccountSelectionRequired,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::RegistrationNotSupported,
        Self::UnmetAuthenticationRequirements,
    ];

    /// The code as it appears on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        }
    }

    /// The HTTP status of a direct (not redirected) answer with this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All that a client learns about a refusal. Serialises as
/// `{"error": …, "error_description": …}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    /// The registered code.
    pub code: ErrorCode,
    /// One sentence for the client's developer. Only characters that
    /// RFC 6749 §5.2 allows; may be empty.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// An error with a description. Characters outside the set of RFC 6749
    /// §5.2 (`%x20-21 / %x23-5B / %x5D-7E`) are replaced, so that the
    /// description fits JSON, a query and a quoted header alike.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        let description = if description.chars().all(is_description_char) {
            description
        } else {
            Cow::Owned(description.chars().map(sanitize).collect())
        };
        Self { code, description }
    }

    /// `invalid_request` with a description.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The HTTP status of a direct answer.
    pub const fn status(&self) -> u16 {
        self.code.status()
    }
}

/// The character set of `error_description`, RFC 6749 §5.2.
const fn is_description_char(c: char) -> bool {
    matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

fn sanitize(c: char) -> char {
    match c {
        '"' => '\'',
        '\\' => '/',
        c if is_description_char(c) => c,
        c if c.is_control() => ' ',
        _ => '?',
    }
}

impl Serialize for OAuthError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let described = !self.description.is_empty();
        let mut s = serializer.serialize_struct("OAuthError", 1 + usize::from(described))?;
        s.serialize_field("error", self.code.as_str())?;
        if described {
            s.serialize_field("error_description", &self.description)?;
        }
        s.end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn serde_names_are_the_wire_names() {
        for code in ErrorCode::ALL {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{}\"", code.as_str()));
            assert_eq!(serde_json::from_str::<ErrorCode>(&json).unwrap(), *code);
        }
    }

    #[test]
    fn statuses() {
        assert_eq!(ErrorCode::InvalidGrant.status(), 400);
        assert_eq!(ErrorCode::InvalidClient.status(), 401);
        assert_eq!(ErrorCode::InvalidToken.status(), 401);
        assert_eq!(ErrorCode::InsufficientScope.status(), 403);
        assert_eq!(ErrorCode::ServerError.status(), 500);
        assert_eq!(ErrorCode::TemporarilyUnavailable.status(), 503);
    }

    #[test]
    fn descriptions_are_sanitized() {
        let e = OAuthError::new(ErrorCode::InvalidScope, "a \"b\"\\c\r\nd é");
        assert_eq!(e.description, "a 'b'/c  d ?");
        let json = serde_json::to_string(&e).unwrap();
        assert_eq!(json, r#"{"error":"invalid_scope","error_description":"a 'b'/c  d ?"}"#);
    }

    #[test]
    fn static_descriptions_are_not_copied() {
        let e = OAuthError::invalid_request("code is missing");
        assert!(matches!(e.description, Cow::Borrowed(_)));
    }
}
