//! What was sent to somebody and works once: links and codes. Token and code are derived from a row under a key from
//! outside the database, so nothing here can be replayed.

use serde_json::Value;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{OneTimeId, UserId},
};

/// A row to be written. All of it but `data` goes into what is derived, so none of it changes later.
#[derive(Clone, Debug)]
pub struct NewRow<'a> {
    /// Its id.
    pub id: OneTimeId,
    /// What it is for.
    pub kind: &'a str,
    /// The key from which token and code are derived.
    pub sealing_key_id: u8,
    /// Whose it is, and the epoch of that moment.
    pub person: Option<(UserId, i32)>,
    /// The mail address that it goes to.
    pub address: Option<&'a str>,
    /// SHA-256 of the cookie of the browser in which it must end.
    pub browser: Option<&'a [u8]>,
    /// What its use needs.
    pub data: &'a Value,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// A row as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: OneTimeId,
    /// What it is for.
    pub kind: String,
    /// The key from which token and code are derived.
    pub sealing_key_id: i16,
    /// Whose it is.
    pub user_id: Option<UserId>,
    /// Their epoch when it was made.
    pub user_epoch: Option<i32>,
    /// The mail address that it went to.
    pub address: Option<String>,
    /// SHA-256 of the cookie of the browser in which it must end.
    pub browser: Option<Vec<u8>>,
    /// What its use needs.
    pub data: Value,
    /// How many wrong codes were typed.
    pub wrong: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
    /// When it was spent.
    pub spent_at: Option<OffsetDateTime>,
    /// Whether its person is as they were: enabled, and of the same epoch. True where it is nobody's.
    pub person_stands: bool,
}

/// The epoch of a person who is enabled, whose row is then locked against all that changes it, so that of two who
/// issue at once the later one sees what the earlier one wrote.
///
/// # Errors
/// `StorageError`.
pub async fn lock_person(tx: &mut Tx, user: UserId) -> Result<Option<i32>, StorageError> {
    Ok(sqlx::query_scalar!("select epoch from user_account where id = $1 and enabled for no key update", user.uuid())
        .fetch_optional(&mut *tx.0)
        .await?)
}

/// Writes a row and ends the older ones of the same kind, person and browser.
///
/// # Errors
/// `StorageError`.
pub async fn insert(tx: &mut Tx, row: &NewRow<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "with superseded as (
             update one_time set expires_at = $8
             where user_id = $4 and kind = $2 and browser is not distinct from $7
                   and spent_at is null and expires_at > $8)
         insert into one_time (id, kind, sealing_key_id, user_id, user_epoch, address, browser, created_at, expires_at,
                               data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        row.id.uuid(),
        row.kind,
        i16::from(row.sealing_key_id),
        row.person.map(|(user, _)| user.uuid()),
        row.person.map(|(_, epoch)| epoch),
        row.address,
        row.browser,
        row.created_at,
        row.expires_at,
        row.data
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}

/// Which rows are to end.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// A person's.
    Person(UserId),
    /// Nobody's yet, that went to an address.
    Address(&'a str),
}

/// Ends what still works of some kinds. Returns how many rows there were.
///
/// # Errors
/// `StorageError`.
pub async fn end(tx: &mut Tx, kinds: &[&str], whose: Whose<'_>, now: OffsetDateTime) -> Result<u64, StorageError> {
    let (user, address) = match whose {
        Whose::Person(user) => (Some(user.uuid()), None),
        Whose::Address(address) => (None, Some(address)),
    };
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let ended = sqlx::query!(
        "update one_time set expires_at = $4
         where kind = any($1) and spent_at is null and expires_at > $4
               and (user_id = $2 or ($2::uuid is null and user_id is null and lower(address) = lower($3)))",
        &kinds,
        user,
        address,
        now
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(ended.rows_affected())
}

/// The address of the newest row of a kind that a person has and that works now.
///
/// # Errors
/// `StorageError`.
pub async fn address_of(
    database: &Database,
    kind: &str,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select o.address as "address!" from one_time o join user_account u on u.id = o.user_id
           where o.user_id = $1 and o.kind = $2 and o.spent_at is null and o.expires_at > $3
                 and o.user_epoch = u.epoch and o.address is not null
           order by o.id desc limit 1"#,
        user.uuid(),
        kind,
        now
    )
    .fetch_optional(database.pool())
    .await?)
}

/// Reads a row. It spends nothing.
///
/// # Errors
/// `StorageError`.
pub async fn find(database: &Database, id: OneTimeId) -> Result<Option<Row>, StorageError> {
    read(database.pool(), id).await
}

/// The same inside of a transaction.
///
/// # Errors
/// `StorageError`.
pub async fn find_in(tx: &mut Tx, id: OneTimeId) -> Result<Option<Row>, StorageError> {
    read(&mut *tx.0, id).await
}

async fn read(executor: impl PgExecutor<'_>, id: OneTimeId) -> Result<Option<Row>, StorageError> {
    Ok(sqlx::query_as!(
        Row,
        r#"select o.id as "id: OneTimeId", o.kind, o.sealing_key_id, o.user_id as "user_id: UserId", o.user_epoch,
                  o.address, o.browser, o.data, o.wrong, o.created_at, o.expires_at, o.spent_at,
                  o.user_id is null or exists (select from user_account u
                                               where u.id = o.user_id and u.enabled and u.epoch = o.user_epoch)
                      as "person_stands!"
           from one_time o where o.id = $1"#,
        id.uuid()
    )
    .fetch_optional(executor)
    .await?)
}

/// An attempt to spend a row.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The row, whose kind and token were checked.
    pub id: OneTimeId,
    /// Whether the code is right. A token always is.
    pub right: bool,
    /// How many wrong codes a row bears.
    pub most_wrong: i32,
    /// SHA-256 of the browser's cookie. It counts where the row has one.
    pub browser: &'a [u8],
    /// Now.
    pub now: OffsetDateTime,
}

/// Spends a row, or counts the wrong code, in one statement. `None`: nothing changed, since the row is spent, ended,
/// dead of wrong codes, another browser's, or its person is disabled or of another epoch. Else how many wrong codes
/// there are by now.
///
/// # Errors
/// `StorageError`.
pub async fn attempt(tx: &mut Tx, attempt: Attempt<'_>) -> Result<Option<i32>, StorageError> {
    // The person's row is locked first, so that nobody disables them meanwhile.
    Ok(sqlx::query_scalar!(
        "with person as (
             select u.id from user_account u join one_time o on o.user_id = u.id
             where o.id = $1 and u.enabled and u.epoch = o.user_epoch
             for no key update of u)
         update one_time
         set spent_at = case when $2 then $5::timestamptz end, wrong = wrong + case when $2 then 0 else 1 end
         where id = $1 and spent_at is null and expires_at > $5 and wrong < $3
               and (browser is null or browser = $4)
               and (user_id is null or exists (select from person))
         returning wrong",
        attempt.id.uuid(),
        attempt.right,
        attempt.most_wrong,
        attempt.browser,
        attempt.now
    )
    .fetch_optional(&mut *tx.0)
    .await?)
}
