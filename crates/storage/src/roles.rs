//! Roles of administrators, and who holds them.

use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{ClientKey, GrantId, UserId},
};

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRecord {
    /// Its name.
    pub name: String,
    /// What it is for, in plain words.
    pub description: String,
    /// Names of permissions.
    pub permissions: Vec<String>,
    /// Whether it is the server's own.
    pub shipped: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// A role with how many hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub name: String,
    /// What it is for, in plain words.
    pub description: String,
    /// Names of permissions.
    pub permissions: Vec<String>,
    /// Whether it is the server's own.
    pub shipped: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// How many people hold it.
    pub people: i64,
    /// How many clients.
    pub clients: i64,
}

/// Every role, or the one of this name, by name.
///
/// # Errors
/// `StorageError`.
pub async fn list(database: &Database, name: Option<&str>) -> Result<Vec<Held>, StorageError> {
    Ok(sqlx::query_as!(
        Held,
        r#"select name, description, permissions, shipped, created_at, updated_at,
                  (select count(*) from role_of_person p where p.role = r.name) as "people!",
                  (select count(*) from role_of_client c where c.role = r.name) as "clients!"
           from role r where $1::text is null or name = $1 order by shipped desc, name"#,
        name
    )
    .fetch_all(database.pool())
    .await?)
}

/// Waits until nobody else changes who holds which role. Lasts until the transaction ends. To be taken after the rows of
/// people and clients, so that no two wait for each other.
///
/// # Errors
/// `StorageError`.
pub async fn lock_holders(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!("select pg_advisory_xact_lock(7003)").fetch_one(&mut *tx.0).await?;
    Ok(())
}

/// Reads one role: its row is locked until the transaction ends.
///
/// # Errors
/// `StorageError`.
pub async fn lock(tx: &mut Tx, name: &str) -> Result<Option<RoleRecord>, StorageError> {
    Ok(sqlx::query_as!(
        RoleRecord,
        "select name, description, permissions, shipped, created_at, updated_at from role where name = $1 for update",
        name
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}

/// Makes a role, or replaces what it says.
///
/// # Errors
/// `StorageError`.
pub async fn put(tx: &mut Tx, role: &RoleRecord) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into role (name, description, permissions, created_at, updated_at) values ($1, $2, $3, $4, $5)
         on conflict (name) do update
             set description = excluded.description, permissions = excluded.permissions,
                 updated_at = excluded.updated_at
             where not role.shipped",
        role.name,
        role.description,
        &role.permissions,
        role.created_at,
        role.updated_at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Deletes a role that is not the server's own.
///
/// # Errors
/// `StorageError::Constraint` of `role_of_person_role_fkey` or `role_of_client_role_fkey` while somebody holds it.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<(), StorageError> {
    sqlx::query!("delete from role where name = $1 and not shipped", name).execute(&mut *tx.0).await?;
    Ok(())
}

/// Who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person.
    Person(UserId),
    /// A client.
    Client(ClientKey),
}

/// The roles that somebody holds, each with its permissions, by name.
///
/// # Errors
/// `StorageError`.
pub async fn of(tx: &mut Tx, holder: Holder) -> Result<Vec<(String, Vec<String>)>, StorageError> {
    let (user, client) = match holder {
        Holder::Person(user) => (Some(user.uuid()), None),
        Holder::Client(client) => (None, Some(client.uuid())),
    };
    let rows = sqlx::query!(
        "select name, permissions from role
         where name in (select role from role_of_person where user_id = $1)
            or name in (select role from role_of_client where client_key = $2)
         order by name",
        user,
        client
    )
    .fetch_all(&mut *tx.0)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.permissions)).collect())
}

/// Gives somebody a role. Returns whether they did not hold it.
///
/// # Errors
/// `StorageError`.
pub async fn grant(tx: &mut Tx, holder: Holder, role: &str, at: OffsetDateTime) -> Result<bool, StorageError> {
    let done =
        match holder {
            Holder::Person(user) => {
                sqlx::query!(
                    "insert into role_of_person (user_id, role, granted_at) values ($1, $2, $3) on conflict do nothing",
                    user.uuid(),
                    role,
                    at
                )
                .execute(&mut *tx.0)
                .await?
            }
            Holder::Client(client) => sqlx::query!(
                "insert into role_of_client (client_key, role, granted_at) values ($1, $2, $3) on conflict do nothing",
                client.uuid(),
                role,
                at
            )
            .execute(&mut *tx.0)
            .await?,
        };
    Ok(done.rows_affected() > 0)
}

/// Takes a role from somebody. Returns whether they held it.
///
/// # Errors
/// `StorageError`.
pub async fn revoke(tx: &mut Tx, holder: Holder, role: &str) -> Result<bool, StorageError> {
    let done = match holder {
        Holder::Person(user) => {
            sqlx::query!("delete from role_of_person where user_id = $1 and role = $2", user.uuid(), role)
                .execute(&mut *tx.0)
                .await?
        }
        Holder::Client(client) => {
            sqlx::query!("delete from role_of_client where client_key = $1 and role = $2", client.uuid(), role)
                .execute(&mut *tx.0)
                .await?
        }
    };
    Ok(done.rows_affected() > 0)
}

/// Whether somebody who may sign in, other than this person, holds a role.
///
/// # Errors
/// `StorageError`.
pub async fn is_held_by_another(tx: &mut Tx, role: &str, user: UserId) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from role_of_person r join user_account u on u.id = r.user_id
                          where r.role = $1 and r.user_id <> $2 and u.enabled) as "exists!""#,
        role,
        user.uuid()
    )
    .fetch_one(&mut *tx.0)
    .await?)
}

/// A person whom a grant speaks for, with what their roles permit.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// Who.
    pub user_id: UserId,
    /// Names of permissions, perhaps several times.
    pub permissions: Vec<String>,
}

/// The person who gave a live grant, if they still may do anything, with what their roles permit.
///
/// # Errors
/// `StorageError`.
pub async fn administrator(database: &Database, grant: GrantId) -> Result<Option<Administrator>, StorageError> {
    Ok(sqlx::query_as!(
        Administrator,
        r#"select u.id as "user_id: UserId",
                  coalesce((select array_agg(permission)
                            from role_of_person p join role r on r.name = p.role, unnest(r.permissions) permission
                            where p.user_id = u.id), '{}') as "permissions!"
           from grants g
           join grants root on root.id = g.parent_id and root.revoked_at is null
           join user_account u on u.id = g.user_id
           where g.id = $1 and g.revoked_at is null and u.enabled and u.epoch = g.user_epoch"#,
        grant.uuid()
    )
    .fetch_optional(database.pool())
    .await?)
}

/// The roles of these people, by person.
///
/// # Errors
/// `StorageError`.
pub async fn of_people(database: &Database, users: &[uuid::Uuid]) -> Result<Vec<(UserId, String)>, StorageError> {
    let rows = sqlx::query!(
        r#"select user_id as "user_id: UserId", role from role_of_person where user_id = any($1) order by role"#,
        users
    )
    .fetch_all(database.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.role)).collect())
}
