//! How people prove who they are, in one step or several.
//!
//! A sign-in is on a [`Journey`]: to an application, or to a page of ours. Each step proves one thing more
//! ([`Proven`]), and [`step::next`] says what is still lacking. Nothing is stored before it is enough: then
//! [`crate::sessions::establish`] opens or renews the session.

pub mod journey;
pub mod mail_code;
pub mod password;
mod proven;
pub mod step;
pub mod throttle;

pub use journey::{Journey, OwnJourney};
pub use protocol::Acr;
pub use proven::{Method, Proven};
pub use step::{Need, Step};
pub use storage::factors::Person;

use crate::{Context, refusal::Refusal};

/// The person who is in the middle of a sign-in, as they are now; `None` when what they have proven does not count any
/// more, because they were disabled, or their password was reset, meanwhile.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn person(context: &Context, proven: &Proven) -> Result<Option<Person>, Refusal> {
    let found = crate::factors::person(context, proven.user_id).await?;
    Ok(found.filter(|person| person.enabled && person.epoch == proven.user_epoch))
}
