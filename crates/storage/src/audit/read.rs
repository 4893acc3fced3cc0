//! Reading the trail: the sealed part for proof, both parts for answers.

use serde_json::Value;
use sqlx::{Postgres, QueryBuilder, Row, postgres::PgRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Head, Sealed, record};
use crate::{Database, StorageError};

/// Where the chain ends, and what lies beside it.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Its end, as the sealer left it.
    pub head: Head,
    /// The first position that is there.
    pub first: Option<i64>,
    /// The last one.
    pub last: Option<i64>,
    /// How many records are not sealed yet.
    pub unsealed: i64,
    /// The oldest of them.
    pub oldest_unsealed: Option<OffsetDateTime>,
}

/// All of it at one moment.
///
/// # Errors
/// `StorageError`.
pub async fn extent(database: &Database) -> Result<Extent, StorageError> {
    let row = sqlx::query!(
        r#"select h.seq, h.hash, h.sealed_at,
                  (select seq from audit order by seq limit 1) as first,
                  (select seq from audit order by seq desc limit 1) as last,
                  (select count(*) from journal) as "unsealed!",
                  (select least(greatest(min(at), '0001-01-01+00'), '9999-01-01+00') from journal) as oldest
           from audit_head h"#
    )
    .fetch_one(database.patient_pool())
    .await?;
    Ok(Extent {
        head: Head { seq: row.seq, hash: row.hash, sealed_at: row.sealed_at },
        first: row.first,
        last: row.last,
        unsealed: row.unsealed,
        oldest_unsealed: row.oldest,
    })
}

/// Where the chain ends.
///
/// # Errors
/// `StorageError`.
pub async fn head(database: &Database) -> Result<Head, StorageError> {
    Ok(sqlx::query_as!(Head, "select seq, hash, sealed_at from audit_head").fetch_one(database.patient_pool()).await?)
}

/// The records of these positions, in order. A position that stands twice comes twice.
///
/// # Errors
/// `StorageError`.
pub async fn chain(database: &Database, after: i64, to: i64) -> Result<Vec<Sealed>, StorageError> {
    let rows = sqlx::query!(
        r#"select seq, sealed_at, id, least(greatest(at, '0001-01-01+00'), '9999-01-01+00') as "at!", event, outcome,
                  user_id, client_id, grant_id, session_id, jti, request_id, address::text as address,
                  detail::text as detail, personal, hash
           from audit where seq > $1 and seq <= $2 order by seq, sealed_at"#,
        after,
        to
    )
    .fetch_all(database.patient_pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (seq, sealed_at, hash) = (row.seq, row.sealed_at, row.hash);
            Sealed { seq, sealed_at, record: record!(row), hash }
        })
        .collect())
}

/// The positions of what happened in a time: the first and the last. `None`: nothing did.
///
/// # Errors
/// `StorageError`.
pub async fn positions(
    database: &Database,
    since: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
) -> Result<Option<(i64, i64)>, StorageError> {
    let row = sqlx::query!(
        "select min(seq) as first, max(seq) as last from audit
         where at >= coalesce($1, '-infinity'::timestamptz) and at < coalesce($2, 'infinity'::timestamptz)",
        since,
        until
    )
    .fetch_one(database.patient_pool())
    .await?;
    Ok(row.first.zip(row.last))
}

/// What to look for. What is not said is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A person.
    pub user_id: Option<Uuid>,
    /// A client.
    pub client_id: Option<String>,
    /// A grant.
    pub grant_id: Option<Uuid>,
    /// A session.
    pub session_id: Option<Uuid>,
    /// A token.
    pub jti: Option<Uuid>,
    /// An event, or with a star at its end all that begin so.
    pub event: Option<String>,
    /// Not before.
    pub since: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
    /// Behind this one: the last of the page before.
    pub before: Option<(OffsetDateTime, i64)>,
}

/// A record as it is read, from whichever part.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the journal.
    pub id: i64,
    /// Its position in the chain; `None`: not sealed yet.
    pub seq: Option<i64>,
    /// When.
    pub at: OffsetDateTime,
    /// What happened.
    pub event: String,
    /// `ok`, or the typed reason of a refusal.
    pub outcome: String,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The client.
    pub client_id: Option<String>,
    /// The grant.
    pub grant_id: Option<Uuid>,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The token.
    pub jti: Option<Uuid>,
    /// The HTTP request.
    pub request_id: Option<Uuid>,
    /// Where it came from.
    pub address: Option<String>,
    /// What else is known.
    pub detail: Option<Value>,
    /// Sealed under the person's key.
    pub personal: Option<Vec<u8>>,
}

const COLUMNS: &str = "id, seq, least(greatest(at, '0001-01-01+00'), '9999-01-01+00') as at_shown, event, outcome,
    user_id, client_id, grant_id, session_id, jti, request_id, host(address) as address_shown, detail, personal";

fn entry(row: &PgRow) -> Result<Entry, sqlx::Error> {
    Ok(Entry {
        id: row.try_get("id")?,
        seq: row.try_get("seq")?,
        at: row.try_get("at_shown")?,
        event: row.try_get("event")?,
        outcome: row.try_get("outcome")?,
        user_id: row.try_get("user_id")?,
        client_id: row.try_get("client_id")?,
        grant_id: row.try_get("grant_id")?,
        session_id: row.try_get("session_id")?,
        jti: row.try_get("jti")?,
        request_id: row.try_get("request_id")?,
        address: row.try_get("address_shown")?,
        detail: row.try_get("detail")?,
        personal: row.try_get("personal")?,
    })
}

/// What fits, the newest first. The text of the statement depends on what is asked for, so that each is answered from
/// its own index.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, filter: &Filter, limit: i64) -> Result<Vec<Entry>, StorageError> {
    let mut query = QueryBuilder::<Postgres>::new("select ");
    query.push(COLUMNS).push(" from trail where true");
    if let Some(user) = filter.user_id {
        query.push(" and user_id = ").push_bind(user);
    }
    if let Some(client) = &filter.client_id {
        query.push(" and client_id = ").push_bind(client.clone());
    }
    if let Some(grant) = filter.grant_id {
        query.push(" and grant_id = ").push_bind(grant);
    }
    if let Some(session) = filter.session_id {
        query.push(" and session_id = ").push_bind(session);
    }
    if let Some(jti) = filter.jti {
        query.push(" and jti = ").push_bind(jti);
    }
    match filter.event.as_deref().map(|event| (event, event.strip_suffix('*'))) {
        Some((_, Some(begin))) => {
            query.push(" and starts_with(event, ").push_bind(begin.to_owned()).push(")");
        }
        Some((event, None)) => {
            query.push(" and event = ").push_bind(event.to_owned());
        }
        None => {}
    }
    if let Some(since) = filter.since {
        query.push(" and at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" and at < ").push_bind(until);
    }
    if let Some((at, id)) = filter.before {
        query.push(" and (at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by at desc, id desc limit ").push_bind(limit);
    let rows = query.build().fetch_all(database.patient_pool()).await?;
    Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
}

/// What is not sealed yet, and what was sealed after a position, in the order of the journal.
///
/// # Errors
/// `StorageError`.
pub async fn tail(database: &Database, after_seq: i64) -> Result<Vec<Entry>, StorageError> {
    let mut query = QueryBuilder::<Postgres>::new("select ");
    query.push(COLUMNS).push(" from trail where seq is null or seq > ").push_bind(after_seq).push(" order by id");
    let rows = query.build().fetch_all(database.patient_pool()).await?;
    Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
}

/// Tokens that were exchanged for this one, as their subject or their actor; the oldest first.
///
/// # Errors
/// `StorageError`.
pub async fn exchanged_for(database: &Database, jti: Uuid, limit: i64) -> Result<Vec<Entry>, StorageError> {
    let mut query = QueryBuilder::<Postgres>::new("select ");
    let jti = jti.to_string();
    query
        .push(COLUMNS)
        .push(" from trail where event in ('token.exchanged', 'token.impersonated') and (detail ->> 'subject_token' = ")
        .push_bind(jti.clone())
        .push(" or detail ->> 'actor_token' = ")
        .push_bind(jti)
        .push(") order by at, id limit ")
        .push_bind(limit);
    let rows = query.build().fetch_all(database.patient_pool()).await?;
    Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
}

/// The sealed keys of people who are there.
///
/// # Errors
/// `StorageError`.
pub async fn keys_of(database: &Database, users: &[Uuid]) -> Result<Vec<(Uuid, Vec<u8>)>, StorageError> {
    let rows = sqlx::query!(
        r#"select id, trail_key as "key!" from user_account where id = any($1) and trail_key is not null"#,
        users
    )
    .fetch_all(database.patient_pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.key)).collect())
}

/// Which of these ids are withdrawn, for as long as that is remembered.
///
/// # Errors
/// `StorageError`.
pub async fn withdrawn(database: &Database, ids: &[Uuid]) -> Result<Vec<Uuid>, StorageError> {
    Ok(sqlx::query_scalar!("select id from revocation where id = any($1)", ids)
        .fetch_all(database.patient_pool())
        .await?)
}

/// A grant as it stands, with the names that belong to it.
#[derive(Clone, Debug)]
pub struct GrantStory {
    /// Its id.
    pub id: Uuid,
    /// `standing` or `authorization_code`.
    pub kind: String,
    /// The client, while it is there.
    pub client_id: Option<String>,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The session in which it was given.
    pub session_id: Option<Uuid>,
    /// What it depends on.
    pub parent_id: Option<Uuid>,
    /// What it covers.
    pub pairs: Value,
    /// When the person signed in.
    pub auth_time: Option<OffsetDateTime>,
    /// How strongly.
    pub acr: Option<String>,
    /// With what.
    pub amr: Option<Vec<String>>,
    /// Whether it outlives the session.
    pub offline: bool,
    /// When it was given.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was withdrawn.
    pub revoked_at: Option<OffsetDateTime>,
    /// Why.
    pub revoked_reason: Option<String>,
}

/// Reads a grant. `None`: it is gone, or was never there.
///
/// # Errors
/// `StorageError`.
pub async fn grant(database: &Database, id: Uuid) -> Result<Option<GrantStory>, StorageError> {
    Ok(sqlx::query_as!(
        GrantStory,
        r#"select g.id, g.kind, c.client_id as "client_id?", g.user_id, g.session_id, g.parent_id, g.pairs, g.auth_time,
                  g.acr, g.amr, g.offline, g.created_at, g.expires_at, g.revoked_at, g.revoked_reason
           from grants g left join client c on c.key = g.client_key where g.id = $1"#,
        id
    )
    .fetch_optional(database.patient_pool())
    .await?)
}

/// The username of somebody who is there.
///
/// # Errors
/// `StorageError`.
pub async fn username(database: &Database, user: Uuid) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar!("select username from user_account where id = $1", user)
        .fetch_optional(database.patient_pool())
        .await?)
}
