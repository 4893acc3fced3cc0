//! One application of configuration at a time.

use crate::{StorageError, Tx};

/// Waits until nobody else applies configuration. Lasts until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!("select pg_advisory_xact_lock(7002)").fetch_one(&mut *tx.0).await?;
    Ok(())
}
