//! People: who they are, what they sign in with, and what administrators change of them.

pub mod login_name;
mod write;

use std::fmt;

use credentials::password;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use storage::{
    Tx,
    id::UserId,
    journal, outbox, revocations, sessions,
    users::{self, UserRecord, UserRef},
};
use time::OffsetDateTime;

pub(crate) use write::{Desired, write};

use crate::{
    administration::{AdminError, Administration, LONGEST_PAGE},
    delivery::Kind,
    logout::back_channel,
    mail::{self, Letter, Notice},
};

/// A person, as administrators see them.
#[derive(Clone, Debug, Serialize)]
pub struct UserView {
    /// Who.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is known to be the person's. Only then one can sign in with it.
    pub email_verified: bool,
    /// Claims about the person, by name.
    pub claims: Value,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// Whether there is a password.
    pub has_password: bool,
    /// When the account was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl From<UserRecord> for UserView {
    fn from(record: UserRecord) -> Self {
        Self {
            id: record.id,
            username: record.username,
            email: record.email,
            email_verified: record.email_verified,
            claims: record.claims,
            enabled: record.enabled,
            has_password: record.has_password,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// A person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// Claims about the person, by name.
    pub claims: serde_json::Map<String, Value>,
    /// The password; without one the person cannot sign in with one.
    pub password: Option<Password>,
}

/// A password, or what is left of it. `Debug` hides both.
#[derive(Clone)]
pub enum Password {
    /// As the person types it.
    Plain(SecretString),
    /// As another system hashed it: PHC string format.
    Hash(String),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Hash(_) => "Hash",
        })
    }
}

impl Password {
    /// Whether it may be used. The error names the field of a file.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Plain(plain) => {
                password::check(plain.expose_secret()).map_err(|error| ("password", error.to_string()))
            }
            Self::Hash(hash) => password::check_hash(hash).map_err(|error| ("password_hash", error.to_string())),
        }
    }

    /// Its hash.
    pub(crate) async fn hash(self, administration: &Administration) -> Result<String, AdminError> {
        match self {
            Self::Plain(plain) => administration.hash(plain).await,
            Self::Hash(hash) => Ok(hash),
        }
    }
}

/// Lists people in the order of their making, after one of them.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn list(
    administration: &Administration,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<UserView>, AdminError> {
    let records = users::list(&administration.database, after, limit.clamp(1, LONGEST_PAGE)).await?;
    Ok(records.into_iter().map(UserView::from).collect())
}

/// Shows one person, named by id, username or verified mail address.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn show(administration: &Administration, name: &str) -> Result<UserView, AdminError> {
    let mut tx = administration.database.begin().await?;
    Ok(lock(&mut tx, name).await?.into())
}

async fn lock(tx: &mut Tx, name: &str) -> Result<UserRecord, AdminError> {
    let missing = || AdminError::Missing { kind: "user", name: name.to_owned() };
    let found = match name.parse::<UserId>() {
        Ok(id) => users::lock(tx, UserRef::Id(id)).await?,
        Err(_) => {
            let login = login_name::normalize(name).ok_or_else(missing)?;
            users::lock(tx, UserRef::Login(&login)).await?
        }
    };
    found.ok_or_else(missing)
}

/// Makes a person.
///
/// # Errors
/// `AdminError::Invalid`, `Taken`, `Hashing`, `Storage`.
pub async fn create(administration: &Administration, user: NewUser) -> Result<UserView, AdminError> {
    let taken = || AdminError::Taken { kind: "user", name: user.username.clone() };
    let login = login_name::username(&user.username).map_err(|message| AdminError::field("", "username", message))?;
    let hash = match user.password.clone() {
        Some(password) => {
            password.check().map_err(|(field, message)| AdminError::field("", field, message))?;
            // Before the transaction: no connection is held while hashing.
            Some(password.hash(administration).await?)
        }
        None => None,
    };
    let mut tx = administration.database.begin().await?;
    if users::lock(&mut tx, UserRef::Login(&login)).await?.is_some() {
        return Err(taken());
    }
    let desired = Desired {
        username: &user.username,
        entry: "",
        email: user.email.clone(),
        email_verified: user.email_verified,
        claims: user.claims.clone(),
    };
    write(administration, &mut tx, None, desired, hash.as_deref()).await?;
    let made = users::lock(&mut tx, UserRef::Login(&login)).await?.ok_or_else(taken)?;
    administration.commit(tx).await?;
    Ok(made.into())
}

/// Keeps a person out: nothing new, and what they have ends everywhere. Returns whether they were enabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn disable(administration: &Administration, name: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, name).await?;
    if !record.enabled {
        return Ok(false);
    }
    end_everything(administration, &mut tx, record.id, "user_disabled").await?;
    let epoch = record.epoch + 1;
    let changed = UserRecord { enabled: false, epoch, updated_at: administration.now, ..record };
    users::update(&mut tx, &changed).await?;
    note(administration, &mut tx, "user.disabled", changed.id).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Lets a disabled person sign in again. What they had stays ended. Returns whether they were disabled until now.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn enable(administration: &Administration, name: &str) -> Result<bool, AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, name).await?;
    if record.enabled {
        return Ok(false);
    }
    let changed = UserRecord { enabled: true, updated_at: administration.now, ..record };
    users::update(&mut tx, &changed).await?;
    note(administration, &mut tx, "user.enabled", changed.id).await?;
    administration.commit(tx).await?;
    Ok(true)
}

/// Gives a person another password and ends all that they have: whoever knew the old one is out.
///
/// # Errors
/// `AdminError::Missing`, `Invalid`, `Hashing`, `Storage`.
pub async fn set_password(
    administration: &Administration,
    name: &str,
    new: SecretString,
) -> Result<UserView, AdminError> {
    let new = Password::Plain(new);
    new.check().map_err(|(field, message)| AdminError::field("", field, message))?;
    let hash = new.hash(administration).await?;
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, name).await?;
    end_everything(administration, &mut tx, record.id, "password_reset").await?;
    users::set_password_hash(&mut tx, record.id, &hash).await?;
    let epoch = record.epoch + 1;
    let changed = UserRecord { epoch, has_password: true, updated_at: administration.now, ..record };
    users::update(&mut tx, &changed).await?;
    note(administration, &mut tx, "user.password_reset", changed.id).await?;
    mail::notify(administration, &mut tx, changed.id, None, Notice::PasswordChanged).await?;
    administration.commit(tx).await?;
    Ok(changed.into())
}

/// Deletes a person with everything that is theirs. A later one of the same name inherits nothing.
///
/// # Errors
/// `AdminError::Missing`, `AdminError::Storage`.
pub async fn delete(administration: &Administration, name: &str) -> Result<(), AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = lock(&mut tx, name).await?;
    end_everything(administration, &mut tx, record.id, "user_deleted").await?;
    let to = mail::recipient(&mut tx, record.id, None).await?;
    users::delete(&mut tx, record.id).await?;
    if let Some(to) = to {
        mail::send(administration, &mut tx, &to, Letter::Notice(Notice::AccountDeleted)).await?;
    }
    note(administration, &mut tx, "user.deleted", record.id).await?;
    administration.commit(tx).await
}

/// Ends a person's sessions and grants, and writes down which apps are to be told.
async fn end_everything(
    administration: &Administration,
    tx: &mut Tx,
    user: UserId,
    reason: &'static str,
) -> Result<(), AdminError> {
    let mut notices = Vec::new();
    for session in users::end_sessions(tx, user, administration.now).await? {
        for client in sessions::clients_to_tell(tx, session).await? {
            let notice = back_channel::notice(client, user, session);
            notices.push(notice.map_err(|refusal| AdminError::Hashing(refusal.reason().to_owned()))?);
        }
    }
    if !notices.is_empty() {
        outbox::insert(tx, Kind::BackChannelLogout.as_str(), &notices, administration.now).await?;
    }
    revocations::revoke_user(tx, user, administration.withdrawal(reason)).await?;
    Ok(())
}

async fn note(
    administration: &Administration,
    tx: &mut Tx,
    event: &'static str,
    user: UserId,
) -> Result<(), AdminError> {
    let mut entry = administration.entry(event);
    entry.user_id = Some(user.uuid());
    Ok(journal::append(tx, &entry).await?)
}
