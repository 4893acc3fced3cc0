//! Mail that somebody asks for by typing a name: a code to sign in with, a link to choose a new password.
//!
//! Whoever asks learns nothing of whether there is such a person, who may be disabled, or have no address that is known
//! to be theirs; nor whether too much was asked for. What is looked up and counted costs the same for everybody. What
//! is written for those who are there is written after the answer, so that time tells nothing either; if the process
//! dies in between, no mail comes, and the page offers to send another one.

use messages::Locale;
use serde_json::json;
use storage::{
    id::{OneTimeId, UserId},
    journal, one_time as rows,
    sign_in::{self, Mailbox},
};
use tracing::{info, warn};

use super::login_name;
use crate::{
    Context,
    mail::{self, Letter},
    one_time::{self, JOURNEY, Kind, New},
    refusal::Refusal,
    sign_in::throttle::{self, Guess},
};

/// The longest that is looked at of what was typed.
const LONGEST: usize = 320;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the mail is for.
    pub kind: Kind,
    /// A username or a mail address, as it was typed.
    pub typed: String,
    /// The only person who may have it, where somebody is to sign in again.
    pub only: Option<UserId>,
    /// The browser in which it must end.
    pub browser: Option<Vec<u8>>,
    /// The journey on which it is asked for, sealed.
    pub journey: String,
    /// The language of the page.
    pub language: Locale,
}

/// Asks for a mail. The id names what is mailed, if anything is.
///
/// # Errors
/// `Refusal::Unavailable`, for everybody alike.
pub async fn ask(context: &Context, asked: Asked) -> Result<OneTimeId, Refusal> {
    let id = OneTimeId::new();
    let found = find(context, &asked.typed).await?;
    // The mailbox is what must not be flooded, whatever its owner is called.
    let open = found.filter(|found| found.open && asked.only.is_none_or(|only| only == found.user_id));
    let target = open.as_ref().and_then(|found| found.email.as_deref());
    if !admit(context, &[Guess::MailTo(target.unwrap_or(&asked.typed))]).await? {
        return Ok(id);
    }
    match open {
        Some(Mailbox { user_id, .. }) => {
            let context = context.clone();
            tokio::spawn(async move {
                if let Err(refusal) = write(&context, id, user_id, &asked).await {
                    warn!(?refusal, kind = asked.kind.as_str(), "a mail that was asked for could not be written");
                }
            });
        }
        None => info!(kind = asked.kind.as_str(), "a mail was asked for that nobody gets"),
    }
    Ok(id)
}

/// Whether mail may be sent. Too much is no refusal here: who asked is told the same.
pub(super) async fn admit(context: &Context, guesses: &[Guess<'_>]) -> Result<bool, Refusal> {
    let mut admitted = true;
    for guess in guesses {
        match throttle::admit(context, *guess).await {
            // Nothing takes it back.
            Ok(counted) => drop(counted),
            Err(Refusal::Throttled { .. }) => admitted = false,
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(admitted)
}

async fn find(context: &Context, typed: &str) -> Result<Option<Mailbox>, Refusal> {
    let name = Some(typed).filter(|typed| typed.len() <= LONGEST).and_then(login_name::normalize);
    // What nobody can be called is looked for as well: that takes its time.
    Ok(sign_in::mailbox(&context.database, name.as_deref().unwrap_or_default()).await?)
}

async fn write(context: &Context, id: OneTimeId, user: UserId, asked: &Asked) -> Result<(), Refusal> {
    let mut tx = context.database.begin().await?;
    // First, so that the address does not change on the way.
    if rows::lock_person(&mut tx, user).await?.is_none() {
        return Ok(());
    }
    let Some(to) = mail::recipient(&mut tx, user, Some(asked.language)).await? else { return Ok(()) };
    let new = New {
        id,
        user: Some(user),
        address: Some(&to.address),
        browser: asked.browser.as_deref(),
        data: json!({ JOURNEY: asked.journey }),
        ..New::of(asked.kind)
    };
    if one_time::issue(context, &mut tx, new).await?.is_none() {
        return Ok(());
    }
    mail::send(context, &mut tx, &to, Letter::OneTime { id }).await?;
    let mut entry = context.entry("one_time.mailed", "ok");
    entry.user_id = Some(user.uuid());
    entry.detail = Some(json!({ "for": asked.kind.as_str() }));
    journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(())
}
