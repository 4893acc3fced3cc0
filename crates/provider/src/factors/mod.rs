//! What people prove themselves with besides a password: setting it up, using it, taking it away.

pub mod passkey;
pub mod recovery;
pub mod totp;

use serde_json::Value;
use storage::{Tx, id::UserId, journal};

use crate::{Context, refusal::Refusal, sign_in::Person};

/// A person with what they can prove themselves with, or `None`. Where passkeys are turned off, nobody has one.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn person(context: &Context, user: UserId) -> Result<Option<Person>, Refusal> {
    let mut person = storage::factors::person(&context.database, user).await?;
    if let Some(person) = person.as_mut().filter(|_| !passkey::is_on(context)) {
        person.passkeys = 0;
    }
    Ok(person)
}

/// Writes down that a person's factors changed or that one was used, in the transaction of it.
pub(crate) async fn note(
    context: &Context,
    tx: &mut Tx,
    user: UserId,
    (event, detail): (&'static str, Option<Value>),
) -> Result<(), Refusal> {
    let mut entry = context.entry(event, "ok");
    entry.user_id = Some(user.uuid());
    entry.detail = detail;
    Ok(journal::append(tx, &entry).await?)
}
