//! Which account at an upstream provider is whose here. Known by issuer and subject, and by nothing else.

use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{UpstreamId, UserId},
};

/// Somebody who may be signing in with an upstream provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The person.
    pub user_id: UserId,
    /// Whether they may do anything.
    pub enabled: bool,
    /// Counted up when they are disabled or their password is reset.
    pub epoch: i32,
}

/// An account at an upstream provider, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// At which provider.
    pub upstream_id: UpstreamId,
    /// The provider's name for people.
    pub upstream_name: String,
    /// Whether people may sign in with that provider now.
    pub upstream_enabled: bool,
    /// Who they are there.
    pub subject: String,
    /// The address that the provider named when the account was linked.
    pub email: Option<String>,
    /// When it was linked.
    pub linked_at: OffsetDateTime,
    /// When it was last signed in with.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Whose account this is, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn owner(database: &Database, upstream: UpstreamId, subject: &str) -> Result<Option<Known>, StorageError> {
    Ok(sqlx::query_as!(
        Known,
        r#"select u.id as "user_id: UserId", u.enabled, u.epoch
           from upstream_account a join user_account u on u.id = a.user_id
           where a.upstream_id = $1 and a.subject = $2"#,
        upstream.uuid(),
        subject
    )
    .fetch_optional(database.pool())
    .await?)
}

/// Notes that somebody signs in with an account, if it is still theirs and they are as they were when that was read.
///
/// # Errors
/// `StorageError`.
pub async fn touch(
    tx: &mut Tx,
    (upstream, subject): (UpstreamId, &str),
    known: &Known,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let touched = sqlx::query!(
        "update upstream_account a set last_used_at = $5
         from user_account u
         where a.upstream_id = $1 and a.subject = $2 and a.user_id = $3 and u.id = a.user_id and u.enabled
               and u.epoch = $4",
        upstream.uuid(),
        subject,
        known.user_id.uuid(),
        known.epoch,
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(touched.rows_affected() == 1)
}

/// Links an account to a person. `false` when it is linked already, to whomever, or when the provider was deleted or
/// disabled meanwhile.
///
/// # Errors
/// `StorageError`.
pub async fn link(
    tx: &mut Tx,
    (upstream, subject): (UpstreamId, &str),
    user: UserId,
    email: Option<&str>,
    at: OffsetDateTime,
) -> Result<bool, StorageError> {
    let linked = sqlx::query!(
        "insert into upstream_account (upstream_id, subject, user_id, email, linked_at, last_used_at)
         select id, $2, $3, $4, $5, $5 from upstream where id = $1 and enabled for share
         on conflict on constraint upstream_account_pkey do nothing",
        upstream.uuid(),
        subject,
        user.uuid(),
        email,
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(linked.rows_affected() == 1)
}

/// A person's accounts, the oldest first.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, user: UserId) -> Result<Vec<Account>, StorageError> {
    Ok(sqlx::query_as!(
        Account,
        r#"select a.upstream_id as "upstream_id: UpstreamId", p.name as upstream_name, p.enabled as upstream_enabled,
                  a.subject, a.email, a.linked_at, a.last_used_at
           from upstream_account a join upstream p on p.id = a.upstream_id
           where a.user_id = $1 order by a.linked_at, a.subject"#,
        user.uuid()
    )
    .fetch_all(database.pool())
    .await?)
}

/// Takes the link between a person and an account away. Returns the provider's slug, and its name for people; `None` when
/// there is no such link.
///
/// # Errors
/// `StorageError`.
pub async fn unlink(
    tx: &mut Tx,
    user: UserId,
    upstream: UpstreamId,
    subject: &str,
) -> Result<Option<(String, String)>, StorageError> {
    let gone = sqlx::query!(
        "delete from upstream_account a using upstream p
         where a.user_id = $1 and a.upstream_id = $2 and a.subject = $3 and p.id = a.upstream_id
         returning p.slug, p.name",
        user.uuid(),
        upstream.uuid(),
        subject
    )
    .fetch_optional(&mut *tx.0)
    .await?;
    Ok(gone.map(|provider| (provider.slug, provider.name)))
}
