//! Sessions of people, and the browsers in which they are open.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{ClientKey, SessionId, UserId},
};

/// What a browser's cookie stands for: the session, and the person as they are now. Nothing is judged yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BrowserSession {
    /// The session: the `sid` of ID tokens.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The person's epoch when they signed in.
    pub session_epoch: i32,
    /// The person's epoch now.
    pub user_epoch: i32,
    /// Whether the person may do anything.
    pub user_enabled: bool,
    /// Whether the person must use a second factor: it was said of them, or they hold a role.
    #[serde(default)]
    pub require_factor: bool,
    /// The login name.
    pub username: String,
    /// What people call them.
    pub name: Option<String>,
    /// When they last proved who they are.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub auth_time: OffsetDateTime,
    /// How strongly.
    pub acr: String,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
    /// When the session was last used, to the minute.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub last_seen_at: OffsetDateTime,
    /// When it ends if it is not used.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub idle_expires_at: OffsetDateTime,
    /// When it ends however much it is used.
    #[serde(with = "time::serde::timestamp::microseconds")]
    pub expires_at: OffsetDateTime,
    /// When it was ended.
    #[serde(with = "time::serde::timestamp::microseconds::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// The person's key, sealed.
    #[serde(default, with = "sealed_text")]
    pub trail_key: Option<Vec<u8>>,
}

/// Bytes as one text: a session store would keep each of them as a number.
mod sealed_text {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| STANDARD.encode(bytes)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text).map_err(D::Error::custom)).transpose()
    }
}

/// A sign-in that succeeded.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who.
    pub user_id: UserId,
    /// Their epoch when the proof was checked: a sign-in that a password reset overtook does not count.
    pub user_epoch: i32,
    /// When the oldest of their factors was proven.
    pub auth_time: OffsetDateTime,
    /// When the sign-in ends: now.
    pub at: OffsetDateTime,
    /// How strongly.
    pub acr: &'static str,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
    /// From where.
    pub address: Option<IpAddr>,
    /// With which browser.
    pub user_agent: Option<String>,
    /// When the session ends if it is not used.
    pub idle_expires_at: OffsetDateTime,
    /// When it ends however much it is used.
    pub expires_at: OffsetDateTime,
}

/// What the cookies with these hashes stand for, in their order; `None` for what stands for nothing.
///
/// # Errors
/// `StorageError`.
pub async fn by_cookies(
    database: &Database,
    id_hashes: &[[u8; 32]],
) -> Result<Vec<Option<BrowserSession>>, StorageError> {
    let hashes: Vec<Vec<u8>> = id_hashes.iter().map(|hash| hash.to_vec()).collect();
    let rows = sqlx::query!(
        r#"select a.position as "position!", s.id as "session_id: SessionId", s.user_id as "user_id: UserId",
                  s.user_epoch as session_epoch, u.epoch as user_epoch, u.enabled as user_enabled,
                  u.require_factor or exists (select from role_of_person p where p.user_id = u.id)
                      as "require_factor!",
                  u.username, u.claims ->> 'name' as name, s.auth_time, s.acr, s.amr, s.last_seen_at,
                  s.idle_expires_at, least(s.expires_at, b.expires_at) as "expires_at!", s.ended_at, u.trail_key
           from unnest($1::bytea[]) with ordinality as a (hash, position)
           join browser_session b on b.id_hash = a.hash
           join auth_session s on s.id = b.auth_session_id
           join user_account u on u.id = s.user_id"#,
        &hashes
    )
    .fetch_all(database.pool())
    .await?;
    let mut found = vec![None; id_hashes.len()];
    for row in rows {
        let index = usize::try_from(row.position - 1).unwrap_or(usize::MAX);
        let Some(place) = found.get_mut(index) else { continue };
        *place = Some(BrowserSession {
            session_id: row.session_id,
            user_id: row.user_id,
            session_epoch: row.session_epoch,
            user_epoch: row.user_epoch,
            user_enabled: row.user_enabled,
            require_factor: row.require_factor,
            username: row.username,
            name: row.name,
            auth_time: row.auth_time,
            acr: row.acr,
            amr: row.amr,
            last_seen_at: row.last_seen_at,
            idle_expires_at: row.idle_expires_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            trail_key: row.trail_key,
        });
    }
    Ok(found)
}

/// Notes that a session was used, unless another request did so since `unless_since`.
///
/// # Errors
/// `StorageError`.
pub async fn touch(
    database: &Database,
    session: SessionId,
    now: OffsetDateTime,
    unless_since: OffsetDateTime,
    idle_expires_at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update auth_session set last_seen_at = $2, idle_expires_at = least($4, expires_at)
         where id = $1 and ended_at is null and last_seen_at <= $3 and idle_expires_at > $2",
        session.uuid(),
        now,
        unless_since,
        idle_expires_at
    )
    .execute(database.pool())
    .await?;
    Ok(())
}

/// Opens a session, if the person is still enabled and of the epoch of the sign-in.
///
/// # Errors
/// `StorageError`.
pub async fn open(tx: &mut Tx, id: SessionId, sign_in: &SignIn) -> Result<bool, StorageError> {
    let opened = sqlx::query!(
        "insert into auth_session (id, user_id, user_epoch, auth_time, acr, amr, address, user_agent, created_at,
                                   last_seen_at, idle_expires_at, expires_at)
         select $1, u.id, u.epoch, $11, $5, $6, $7, $8, $4, $4, $9, $10
         from user_account u where u.id = $2 and u.enabled and u.epoch = $3",
        id.uuid(),
        sign_in.user_id.uuid(),
        sign_in.user_epoch,
        sign_in.at,
        sign_in.acr,
        &sign_in.amr,
        sign_in.address.map(IpNet::from) as Option<IpNet>,
        sign_in.user_agent,
        sign_in.idle_expires_at,
        sign_in.expires_at,
        sign_in.auth_time
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(opened.rows_affected() == 1)
}

/// Renews a live session of the same person, who proved once more who they are. It keeps its id, so that the
/// apps that were signed in to stay so.
///
/// # Errors
/// `StorageError`.
pub async fn renew(tx: &mut Tx, id: SessionId, sign_in: &SignIn) -> Result<bool, StorageError> {
    let renewed = sqlx::query!(
        "update auth_session s
         set auth_time = $11, acr = $5, amr = $6, address = $7, user_agent = $8, last_seen_at = $4,
             idle_expires_at = $9, expires_at = $10
         from user_account u
         where s.id = $1 and s.user_id = $2 and s.user_epoch = $3 and s.ended_at is null
           and s.expires_at > $4 and s.idle_expires_at > $4
           and u.id = s.user_id and u.enabled and u.epoch = $3",
        id.uuid(),
        sign_in.user_id.uuid(),
        sign_in.user_epoch,
        sign_in.at,
        sign_in.acr,
        &sign_in.amr,
        sign_in.address.map(IpNet::from) as Option<IpNet>,
        sign_in.user_agent,
        sign_in.idle_expires_at,
        sign_in.expires_at,
        sign_in.auth_time
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Binds a session to the browser whose cookie has this hash.
///
/// # Errors
/// `StorageError`.
pub async fn bind(
    tx: &mut Tx,
    id_hash: &[u8; 32],
    session: SessionId,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into browser_session (id_hash, auth_session_id, created_at, expires_at) values ($1, $2, $3, $4)",
        &id_hash[..],
        session.uuid(),
        now,
        expires_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Forgets a cookie.
///
/// # Errors
/// `StorageError`.
pub async fn unbind(tx: &mut Tx, id_hash: &[u8; 32]) -> Result<(), StorageError> {
    sqlx::query!("delete from browser_session where id_hash = $1", &id_hash[..]).execute(&mut *tx.0).await?;
    Ok(())
}

/// The same, outside of a transaction.
///
/// # Errors
/// `StorageError`.
pub async fn forget_cookie(database: &Database, id_hash: &[u8; 32]) -> Result<(), StorageError> {
    sqlx::query!("delete from browser_session where id_hash = $1", &id_hash[..]).execute(database.pool()).await?;
    Ok(())
}

/// Whose session it was that ended.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Who.
    pub user_id: UserId,
    /// Their key, sealed.
    pub trail_key: Option<Vec<u8>>,
}

/// Ends a session in every browser. Returns whose it was, if it was live until now.
///
/// # Errors
/// `StorageError`.
pub async fn end(tx: &mut Tx, id: SessionId, at: OffsetDateTime) -> Result<Option<Owner>, StorageError> {
    let ended = sqlx::query_as!(
        Owner,
        r#"with ended as (
               update auth_session set ended_at = $2 where id = $1 and ended_at is null returning id, user_id),
           forgotten as (delete from browser_session b using ended where b.auth_session_id = ended.id)
           select u.id as "user_id: UserId", u.trail_key
           from ended join user_account u on u.id = ended.user_id"#,
        id.uuid(),
        at
    )
    .fetch_optional(&mut *tx.0)
    .await?;
    Ok(ended)
}

/// The clients that were given something in a session and want to hear of its end.
///
/// # Errors
/// `StorageError`.
pub async fn clients_to_tell(tx: &mut Tx, id: SessionId) -> Result<Vec<ClientKey>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select c.key as "key: ClientKey" from client c
           where c.enabled and c.metadata ->> 'backchannel_logout_uri' is not null
             and c.key in (select g.client_key from grants g where g.session_id = $1)"#,
        id.uuid()
    )
    .fetch_all(&mut *tx.0)
    .await?)
}

/// Removes up to `sweep::BATCH` sessions that expired before `before`. Returns how many. Those that a grant depends on
/// stay for as long as it does; what has `offline_access` does not.
///
/// # Errors
/// `StorageError`.
pub async fn sweep(database: &Database, before: OffsetDateTime) -> Result<u64, StorageError> {
    let gone = sqlx::query!(
        "delete from auth_session where ctid = any(array(
             select s.ctid from auth_session s
             where s.expires_at < $1
               and not exists (select from grants g where g.session_id = s.id and not g.offline)
             order by s.expires_at limit 1000 for update of s skip locked))",
        before
    )
    .execute(database.patient_pool())
    .await?;
    Ok(gone.rows_affected())
}
