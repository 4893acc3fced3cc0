//! Recovery codes: HMACs under a key from outside, made and replaced as a set, each spent once.

use time::OffsetDateTime;

use crate::{StorageError, Tx, id::UserId};

/// Replaces a person's codes by new ones.
///
/// # Errors
/// `StorageError`.
pub async fn replace(
    tx: &mut Tx,
    user: UserId,
    (sealing_key_id, digests): (u8, &[Vec<u8>]),
    now: OffsetDateTime,
) -> Result<(), StorageError> {
    delete(tx, user).await?;
    sqlx::query!(
        "insert into recovery_code (user_id, digest, sealing_key_id, created_at)
         select $1, d.digest, $3, $4 from unnest($2::bytea[]) as d (digest)",
        user.uuid(),
        digests,
        i16::from(sealing_key_id),
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Spends a code, which is one of `digests`: what was typed, under each of the loaded keys. `false` when it is none of
/// the person's, or was spent before.
///
/// # Errors
/// `StorageError`.
pub async fn spend(tx: &mut Tx, user: UserId, digests: &[Vec<u8>], now: OffsetDateTime) -> Result<bool, StorageError> {
    let spent = sqlx::query!(
        "update recovery_code set spent_at = $3 where user_id = $1 and digest = any($2) and spent_at is null",
        user.uuid(),
        digests,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// How many are left.
///
/// # Errors
/// `StorageError`.
pub async fn left(tx: &mut Tx, user: UserId) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from recovery_code where user_id = $1 and spent_at is null"#,
        user.uuid()
    )
    .fetch_one(&mut *tx.0)
    .await?)
}

/// Takes all codes of a person away.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<(), StorageError> {
    sqlx::query!("delete from recovery_code where user_id = $1", user.uuid()).execute(&mut *tx.0).await?;
    Ok(())
}
