//! People for elsewhere: what `import` reads.

use serde::Serialize;
use serde_json::{Value, json};
use storage::{
    StorageError,
    id::UserId,
    journal,
    users::bulk::{self, Whole},
};
use time::OffsetDateTime;

pub use storage::users::bulk::Secrets;

use super::import::{encode_seed, place_of_seed};
use crate::administration::{AdminError, Administration};

/// How many people to read at once.
pub const PAGE: i64 = 1000;

/// One line: a person as `import` reads them.
#[derive(Serialize)]
pub struct Line {
    /// Who. It is kept, so that apps go on knowing them.
    pub id: UserId,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<String>,
    enabled: bool,
    claims: Value,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    require_factor: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    totp: Option<String>,
}

/// Notes in the audit trail that people are exported, and with which secrets, before anything is handed out. Returns
/// how many people there are.
///
/// # Errors
/// `AdminError::Storage`.
pub async fn begin(administration: &Administration, secrets: Secrets) -> Result<u64, AdminError> {
    let count = bulk::count(&administration.database).await?;
    let mut entry = administration.entry("users.exported");
    entry.detail = Some(json!({ "people": count, "password_hashes": secrets.password_hashes, "totp": secrets.totp }));
    let mut tx = administration.database.begin().await?;
    journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Reads people in the order of their ids, after one of them.
///
/// # Errors
/// `AdminError::Storage`; `NoSealingKey` when seeds are asked for without the keys that sealed them.
pub async fn page(
    administration: &Administration,
    after: Option<UserId>,
    secrets: Secrets,
) -> Result<Vec<Line>, AdminError> {
    let people = bulk::page(&administration.database, after, PAGE, secrets).await?;
    people.into_iter().map(|person| line(administration, person)).collect()
}

fn line(administration: &Administration, person: Whole) -> Result<Line, AdminError> {
    let totp = match &person.seed_sealed {
        Some(sealed) => {
            let seed = administration.sealing()?.open(place_of_seed(&person.id.to_string()), sealed);
            Some(encode_seed(&seed.map_err(named(person.id))?))
        }
        None => None,
    };
    Ok(Line {
        id: person.id,
        username: person.username,
        email: person.email,
        email_verified: person.email_verified,
        password_hash: person.password_hash,
        enabled: person.enabled,
        claims: person.claims,
        created_at: person.created_at,
        require_factor: person.require_factor,
        totp,
    })
}

/// Says whose seed it is that does not open.
fn named(user: UserId) -> impl Fn(StorageError) -> StorageError {
    move |error| StorageError::Malformed(format!("the authenticator app of {user}: {error}"))
}
