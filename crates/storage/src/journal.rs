//! The audit journal: one narrow row for each decision, written in batches or beside the change.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Database, StorageError, Tx, id::UserId};

/// One decision.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// When; the request's clock.
    pub at: Option<OffsetDateTime>,
    /// What happened: `token.issued`, `session.ended`, …
    pub event: &'static str,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: &'static str,
    /// The person, if any.
    pub user_id: Option<Uuid>,
    /// The client that asked.
    pub client_id: Option<String>,
    /// The root of what was given.
    pub grant_id: Option<Uuid>,
    /// The person's session.
    pub session_id: Option<Uuid>,
    /// The token's `jti`.
    pub jti: Option<Uuid>,
    /// The HTTP request.
    pub request_id: Option<Uuid>,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// What else an auditor needs. Never a secret.
    pub detail: Option<Value>,
    /// What it says of a person themselves, sealed under their key.
    pub personal: Option<Vec<u8>>,
}

/// An entry whose decision was made on the registry's `revision`.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The entry.
    pub entry: Entry,
    /// What the deciding instance knew.
    pub revision: i64,
}

/// Entries as columns, for `unnest`.
#[derive(Default)]
pub(crate) struct Columns {
    pub(crate) at: Vec<OffsetDateTime>,
    pub(crate) event: Vec<String>,
    pub(crate) outcome: Vec<String>,
    pub(crate) user_id: Vec<Option<Uuid>>,
    pub(crate) client_id: Vec<Option<String>>,
    pub(crate) grant_id: Vec<Option<Uuid>>,
    pub(crate) session_id: Vec<Option<Uuid>>,
    pub(crate) jti: Vec<Option<Uuid>>,
    pub(crate) request_id: Vec<Option<Uuid>>,
    pub(crate) address: Vec<Option<IpNet>>,
    pub(crate) detail: Vec<Option<Value>>,
}

impl Columns {
    pub(crate) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut columns = Self::default();
        for entry in entries {
            columns.at.push(entry.at.unwrap_or(OffsetDateTime::UNIX_EPOCH));
            columns.event.push(entry.event.to_owned());
            columns.outcome.push(entry.outcome.to_owned());
            columns.user_id.push(entry.user_id);
            columns.client_id.push(entry.client_id.clone());
            columns.grant_id.push(entry.grant_id);
            columns.session_id.push(entry.session_id);
            columns.jti.push(entry.jti);
            columns.request_id.push(entry.request_id);
            columns.address.push(entry.address.map(IpNet::from));
            columns.detail.push(entry.detail.clone());
        }
        columns
    }
}

/// Writes a batch in one statement and returns the current revision: entries that were decided on an older
/// one were not written and must be decided anew.
///
/// # Errors
/// `StorageError`: none was written.
pub async fn append_batch(database: &Database, batch: &[Decided]) -> Result<i64, StorageError> {
    let columns = Columns::of(batch.iter().map(|decided| &decided.entry));
    let revision: Vec<i64> = batch.iter().map(|decided| decided.revision).collect();
    let current = sqlx::query_scalar!(
        r#"with current as (select revision from deployment),
        written as (
            insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                                 address, detail)
            select b.at, b.event, b.outcome, b.user_id, b.client_id, b.grant_id, b.session_id, b.jti, b.request_id,
                   b.address, b.detail
            from unnest($1::timestamptz[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[],
                        $8::uuid[], $9::uuid[], $10::inet[], $11::jsonb[], $12::bigint[])
                 as b (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id, address,
                       detail, revision)
            where b.revision = (select revision from current))
        select revision from current"#,
        &columns.at,
        &columns.event,
        &columns.outcome,
        &columns.user_id as &[Option<Uuid>],
        &columns.client_id as &[Option<String>],
        &columns.grant_id as &[Option<Uuid>],
        &columns.session_id as &[Option<Uuid>],
        &columns.jti as &[Option<Uuid>],
        &columns.request_id as &[Option<Uuid>],
        &columns.address as &[Option<IpNet>],
        &columns.detail as &[Option<Value>],
        &revision
    )
    .fetch_one(database.pool())
    .await?;
    Ok(current)
}

/// Writes one entry in the transaction of the change that it tells of.
///
/// # Errors
/// `StorageError`.
pub async fn append(tx: &mut Tx, entry: &Entry) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id, address,
                              detail, personal)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        entry.at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        entry.event,
        entry.outcome,
        entry.user_id,
        entry.client_id,
        entry.grant_id,
        entry.session_id,
        entry.jti,
        entry.request_id,
        entry.address.map(IpNet::from) as Option<IpNet>,
        entry.detail,
        entry.personal
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// An entry that tells of a person, as it is read back.
#[derive(Clone, Debug)]
pub struct OfPerson {
    /// Its place in the journal.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What happened.
    pub event: String,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: String,
    /// The client that it was about.
    pub client_id: Option<String>,
    /// The session.
    pub session_id: Option<Uuid>,
    /// What else is known.
    pub detail: Option<Value>,
    /// Sealed under the person's key.
    pub personal: Option<Vec<u8>>,
}

/// The entries of these events that tell of a person, the newest first, before one of them. Tokens and codes are no
/// such events.
///
/// # Errors
/// `StorageError`.
pub async fn of_person(
    database: &Database,
    user: UserId,
    events: &[String],
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<OfPerson>, StorageError> {
    Ok(sqlx::query_as!(
        OfPerson,
        r#"select id as "id!", at as "at!", event as "event!", outcome as "outcome!", client_id, session_id, detail,
                  personal
           from trail
           where user_id = $1 and event not like 'token.%' and event not like 'authorization.%'
             and event = any($2) and id < $3
           order by id desc limit $4"#,
        user.uuid(),
        events,
        before.unwrap_or(i64::MAX),
        limit
    )
    .fetch_all(database.pool())
    .await?)
}
