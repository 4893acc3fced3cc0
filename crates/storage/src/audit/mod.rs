//! The audit trail: what the sealer moved out of the journal, chained, in monthly partitions; its signed checkpoints;
//! and reading both parts as one.

pub mod checkpoints;
pub mod months;
pub mod read;
pub mod seal;

use time::OffsetDateTime;
use uuid::Uuid;

/// What one decision left behind, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the journal.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What happened.
    pub event: String,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: String,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The client.
    pub client_id: Option<String>,
    /// The root of what was given.
    pub grant_id: Option<Uuid>,
    /// The person's session.
    pub session_id: Option<Uuid>,
    /// The token's `jti`.
    pub jti: Option<Uuid>,
    /// The HTTP request.
    pub request_id: Option<Uuid>,
    /// Where it came from, as PostgreSQL writes an `inet`.
    pub address: Option<String>,
    /// What else is known, as PostgreSQL writes a `jsonb`: the same value is always the same text, and no digit of a
    /// number is lost on the way.
    pub detail: Option<String>,
    /// What it says of a person, sealed under their key.
    pub personal: Option<Vec<u8>>,
}

/// A record in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its position: 1, 2, 3, without gaps.
    pub seq: i64,
    /// When it was sealed. Never runs backward along the chain.
    pub sealed_at: OffsetDateTime,
    /// What it says.
    pub record: Record,
    /// SHA-256 over the hash of the one before and all of the above.
    pub hash: Vec<u8>,
}

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last position; 0: nothing was ever sealed.
    pub seq: i64,
    /// The last hash; zeros at first.
    pub hash: Vec<u8>,
    /// When the last record was sealed.
    pub sealed_at: OffsetDateTime,
}

/// Takes a record out of a row.
macro_rules! record {
    ($row:ident) => {
        $crate::audit::Record {
            id: $row.id,
            at: $row.at,
            event: $row.event,
            outcome: $row.outcome,
            user_id: $row.user_id,
            client_id: $row.client_id,
            grant_id: $row.grant_id,
            session_id: $row.session_id,
            jti: $row.jti,
            request_id: $row.request_id,
            address: $row.address,
            detail: $row.detail,
            personal: $row.personal,
        }
    };
}
pub(crate) use record;
