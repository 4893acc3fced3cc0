//! Authenticator apps: one a person, its seed sealed, each time step spent once (RFC 6238 section 5.2).

use time::OffsetDateTime;

use crate::{Database, StorageError, Tx, id::UserId, sealed::Place};

/// Where a seed lies, for sealing it.
#[must_use]
pub fn place(user: &str) -> Place<'_> {
    Place { table: "totp", column: "seed_sealed", row: user }
}

/// The sealed seed of a person's app, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn seed(database: &Database, user: UserId) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(sqlx::query_scalar!("select seed_sealed from totp where user_id = $1", user.uuid())
        .fetch_optional(database.pool())
        .await?)
}

/// Spends a time step. `false` when it, or a later one, was spent before.
///
/// # Errors
/// `StorageError`.
pub async fn spend(database: &Database, user: UserId, step: i64, now: OffsetDateTime) -> Result<bool, StorageError> {
    let spent = sqlx::query!(
        "update totp set last_step = $2, last_used_at = $3 where user_id = $1 and last_step < $2",
        user.uuid(),
        step,
        now
    )
    .execute(database.pool())
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// Keeps a new app, whose first code was of that step. `false` when there is one already.
///
/// # Errors
/// `StorageError`.
pub async fn insert(
    tx: &mut Tx,
    user: UserId,
    seed_sealed: &[u8],
    step: i64,
    now: OffsetDateTime,
) -> Result<bool, StorageError> {
    let made = sqlx::query!(
        "insert into totp (user_id, seed_sealed, last_step, created_at, last_used_at) values ($1, $2, $3, $4, $4)
         on conflict (user_id) do nothing",
        user.uuid(),
        seed_sealed,
        step,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// Takes a person's app away. `false` when there is none.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<bool, StorageError> {
    let gone = sqlx::query!("delete from totp where user_id = $1", user.uuid()).execute(&mut *tx.0).await?;
    Ok(gone.rows_affected() == 1)
}
