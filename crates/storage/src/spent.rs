//! What is spent by a unique key and by nothing else: challenges, sealed links, states of an upstream sign-in.

use time::OffsetDateTime;

use crate::{StorageError, Tx, sealed::sha256};

/// Spends something that is known by its bytes, for a purpose. `false` when it was spent before. The row is kept until
/// `expires_at`, when what it stands for is no longer accepted anyway.
///
/// # Errors
/// `StorageError`.
pub async fn spend(tx: &mut Tx, purpose: &str, what: &[u8], expires_at: OffsetDateTime) -> Result<bool, StorageError> {
    let hash = sha256(&[purpose.as_bytes(), &[0], what].concat());
    let spent = sqlx::query!(
        "insert into spent (hash, expires_at) values ($1, $2) on conflict (hash) do nothing",
        &hash[..],
        expires_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(spent.rows_affected() == 1)
}
