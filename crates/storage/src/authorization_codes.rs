//! Authorization codes: issued in batches, each with the grant that it stands for, and spent by one statement.

mod issuance;
mod redemption;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    id::{AuthorizationRequestId, ClientKey, GrantId},
};

pub use issuance::{Inserted, Issuance, NewCode, insert};
pub use redemption::{Mismatch, NewFamily, Redeemed, Redemption, redeem};

/// A code that was issued and can still be redeemed.
#[derive(Clone, Debug)]
pub struct Issued {
    /// SHA-256 of the code.
    pub hash: Vec<u8>,
    /// Who gave the grant.
    pub user_id: Option<Uuid>,
    /// The session in which it was given.
    pub session_id: Option<Uuid>,
}

/// The code that an authorization request was answered with, if it can still be redeemed.
///
/// # Errors
/// `StorageError`.
pub async fn of_request(
    database: &Database,
    request: AuthorizationRequestId,
    now: OffsetDateTime,
) -> Result<Option<Issued>, StorageError> {
    Ok(sqlx::query_as!(
        Issued,
        "select c.code_hash as hash, g.user_id, g.session_id
         from authorization_code c join grants g on g.id = c.grant_id
         where c.request_id = $1 and c.spent_at is null and c.expires_at > $2 and g.revoked_at is null",
        request.uuid(),
        now
    )
    .fetch_optional(database.pool())
    .await?)
}

/// A code as it stands, to say why it was not redeemed.
#[derive(Clone, Debug)]
pub struct CodeState {
    /// The grant that it stands for.
    pub grant_id: GrantId,
    /// Whose it is.
    pub client_key: ClientKey,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Whether the token request must name that.
    pub redirect_uri_given: bool,
    /// The S256 challenge.
    pub code_challenge: Option<String>,
    /// When it expires.
    pub expires_at: OffsetDateTime,
    /// When it was spent.
    pub spent_at: Option<OffsetDateTime>,
    /// Whether the grant was withdrawn, or what it depends on.
    pub revoked: bool,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The registry's revision.
    pub revision: i64,
}

/// Reads a code as it stands, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn examine(database: &Database, hash: &[u8; 32]) -> Result<Option<CodeState>, StorageError> {
    Ok(sqlx::query_as!(
        CodeState,
        r#"select c.grant_id as "grant_id: GrantId", c.client_key as "client_key: ClientKey", c.redirect_uri,
                  c.redirect_uri_given, c.code_challenge, c.expires_at, c.spent_at,
                  (g.revoked_at is not null or root.id is null) as "revoked!", g.user_id, g.session_id, d.revision
           from authorization_code c join grants g on g.id = c.grant_id
           left join grants root on root.id = g.parent_id and root.revoked_at is null
           join deployment d on d.singleton
           where c.code_hash = $1"#,
        &hash[..]
    )
    .fetch_optional(database.pool())
    .await?)
}
