//! What the sealer does: one transaction for each batch, under a lock that one instance at a time holds.

use time::OffsetDateTime;
use uuid::Uuid;

use super::{Head, Record, Sealed, record};
use crate::{Database, StorageError, Tx};

/// Whether there is something that no running transaction can precede any more.
///
/// # Errors
/// `StorageError`.
pub async fn waits(database: &Database) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from journal where xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                          order by id limit 1) as "waits!""#
    )
    .fetch_one(database.patient_pool())
    .await?)
}

/// Opens a transaction that holds the chain until it ends. `None`: another instance has it.
///
/// # Errors
/// `StorageError`.
pub async fn begin(database: &Database) -> Result<Option<(Tx, Head)>, StorageError> {
    let mut tx = database.begin_patiently().await?;
    let mine =
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(7002) as "mine!""#).fetch_one(&mut *tx.0).await?;
    if !mine {
        return Ok(None);
    }
    let head = hold(&mut tx).await?;
    Ok(Some((tx, head)))
}

/// The same, after whoever has it.
///
/// # Errors
/// `StorageError`.
pub async fn begin_in_turn(database: &Database) -> Result<(Tx, Head), StorageError> {
    let mut tx = database.begin_patiently().await?;
    sqlx::query!("select pg_advisory_xact_lock(7002)").fetch_one(&mut *tx.0).await?;
    let head = hold(&mut tx).await?;
    Ok((tx, head))
}

async fn hold(tx: &mut Tx) -> Result<Head, StorageError> {
    Ok(sqlx::query_as!(Head, "select seq, hash, sealed_at from audit_head for update").fetch_one(&mut *tx.0).await?)
}

/// Takes up to `most` records out of the journal, the oldest first: those that no running transaction can precede.
///
/// # Errors
/// `StorageError`.
pub async fn take(tx: &mut Tx, most: i64) -> Result<Vec<Record>, StorageError> {
    let rows = sqlx::query!(
        r#"delete from journal where id = any(array(
               select id from journal where xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
               order by id limit $1))
           returning id, least(greatest(at, '0001-01-01+00'), '9999-01-01+00') as "at!", event, outcome, user_id,
                     client_id, grant_id, session_id, jti, request_id, address::text as address,
                     detail::text as detail, personal"#,
        most
    )
    .fetch_all(&mut *tx.0)
    .await?;
    let mut records: Vec<Record> = rows.into_iter().map(|row| record!(row)).collect();
    records.sort_by_key(|record| record.id);
    Ok(records)
}

/// Appends records to the chain, and moves its end.
///
/// # Errors
/// `StorageError`.
pub async fn put(tx: &mut Tx, sealed: &[Sealed]) -> Result<(), StorageError> {
    let Some(last) = sealed.last() else { return Ok(()) };
    macro_rules! column {
        ($type:ty, $one:ident => $value:expr) => {
            sealed.iter().map(|$one| $value).collect::<Vec<$type>>()
        };
    }
    sqlx::query!(
        "insert into audit (seq, sealed_at, id, at, event, outcome, user_id, client_id, grant_id, session_id, jti,
                            request_id, address, detail, personal, hash)
         select s.seq, s.sealed_at, s.id, s.at, s.event, s.outcome, s.user_id, s.client_id, s.grant_id, s.session_id,
                s.jti, s.request_id, s.address::inet, s.detail::jsonb, s.personal, s.hash
         from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[],
                     $7::uuid[], $8::text[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::text[],
                     $14::text[], $15::bytea[], $16::bytea[])
              as s (seq, sealed_at, id, at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                    address, detail, personal, hash)",
        &column!(i64, one => one.seq),
        &column!(OffsetDateTime, one => one.sealed_at),
        &column!(i64, one => one.record.id),
        &column!(OffsetDateTime, one => one.record.at),
        &column!(String, one => one.record.event.clone()),
        &column!(String, one => one.record.outcome.clone()),
        &column!(Option<Uuid>, one => one.record.user_id) as &[Option<Uuid>],
        &column!(Option<String>, one => one.record.client_id.clone()) as &[Option<String>],
        &column!(Option<Uuid>, one => one.record.grant_id) as &[Option<Uuid>],
        &column!(Option<Uuid>, one => one.record.session_id) as &[Option<Uuid>],
        &column!(Option<Uuid>, one => one.record.jti) as &[Option<Uuid>],
        &column!(Option<Uuid>, one => one.record.request_id) as &[Option<Uuid>],
        &column!(Option<String>, one => one.record.address.clone()) as &[Option<String>],
        &column!(Option<String>, one => one.record.detail.clone()) as &[Option<String>],
        &column!(Option<Vec<u8>>, one => one.record.personal.clone()) as &[Option<Vec<u8>>],
        &column!(Vec<u8>, one => one.hash.clone())
    )
    .execute(&mut *tx.0)
    .await?;
    sqlx::query!("update audit_head set seq = $1, hash = $2, sealed_at = $3", last.seq, last.hash, last.sealed_at)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}
