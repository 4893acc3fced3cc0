//! What people see and change of their own account.
//!
//! Whoever is signed in may look. What an attacker who sits down at an open browser would change (factors, address,
//! password, the account itself) asks for a fresh sign-in.

pub mod activity;
pub mod apps;
pub mod data;
pub mod device;
pub mod password;
pub mod profile;
pub mod sessions;

use protocol::error::ErrorCode;
use serde::{Deserialize, Serialize};
use storage::id::SessionId;
use time::Duration;

use crate::{
    Context,
    administration::AdminError,
    browser_state::{self, Errand, Origin},
    factors,
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::{Need, OwnJourney, Person, step},
};

/// How long a sign-in counts as fresh.
pub const FRESH: Duration = Duration::minutes(15);

/// What a page asks of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// That it is live.
    Any,
    /// That its person proved who they are a short while ago.
    Fresh,
}

/// Whether somebody may enter a page of the account.
#[derive(Debug)]
pub enum Admission {
    /// They may.
    Granted(Box<Person>),
    /// They must sign in first, or once more, or with one factor more.
    SignInFirst(OwnJourney),
}

/// Judges whether a session is good enough for the page at `path`. A session that is older than the person's second
/// factor is not.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn admit(
    context: &Context,
    session: Option<&SignedIn>,
    path: &str,
    freshness: Freshness,
) -> Result<Admission, Refusal> {
    let journey = OwnJourney::to(context, path);
    let Some(session) = session else { return Ok(Admission::SignInFirst(journey)) };
    let person = factors::person(context, session.user_id).await?;
    let Some(person) = person.filter(|person| person.enabled && person.epoch == session.user_epoch) else {
        return Ok(Admission::SignInFirst(journey));
    };
    let need = Need { required: context.settings.sign_in.required_acr, preferred: Vec::new() };
    let required = step::target(&need, &person);
    let journey = OwnJourney { required, ..journey };
    if session.acr < required {
        return Ok(Admission::SignInFirst(journey));
    }
    if freshness == Freshness::Fresh && !is_fresh(context, session) {
        return Ok(Admission::SignInFirst(journey.again()));
    }
    Ok(Admission::Granted(Box::new(person)))
}

/// Whether a session's person proved who they are a short while ago.
#[must_use]
pub fn is_fresh(context: &Context, session: &SignedIn) -> bool {
    context.now - session.auth_time <= FRESH
}

/// What makes a form of the account page good for one browser and one session.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Token {
    s: SessionId,
}

/// What became of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormCheck {
    /// It was made for this browser and this session.
    Own,
    /// It was, but too long ago; or for another session, or another browser: it must be shown anew.
    Stale,
    /// We did not make it.
    Forged,
}

/// Seals what a form of the account page carries.
///
/// # Errors
/// `Refusal::Internal`.
pub fn form_token(context: &Context, browser: &[u8], session: &SignedIn) -> Result<String, Refusal> {
    browser_state::seal(context, Errand::Account, browser, context.now, &Token { s: session.session_id })
}

/// Judges what a form came with.
#[must_use]
pub fn check_form(context: &Context, browser: &[u8], session: &SignedIn, token: &str) -> FormCheck {
    let opened: Option<browser_state::Opened<Token>> = browser_state::open(context, Errand::Account, browser, token);
    match opened {
        None => FormCheck::Forged,
        Some(opened)
            if opened.origin == Origin::SameBrowser && !opened.expired && opened.value.s == session.session_id =>
        {
            FormCheck::Own
        }
        Some(_) => FormCheck::Stale,
    }
}

/// Why an administrative change was not made, to somebody who is no administrator.
fn refused(error: AdminError) -> Refusal {
    match error {
        AdminError::Storage(error) => error.into(),
        AdminError::Hashing(reason) => Refusal::unavailable(reason),
        AdminError::LastOwner => {
            let description = "The server would be left without an owner: make somebody else one first";
            Refusal::new(ErrorCode::AccessDenied, description, "last_owner")
        }
        error @ AdminError::Missing { .. } => Refusal::unavailable(error.to_string()),
        error => Refusal::internal(error.to_string()),
    }
}
