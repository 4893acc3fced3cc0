//! A person's accounts at providers, as their account page shows them.

use messages::Locale;
use storage::{
    id::{UpstreamId, UserId},
    journal, upstream_accounts,
    users::{self, UserRef},
};

pub use storage::upstream_accounts::Account;

use crate::{
    Context,
    mail::{self, Notice},
    refusal::Refusal,
    sessions::SignedIn,
};

/// What became of unlinking an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// It is not theirs any more.
    Done,
    /// It was not theirs.
    Missing,
    /// It stays: without it they could not sign in again. They need a password, a passkey or another account first.
    OnlyWay,
}

/// A person's accounts, the oldest first.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn list(context: &Context, user: UserId) -> Result<Vec<Account>, Refusal> {
    Ok(upstream_accounts::list(&context.database, user).await?)
}

/// Takes the link between the person who is signed in and an account away, unless it is their only way to sign in.
/// Whether the sign-in is fresh enough is the caller's to ask; `language` is that of the page.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was changed.
pub async fn unlink(
    context: &Context,
    (session, language): (&SignedIn, Option<Locale>),
    upstream: UpstreamId,
    subject: &str,
) -> Result<Unlinked, Refusal> {
    let user = session.user_id;
    let mut tx = context.database.begin().await?;
    // The row's lock keeps two ways from going at the same time.
    let person = users::lock(&mut tx, UserRef::Id(user)).await?;
    if person.is_none_or(|person| !person.enabled || person.epoch != session.user_epoch) {
        return Ok(Unlinked::Missing);
    }
    let Some(name) = upstream_accounts::unlink(&mut tx, user, upstream, subject).await? else {
        return Ok(Unlinked::Missing);
    };
    if upstream_accounts::ways_to_sign_in(&mut tx, user).await? == 0 {
        return Ok(Unlinked::OnlyWay);
    }
    let mut entry = context.entry("upstream.unlinked", "ok");
    entry.user_id = Some(user.uuid());
    entry.session_id = Some(session.session_id.uuid());
    entry.detail = Some(serde_json::json!({ "upstream_id": upstream }));
    journal::append(&mut tx, &entry).await?;
    mail::notify(context, &mut tx, user, language, Notice::UpstreamUnlinked { upstream: name }).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(Unlinked::Done)
}
