//! Signed points of the chain.

use time::OffsetDateTime;

use crate::{Database, StorageError, Tx};

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// 1, 2, 3, without gaps.
    pub number: i64,
    /// The position in the chain.
    pub seq: i64,
    /// When it was made.
    pub made_at: OffsetDateTime,
    /// What was signed: a compact JWS.
    pub jws: String,
}

/// The newest one.
///
/// # Errors
/// `StorageError`.
pub async fn newest(database: &Database) -> Result<Option<Checkpoint>, StorageError> {
    Ok(sqlx::query_as!(
        Checkpoint,
        "select number, seq, made_at, jws from audit_checkpoint order by number desc limit 1"
    )
    .fetch_optional(database.patient_pool())
    .await?)
}

/// The same for whoever holds the chain.
///
/// # Errors
/// `StorageError`.
pub async fn newest_held(tx: &mut Tx) -> Result<Option<Checkpoint>, StorageError> {
    Ok(sqlx::query_as!(
        Checkpoint,
        "select number, seq, made_at, jws from audit_checkpoint order by number desc limit 1"
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}

/// Those after a number, in order.
///
/// # Errors
/// `StorageError`.
pub async fn page(database: &Database, after: i64, limit: i64) -> Result<Vec<Checkpoint>, StorageError> {
    Ok(sqlx::query_as!(
        Checkpoint,
        r#"select number, seq, least(greatest(made_at, '0001-01-01+00'), '9999-01-01+00') as "made_at!", jws
           from audit_checkpoint where number > $1 order by number limit $2"#,
        after,
        limit
    )
    .fetch_all(database.patient_pool())
    .await?)
}

/// Keeps one.
///
/// # Errors
/// `StorageError`.
pub async fn insert(tx: &mut Tx, checkpoint: &Checkpoint) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into audit_checkpoint (number, seq, made_at, jws) values ($1, $2, $3, $4)",
        checkpoint.number,
        checkpoint.seq,
        checkpoint.made_at,
        checkpoint.jws
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Forgets those of positions that are gone.
///
/// # Errors
/// `StorageError`.
pub async fn forget(tx: &mut Tx, before_seq: i64) -> Result<(), StorageError> {
    sqlx::query!("delete from audit_checkpoint where seq < $1", before_seq).execute(&mut *tx.0).await?;
    Ok(())
}
