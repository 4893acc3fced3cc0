//! Passkeys: what was registered of them, whose they are, and how often they were used. A credential belongs to one
//! person, and its counter only rises (WebAuthn section 6.1.1).

use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{PasskeyId, UserId},
};

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Which.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Whether it cannot leave its device.
    pub device_bound: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was used last.
    pub last_used_at: Option<OffsetDateTime>,
}

/// What a ceremony needs of a passkey that its person may use.
#[derive(Clone, Debug)]
pub struct Usable {
    /// The id that its device gave it.
    pub credential_id: Vec<u8>,
    /// What was registered.
    pub credential: Value,
}

/// A passkey that somebody wants to use, with its owner as they are now.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// Whether they may do anything.
    pub user_enabled: bool,
    /// Counted up when they are disabled or their password is reset.
    pub user_epoch: i32,
    /// What its owner calls it.
    pub name: String,
    /// What was registered.
    pub credential: Value,
    /// The signature counter.
    pub sign_count: i64,
}

/// A passkey to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// Which.
    pub id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// The id that its device gave it.
    pub credential_id: &'a [u8],
    /// What was registered.
    pub credential: &'a Value,
    /// What its owner calls it.
    pub name: &'a str,
    /// Whether it cannot leave its device.
    pub device_bound: bool,
    /// The signature counter.
    pub sign_count: i64,
}

/// A person's passkeys, the oldest first.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, user: UserId) -> Result<Vec<Passkey>, StorageError> {
    Ok(sqlx::query_as!(
        Passkey,
        r#"select id as "id: PasskeyId", name, device_bound, created_at, last_used_at
           from passkey where user_id = $1 order by id"#,
        user.uuid()
    )
    .fetch_all(database.pool())
    .await?)
}

/// What a ceremony needs of a person's passkeys.
///
/// # Errors
/// `StorageError`.
pub async fn usable(database: &Database, user: UserId) -> Result<Vec<Usable>, StorageError> {
    Ok(sqlx::query_as!(
        Usable,
        "select credential_id, credential from passkey where user_id = $1 order by id",
        user.uuid()
    )
    .fetch_all(database.pool())
    .await?)
}

/// The passkey that an answer claims to be, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn claimed(database: &Database, credential_id: &[u8]) -> Result<Option<Claimed>, StorageError> {
    Ok(sqlx::query_as!(
        Claimed,
        r#"select p.id as "id: PasskeyId", p.user_id as "user_id: UserId", u.enabled as user_enabled,
                  u.epoch as user_epoch, p.name, p.credential, p.sign_count
           from passkey p join user_account u on u.id = p.user_id
           where p.credential_id = $1"#,
        credential_id
    )
    .fetch_optional(database.pool())
    .await?)
}

/// The names of a person's passkeys.
///
/// # Errors
/// `StorageError`.
pub async fn names(tx: &mut Tx, user: UserId) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar!("select name from passkey where user_id = $1", user.uuid()).fetch_all(&mut *tx.0).await?)
}

/// Keeps a new passkey. `false` when there is one with the same credential id already, whosever it is.
///
/// # Errors
/// `StorageError`.
pub async fn insert(tx: &mut Tx, new: &NewPasskey<'_>, now: OffsetDateTime) -> Result<bool, StorageError> {
    let made = sqlx::query!(
        "insert into passkey (id, user_id, credential_id, credential, name, device_bound, sign_count, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (credential_id) do nothing",
        new.id.uuid(),
        new.user_id.uuid(),
        new.credential_id,
        new.credential,
        new.name,
        new.device_bound,
        new.sign_count,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// What became of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// It is noted.
    Done,
    /// The counter did not rise: there may be a copy of the key. Nothing changed.
    Regressed,
    /// The passkey is gone.
    Gone,
}

/// Notes the use of a passkey and advances its counter, unless it did not rise. A device that does not count says 0
/// each time.
///
/// # Errors
/// `StorageError`.
pub async fn advance(
    tx: &mut Tx,
    id: PasskeyId,
    (sign_count, credential): (i64, &Value),
    now: OffsetDateTime,
) -> Result<Advanced, StorageError> {
    let advanced = sqlx::query!(
        "update passkey set sign_count = $2, credential = $3, last_used_at = $4
         where id = $1 and (sign_count < $2 or ($2 = 0 and sign_count = 0))",
        id.uuid(),
        sign_count,
        credential,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    if advanced.rows_affected() == 1 {
        return Ok(Advanced::Done);
    }
    let stands = sqlx::query_scalar!(r#"select exists (select from passkey where id = $1) as "stands!""#, id.uuid())
        .fetch_one(&mut *tx.0)
        .await?;
    Ok(if stands { Advanced::Regressed } else { Advanced::Gone })
}

/// Calls a passkey something else. `false` when the person has no such passkey.
///
/// # Errors
/// `StorageError`.
pub async fn rename(tx: &mut Tx, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StorageError> {
    let renamed =
        sqlx::query!("update passkey set name = $3 where id = $1 and user_id = $2", id.uuid(), user.uuid(), name)
            .execute(&mut *tx.0)
            .await?;
    Ok(renamed.rows_affected() == 1)
}

/// Takes a passkey away, and gives its name. `None` when the person has no such passkey.
///
/// # Errors
/// `StorageError`.
pub async fn delete(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar!("delete from passkey where id = $1 and user_id = $2 returning name", id.uuid(), user.uuid())
        .fetch_optional(&mut *tx.0)
        .await?)
}
