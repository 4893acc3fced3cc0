//! People as administrators see and change them.

pub mod bulk;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError, Tx,
    id::{SessionId, UserId},
    page::Search,
};

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRecord {
    /// Who.
    pub id: UserId,
    /// The name to sign in with, as it was given.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// Whether there is a password.
    pub has_password: bool,
    /// Claims about the person, by name.
    pub claims: Value,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// Whether the person signs in with a second factor only.
    pub require_factor: bool,
    /// Counts what ended everything that the person had: disabling, a new password.
    pub epoch: i32,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// Lists people in the order of their making, after one of them.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, after: Option<UserId>, limit: i64) -> Result<Vec<UserRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UserRecord,
        r#"select id as "id: UserId", username, email, email_verified,
                  password_hash is not null as "has_password!", claims, enabled, require_factor, epoch, created_at,
                  updated_at
           from user_account where $1::uuid is null or id > $1 order by id limit $2"#,
        after.map(UserId::uuid),
        limit
    )
    .fetch_all(database.pool())
    .await?)
}

/// Lists people in the order of their making, as far as they fit. The prefix is not looked at.
///
/// # Errors
/// `StorageError`.
pub async fn search_by_id(
    database: &Database,
    after: Option<UserId>,
    search: Search<'_>,
) -> Result<Vec<UserRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UserRecord,
        r#"with found as (
               (select id from user_account where enabled and $3 and id > $1 order by id limit $2)
               union all
               (select id from user_account where not enabled and $4 and id > $1 order by id limit $2))
           select u.id as "id!: UserId", u.username as "username!", u.email, u.email_verified as "email_verified!",
                  u.password_hash is not null as "has_password!", u.claims as "claims!", u.enabled as "enabled!",
                  u.require_factor as "require_factor!", u.epoch as "epoch!", u.created_at as "created_at!",
                  u.updated_at as "updated_at!"
           from found f join user_account u on u.id = f.id order by u.id limit $2"#,
        after.map_or(Uuid::nil(), UserId::uuid),
        search.limit,
        search.wants(true),
        search.wants(false)
    )
    .fetch_all(database.pool())
    .await?)
}

/// The people who hold a role, in the order of their making.
///
/// # Errors
/// `StorageError`.
pub async fn search_by_role(
    database: &Database,
    role: &str,
    after: Option<UserId>,
    search: Search<'_>,
) -> Result<Vec<UserRecord>, StorageError> {
    Ok(sqlx::query_as!(
        UserRecord,
        r#"select u.id as "id!: UserId", u.username as "username!", u.email, u.email_verified as "email_verified!",
                  u.password_hash is not null as "has_password!", u.claims as "claims!", u.enabled as "enabled!",
                  u.require_factor as "require_factor!", u.epoch as "epoch!", u.created_at as "created_at!",
                  u.updated_at as "updated_at!"
           from role_of_person r join user_account u on u.id = r.user_id
           where r.role = $1 and r.user_id > $2 and (u.enabled and $4 or not u.enabled and $5)
           order by r.user_id limit $3"#,
        role,
        after.map_or(Uuid::nil(), UserId::uuid),
        search.limit,
        search.wants(true),
        search.wants(false)
    )
    .fetch_all(database.pool())
    .await?)
}

/// People of whom a name that they sign in with has a prefix, by that name, which comes with each: who has two such names
/// comes twice. Both prefix and `after` are normalized names. Whether enabled is not looked at.
///
/// # Errors
/// `StorageError`.
pub async fn search_by_name(
    database: &Database,
    search: Search<'_>,
) -> Result<Vec<(String, UserRecord)>, StorageError> {
    let rows = sqlx::query!(
        r#"select n.name, u.id as "id!: UserId", u.username as "username!", u.email, u.email_verified as "email_verified!",
                  u.password_hash is not null as "has_password!", u.claims as "claims!", u.enabled as "enabled!",
                  u.require_factor as "require_factor!", u.epoch as "epoch!", u.created_at as "created_at!",
                  u.updated_at as "updated_at!"
           from login_name n join user_account u on u.id = n.user_id
           where n.name collate "C" > $1 and n.name collate "C" >= $2 and n.name collate "C" < $3
           order by n.name collate "C" limit $4"#,
        search.after,
        search.prefix,
        search.end(),
        search.limit
    )
    .fetch_all(database.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let user = UserRecord {
                id: row.id,
                username: row.username,
                email: row.email,
                email_verified: row.email_verified,
                has_password: row.has_password,
                claims: row.claims,
                enabled: row.enabled,
                require_factor: row.require_factor,
                epoch: row.epoch,
                created_at: row.created_at,
                updated_at: row.updated_at,
            };
            (row.name, user)
        })
        .collect())
}

/// Who signs in with a name, of those names (normalized) that somebody does.
///
/// # Errors
/// `StorageError`.
pub async fn by_login_names(database: &Database, names: &[String]) -> Result<Vec<(String, UserId)>, StorageError> {
    let rows = sqlx::query!(r#"select name, user_id as "user_id: UserId" from login_name where name = any($1)"#, names)
        .fetch_all(database.pool())
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.user_id)).collect())
}

/// How a person is named to a command.
#[derive(Clone, Copy, Debug)]
pub enum UserRef<'a> {
    /// By id.
    Id(UserId),
    /// By a normalized login name.
    Login(&'a str),
}

/// Reads one person for a change: the row is locked until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock(tx: &mut Tx, which: UserRef<'_>) -> Result<Option<UserRecord>, StorageError> {
    let (id, login): (Option<Uuid>, _) = match which {
        UserRef::Id(id) => (Some(id.uuid()), None),
        UserRef::Login(name) => (None, Some(name)),
    };
    Ok(sqlx::query_as!(
        UserRecord,
        r#"select id as "id: UserId", username, email, email_verified,
                  password_hash is not null as "has_password!", claims, enabled, require_factor, epoch, created_at,
                  updated_at
           from user_account
           where id = coalesce($1, (select user_id from login_name where name = $2)) for update"#,
        id,
        login
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}

/// A person who can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The name to sign in with, as it was given.
    pub username: String,
    /// The mail address, which is known to be theirs.
    pub email: String,
    /// The claim `locale`.
    pub locale: Option<String>,
}

/// Where a person can be written to; `None` without an address that is known to be theirs.
///
/// # Errors
/// `StorageError`.
pub async fn addressee(tx: &mut Tx, user: UserId) -> Result<Option<Addressee>, StorageError> {
    Ok(sqlx::query_as!(
        Addressee,
        r#"select username, email as "email!", claims ->> 'locale' as locale
           from user_account where id = $1 and email is not null and email_verified"#,
        user.uuid()
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}

/// Makes a person.
///
/// # Errors
/// `StorageError`.
pub async fn insert(
    tx: &mut Tx,
    user: &UserRecord,
    password_hash: Option<&str>,
    trail_key: Option<&[u8]>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into user_account (id, username, email, email_verified, password_hash, claims, enabled,
                                   require_factor, epoch, created_at, updated_at, trail_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        user.id.uuid(),
        user.username,
        user.email,
        user.email_verified,
        password_hash,
        user.claims,
        user.enabled,
        user.require_factor,
        user.epoch,
        user.created_at,
        user.updated_at,
        trail_key
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Replaces what is known of a person: names, address, claims, whether enabled, what signing in takes, and the epoch.
///
/// # Errors
/// `StorageError`.
pub async fn update(tx: &mut Tx, user: &UserRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "update user_account set username = $2, email = $3, email_verified = $4, claims = $5, enabled = $6,
                require_factor = $7, epoch = $8, updated_at = $9
         where id = $1",
        user.id.uuid(),
        user.username,
        user.email,
        user.email_verified,
        user.claims,
        user.enabled,
        user.require_factor,
        user.epoch,
        user.updated_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// The key of a person, sealed; `None` when there is none yet, or no such person.
///
/// # Errors
/// `StorageError`.
pub async fn trail_key(tx: &mut Tx, user: UserId) -> Result<Option<Vec<u8>>, StorageError> {
    let found = sqlx::query_scalar!("select trail_key from user_account where id = $1", user.uuid())
        .fetch_optional(&mut *tx.0)
        .await?;
    Ok(found.flatten())
}

/// Gives a person a key, unless they have one. Returns the one that they have then; `None`: there is no such person.
///
/// # Errors
/// `StorageError`.
pub async fn keep_trail_key(tx: &mut Tx, user: UserId, sealed: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    let kept = sqlx::query_scalar!(
        "update user_account set trail_key = coalesce(trail_key, $2) where id = $1 returning trail_key",
        user.uuid(),
        sealed
    )
    .fetch_optional(&mut *tx.0)
    .await?;
    Ok(kept.flatten())
}

/// Replaces a person's password.
///
/// # Errors
/// `StorageError`.
pub async fn set_password_hash(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), StorageError> {
    sqlx::query!("update user_account set password_hash = $2 where id = $1", user.uuid(), hash)
        .execute(&mut *tx.0)
        .await?;
    Ok(())
}

/// What a person can prove who they are with, besides a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// Whose.
    pub user_id: UserId,
    /// How many passkeys.
    pub passkeys: i64,
    /// Whether there is an authenticator app.
    pub totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

/// What these people have, in no order.
///
/// # Errors
/// `StorageError`.
pub async fn factors(database: &Database, users: &[Uuid]) -> Result<Vec<Factors>, StorageError> {
    Ok(sqlx::query_as!(
        Factors,
        r#"select u.id as "user_id!: UserId",
                  (select count(*) from passkey p where p.user_id = u.id) as "passkeys!",
                  exists (select from totp t where t.user_id = u.id) as "totp!",
                  (select count(*) from recovery_code r where r.user_id = u.id and r.spent_at is null)
                      as "recovery_codes!"
           from unnest($1::uuid[]) as u (id)"#,
        users
    )
    .fetch_all(database.pool())
    .await?)
}

/// Which kind of name someone signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// A username.
    Username,
    /// A mail address.
    Email,
}

impl LoginKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
        }
    }
}

/// Replaces the name of a kind that a person signs in with; `None` takes it away.
///
/// # Errors
/// `StorageError::Constraint("login_name_pkey")` when it is somebody else's.
pub async fn set_login_name(
    tx: &mut Tx,
    user: UserId,
    kind: LoginKind,
    name: Option<&str>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from login_name where user_id = $1 and kind = $2 and name is distinct from $3",
        user.uuid(),
        kind.as_str(),
        name
    )
    .execute(&mut *tx.0)
    .await?;
    let Some(name) = name else { return Ok(()) };
    // Its own name again is no conflict; somebody else's is.
    sqlx::query!(
        "insert into login_name (name, kind, user_id)
         select $1, $2, $3 where not exists (select from login_name where name = $1 and user_id = $3)",
        name,
        kind.as_str(),
        user.uuid()
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Ends every session of a person. Returns those that were live.
///
/// # Errors
/// `StorageError`.
pub async fn end_sessions(tx: &mut Tx, user: UserId, at: OffsetDateTime) -> Result<Vec<SessionId>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"update auth_session set ended_at = $2 where user_id = $1 and ended_at is null and expires_at > $2
           returning id as "id: SessionId""#,
        user.uuid(),
        at
    )
    .fetch_all(&mut *tx.0)
    .await?)
}

/// Ends a session, if it was live.
///
/// # Errors
/// `StorageError`.
pub async fn end_session(tx: &mut Tx, session: SessionId, at: OffsetDateTime) -> Result<bool, StorageError> {
    let ended = sqlx::query!(
        "update auth_session set ended_at = $2 where id = $1 and ended_at is null and expires_at > $2",
        session.uuid(),
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Deletes a person with everything that is theirs. The grants must have been withdrawn before.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<(), StorageError> {
    sqlx::query!("delete from user_account where id = $1", user.uuid()).execute(&mut *tx.0).await?;
    Ok(())
}
