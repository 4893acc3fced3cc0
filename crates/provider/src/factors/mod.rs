//! What people prove themselves with besides a password: setting it up, using it, taking it away.

pub mod recovery;
pub mod totp;

use serde_json::Value;
use storage::{Tx, id::UserId, journal};

use crate::{Context, refusal::Refusal};

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
