//! Client assertions that were used (RFC 7523 section 3, `jti`): each counts once.

use time::OffsetDateTime;

use crate::{Database, StorageError, id::ClientKey};

/// Spends an assertion's `jti`. `false`: it was spent before.
///
/// `expires_at` is when the assertion itself expires; until then the row is kept.
///
/// # Errors
/// `StorageError`: whether it was spent is unknown, so it must not count.
pub async fn spend(
    database: &Database,
    client: ClientKey,
    jti_hash: &[u8; 32],
    expires_at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let spent = sqlx::query!(
        "insert into assertion_jti (client_key, jti_hash, expires_at) values ($1, $2, $3)
         on conflict (client_key, jti_hash) do nothing",
        client.uuid(),
        &jti_hash[..],
        expires_at
    )
    .execute(database.pool())
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// Forgets assertions that have expired, at most `limit` of them. Returns how many.
///
/// # Errors
/// `StorageError`.
pub async fn sweep(database: &Database, now: OffsetDateTime, limit: i64) -> Result<u64, StorageError> {
    let swept = sqlx::query!(
        "delete from assertion_jti where (client_key, jti_hash) in
             (select client_key, jti_hash from assertion_jti where expires_at < $1 limit $2 for update skip locked)",
        now,
        limit
    )
    .execute(database.patient_pool())
    .await?;
    Ok(swept.rows_affected())
}
