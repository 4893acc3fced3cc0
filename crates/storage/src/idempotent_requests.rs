//! What a creation was answered with, for whoever asks once more with the same `Idempotency-Key`.

use time::OffsetDateTime;

use crate::{Database, StorageError, Tx};

/// Keeps an answer in the transaction of what it tells of.
///
/// # Errors
/// `StorageError::Constraint("idempotent_request_pkey")` when the same request was answered before.
pub async fn insert(tx: &mut Tx, hash: &[u8], sealed: &[u8], expires_at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into idempotent_request (hash, answer_sealed, expires_at) values ($1, $2, $3)",
        hash,
        sealed,
        expires_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// The answer, sealed, if there is one.
///
/// # Errors
/// `StorageError`.
pub async fn find(database: &Database, hash: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(sqlx::query_scalar!("select answer_sealed from idempotent_request where hash = $1", hash)
        .fetch_optional(database.pool())
        .await?)
}
