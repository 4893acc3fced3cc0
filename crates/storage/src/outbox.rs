//! Deliveries that follow from a decision: written in the deciding transaction, made afterwards, by any instance.

use serde_json::Value;
use time::OffsetDateTime;

use crate::{Database, StorageError, Tx, id::OutboxId};

/// A delivery that is due.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its row.
    pub id: OutboxId,
    /// What is to be delivered.
    pub payload: Value,
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// When it was decided.
    pub created_at: OffsetDateTime,
}

/// Writes deliveries of one kind, due at once. Ids are made here.
///
/// # Errors
/// `StorageError`.
pub async fn insert(tx: &mut Tx, kind: &str, payloads: &[Value], now: OffsetDateTime) -> Result<(), StorageError> {
    let ids: Vec<_> = payloads.iter().map(|_| OutboxId::new().uuid()).collect();
    sqlx::query!(
        "insert into outbox (id, kind, payload, next_attempt_at, created_at)
         select d.id, $1, d.payload, $4, $4 from unnest($2::uuid[], $3::jsonb[]) as d (id, payload)",
        kind,
        &ids,
        payloads,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Takes up to `limit` due deliveries of one kind, each for this instance alone until `lease`: one that dies
/// meanwhile leaves them to the others.
///
/// # Errors
/// `StorageError`.
pub async fn claim(
    database: &Database,
    kind: &str,
    now: OffsetDateTime,
    lease: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Delivery>, StorageError> {
    Ok(sqlx::query_as!(
        Delivery,
        r#"update outbox set attempts = attempts + 1, next_attempt_at = $3
           where id in (select id from outbox
                        where kind = $1 and failed_at is null and next_attempt_at <= $2
                        order by next_attempt_at limit $4
                        for update skip locked)
           returning id as "id: OutboxId", payload, attempts, created_at"#,
        kind,
        now,
        lease,
        limit
    )
    .fetch_all(database.pool())
    .await?)
}

/// Removes a delivery that was made.
///
/// # Errors
/// `StorageError`.
pub async fn done(database: &Database, id: OutboxId) -> Result<(), StorageError> {
    sqlx::query!("delete from outbox where id = $1", id.uuid()).execute(database.pool()).await?;
    Ok(())
}

/// Tries a delivery again at `at`, if it is still at the attempt that failed.
///
/// # Errors
/// `StorageError`.
pub async fn retry(database: &Database, id: OutboxId, attempt: i32, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!(
        "update outbox set next_attempt_at = $3 where id = $1 and attempts = $2 and failed_at is null",
        id.uuid(),
        attempt,
        at
    )
    .execute(database.pool())
    .await?;
    Ok(())
}

/// Gives a delivery up. Its row stays until it is swept.
///
/// # Errors
/// `StorageError`.
pub async fn give_up(database: &Database, id: OutboxId, at: OffsetDateTime) -> Result<(), StorageError> {
    sqlx::query!("update outbox set failed_at = $2 where id = $1", id.uuid(), at).execute(database.pool()).await?;
    Ok(())
}

/// Removes up to `sweep::BATCH` deliveries that were written before `before`, whatever became of them. Returns how many.
///
/// # Errors
/// `StorageError`.
pub async fn sweep(database: &Database, before: OffsetDateTime) -> Result<u64, StorageError> {
    let gone = sqlx::query!(
        "delete from outbox where ctid = any(array(
             select ctid from outbox where created_at < $1 order by created_at limit 1000 for update skip locked))",
        before
    )
    .execute(database.patient_pool())
    .await?;
    Ok(gone.rows_affected())
}
