//! What people prove themselves with besides a password: setting it up, using it, taking it away.

pub mod passkey;
pub mod recovery;
pub mod totp;

use serde_json::Value;
use storage::{Tx, id::UserId, journal};

use crate::{
    Context,
    mail::{self, Notice},
    refusal::Refusal,
    sign_in::Person,
    trail,
};

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

/// Writes down that a person's factors changed or that one was used, in the transaction of it, and tells the person by
/// mail. Once the transaction is committed, [`told`] has the mail sent.
pub(crate) async fn note(
    context: &Context,
    tx: &mut Tx,
    user: UserId,
    (event, detail): (&'static str, Option<Value>),
    notice: Option<Notice>,
) -> Result<(), Refusal> {
    let key = trail::key(&context.sealing, tx, user).await?;
    let mut entry = context.entry_of((event, "ok"), (user, key.as_deref()))?;
    entry.detail = detail;
    journal::append(tx, &entry).await?;
    match notice {
        Some(notice) => mail::notify(context, tx, user, context.request.language, notice).await,
        None => Ok(()),
    }
}

/// What happens once a change is durable. Nobody waits for it.
pub(crate) fn told(context: &Context) {
    if mail::is_configured(context.provider()) {
        mail::deliver_soon(context);
    }
}
