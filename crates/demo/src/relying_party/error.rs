//! What can go wrong between the app and the issuer, in three kinds.

use openidconnect::{
    DiscoveryError, RequestTokenError, StandardErrorResponse, UserInfoError, core::CoreErrorResponseType,
};

use crate::http::HttpError;

/// Why the app did not get what it asked the issuer for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RpError {
    /// No answer, or none that a running issuer gives.
    #[error("{0}")]
    Unreachable(String),
    /// An error response of the issuer (RFC 6749 section 5.2).
    #[error("{error}: {description}")]
    Refused {
        /// The error code.
        error: String,
        /// The issuer's own words, possibly none.
        description: String,
    },
    /// An answer that must not be believed.
    #[error("{0}")]
    Unacceptable(String),
}

pub(super) fn unacceptable(error: impl std::error::Error) -> RpError {
    RpError::Unacceptable(crate::text::with_causes(&error))
}

pub(super) fn discovery_error(error: DiscoveryError<HttpError>) -> RpError {
    match error {
        DiscoveryError::Request(error) => RpError::Unreachable(error.to_string()),
        DiscoveryError::Response(status, _, _) => {
            RpError::Unreachable(format!("discovery was answered with status {status}"))
        }
        other => unacceptable(other),
    }
}

type TokenFailure = RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>;

pub(super) fn token_error(error: TokenFailure) -> RpError {
    match error {
        RequestTokenError::ServerResponse(answer) => RpError::Refused {
            error: answer.error().to_string(),
            description: answer.error_description().cloned().unwrap_or_default(),
        },
        RequestTokenError::Request(error) => RpError::Unreachable(error.to_string()),
        other => unacceptable(other),
    }
}

pub(super) fn userinfo_error(error: UserInfoError<HttpError>) -> RpError {
    match error {
        UserInfoError::Request(error) => RpError::Unreachable(error.to_string()),
        UserInfoError::Response(status, _, _) => RpError::Refused {
            error: format!("status {}", status.as_u16()),
            description: "userinfo was refused".to_owned(),
        },
        other => unacceptable(other),
    }
}
