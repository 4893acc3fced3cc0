//! Grants: the root of every token, who let which client do what.

use protocol::scope::ScopePairs;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{
    Database, StorageError,
    id::{ClientKey, GrantId, SessionId, UserId},
};

/// A grant as an authorization request makes it.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// What it depends on: the standing grant of the client that may use it.
    pub parent_id: GrantId,
    /// Who may use it.
    pub client_key: ClientKey,
    /// Who gave it.
    pub user_id: UserId,
    /// The person's epoch when they signed in: a disabled person or a reset password ends it.
    pub user_epoch: i32,
    /// The session in which it was given.
    pub session_id: SessionId,
    /// What it covers.
    pub pairs: ScopePairs,
    /// Which API's token comes out when a token request names none.
    pub default_resource: Option<String>,
    /// The `claims` parameter (OpenID Connect Core section 5.5), as JSON.
    pub claims_request: Option<Value>,
    /// The request's `nonce`, for the first ID token.
    pub nonce: Option<String>,
    /// When the person signed in.
    pub auth_time: OffsetDateTime,
    /// How strongly.
    pub acr: String,
    /// With what (RFC 8176).
    pub amr: Vec<String>,
    /// Whether it outlives the session.
    pub offline: bool,
    /// Now.
    pub created_at: OffsetDateTime,
    /// When nothing can depend on it any more.
    pub expires_at: OffsetDateTime,
}

/// A grant whose every condition held when it was read: neither it nor its parent withdrawn, its person enabled and of the same
/// epoch, its session live where it depends on one.
#[derive(Clone, Debug)]
pub struct LiveGrant {
    /// Its id.
    pub id: GrantId,
    /// Who may use it.
    pub client_key: ClientKey,
    /// Who gave it.
    pub user_id: UserId,
    /// The session in which it was given.
    pub session_id: Option<SessionId>,
    /// What it covers.
    pub pairs: ScopePairs,
    /// Which API's token comes out when a token request names none.
    pub default_resource: Option<String>,
    /// The `claims` parameter, as JSON.
    pub claims_request: Option<Value>,
    /// The request's `nonce`.
    pub nonce: Option<String>,
    /// When the person signed in.
    pub auth_time: Option<OffsetDateTime>,
    /// How strongly.
    pub acr: Option<String>,
    /// With what.
    pub amr: Vec<String>,
    /// Whether it outlives the session.
    pub offline: bool,
    /// The person, where claims about them may be needed.
    pub person: Option<Person>,
}

/// What claims about a person are made of.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Person {
    /// The login name.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether it was proven.
    pub email_verified: bool,
    /// Everything else, by claim name.
    pub claims: Value,
    /// When any of it last changed: seconds since 1970.
    pub updated_at: i64,
}

/// A `LiveGrant` of a row that has its columns.
macro_rules! live_grant {
    ($row:expr) => {
        $crate::grants::LiveGrant {
            id: $crate::id::GrantId($row.id),
            client_key: $crate::id::ClientKey($row.client_key),
            user_id: $crate::id::UserId($row.user_id),
            session_id: $row.session_id.map($crate::id::SessionId),
            pairs: $row.pairs.0,
            default_resource: $row.default_resource,
            claims_request: $row.claims_request,
            nonce: $row.nonce,
            auth_time: $row.auth_time,
            acr: $row.acr,
            amr: $row.amr.unwrap_or_default(),
            offline: $row.offline,
            person: $row.person.map(|person| person.0),
        }
    };
}
pub(crate) use live_grant;

/// Reads a grant, if it and the session in which it was given are live at `now`, whether or not it could outlive it.
///
/// # Errors
/// `StorageError`.
pub async fn live_with_session(
    database: &Database,
    id: GrantId,
    now: OffsetDateTime,
) -> Result<Option<LiveGrant>, StorageError> {
    let row = sqlx::query!(
        r#"select g.id, g.client_key, g.user_id as "user_id!", g.session_id,
                  g.pairs as "pairs: Json<ScopePairs>", g.default_resource, g.claims_request, g.nonce,
                  g.auth_time, g.acr, g.amr, g.offline, null::jsonb as "person: Json<Person>"
           from grants g
           join grants root on root.id = g.parent_id and root.revoked_at is null
           join user_account u on u.id = g.user_id
           join auth_session s on s.id = g.session_id
           where g.id = $1 and g.revoked_at is null and u.enabled and u.epoch = g.user_epoch
             and (g.expires_at is null or g.expires_at > $2)
             and s.ended_at is null and s.expires_at > $2 and s.idle_expires_at > $2"#,
        id.uuid(),
        now
    )
    .fetch_optional(database.pool())
    .await?;
    Ok(row.map(|row| live_grant!(row)))
}

/// Reads a grant with its person, if nothing of it was withdrawn. Whether its session lives is not asked: an access token
/// does not end with it by time alone.
///
/// # Errors
/// `StorageError`.
pub async fn with_person(database: &Database, id: GrantId) -> Result<Option<LiveGrant>, StorageError> {
    let row = sqlx::query!(
        r#"select g.id, g.client_key, g.user_id as "user_id!", g.session_id,
                  g.pairs as "pairs: Json<ScopePairs>", g.default_resource, g.claims_request, g.nonce,
                  g.auth_time, g.acr, g.amr, g.offline,
                  jsonb_build_object('username', u.username, 'email', u.email,
                                     'email_verified', u.email_verified, 'claims', u.claims,
                                     'updated_at', extract(epoch from u.updated_at)::bigint)
                      as "person: Json<Person>"
           from grants g
           join grants root on root.id = g.parent_id and root.revoked_at is null
           join user_account u on u.id = g.user_id
           where g.id = $1 and g.revoked_at is null and u.enabled and u.epoch = g.user_epoch"#,
        id.uuid()
    )
    .fetch_optional(database.pool())
    .await?;
    Ok(row.map(|row| live_grant!(row)))
}

/// The person who gave a grant; `None` where there is no such grant, or nobody gave it.
///
/// # Errors
/// `StorageError`.
pub async fn owner(database: &Database, id: GrantId) -> Result<Option<UserId>, StorageError> {
    let owner = sqlx::query_scalar!("select user_id from grants where id = $1", id.uuid())
        .fetch_optional(database.pool())
        .await?;
    Ok(owner.flatten().map(UserId))
}
