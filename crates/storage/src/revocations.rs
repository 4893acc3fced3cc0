//! What was withdrawn: grants and single tokens, for as long as a token that depends on them could live.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    StorageError, Tx,
    id::{GrantId, SessionId, UserId},
    pulse,
};

/// Why a grant was withdrawn, as the row says it.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal {
    /// When.
    pub at: OffsetDateTime,
    /// Until when a token that depends on it could live.
    pub until: OffsetDateTime,
    /// A typed reason.
    pub reason: &'static str,
}

/// Withdraws a single token by its `jti`.
///
/// # Errors
/// `StorageError`.
pub async fn publish(tx: &mut Tx, id: Uuid, until: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!("insert into revocation (id, expires_at) values ($1, $2) on conflict (id) do nothing", id, until)
        .execute(&mut *tx.0)
        .await?;
    pulse::notify(tx).await
}

/// Withdraws one grant and all that descends from it. Returns whether it was live until now.
///
/// # Errors
/// `StorageError`.
pub async fn revoke_grant(tx: &mut Tx, grant: GrantId, why: Withdrawal) -> Result<bool, StorageError> {
    let count = sqlx::query!(
        "with gone as (update grants set revoked_at = $2, revoked_reason = $4
                       where id = $1 and revoked_at is null returning id)
         insert into revocation (id, expires_at) select id, $3 from gone on conflict (id) do nothing",
        grant.uuid(),
        why.at,
        why.until,
        why.reason
    )
    .execute(&mut *tx.0)
    .await?
    .rows_affected();
    pulse::notify(tx).await?;
    Ok(count > 0)
}

/// Withdraws every grant of a person. Returns how many.
///
/// # Errors
/// `StorageError`.
pub async fn revoke_user(tx: &mut Tx, user: UserId, why: Withdrawal) -> Result<u64, StorageError> {
    let count = sqlx::query!(
        "with gone as (update grants set revoked_at = $2, revoked_reason = $4
                       where user_id = $1 and revoked_at is null returning id)
         insert into revocation (id, expires_at) select id, $3 from gone on conflict (id) do nothing",
        user.uuid(),
        why.at,
        why.until,
        why.reason
    )
    .execute(&mut *tx.0)
    .await?
    .rows_affected();
    pulse::notify(tx).await?;
    Ok(count)
}

/// Withdraws the grants that end with a session: all of it but those with `offline_access`. Returns how many.
///
/// The session's own id is published too, for tokens that came of one of its ID tokens: they end with it whatever
/// their grant outlives.
///
/// # Errors
/// `StorageError`.
pub async fn revoke_session(tx: &mut Tx, session: SessionId, why: Withdrawal) -> Result<u64, StorageError> {
    let count = sqlx::query_scalar!(
        r#"with gone as (update grants set revoked_at = $2, revoked_reason = $4
                         where session_id = $1 and not offline and revoked_at is null returning id),
           published as (insert into revocation (id, expires_at) select id, $3::timestamptz from gone union all select $1::uuid, $3
                         on conflict (id) do nothing)
           select count(*) as "count!" from gone"#,
        session.uuid(),
        why.at,
        why.until,
        why.reason
    )
    .fetch_one(&mut *tx.0)
    .await?;
    pulse::notify(tx).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}
