//! What people prove themselves with besides a password: setting it up, using it, taking it away.

pub mod passkey;
pub mod recovery;
pub mod totp;

use serde_json::Value;
use storage::{Tx, factors::Accepted, id::UserId, journal};

use crate::{
    Context,
    mail::{self, Notice},
    refusal::Refusal,
    sign_in::Person,
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

/// Whether a person could sign in again with what they have left: a password, a passkey, an account at a provider, or
/// mail. Every way in that a person takes away is judged here, in the transaction that took it, with the person's row
/// locked.
///
/// # Errors
/// `StorageError`.
pub(crate) async fn has_a_way_in(context: &Context, tx: &mut Tx, user: UserId) -> Result<bool, storage::StorageError> {
    // Whoever reads their mail can choose a new password.
    let accepted = Accepted { passkeys: passkey::is_on(context), mail: mail::is_configured(context) };
    storage::factors::can_sign_in(tx, user, accepted).await
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
    let mut entry = context.entry_about(tx, (event, "ok"), user).await?;
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
