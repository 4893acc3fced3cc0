//! A person in the middle of a sign-in: who they are, and what they could prove it with.

use sqlx::PgExecutor;

use crate::{Database, StorageError, Tx, id::UserId};

/// A person, with what a sign-in depends on.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// The login name.
    pub username: String,
    /// What people call them.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    /// Whether they may do anything.
    pub enabled: bool,
    /// Counted up when they are disabled or their password is reset.
    pub epoch: i32,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether they must use a second factor: it was said of them, or they hold a role.
    pub require_factor: bool,
    /// Whether there is an authenticator app.
    pub has_totp: bool,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Their key, sealed.
    pub trail_key: Option<Vec<u8>>,
}

/// Reads a person, or `None`. One statement.
///
/// # Errors
/// `StorageError`.
pub async fn person(database: &Database, user: UserId) -> Result<Option<Person>, StorageError> {
    read(database.pool(), user).await
}

/// The same inside of a transaction, which has locked the person where what is read must stand.
///
/// # Errors
/// `StorageError`.
pub async fn person_in(tx: &mut Tx, user: UserId) -> Result<Option<Person>, StorageError> {
    read(&mut *tx.0, user).await
}

async fn read(executor: impl PgExecutor<'_>, user: UserId) -> Result<Option<Person>, StorageError> {
    Ok(sqlx::query_as!(
        Person,
        r#"select u.id as "user_id: UserId", u.username, u.claims ->> 'name' as name, u.email, u.email_verified, u.enabled,
                  u.epoch, u.password_hash is not null as "has_password!",
                  u.require_factor or exists (select from role_of_person r where r.user_id = u.id)
                      as "require_factor!",
                  exists (select from totp t where t.user_id = u.id) as "has_totp!",
                  (select count(*) from passkey p where p.user_id = u.id) as "passkeys!",
                  (select count(*) from recovery_code r where r.user_id = u.id and r.spent_at is null)
                      as "recovery_codes!", u.trail_key
           from user_account u where u.id = $1"#,
        user.uuid()
    )
    .fetch_optional(executor)
    .await?)
}

/// What may sign somebody in here, besides a password and accounts at providers that are enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Passkeys.
    pub passkeys: bool,
    /// A mail to an address that is known to be theirs.
    pub mail: bool,
}

/// Whether a person has any way to sign in by themselves. Ask with the person's row locked, and what is taken away gone
/// already, so that of two ways that go at the same time one stays.
///
/// # Errors
/// `StorageError`.
pub async fn can_sign_in(tx: &mut Tx, user: UserId, accepted: Accepted) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from user_account where id = $1
                          and (password_hash is not null or (email is not null and email_verified and $3)))
               or exists (select from passkey where user_id = $1 and $2)
               or exists (select from upstream_account a join upstream p on p.id = a.upstream_id and p.enabled
                          where a.user_id = $1) as "can!""#,
        user.uuid(),
        accepted.passkeys,
        accepted.mail
    )
    .fetch_one(&mut *tx.0)
    .await?)
}
