//! Making an account of one's own, and accepting an invitation: by a link to the address that the account is to have.
//!
//! A stranger who types an address is told the same whether it has an account or not; only its owner reads which.
//! Nothing but the link is written before it is used, and of two who use links to one address the first has it.

use messages::Locale;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use storage::{
    Tx,
    id::OneTimeId,
    journal, one_time as rows,
    users::{self, UserRef},
};
use tracing::warn;

use super::{
    Desired, NewUser, Password, by_mail, login_name,
    new_password::{self, Unfit},
};
use crate::{
    Context,
    administration::{AdminError, Administration},
    mail::{self, Letter, To},
    one_time::{self, Issued, JOURNEY, Kind, New, OneTime, Over, Standing},
    refusal::Refusal,
    settings::{Settings, SignUpMode},
    sign_in::{Method, Proven, throttle::Guess},
};

/// The longest name of a person that the form takes, in characters.
const LONGEST_NAME: usize = 200;
/// How many usernames are tried before none is suggested.
const SUGGESTIONS: usize = 20;

/// Whether strangers may make an account.
#[must_use]
pub fn is_offered(context: &Context) -> bool {
    is_public(&context.settings) && mail::is_configured(context.provider())
}

/// Whether the settings let strangers in, where mail is sent.
#[must_use]
pub fn is_public(settings: &Settings) -> bool {
    matches!(settings.sign_up.mode, SignUpMode::Open | SignUpMode::Domains)
}

/// What came of typing an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A mail is on its way, if not too much was asked for: a link, or that there is an account.
    Sent,
    /// That is no mail address.
    Malformed,
    /// Addresses of its domain are not taken.
    Domain,
}

/// Sends a link to an address, or tells its owner that there is an account. The same for everybody.
///
/// # Errors
/// `Refusal::Unavailable`, for everybody alike.
pub async fn ask(context: &Context, typed: &str, journey: String, language: Locale) -> Result<Asked, Refusal> {
    let address = typed.trim();
    let Ok(login) = login_name::email(address) else { return Ok(Asked::Malformed) };
    if !takes(&context.settings, &login) {
        return Ok(Asked::Domain);
    }
    if !by_mail::admit(context, &[Guess::SignUp, Guess::MailTo(&login)]).await? {
        return Ok(Asked::Sent);
    }
    let (context, to) = (context.clone(), To::stranger(address, language));
    // After the answer, so that time does not tell which mail it is.
    tokio::spawn(async move {
        if let Err(refusal) = write(&context, &login, &to, journey).await {
            warn!(?refusal, "a mail that was asked for could not be written");
        }
    });
    Ok(Asked::Sent)
}

/// Whether strangers with this address (in normal form) may make an account.
fn takes(settings: &Settings, login: &str) -> bool {
    let domain = login.split_once('@').map_or("", |(_, domain)| domain);
    match settings.sign_up.mode {
        SignUpMode::Open => true,
        SignUpMode::Domains => settings.sign_up.domains.iter().any(|known| known == domain),
        SignUpMode::Off | SignUpMode::Invitation => false,
    }
}

async fn write(context: &Context, login: &str, to: &To, journey: String) -> Result<(), Refusal> {
    let taken = storage::sign_in::mailbox(&context.database, login).await?.is_some();
    let mut tx = context.database.begin().await?;
    let letter = if taken {
        Letter::SignUpTaken
    } else {
        let data = json!({ JOURNEY: journey });
        let new = New { address: Some(&to.address), data, ..New::of(Kind::SignUp) };
        match one_time::issue(context, &mut tx, new).await? {
            Some(issued) => Letter::OneTime { id: issued.id },
            None => return Ok(()),
        }
    };
    mail::send(context, &mut tx, to, letter).await?;
    let mut entry = context.entry("one_time.mailed", "ok");
    entry.detail = Some(json!({ "for": if taken { "sign_up_taken" } else { Kind::SignUp.as_str() } }));
    journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(())
}

/// The form that a link opens.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The address that the account has.
    pub address: String,
    /// A username that is free, or the one that the invitation says.
    pub username: String,
    /// What the invitation calls the person.
    pub name: String,
}

/// What a link is for. It spends nothing.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn look(
    context: &Context,
    kind: Kind,
    token: &str,
    browser: &[u8],
) -> Result<Result<OneTime, Over>, Refusal> {
    Ok(match one_time::peek(context, kind, token, browser).await? {
        Standing::Live(link) if still_takes(context, &link) => Ok(link),
        Standing::Live(_) => Err(Over::Ended),
        Standing::Over(over) => Err(over),
    })
}

/// Whoever was let in when they asked may be let in no more. Whoever was invited always is.
fn still_takes(context: &Context, link: &OneTime) -> bool {
    let login = link.address.as_deref().and_then(|address| login_name::email(address).ok());
    match link.kind {
        Kind::Invitation => login.is_some(),
        _ => login.is_some_and(|login| takes(&context.settings, &login)),
    }
}

/// What the form says at first.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn form(context: &Context, link: &OneTime) -> Result<Form, Refusal> {
    let address = link.address.clone().unwrap_or_default();
    let said = |name: &str| link.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let username = match said("username") {
        said if said.is_empty() => suggestion(context, &address).await?,
        said => said,
    };
    Ok(Form { address, username, name: said("name") })
}

/// A username that is free, made of the address.
async fn suggestion(context: &Context, address: &str) -> Result<String, Refusal> {
    let local = address.split_once('@').map_or(address, |(local, _)| local);
    // What comes after a plus sign is for the mail host.
    let local = local.split('+').next().unwrap_or_default();
    let plain: String = local.chars().filter(|c| c.is_alphanumeric() || ".-_".contains(*c)).take(32).collect();
    let Ok(base) = login_name::username(&plain) else { return Ok(String::new()) };
    let candidates: Vec<String> =
        std::iter::once(base.clone()).chain((2..SUGGESTIONS).map(|number| format!("{base}{number}"))).collect();
    let taken = users::by_login_names(&context.database, &candidates).await?;
    let is_free = |name: &String| taken.iter().all(|(other, _)| other != name);
    Ok(candidates.into_iter().find(is_free).unwrap_or_default())
}

/// What somebody filled in.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The username.
    pub username: String,
    /// What people call them; may be empty.
    pub name: String,
    /// The password.
    pub password: SecretString,
    /// The language of the page.
    pub language: Locale,
}

/// What came of the form.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// There is an account, and the link is spent.
    Done(Proven, Box<OneTime>),
    /// Nobody can be called that.
    Username,
    /// Somebody else is called that.
    UsernameTaken,
    /// The name is too long, or cannot be stored.
    Name,
    /// Another password must be chosen.
    Unfit(Unfit),
    /// The address has an account by now.
    AddressTaken,
    /// The link works no more.
    Over,
}

/// Makes the account and spends the link, in one transaction.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was made.
pub async fn complete(
    context: &Context,
    (kind, token, browser): (Kind, &str, &[u8]),
    filled: Filled,
) -> Result<Outcome, Refusal> {
    let Ok(link) = look(context, kind, token, browser).await? else { return Ok(Outcome::Over) };
    let address = link.address.unwrap_or_default();
    let (Ok(login), Ok(email)) = (login_name::username(&filled.username), login_name::email(&address)) else {
        return Ok(Outcome::Username);
    };
    let name = filled.name.trim();
    if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Ok(Outcome::Name);
    }
    if let Err(unfit) = new_password::judge(context, filled.password.expose_secret(), &[&login, name, &address]) {
        return Ok(Outcome::Unfit(unfit));
    }
    // What is taken need not be hashed for. Who was faster, the unique key says.
    let taken = users::by_login_names(&context.database, &[login.clone(), email.clone()]).await?;
    if let Some(outcome) = said_of(&taken, &login, &email) {
        return Ok(outcome);
    }
    let administration = context.administration();
    let hash = Password::Plain(filled.password).hash(&administration).await.map_err(super::refusal)?;
    let mut claims = Map::new();
    if !name.is_empty() {
        claims.insert("name".to_owned(), name.into());
    }
    claims.insert("locale".to_owned(), filled.language.tag().into());
    let user = NewUser {
        username: filled.username.clone(),
        email: Some(address),
        email_verified: true,
        claims,
        password: Some(Password::Hash(hash)),
    };
    match make(context, &administration, (kind, token, browser), (user, &login)).await {
        Ok(Some((proven, link))) => Ok(Outcome::Done(proven, Box::new(link))),
        Ok(None) => Ok(Outcome::Over),
        Err(AdminError::Invalid(_)) => {
            let taken = users::by_login_names(&context.database, &[login.clone(), email.clone()]).await?;
            Ok(said_of(&taken, &login, &email).unwrap_or(Outcome::Username))
        }
        Err(error) => Err(super::refusal(error)),
    }
}

fn said_of<T>(taken: &[(String, T)], login: &str, email: &str) -> Option<Outcome> {
    let has = |name: &str| taken.iter().any(|(other, _)| other == name);
    if has(email) {
        return Some(Outcome::AddressTaken);
    }
    has(login).then_some(Outcome::UsernameTaken)
}

async fn make(
    context: &Context,
    administration: &Administration,
    (kind, token, browser): (Kind, &str, &[u8]),
    (user, login): (NewUser, &str),
) -> Result<Option<(Proven, OneTime)>, AdminError> {
    let mut tx = context.database.begin().await?;
    let spent = one_time::spend(context, &mut tx, kind, token, browser).await;
    let Some(link) = spent.map_err(|refusal| super::unavailable(&refusal))? else { return Ok(None) };
    let desired = Desired {
        username: &user.username,
        entry: "",
        email: user.email,
        email_verified: user.email_verified,
        claims: user.claims,
    };
    let Some(Password::Hash(hash)) = &user.password else { return Ok(None) };
    super::write(administration, &mut tx, None, desired, Some(hash)).await?;
    let made = users::lock(&mut tx, UserRef::Login(login)).await?;
    let Some(made) = made else { return Ok(None) };
    administration.commit(tx).await?;
    Ok(Some((Proven::first(made.id, made.epoch, Method::Password, context.now), link)))
}

/// Who is invited.
#[derive(Clone, Debug, Default)]
pub struct Invitation {
    /// The address that the account is to have.
    pub address: String,
    /// The username that the form suggests.
    pub username: Option<String>,
    /// The name that the form suggests.
    pub name: Option<String>,
}

/// Makes a link with which somebody makes an account, for an administrator. `mailed`: to the address; else it is the
/// administrator's to hand over, who vouches for the address. An older invitation to that address ends.
///
/// # Errors
/// `AdminError::Taken` when the address has an account; `Invalid`; `Storage`.
pub async fn invite(
    administration: &Administration,
    invitation: &Invitation,
    mailed: bool,
) -> Result<Issued, AdminError> {
    let address = invitation.address.trim();
    let login = login_name::email(address).map_err(|message| AdminError::field("", "address", message))?;
    if let Some(username) = &invitation.username {
        login_name::username(username).map_err(|message| AdminError::field("", "username", message))?;
    }
    let mut tx = administration.database.begin().await?;
    if users::lock(&mut tx, UserRef::Login(&login)).await?.is_some() {
        return Err(AdminError::Taken { kind: "user", name: address.to_owned() });
    }
    let kinds = [Kind::Invitation.as_str()];
    rows::end(&mut tx, &kinds, rows::Whose::Address(address), administration.now).await?;
    let data = json!({ "username": invitation.username, "name": invitation.name });
    let new = New { address: Some(address), data, ..New::of(Kind::Invitation) };
    let issued = one_time::issue(administration, &mut tx, new).await?;
    let issued = issued.ok_or_else(|| AdminError::field("", "address", "cannot be invited"))?;
    if mailed {
        let to = To::stranger(address, Locale::default());
        mail::send(administration, &mut tx, &to, Letter::OneTime { id: issued.id }).await?;
    }
    note(administration, &mut tx, issued.id, mailed).await?;
    administration.commit(tx).await?;
    Ok(issued)
}

async fn note(administration: &Administration, tx: &mut Tx, id: OneTimeId, mailed: bool) -> Result<(), AdminError> {
    let mut entry = administration.entry("user.invited");
    entry.detail = Some(json!({ "invitation": id, "mailed": mailed }));
    Ok(journal::append(tx, &entry).await?)
}
