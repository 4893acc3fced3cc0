//! Authenticator apps (RFC 6238). A seed that nobody has confirmed yet lies nowhere but in the form, sealed.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use credentials::totp::Seed;
use serde::{Deserialize, Serialize};
use storage::{id::UserId, totp};
use zeroize::Zeroizing;

use super::{note, recovery, told};
use crate::{
    Context,
    browser_state::{self, Errand, Origin},
    mail::Notice,
    refusal::Refusal,
    sign_in::{
        Person,
        throttle::{self, Guess},
    },
};

/// An app that is being set up, as its page shows it.
#[derive(Debug)]
pub struct Setup {
    /// The seed, sealed, for a hidden field.
    pub sealed: String,
    /// The seed for those who type it.
    pub text: Zeroizing<String>,
    /// The address that opens an app on this device.
    pub uri: Zeroizing<String>,
    /// The same as a picture: a `data:` address.
    pub qr: Zeroizing<String>,
}

/// What is sealed. Only its owner's confirmation counts.
#[derive(Serialize, Deserialize)]
struct Pending {
    u: UserId,
    s: Zeroizing<String>,
}

/// What became of a confirmation.
#[derive(Debug)]
pub enum Confirmed {
    /// The app is set up. With it come recovery codes, where there were none left: to be shown once.
    Done(Option<Vec<Zeroizing<String>>>),
    /// The code is not the app's.
    Wrong,
    /// The page is too old, or of another browser or person: begin anew.
    Expired,
    /// There is an app already.
    Already,
}

/// Begins to set up an app: a new seed.
///
/// # Errors
/// `Refusal::Internal`.
pub fn begin(context: &Context, browser: &[u8], person: &Person) -> Result<Setup, Refusal> {
    let seed = Seed::generate();
    let pending = Pending { u: person.user_id, s: STANDARD_NO_PAD.encode(seed.as_bytes()).into() };
    let sealed = browser_state::seal(context, Errand::TotpSetup, browser, context.now, &pending)?;
    Ok(setup(context, sealed, &seed, person))
}

/// The same page once more, after a wrong code; `None` when it must begin anew.
#[must_use]
pub fn again(context: &Context, browser: &[u8], person: &Person, sealed: &str) -> Option<Setup> {
    let seed = open(context, browser, person.user_id, sealed)?;
    Some(setup(context, sealed.to_owned(), &seed, person))
}

fn setup(context: &Context, sealed: String, seed: &Seed, person: &Person) -> Setup {
    let account = person.email.as_deref().filter(|_| person.email_verified).unwrap_or(&person.username);
    let service = &context.settings.service;
    Setup { sealed, text: seed.text(), uri: seed.uri(service, account), qr: seed.qr(service, account) }
}

fn open(context: &Context, browser: &[u8], user: UserId, sealed: &str) -> Option<Seed> {
    let opened: browser_state::Opened<Pending> = browser_state::open(context, Errand::TotpSetup, browser, sealed)?;
    let own = opened.origin == Origin::SameBrowser && !opened.expired && opened.value.u == user;
    let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(opened.value.s.as_bytes()).ok()?);
    Seed::from_bytes(&bytes).filter(|_| own)
}

/// Sets the app up, if the code is the app's. The code's time step is spent with it.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was set up.
pub async fn confirm(
    context: &Context,
    browser: &[u8],
    person: &Person,
    (sealed, code): (&str, &str),
) -> Result<Confirmed, Refusal> {
    let Some(seed) = open(context, browser, person.user_id, sealed) else { return Ok(Confirmed::Expired) };
    let Some(step) = step(context, &seed, code) else { return Ok(Confirmed::Wrong) };
    let row = person.user_id.to_string();
    let at_rest = context.sealing.seal(totp::place(&row), seed.as_bytes());
    let mut tx = context.database.begin().await?;
    if !totp::insert(&mut tx, person.user_id, &at_rest, step, context.now).await? {
        return Ok(Confirmed::Already);
    }
    note(context, &mut tx, person.user_id, ("factor.totp_added", None), Some(Notice::TotpAdded)).await?;
    let codes = recovery::provide(context, &mut tx, person.user_id).await?;
    tx.commit().await?;
    told(context);
    Ok(Confirmed::Done(codes))
}

/// Whether a code is that of the person's app, now. It counts once.
///
/// # Errors
/// `Refusal::Unavailable`; `Refusal::Throttled` when too much was guessed: nothing was looked at.
pub async fn verify(context: &Context, user: UserId, code: &str) -> Result<bool, Refusal> {
    let Some(at_rest) = totp::seed(&context.database, user).await? else { return Ok(false) };
    let row = user.to_string();
    let bytes = context.sealing.open(totp::place(&row), &at_rest)?;
    let seed = Seed::from_bytes(&bytes).ok_or_else(|| Refusal::internal(format!("the seed of {user} is malformed")))?;
    let admitted = throttle::admit(context, Guess::SecondFactor(user)).await?;
    let Some(step) = step(context, &seed, code) else { return Ok(false) };
    let right = totp::spend(&context.database, user, step, context.now).await?;
    if right {
        admitted.succeeded(context).await?;
    }
    Ok(right)
}

/// Takes the app away. `false` when there is none. Recovery codes go with the last factor that they stand in for.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn remove(context: &Context, person: &Person) -> Result<bool, Refusal> {
    let mut tx = context.database.begin().await?;
    if !totp::delete(&mut tx, person.user_id).await? {
        return Ok(false);
    }
    if person.passkeys == 0 {
        storage::recovery_codes::delete(&mut tx, person.user_id).await?;
    }
    note(context, &mut tx, person.user_id, ("factor.totp_removed", None), Some(Notice::TotpRemoved)).await?;
    tx.commit().await?;
    told(context);
    Ok(true)
}

fn step(context: &Context, seed: &Seed, code: &str) -> Option<i64> {
    let now = u64::try_from(context.now.unix_timestamp()).ok()?;
    seed.verify(code, now).and_then(|step| i64::try_from(step).ok())
}
