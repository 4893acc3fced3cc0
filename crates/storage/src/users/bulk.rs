//! Many people at once: in from elsewhere, and out again.

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError, Tx,
    id::UserId,
    journal::{Columns, Entry},
};

/// A person who comes from elsewhere.
#[derive(Clone)]
pub struct Newcomer {
    /// Who.
    pub id: UserId,
    /// The name to sign in with, as it was given.
    pub username: String,
    /// Its normal form.
    pub login: String,
    /// The mail address.
    pub email: Option<String>,
    /// Its normal form, where one can sign in with it.
    pub email_login: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// What is left of the password.
    pub password_hash: Option<String>,
    /// Claims about the person, by name.
    pub claims: Value,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// Whether the person signs in with a second factor only.
    pub require_factor: bool,
    /// When the account was made, there or here.
    pub created_at: OffsetDateTime,
    /// The seed of an authenticator app.
    pub totp: Option<Seed>,
    /// The key of what the journal says of them, sealed.
    pub trail_key: Option<Vec<u8>>,
    /// What the journal is told.
    pub entry: Entry,
}

impl std::fmt::Debug for Newcomer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Newcomer").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

/// The seed of an authenticator app, as its row keeps it.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Sealed.
    pub sealed: Vec<u8>,
    /// The last time step that counts as spent.
    pub last_step: i64,
}

/// What became of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// There they are, with all of their names and an entry in the journal.
    Made,
    /// Nothing was changed: their id or one of their names is somebody's.
    Taken,
}

/// Makes people, each with names, seed and journal entry, in one statement. Whoever's id or name is taken is left out,
/// as the unique keys say. Returns what became of each, in their order. No two may share an id or a name.
///
/// # Errors
/// `StorageError`: the transaction is of no more use.
pub async fn insert(tx: &mut Tx, newcomers: &[Newcomer]) -> Result<Vec<Arrival>, StorageError> {
    // Planned for the table as it is: a plan made when it was empty would read all of it, ever more slowly.
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(&mut *tx.0).await?;
    let column = |of: fn(&Newcomer) -> &str| newcomers.iter().map(|n| of(n).to_owned()).collect::<Vec<_>>();
    let optional = |of: fn(&Newcomer) -> Option<&String>| newcomers.iter().map(|n| of(n).cloned()).collect::<Vec<_>>();
    let truth = |of: fn(&Newcomer) -> bool| newcomers.iter().map(of).collect::<Vec<_>>();
    let ids: Vec<Uuid> = newcomers.iter().map(|n| n.id.uuid()).collect();
    let claims: Vec<Value> = newcomers.iter().map(|n| n.claims.clone()).collect();
    let created: Vec<OffsetDateTime> = newcomers.iter().map(|n| n.created_at).collect();
    let seeds: Vec<Option<Vec<u8>>> = newcomers.iter().map(|n| n.totp.as_ref().map(|s| s.sealed.clone())).collect();
    let steps: Vec<Option<i64>> = newcomers.iter().map(|n| n.totp.as_ref().map(|s| s.last_step)).collect();
    let keys: Vec<Option<Vec<u8>>> = newcomers.iter().map(|n| n.trail_key.clone()).collect();
    let told = Columns::of(newcomers.iter().map(|n| &n.entry));
    // The rows go in sorted: two that import the same people wait for each other in one order, and never in a circle.
    let rows = sqlx::query!(
        r#"with given as materialized (
               select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[],
                                    $8::jsonb[], $9::bool[], $10::bool[], $11::timestamptz[], $12::bytea[],
                                    $13::bigint[], $14::timestamptz[], $15::text[], $16::text[], $17::uuid[],
                                    $18::inet[], $19::jsonb[], $20::bytea[])
                   as g (id, username, login, email, email_login, email_verified, password_hash, claims, enabled,
                         require_factor, created_at, seed, last_step, at, event, outcome, request_id, address, detail,
                         trail_key)),
           made as (
               insert into user_account (id, username, email, email_verified, password_hash, claims, enabled,
                                         require_factor, created_at, updated_at, trail_key)
               select g.id, g.username, g.email, g.email_verified, g.password_hash, g.claims, g.enabled,
                      g.require_factor, g.created_at, g.at, g.trail_key
               from given g
               -- Only spares the work for people who are there already; what counts are the keys below.
               where not exists (select from login_name n where n.name = g.login)
                 and not exists (select from login_name n where n.name = g.email_login)
               order by g.id
               on conflict (id) do nothing returning id),
           wanted as (
               select g.id, n.kind, n.name
               from given g join made m on m.id = g.id,
                    lateral (values ('username', g.login), ('email', g.email_login)) as n (kind, name)
               where n.name is not null),
           named as (
               insert into login_name (name, kind, user_id)
               select name, kind, id from wanted order by name
               on conflict (name) do nothing returning name, user_id),
           complete as (
               select w.id from wanted w left join named n on n.name = w.name and n.user_id = w.id
               group by w.id having count(n.name) = count(*)),
           seeded as (
               insert into totp (user_id, seed_sealed, last_step, created_at)
               select g.id, g.seed, g.last_step, g.at from given g join complete c on c.id = g.id
               where g.seed is not null),
           told as (
               insert into journal (at, event, outcome, user_id, request_id, address, detail)
               select g.at, g.event, g.outcome, g.id, g.request_id, g.address, g.detail
               from given g join complete c on c.id = g.id)
           select m.id as "id: UserId", c.id is not null as "complete!"
           from made m left join complete c on c.id = m.id"#,
        &ids,
        &column(|n| &n.username),
        &column(|n| &n.login),
        &optional(|n| n.email.as_ref()) as &[Option<String>],
        &optional(|n| n.email_login.as_ref()) as &[Option<String>],
        &truth(|n| n.email_verified),
        &optional(|n| n.password_hash.as_ref()) as &[Option<String>],
        &claims,
        &truth(|n| n.enabled),
        &truth(|n| n.require_factor),
        &created,
        &seeds as &[Option<Vec<u8>>],
        &steps as &[Option<i64>],
        &told.at,
        &told.event,
        &told.outcome,
        &told.request_id as &[Option<Uuid>],
        &told.address as &[Option<ipnet::IpNet>],
        &told.detail as &[Option<Value>],
        &keys as &[Option<Vec<u8>>],
    )
    .fetch_all(&mut *tx.0)
    .await?;
    let (complete, half): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.complete);
    if !half.is_empty() {
        // Somebody else took one of the names at the same moment; the other one goes with the row.
        let half: Vec<Uuid> = half.into_iter().map(|row| row.id.uuid()).collect();
        sqlx::query!("delete from user_account where id = any($1)", &half).execute(&mut *tx.0).await?;
    }
    let complete: std::collections::HashSet<UserId> = complete.into_iter().map(|row| row.id).collect();
    Ok(newcomers.iter().map(|n| if complete.contains(&n.id) { Arrival::Made } else { Arrival::Taken }).collect())
}

/// Somebody's name, and their id.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Who.
    pub user_id: UserId,
    /// One of their names, in its normal form.
    pub name: String,
}

/// The names of these people, and who has these names.
///
/// # Errors
/// `StorageError`.
pub async fn owners(tx: &mut Tx, users: &[Uuid], names: &[String]) -> Result<Vec<Owner>, StorageError> {
    Ok(sqlx::query_as!(
        Owner,
        r#"select name as "name!", user_id as "user_id!: UserId" from login_name where name = any($2)
           union
           select name, user_id from login_name where user_id = any($1)"#,
        users,
        names
    )
    .fetch_all(&mut *tx.0)
    .await?)
}

/// Gives a person the seed of an authenticator app, unless they have one. Returns whether they had none.
///
/// # Errors
/// `StorageError`.
pub async fn add_seed(tx: &mut Tx, user: UserId, seed: &Seed, at: OffsetDateTime) -> Result<bool, StorageError> {
    let added = sqlx::query!(
        "insert into totp (user_id, seed_sealed, last_step, created_at) values ($1, $2, $3, $4)
         on conflict (user_id) do nothing",
        user.uuid(),
        seed.sealed,
        seed.last_step,
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// A person with all that another server needs to know.
#[derive(Clone)]
pub struct Whole {
    /// Who.
    pub id: UserId,
    /// The name to sign in with, as it was given.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// What is left of the password, where that was asked for.
    pub password_hash: Option<String>,
    /// Claims about the person, by name.
    pub claims: Value,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// Whether the person signs in with a second factor only.
    pub require_factor: bool,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// The seed of an authenticator app, sealed, where that was asked for.
    pub seed_sealed: Option<Vec<u8>>,
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whole").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

/// Which secrets of a person are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets {
    /// What is left of passwords.
    pub password_hashes: bool,
    /// Seeds of authenticator apps.
    pub totp: bool,
}

/// Reads people in the order of their ids, after one of them.
///
/// # Errors
/// `StorageError`.
pub async fn page(
    database: &Database,
    after: Option<UserId>,
    limit: i64,
    secrets: Secrets,
) -> Result<Vec<Whole>, StorageError> {
    Ok(sqlx::query_as!(
        Whole,
        r#"select u.id as "id: UserId", u.username, u.email, u.email_verified,
                  case when $3 then u.password_hash end as password_hash, u.claims, u.enabled, u.require_factor,
                  u.created_at, case when $4 then t.seed_sealed end as seed_sealed
           from user_account u left join totp t on $4 and t.user_id = u.id
           where u.id > $1 order by u.id limit $2"#,
        after.map_or(Uuid::nil(), UserId::uuid),
        limit,
        secrets.password_hashes,
        secrets.totp
    )
    .fetch_all(database.pool())
    .await?)
}

/// How many people there are.
///
/// # Errors
/// `StorageError`.
pub async fn count(database: &Database) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from user_account"#).fetch_one(database.pool()).await?)
}
