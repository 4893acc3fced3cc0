//! Refusal is data: what the client may know, and what the operator must know, in two fields.

use std::time::Duration;

use protocol::error::{ErrorCode, OAuthError};
use storage::StorageError;

/// Why something was refused, for logs, metrics and the audit trail. Never sent to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub &'static str);

impl Reason {
    /// The reason as logs and the audit trail write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// A request that does not get what it asked for.
#[derive(Debug)]
pub enum Refusal {
    /// Refused by a rule.
    Refused {
        /// All that the client sees.
        error: OAuthError,
        /// What the operator sees.
        reason: Reason,
    },
    /// Cannot be decided now (database down, queue full): 503 with `Retry-After`.
    Unavailable {
        /// When to come back.
        retry_after: Duration,
        /// What the operator sees.
        reason: String,
    },
    /// Too many guesses: 429 with `Retry-After`. The same whoever it was about.
    Throttled {
        /// When the next one may be judged.
        retry_after: Duration,
    },
    /// A bug of ours or a broken deployment: 500, nothing is told.
    Internal(String),
}

impl Refusal {
    /// A refusal by a rule.
    #[must_use]
    pub fn new(code: ErrorCode, description: &'static str, reason: &'static str) -> Self {
        Self::Refused { error: OAuthError::new(code, description), reason: Reason(reason) }
    }

    /// Cannot be decided now.
    #[must_use]
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { retry_after: Duration::from_secs(2), reason: reason.into() }
    }

    /// A bug of ours.
    #[must_use]
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::Internal(reason.into())
    }

    /// The typed reason, for metrics and the audit trail.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Refused { reason, .. } => reason.0,
            Self::Unavailable { .. } => "unavailable",
            Self::Throttled { .. } => "throttled",
            Self::Internal(_) => "internal",
        }
    }

    /// When to come back, where waiting helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } | Self::Throttled { retry_after } => Some(*retry_after),
            Self::Refused { .. } | Self::Internal(_) => None,
        }
    }

    /// All that a client may know of it.
    #[must_use]
    pub fn public(&self) -> OAuthError {
        match self {
            Self::Refused { error, .. } => error.clone(),
            Self::Unavailable { .. } => {
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "The server cannot answer now; try again shortly")
            }
            Self::Throttled { .. } => {
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "There were too many attempts; try again later")
            }
            Self::Internal(_) => OAuthError::new(ErrorCode::ServerError, "The server failed; the failure was logged"),
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        if error.is_unavailable() {
            return Self::unavailable(error.to_string());
        }
        match error {
            // It came with a request, which should have been refused where it was parsed.
            StorageError::Data(_) => {
                let description = "A parameter holds what cannot be stored";
                Self::new(ErrorCode::InvalidRequest, description, "value_unstorable")
            }
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<OAuthError> for Refusal {
    /// For what a parser of `protocol` refused: the code says enough.
    fn from(error: OAuthError) -> Self {
        let reason = Reason(error.code.as_str());
        Self::Refused { error, reason }
    }
}
