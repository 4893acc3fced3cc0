//! A person's mail address: confirming it, and changing it.
//!
//! A new address counts when it is confirmed, and not before. The old one is told at once, and once more when it is
//! replaced. Whether somebody else has the new address is told to nobody but who reads its mail.

use messages::Locale;
use serde_json::json;
use storage::{
    Tx,
    id::UserId,
    journal, one_time as rows,
    users::{self, LoginKind, UserRecord, UserRef},
};

use super::login_name;
use crate::{
    Context,
    administration::{AdminError, Administration},
    mail::{self, Letter, Notice, To},
    one_time::{self, Kind, New, Over, Standing},
    refusal::Refusal,
    sign_in::throttle::{self, Guess},
};

/// How the address of a person stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The address, if there is any.
    pub current: Option<String>,
    /// Whether it is known to be theirs.
    pub verified: bool,
    /// The one that is to replace it, when it is confirmed.
    pub pending: Option<String>,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A mail is on its way to this address, if it is nobody else's.
    Sent(String),
    /// There is nothing to do: no address, or it is confirmed already.
    Nothing,
    /// That is no mail address.
    Malformed,
}

/// What came of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The address is the person's, and known to be.
    Done(String),
    /// Somebody else signs in with it.
    Taken(String),
    /// The link works no more.
    Over,
}

/// How the address of a person stands.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn standing(context: &Context, user: UserId) -> Result<Address, Refusal> {
    let Some(person) = storage::factors::person(&context.database, user).await? else { return Ok(Address::default()) };
    let pending = rows::address_of(&context.database, Kind::ChangeAddress.as_str(), user, context.now).await?;
    Ok(Address { current: person.email, verified: person.email_verified, pending })
}

/// Sends a link that confirms the address that a person has.
///
/// # Errors
/// `Refusal::Throttled`, `Refusal::Unavailable`: nothing was sent.
pub async fn request_verification(context: &Context, user: UserId, language: Locale) -> Result<Asked, Refusal> {
    let Address { current, verified, .. } = standing(context, user).await?;
    let Some(address) = current.filter(|_| !verified) else { return Ok(Asked::Nothing) };
    let counted = throttle::admit(context, Guess::MailTo(&address)).await?;
    drop(counted);
    let mut tx = context.database.begin().await?;
    send_link(context, &mut tx, (user, Kind::VerifyAddress), &To::stranger(&address, language)).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(Asked::Sent(address))
}

/// Sends a link to the address that a person wants, and tells the one that they have.
///
/// # Errors
/// `Refusal::Throttled`, `Refusal::Unavailable`: nothing was sent.
pub async fn request_change(context: &Context, user: UserId, typed: &str, language: Locale) -> Result<Asked, Refusal> {
    let new = typed.trim();
    let Ok(login) = login_name::email(new) else { return Ok(Asked::Malformed) };
    let Address { current, verified, .. } = standing(context, user).await?;
    if verified && current.as_deref().map(str::to_lowercase).as_deref() == Some(login.as_str()) {
        return Ok(Asked::Nothing);
    }
    let counted = throttle::admit(context, Guess::MailTo(new)).await?;
    drop(counted);
    let owner = storage::sign_in::mailbox(&context.database, &login).await?;
    let mut tx = context.database.begin().await?;
    let to = To::stranger(new, language);
    if owner.is_some_and(|owner| owner.user_id != user) {
        // The same, but for the mail: nobody is to know, and nobody is to be asked.
        issue(context, &mut tx, (user, Kind::ChangeAddress), new).await?;
    } else {
        send_link(context, &mut tx, (user, Kind::ChangeAddress), &to).await?;
    }
    let notice = Notice::AddressChanging { new: new.to_owned() };
    mail::notify(context, &mut tx, user, Some(language), notice).await?;
    note(context, &mut tx, user, "user.address_change_asked").await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(Asked::Sent(new.to_owned()))
}

async fn send_link(context: &Context, tx: &mut Tx, (user, kind): (UserId, Kind), to: &To) -> Result<(), Refusal> {
    match issue(context, tx, (user, kind), &to.address).await? {
        Some(issued) => mail::send(context, tx, to, Letter::OneTime { id: issued.id }).await,
        None => Ok(()),
    }
}

async fn issue(
    context: &Context,
    tx: &mut Tx,
    (user, kind): (UserId, Kind),
    address: &str,
) -> Result<Option<one_time::Issued>, Refusal> {
    one_time::issue(context, tx, New { user: Some(user), address: Some(address), ..New::of(kind) }).await
}

/// Takes a wish for another address back. Returns whether there was one.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn cancel_change(context: &Context, user: UserId) -> Result<bool, Refusal> {
    let mut tx = context.database.begin().await?;
    let whose = rows::Whose::Person(user);
    if rows::end(&mut tx, &[Kind::ChangeAddress.as_str()], whose, context.now).await? == 0 {
        return Ok(false);
    }
    note(context, &mut tx, user, "user.address_change_canceled").await?;
    tx.commit().await?;
    Ok(true)
}

/// Which address a link confirms. It spends nothing.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn look(context: &Context, kind: Kind, token: &str, browser: &[u8]) -> Result<Result<String, Over>, Refusal> {
    Ok(match one_time::peek(context, kind, token, browser).await? {
        Standing::Live(link) => link.address.ok_or(Over::Unknown),
        Standing::Over(over) => Err(over),
    })
}

/// Spends a link: the address is the person's from now on.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was changed.
pub async fn confirm(context: &Context, kind: Kind, token: &str, browser: &[u8]) -> Result<Confirmed, Refusal> {
    let address = match look(context, kind, token, browser).await? {
        Ok(address) => address,
        Err(_) => return Ok(Confirmed::Over),
    };
    let administration = context.administration();
    match write(context, &administration, (kind, token, browser)).await {
        Ok(true) => Ok(Confirmed::Done(address)),
        Ok(false) => Ok(Confirmed::Over),
        Err(AdminError::Storage(error)) if error.is_constraint("login_name_pkey") => Ok(Confirmed::Taken(address)),
        Err(error) => Err(super::refusal(error)),
    }
}

async fn write(
    context: &Context,
    administration: &Administration,
    (kind, token, browser): (Kind, &str, &[u8]),
) -> Result<bool, AdminError> {
    let mut tx = context.database.begin().await?;
    let spent = one_time::spend(context, &mut tx, kind, token, browser).await;
    let Some(link) = spent.map_err(|refusal| super::unavailable(&refusal))? else { return Ok(false) };
    let (Some(user), Some(address)) = (link.user, link.address) else { return Ok(false) };
    let Some(record) = users::lock(&mut tx, UserRef::Id(user)).await? else { return Ok(false) };
    let login = login_name::email(&address).map_err(|error| AdminError::field("", "email", error))?;
    let same = record.email.as_deref().map(str::to_lowercase).as_deref() == Some(login.as_str());
    if kind == Kind::VerifyAddress && !same {
        return Ok(false);
    }
    let old = mail::recipient(&mut tx, user, None).await?.filter(|_| !same);
    let changed =
        UserRecord { email: Some(address.clone()), email_verified: true, updated_at: administration.now, ..record };
    users::update(&mut tx, &changed).await?;
    users::set_login_name(&mut tx, user, LoginKind::Email, Some(&login)).await?;
    // What was mailed to the old address signs nobody in any more.
    let mailed = [Kind::SignIn, Kind::ResetPassword, Kind::VerifyAddress, Kind::ChangeAddress].map(Kind::as_str);
    rows::end(&mut tx, &mailed, rows::Whose::Person(user), administration.now).await?;
    if let Some(old) = old {
        let notice = Notice::AddressChanged { new: address };
        mail::send(administration, &mut tx, &old, Letter::Notice(notice)).await?;
    }
    let mut entry = administration.entry(if same { "user.address_confirmed" } else { "user.address_changed" });
    entry.user_id = Some(user.uuid());
    entry.detail = Some(json!({ "by": "link" }));
    journal::append(&mut tx, &entry).await?;
    administration.commit(tx).await?;
    mail::deliver_soon(context);
    Ok(true)
}

async fn note(context: &Context, tx: &mut Tx, user: UserId, event: &'static str) -> Result<(), Refusal> {
    let mut entry = context.entry(event, "ok");
    entry.user_id = Some(user.uuid());
    Ok(journal::append(tx, &entry).await?)
}
