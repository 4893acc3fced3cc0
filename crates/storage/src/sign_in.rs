//! People by what they type to sign in.

use crate::{Database, StorageError, id::UserId};

/// A person who may be signing in.
#[derive(Clone)]
pub struct Candidate {
    /// The person.
    pub user_id: UserId,
    /// The login name.
    pub username: String,
    /// What people call them.
    pub name: Option<String>,
    /// Whether they may do anything.
    pub enabled: bool,
    /// Counted up when they are disabled or their password is reset.
    pub epoch: i32,
    /// In PHC string format; `None`: no password.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// The person of a normalized login name, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn candidate(database: &Database, login_name: &str) -> Result<Option<Candidate>, StorageError> {
    Ok(sqlx::query_as!(
        Candidate,
        r#"select u.id as "user_id: UserId", u.username, u.claims ->> 'name' as name, u.enabled, u.epoch, u.password_hash
           from login_name n join user_account u on u.id = n.user_id
           where n.name = $1"#,
        login_name
    )
    .fetch_optional(database.pool())
    .await?)
}

/// A person who may be written to.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// The person.
    pub user_id: UserId,
    /// Their mail address.
    pub email: Option<String>,
    /// Whether they may do anything, and the address is known to be theirs.
    pub open: bool,
}

/// Where the person of a normalized login name is written to, or `None` when there is none of that name.
///
/// # Errors
/// `StorageError`.
pub async fn mailbox(database: &Database, login_name: &str) -> Result<Option<Mailbox>, StorageError> {
    Ok(sqlx::query_as!(
        Mailbox,
        r#"select u.id as "user_id: UserId", u.email,
                  u.enabled and u.email_verified and u.email is not null as "open!"
           from login_name n join user_account u on u.id = n.user_id
           where n.name = $1"#,
        login_name
    )
    .fetch_optional(database.pool())
    .await?)
}

/// Replaces a password's hash by one with today's parameters, unless it was changed meanwhile.
///
/// # Errors
/// `StorageError`.
pub async fn rehash(database: &Database, user: UserId, old: &str, new: &str) -> Result<(), StorageError> {
    sqlx::query!(
        "update user_account set password_hash = $3 where id = $1 and password_hash = $2",
        user.uuid(),
        old,
        new
    )
    .execute(database.pool())
    .await?;
    Ok(())
}
