//! A person's accounts at providers, as their account page shows them: which there are, which there could be, and taking
//! one away. One is added on a trip to the provider ([`super::Purpose::Link`]).

use std::{fmt::Write, sync::Arc};

use storage::{
    id::UserId,
    journal,
    sealed::sha256,
    upstream_accounts,
    users::{self, UserRef},
};

pub use storage::upstream_accounts::Account;

use super::Upstream;
use crate::{
    Context, factors,
    mail::{self, Notice},
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::Person,
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

/// What an account is known by in addresses and forms. Who somebody is at the provider is nobody's to read there.
#[must_use]
pub fn key(account: &Account) -> String {
    let hash = sha256(&[account.upstream_id.uuid().as_bytes(), account.subject.as_bytes()].concat());
    hash.iter().take(16).fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// The providers at which a person could have an account, and has none that is known here: those that the sign-in page
/// shows a button for, and the one that speaks for the domain of their address.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn connectable(
    context: &Context,
    accounts: &[Account],
    person: &Person,
) -> Result<Vec<Arc<Upstream>>, Refusal> {
    let upstreams = context.upstreams().await?;
    let email = person.email.as_deref().filter(|_| person.email_verified);
    let own = email.and_then(|email| upstreams.for_login(email)).filter(|upstream| !upstream.button);
    let all = upstreams.buttons().chain(own);
    let new = all.filter(|upstream| accounts.iter().all(|account| account.upstream_id != upstream.id));
    Ok(new.map(Arc::clone).collect())
}

/// Takes the link between the person who is signed in and an account away, unless it is their only way to sign in.
/// Whether the sign-in is fresh enough is the caller's to ask.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was changed.
pub async fn unlink(context: &Context, session: &SignedIn, account: &Account) -> Result<Unlinked, Refusal> {
    let user = session.user_id;
    let mut tx = context.database.begin().await?;
    // The row's lock keeps two ways from going at the same time.
    let person = users::lock(&mut tx, UserRef::Id(user)).await?;
    if person.is_none_or(|person| !person.enabled || person.epoch != session.user_epoch) {
        return Ok(Unlinked::Missing);
    }
    let gone = upstream_accounts::unlink(&mut tx, user, account.upstream_id, &account.subject).await?;
    let Some((slug, name)) = gone else { return Ok(Unlinked::Missing) };
    if !factors::has_a_way_in(context, &mut tx, user).await? {
        return Ok(Unlinked::OnlyWay);
    }
    let mut entry = context.entry_about(&mut tx, ("upstream.unlinked", "ok"), user).await?;
    entry.session_id = Some(session.session_id.uuid());
    entry.detail = Some(serde_json::json!({ "upstream": slug }));
    journal::append(&mut tx, &entry).await?;
    mail::notify(context, &mut tx, user, context.request.language, Notice::UpstreamUnlinked { upstream: name }).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(Unlinked::Done)
}
