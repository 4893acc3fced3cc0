//! What people see of their own account, and change of it: sessions, connected apps, what is theirs as a whole.

use std::net::IpAddr;

use ipnet::IpNet;
use protocol::scope::ScopePairs;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{ClientKey, SessionId, UserId},
    pulse,
    revocations::Withdrawal,
};

/// A live session of a person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When the person signed in.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// Where the person last proved who they are.
    pub address: Option<IpAddr>,
    /// With which browser.
    pub user_agent: Option<String>,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
}

/// The sessions of a person that are live, those used last first.
///
/// # Errors
/// `StorageError`.
pub async fn sessions(
    database: &Database,
    user: UserId,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Session>, StorageError> {
    let rows = sqlx::query!(
        r#"select s.id as "id: SessionId", s.created_at, s.last_seen_at, s.address as "address: IpNet", s.user_agent,
                  s.amr
           from auth_session s join user_account u on u.id = s.user_id
           where s.user_id = $1 and s.user_epoch = u.epoch and s.ended_at is null and s.expires_at > $2
             and s.idle_expires_at > $2
           order by s.last_seen_at desc, s.id desc limit $3"#,
        user.uuid(),
        now,
        limit
    )
    .fetch_all(database.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: row.id,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            address: row.address.map(|address| address.addr()),
            user_agent: row.user_agent,
            amr: row.amr,
        })
        .collect())
}

/// The sessions of a person that have not ended, but one: in the order of their ids, so that two who end them do not
/// wait for each other in a circle.
///
/// # Errors
/// `StorageError`.
pub async fn other_sessions(tx: &mut Tx, user: UserId, but: SessionId) -> Result<Vec<SessionId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: SessionId" from auth_session
           where user_id = $1 and id <> $2 and ended_at is null order by id for update"#,
        user.uuid(),
        but.uuid()
    )
    .fetch_all(&mut *tx.0)
    .await?)
}

/// Whether a session is that person's.
///
/// # Errors
/// `StorageError`.
pub async fn owns_session(tx: &mut Tx, user: UserId, session: SessionId) -> Result<bool, StorageError> {
    let found =
        sqlx::query_scalar!("select 1 from auth_session where id = $1 and user_id = $2", session.uuid(), user.uuid())
            .fetch_optional(&mut *tx.0)
            .await?;
    Ok(found.is_some())
}

/// Takes one session with all that hangs on it along to another epoch of its person, and out of every browser. `false`
/// when it is not live any more.
///
/// # Errors
/// `StorageError`.
pub async fn carry_over(
    tx: &mut Tx,
    session: SessionId,
    (from, to): (i32, i32),
    now: OffsetDateTime,
) -> Result<bool, StorageError> {
    let carried = sqlx::query_scalar!(
        "with carried as (
             update auth_session set user_epoch = $3
             where id = $1 and user_epoch = $2 and ended_at is null and expires_at > $4 and idle_expires_at > $4
             returning id),
         moved as (update grants g set user_epoch = $3 from carried
                    where g.session_id = carried.id and g.user_epoch = $2 and g.revoked_at is null),
         unbound as (delete from browser_session b using carried where b.auth_session_id = carried.id)
         select id from carried",
        session.uuid(),
        from,
        to,
        now
    )
    .fetch_optional(&mut *tx.0)
    .await?;
    Ok(carried.is_some())
}

/// Withdraws every grant of a person that was not given in one session. Returns how many.
///
/// # Errors
/// `StorageError`.
pub async fn revoke_elsewhere(
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
    why: Withdrawal,
) -> Result<u64, StorageError> {
    let count = sqlx::query!(
        "with gone as (update grants set revoked_at = $3, revoked_reason = $5
                       where user_id = $1 and session_id is distinct from $2 and revoked_at is null returning id)
         insert into revocation (id, expires_at) select id, $4 from gone on conflict (id) do nothing",
        user.uuid(),
        session.uuid(),
        why.at,
        why.until,
        why.reason
    )
    .execute(&mut *tx.0)
    .await?
    .rows_affected();
    pulse::notify(tx).await?;
    Ok(count)
}

/// An app that a person has let in.
#[derive(Clone, Debug)]
pub struct App {
    /// The client.
    pub client_key: ClientKey,
    /// What it may do: what was allowed, and what it holds.
    pub pairs: ScopePairs,
    /// Since when.
    pub since: OffsetDateTime,
    /// When it last got something.
    pub last_used: Option<OffsetDateTime>,
}

/// The apps that a person has let in: by what they allowed, and by grants that are live. Those used last first.
///
/// # Errors
/// `StorageError`.
pub async fn apps(database: &Database, user: UserId, now: OffsetDateTime) -> Result<Vec<App>, StorageError> {
    let rows = sqlx::query!(
        r#"with live as (
               select g.id, g.client_key, g.pairs, g.created_at
               from grants g
               join user_account u on u.id = g.user_id and u.epoch = g.user_epoch
               join grants root on root.id = g.parent_id and root.revoked_at is null
               left join auth_session s on s.id = g.session_id
               where g.user_id = $1 and g.revoked_at is null and (g.expires_at is null or g.expires_at > $2)
                 and (g.offline or (s.ended_at is null and s.expires_at > $2 and s.idle_expires_at > $2))),
           held as (
               select l.client_key, l.created_at as since, greatest(l.created_at, f.rotated_at) as used,
                      p ->> 0 as resource, p ->> 1 as scope
               from live l
               left join refresh_family f on f.grant_id = l.id
               left join lateral jsonb_array_elements(l.pairs) p on true
               union all
               select client_key, granted_at, null, resource, scope from consent where user_id = $1)
           select client_key as "client_key!: ClientKey", min(since) as "since!", max(used) as last_used,
                  coalesce(jsonb_agg(distinct jsonb_build_array(resource, scope)) filter (where resource is not null),
                           '[]') as "pairs!: Json<ScopePairs>"
           from held group by client_key order by max(used) desc nulls last, min(since) desc"#,
        user.uuid(),
        now
    )
    .fetch_all(database.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| App { client_key: row.client_key, pairs: row.pairs.0, since: row.since, last_used: row.last_used })
        .collect())
}

/// What an app lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// How many pairs of API and scope it was allowed.
    pub consents: u64,
    /// How many grants it held.
    pub grants: u64,
}

/// Forgets all that a person allowed a client, and withdraws every grant that it holds of them.
///
/// # Errors
/// `StorageError`.
pub async fn withdraw(
    tx: &mut Tx,
    user: UserId,
    client: ClientKey,
    why: Withdrawal,
) -> Result<Withdrawn, StorageError> {
    let consents =
        sqlx::query!("delete from consent where user_id = $1 and client_key = $2", user.uuid(), client.uuid())
            .execute(&mut *tx.0)
            .await?
            .rows_affected();
    let grants = sqlx::query!(
        "with gone as (update grants set revoked_at = $3, revoked_reason = $5
                       where user_id = $1 and client_key = $2 and revoked_at is null returning id)
         insert into revocation (id, expires_at) select id, $4 from gone on conflict (id) do nothing",
        user.uuid(),
        client.uuid(),
        why.at,
        why.until,
        why.reason
    )
    .execute(&mut *tx.0)
    .await?
    .rows_affected();
    pulse::notify(tx).await?;
    Ok(Withdrawn { consents, grants })
}

/// What a person allowed, as it is told to them.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The client.
    pub client_id: String,
    /// The API.
    pub resource: String,
    /// The scope.
    pub scope: String,
    /// Since when.
    pub granted_at: OffsetDateTime,
}

/// Everything that a person allowed.
///
/// # Errors
/// `StorageError`.
pub async fn consents(database: &Database, user: UserId) -> Result<Vec<Consent>, StorageError> {
    Ok(sqlx::query_as!(
        Consent,
        "select c.client_id, o.resource, o.scope, o.granted_at
         from consent o join client c on c.key = o.client_key
         where o.user_id = $1 order by o.granted_at, c.client_id, o.resource, o.scope",
        user.uuid()
    )
    .fetch_all(database.pool())
    .await?)
}

/// What is known of a person, and of what they sign in with. No secrets.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether it is known to be theirs.
    pub email_verified: bool,
    /// Claims, by name.
    pub claims: Value,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether they sign in with a second factor only.
    pub require_factor: bool,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// When the authenticator app was set up.
    pub totp_created_at: Option<OffsetDateTime>,
    /// When it was last used.
    pub totp_last_used_at: Option<OffsetDateTime>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// When they were made.
    pub recovery_codes_created_at: Option<OffsetDateTime>,
    /// Their key, sealed.
    pub trail_key: Option<Vec<u8>>,
}

/// Reads a person as a whole. One statement.
///
/// # Errors
/// `StorageError`.
pub async fn whole(database: &Database, user: UserId) -> Result<Option<Whole>, StorageError> {
    Ok(sqlx::query_as!(
        Whole,
        r#"select u.username, u.email, u.email_verified, u.claims, u.password_hash is not null as "has_password!",
                  u.require_factor, u.created_at, u.updated_at,
                  t.created_at as "totp_created_at?", t.last_used_at as "totp_last_used_at?",
                  (select count(*) from recovery_code r where r.user_id = u.id and r.spent_at is null)
                      as "recovery_codes!",
                  (select max(r.created_at) from recovery_code r where r.user_id = u.id) as recovery_codes_created_at,
                  u.trail_key
           from user_account u left join totp t on t.user_id = u.id where u.id = $1"#,
        user.uuid()
    )
    .fetch_optional(database.pool())
    .await?)
}
