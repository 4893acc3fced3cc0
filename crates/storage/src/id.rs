//! The registry of typed ids. Append only: every id is a UUIDv7, so rows of one table sort by their making.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id of this moment.
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The plain UUID.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A client's row. What the wire calls `client_id` is text and may be used anew after a deletion; this never is.
    ClientKey,
    /// An API's row.
    ResourceKey,
    /// One of a client's secrets.
    ClientSecretId,
    /// A person.
    UserId,
    /// A person's session: the `sid` of ID tokens.
    SessionId,
    /// The root of a family of tokens.
    GrantId,
    /// A family of refresh tokens.
    FamilyId,
    /// An access token: its `jti`.
    TokenId,
    /// One authorization request, from its arrival to its code.
    AuthorizationRequestId,
    /// One HTTP request, as it is named in logs, error pages and the audit trail.
    RequestId,
    /// A delivery in the outbox.
    OutboxId,
    /// A passkey of a person.
    PasskeyId,
    /// A link or a code that was sent to somebody and works once.
    OneTimeId,
    /// An upstream provider that people may sign in with.
    UpstreamId,
}
