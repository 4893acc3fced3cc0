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
