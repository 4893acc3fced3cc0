//! Choosing a new password by a link that was mailed, or that an administrator handed over.
//!
//! All that the person has ends with it, as when an administrator sets a password. The second factor stays: whoever
//! reads the mail is asked for it at the next sign-in.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use storage::{
    Tx,
    id::UserId,
    journal,
    users::{self, LoginKind, UserRecord, UserRef},
};

use super::{
    Password, end_everything, login_name,
    new_password::{self, Unfit},
};
use crate::{
    Context,
    administration::{AdminError, Administration},
    mail::{self, Notice},
    one_time::{self, Issued, Kind, New, OneTime, Over, Standing},
    refusal::Refusal,
    sign_in::Person,
};

/// Whose password a link is for.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The person.
    pub person: Person,
    /// The link.
    pub link: OneTime,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The password is the new one, and the link is spent.
    Done(OneTime),
    /// Another password must be chosen. The link still works.
    Unfit(Unfit),
    /// The link works no more.
    Over,
}

/// Whose password a link is for. It spends nothing.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn look(context: &Context, token: &str, browser: &[u8]) -> Result<Result<Owner, Over>, Refusal> {
    let link = match one_time::peek(context, Kind::ResetPassword, token, browser).await? {
        Standing::Live(link) => link,
        Standing::Over(over) => return Ok(Err(over)),
    };
    let Some(user) = link.user else { return Ok(Err(Over::Unknown)) };
    let person = storage::factors::person(&context.database, user).await?;
    Ok(person.map(|person| Owner { person, link }).ok_or(Over::Ended))
}

/// Sets the password and spends the link, in one transaction.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was changed.
pub async fn complete(
    context: &Context,
    (token, browser): (&str, &[u8]),
    chosen: SecretString,
) -> Result<Outcome, Refusal> {
    let Ok(Owner { person, .. }) = look(context, token, browser).await? else { return Ok(Outcome::Over) };
    let words = [Some(person.username.as_str()), person.name.as_deref(), person.email.as_deref()];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    if let Err(unfit) = new_password::judge(context, chosen.expose_secret(), &words) {
        return Ok(Outcome::Unfit(unfit));
    }
    // Before the transaction: no connection is held while hashing.
    let administration = context.own_account();
    let hash = Password::Plain(chosen).hash(&administration).await.map_err(super::refusal)?;
    // They read that mailbox. If somebody else signs in with its address by now, it stays as it is.
    match change(context, &administration, (token, browser), (&hash, true)).await {
        Err(AdminError::Storage(error)) if error.is_constraint("login_name_pkey") => {
            change(context, &administration, (token, browser), (&hash, false)).await.map_err(super::refusal)
        }
        outcome => outcome.map_err(super::refusal),
    }
}

async fn change(
    context: &Context,
    administration: &Administration,
    (token, browser): (&str, &[u8]),
    (hash, confirm): (&str, bool),
) -> Result<Outcome, AdminError> {
    let mut tx = context.database.begin().await?;
    let spent = one_time::spend(context, &mut tx, Kind::ResetPassword, token, browser).await;
    let spent = spent.map_err(|refusal| super::unavailable(&refusal))?;
    let Some(link) = spent else { return Ok(Outcome::Over) };
    let Some(user) = link.user else { return Ok(Outcome::Over) };
    let Some(record) = users::lock(&mut tx, UserRef::Id(user)).await? else { return Ok(Outcome::Over) };
    // What went to an address that is not theirs any more is worth nothing.
    let went_to = link.address.as_deref().map(str::to_lowercase);
    let is_theirs = went_to.is_some() && record.email.as_deref().map(str::to_lowercase) == went_to;
    if went_to.is_some() && !is_theirs {
        return Ok(Outcome::Over);
    }
    let confirmed = confirm && is_theirs && !record.email_verified;
    set(administration, &mut tx, record, (hash, confirmed)).await?;
    administration.commit(tx).await?;
    mail::deliver_soon(context);
    Ok(Outcome::Done(link))
}

async fn set(
    administration: &Administration,
    tx: &mut Tx,
    record: UserRecord,
    (hash, confirmed): (&str, bool),
) -> Result<(), AdminError> {
    end_everything(administration, tx, record.id, "password_reset").await?;
    users::set_password_hash(tx, record.id, hash).await?;
    let changed = UserRecord {
        epoch: record.epoch + 1,
        has_password: true,
        email_verified: record.email_verified || confirmed,
        updated_at: administration.now,
        ..record
    };
    users::update(tx, &changed).await?;
    if let (true, Some(email)) = (confirmed, changed.email.as_deref()) {
        let login = login_name::email(email).ok();
        users::set_login_name(tx, changed.id, LoginKind::Email, login.as_deref()).await?;
    }
    let mut entry = administration.entry_about(tx, "user.password_reset", changed.id).await?;
    entry.detail = Some(json!({ "by": "link", "email_verified": confirmed }));
    journal::append(tx, &entry).await?;
    mail::notify(administration, tx, changed.id, None, Notice::PasswordChanged).await
}

/// Makes a link with which a person chooses a new password, for an administrator. `mailed`: to the address that is
/// known to be theirs; else it is the administrator's to hand over.
///
/// # Errors
/// `AdminError::Missing`; `Invalid` when there is no such address, or the person is disabled; `Storage`.
pub async fn issue(
    administration: &Administration,
    name: &str,
    mailed: bool,
) -> Result<(Issued, Option<String>), AdminError> {
    let mut tx = administration.database.begin().await?;
    let record = super::lock_for_change(administration, &mut tx, name).await?;
    let to = if mailed { mail::recipient(&mut tx, record.id, None).await? } else { None };
    if mailed && to.is_none() {
        let what = "is not known to be theirs: use --print, and hand the link over yourself";
        return Err(AdminError::field("", "email", what));
    }
    let address = to.as_ref().map(|to| to.address.as_str());
    let new = New { user: Some(record.id), address, ..New::of(Kind::ResetPassword) };
    let issued = one_time::issue(administration, &mut tx, new).await?;
    let Some(issued) = issued else { return Err(AdminError::field("", "user", "is disabled")) };
    if let Some(to) = &to {
        mail::send(administration, &mut tx, to, mail::Letter::OneTime { id: issued.id }).await?;
    }
    note(administration, &mut tx, record.id, mailed).await?;
    administration.commit(tx).await?;
    Ok((issued, to.map(|to| to.address)))
}

async fn note(administration: &Administration, tx: &mut Tx, user: UserId, mailed: bool) -> Result<(), AdminError> {
    let mut entry = administration.entry("user.reset_link_made");
    entry.user_id = Some(user.uuid());
    entry.detail = Some(json!({ "mailed": mailed }));
    administration.append(tx, entry).await
}
