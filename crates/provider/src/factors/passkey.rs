//! Passkeys (WebAuthn Level 3): adding them, signing in with them, taking them away.
//!
//! A ceremony begins with [`Asked`]: options for the browser, and its state, sealed for that browser, for a hidden
//! field. Both come back in one form. A stranger's half costs no row: the challenge is spent by a right answer only,
//! in the transaction that acts on it.

mod name;

use credentials::passkey::{self, Authentication, PasskeyError, Registration, Stored, Used};
use messages::Locale;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use storage::{
    Tx,
    id::{PasskeyId, UserId},
    one_time, passkeys, recovery_codes, spent,
};
use time::{Duration, OffsetDateTime};
use tracing::info;
use url::Url;
use zeroize::Zeroizing;

use super::{has_a_way_in, note, recovery, told};
use crate::{
    Context, Provider, Settings,
    browser_state::{self, Errand, Opened, Origin},
    mail::{self, Notice},
    refusal::Refusal,
    sign_in::{Method, Person, Proven},
    trail,
};

pub use credentials::passkey::Passkeys;
pub use name::{LONGEST as LONGEST_NAME, clean as clean_name};
pub use storage::passkeys::Passkey;

/// How many a person may have.
pub const MOST: usize = 20;

/// How much longer a challenge is remembered than its state is good for.
const MARGIN: Duration = Duration::minutes(1);

/// What a browser is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The options for `navigator.credentials.create` or `get`, as JSON, for a `data-` attribute.
    pub options: String,
    /// The state, sealed, for the hidden field `state`.
    pub sealed: String,
}

/// What comes back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The hidden field `state`.
    pub sealed: &'a str,
    /// What the browser answered, as JSON.
    pub response: &'a str,
}

/// What became of a wish to add a passkey.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The browser is to be asked.
    Asked(Asked),
    /// The person has as many as they may have.
    Full,
    /// There are no passkeys at this server.
    Off,
}

/// What became of an answer that is to add a passkey.
#[derive(Debug)]
pub enum Added {
    /// It is added, and its person was there and verified by the device.
    Done {
        /// What it proves.
        method: Method,
        /// What it is called.
        name: String,
        /// With it come recovery codes, where there were none left: to be shown once.
        codes: Option<Vec<Zeroizing<String>>>,
    },
    /// The page is too old, or of another browser or person, or was answered before: begin anew.
    Expired,
    /// It is registered already.
    Already,
    /// The person has as many as they may have.
    Full,
    /// The answer is not right.
    Refused,
}

/// What became of an answer that is to sign somebody in.
#[derive(Debug)]
pub enum Checked {
    /// Its person is there, and was verified by the device.
    Right(There),
    /// The page is too old, or of another browser, or was answered before: begin anew.
    Expired,
    /// The passkey is not known here: it was removed.
    Unknown,
    /// The answer is not right, or not from who may answer here.
    Refused,
}

/// Who used a passkey.
#[derive(Clone, Copy, Debug)]
pub struct There {
    /// Who.
    pub user_id: UserId,
    /// Their epoch.
    pub user_epoch: i32,
    /// What it proves.
    pub method: Method,
}

impl There {
    /// As a first factor.
    #[must_use]
    pub fn proven(&self, context: &Context) -> Proven {
        Proven::first(self.user_id, self.user_epoch, self.method, context.now)
    }
}

/// What became of a wish to remove a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone; recovery codes went with the last factor that they stand in for.
    Done {
        /// What it was called.
        name: String,
    },
    /// The person has no such passkey.
    Missing,
    /// It stays: without it, nothing that we know of would sign the person in.
    OnlyWay,
}

/// Whose passkeys they are: the issuer's host. `None` where they are turned off, or where browsers know none: at an
/// address without a name.
#[must_use]
pub fn relying_party(settings: &Settings) -> Option<Passkeys> {
    if !settings.sign_in.passkeys {
        return None;
    }
    let origin = Url::parse(&settings.issuer.origin()).ok()?;
    let made = Passkeys::new(origin.host_str()?, std::slice::from_ref(&origin), &settings.service);
    if made.is_err() {
        info!(issuer = settings.issuer.as_str(), "no passkeys: they need an issuer with a domain name");
    }
    made.ok()
}

/// Whether there are passkeys at this server.
#[must_use]
pub fn is_on(provider: &Provider) -> bool {
    provider.passkeys.is_some()
}

/// A person's passkeys, the oldest first.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn list(context: &Context, user: UserId) -> Result<Vec<Passkey>, Refusal> {
    Ok(passkeys::list(&context.database, user).await?)
}

/// Begins to add a passkey.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn begin(context: &Context, browser: &[u8], person: &Person) -> Result<Begun, Refusal> {
    let Some(party) = &context.passkeys else { return Ok(Begun::Off) };
    let own = passkeys::usable(&context.database, person.user_id).await?;
    if own.len() >= MOST {
        return Ok(Begun::Full);
    }
    let exclude: Vec<Vec<u8>> = own.into_iter().map(|passkey| passkey.credential_id).collect();
    let display_name = person.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&person.username);
    let begun = party.start_registration(person.user_id.uuid(), &person.username, display_name, &exclude);
    let (options, state) = begun.map_err(broken)?;
    asked(context, (Errand::PasskeySetup, browser), &options, &state).map(Begun::Asked)
}

/// Adds a passkey. `name` is what its person calls it, or nothing; `language` that of the page.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was added.
pub async fn finish(
    context: &Context,
    browser: &[u8],
    person: &Person,
    answer: Answer<'_>,
    (name, language): (Option<&str>, Locale),
) -> Result<Added, Refusal> {
    let Some(party) = &context.passkeys else { return Ok(Added::Refused) };
    let opened: Option<Opened<Registration>> = open(context, (Errand::PasskeySetup, browser), answer.sealed);
    let Some(opened) = opened.filter(|opened| opened.value.person() == person.user_id.uuid()) else {
        return Ok(Added::Expired);
    };
    let new = match party.finish_registration(answer.response, &opened.value) {
        Ok(new) => new,
        Err(error) => {
            info!(reason = %error, "new passkey refused");
            return Ok(Added::Refused);
        }
    };
    let mut tx = context.database.begin().await?;
    // One at a time, so that they stay countable; and the person must be who they were.
    if one_time::lock_person(&mut tx, person.user_id).await? != Some(person.epoch)
        || !spend(context, &mut tx, (opened.value.challenge(), opened.started_at)).await?
    {
        return Ok(Added::Expired);
    }
    let others = passkeys::names(&mut tx, person.user_id).await?;
    if others.len() >= MOST {
        return Ok(Added::Full);
    }
    let guess = || name::guess(new.make, context.request.user_agent.as_deref(), language);
    let name = name::distinct(name.and_then(clean_name).unwrap_or_else(guess), &others);
    let row = passkeys::NewPasskey {
        id: PasskeyId::new(),
        user_id: person.user_id,
        credential_id: &new.credential_id,
        credential: &new.credential,
        name: &name,
        device_bound: new.device_bound,
        sign_count: new.sign_count.into(),
    };
    if !passkeys::insert(&mut tx, &row, context.now).await? {
        return Ok(Added::Already);
    }
    let detail = json!({ "passkey": row.id, "device_bound": new.device_bound });
    let notice = Notice::PasskeyAdded { name: name.clone() };
    note(context, &mut tx, person.user_id, ("factor.passkey_added", Some(detail)), Some(notice)).await?;
    let codes = recovery::provide(context, &mut tx, person.user_id).await?;
    tx.commit().await?;
    told(context);
    Ok(Added::Done { method: Method::Passkey { device_bound: new.device_bound }, name, codes })
}

/// Calls a passkey something else. `false` when the person has no such passkey, or nothing is left of the name
/// ([`clean_name`]).
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn rename(context: &Context, user: UserId, id: PasskeyId, name: &str) -> Result<bool, Refusal> {
    let Some(name) = clean_name(name) else { return Ok(false) };
    let mut tx = context.database.begin().await?;
    if !passkeys::rename(&mut tx, user, id, &name).await? {
        return Ok(false);
    }
    note(context, &mut tx, user, ("factor.passkey_renamed", Some(json!({ "passkey": id }))), None).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes a passkey away.
///
/// # Errors
/// `Refusal::Unavailable`: it stays.
pub async fn remove(context: &Context, user: UserId, id: PasskeyId) -> Result<Removed, Refusal> {
    let mut tx = context.database.begin().await?;
    // Of two removals at once, the later one sees what the earlier one left.
    one_time::lock_person(&mut tx, user).await?;
    let Some(name) = passkeys::delete(&mut tx, user, id).await? else { return Ok(Removed::Missing) };
    let Some(left) = storage::factors::person_in(&mut tx, user).await? else { return Ok(Removed::Missing) };
    if !has_a_way_in(context, &mut tx, user).await? {
        return Ok(Removed::OnlyWay);
    }
    if left.passkeys == 0 && !left.has_totp {
        recovery_codes::delete(&mut tx, user).await?;
    }
    let notice = Notice::PasskeyRemoved { name: name.clone() };
    note(context, &mut tx, user, ("factor.passkey_removed", Some(json!({ "passkey": id }))), Some(notice)).await?;
    tx.commit().await?;
    told(context);
    Ok(Removed::Done { name })
}

/// Asks whoever is there for a passkey: it says who they are. `None` where there are none.
///
/// # Errors
/// `Refusal::Internal`.
pub fn ask_anybody(context: &Context, browser: &[u8]) -> Result<Option<Asked>, Refusal> {
    let Some(party) = &context.passkeys else { return Ok(None) };
    let (options, state) = party.start_discoverable().map_err(broken)?;
    asked(context, (Errand::Passkey, browser), &options, &state).map(Some)
}

/// Asks a person for one of their passkeys. `None` where there are none.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn ask(context: &Context, browser: &[u8], user: UserId) -> Result<Option<Asked>, Refusal> {
    let Some(party) = &context.passkeys else { return Ok(None) };
    let own = passkeys::usable(&context.database, user).await?;
    if own.is_empty() {
        return Ok(None);
    }
    let credentials: Vec<Value> = own.into_iter().map(|passkey| passkey.credential).collect();
    let (options, state) = party.start_known(user.uuid(), &credentials).map_err(broken)?;
    asked(context, (Errand::Passkey, browser), &options, &state).map(Some)
}

/// Judges an answer to [`ask_anybody`] or [`ask`], which counts once. Nobody but `only` may answer, where that is
/// somebody.
///
/// # Errors
/// `Refusal::Unavailable`: it was not spent.
pub async fn check(
    context: &Context,
    browser: &[u8],
    answer: Answer<'_>,
    only: Option<UserId>,
) -> Result<Checked, Refusal> {
    let Some(party) = &context.passkeys else { return Ok(Checked::Refused) };
    let opened: Option<Opened<Authentication>> = open(context, (Errand::Passkey, browser), answer.sealed);
    let Some(opened) = opened else { return Ok(Checked::Expired) };
    let claimed = match passkey::identify(answer.response) {
        Ok(claimed) => claimed,
        Err(error) => return Ok(refused(error)),
    };
    let Some(found) = passkeys::claimed(&context.database, &claimed.credential_id).await? else {
        count("unknown_passkey");
        return Ok(Checked::Unknown);
    };
    if !found.user_enabled || only.is_some_and(|only| only != found.user_id) {
        return Ok(refused(PasskeyError::NotTheirs));
    }
    let stored = Stored {
        person: found.user_id.uuid(),
        credential: &found.credential,
        // A counter that no device has: never passed again.
        sign_count: u32::try_from(found.sign_count).unwrap_or(u32::MAX),
    };
    let challenge = (opened.value.challenge(), opened.started_at);
    match party.finish_authentication(answer.response, &opened.value, stored) {
        Ok(used) => advance(context, &found, challenge, &used).await,
        Err(PasskeyError::CounterRegressed) => {
            let mut tx = context.database.begin().await?;
            if !spend(context, &mut tx, challenge).await? {
                return Ok(Checked::Expired);
            }
            cloned(context, tx, &found).await
        }
        Err(error) => Ok(refused(error)),
    }
}

/// The answer is right: it is spent, and the counter rises, or neither.
async fn advance(
    context: &Context,
    found: &passkeys::Claimed,
    challenge: (&str, OffsetDateTime),
    used: &Used,
) -> Result<Checked, Refusal> {
    let mut tx = context.database.begin().await?;
    if !spend(context, &mut tx, challenge).await? {
        return Ok(Checked::Expired);
    }
    let state = (i64::from(used.sign_count), &used.credential);
    match passkeys::advance(&mut tx, found.id, state, context.now).await? {
        passkeys::Advanced::Done => tx.commit().await?,
        // Between reading it and now another answer was taken, whose counter was as high.
        passkeys::Advanced::Regressed => return cloned(context, tx, found).await,
        passkeys::Advanced::Gone => return Ok(Checked::Unknown),
    }
    count("ok");
    let method = Method::Passkey { device_bound: used.device_bound };
    Ok(Checked::Right(There { user_id: found.user_id, user_epoch: found.user_epoch, method }))
}

/// There may be a copy of the key. The operator is told, and the person, of each passkey once a day: whoever holds the copy
/// must not fill a mailbox. The challenge, which `tx` spent, is not good for more.
async fn cloned(context: &Context, mut tx: Tx, found: &passkeys::Claimed) -> Result<Checked, Refusal> {
    let key = trail::key(&context.sealing, &mut tx, found.user_id).await?;
    let mut entry = context.entry_of(("factor.passkey_cloned", "passkey_cloned"), (found.user_id, key.as_deref()))?;
    entry.detail = Some(json!({ "passkey": found.id }));
    storage::journal::append(&mut tx, &entry).await?;
    let today = format!("{} {}", found.id, context.now.date());
    if spent::spend(&mut tx, "notice of a cloned passkey", today.as_bytes(), context.now + Duration::DAY).await? {
        let notice = Notice::PasskeyCloned { name: found.name.clone() };
        mail::notify(context, &mut tx, found.user_id, context.request.language, notice).await?;
    }
    tx.commit().await?;
    told(context);
    Ok(refused(PasskeyError::CounterRegressed))
}

/// Spends a challenge. `false` when it was spent before.
async fn spend(
    context: &Context,
    tx: &mut Tx,
    (challenge, started_at): (&str, OffsetDateTime),
) -> Result<bool, Refusal> {
    // Longer than the state may come back, to an instance whose clock is behind.
    let expires_at = started_at + context.settings.lifetimes.authorization_request + MARGIN;
    Ok(spent::spend(tx, "passkey challenge", challenge.as_bytes(), expires_at).await?)
}

fn asked(
    context: &Context,
    (errand, browser): (Errand, &[u8]),
    options: &Value,
    state: &impl Serialize,
) -> Result<Asked, Refusal> {
    let sealed = browser_state::seal(context, errand, browser, context.now, state)?;
    Ok(Asked { options: options.to_string(), sealed })
}

/// A state of this browser that has not lasted too long.
fn open<T: DeserializeOwned>(context: &Context, (errand, browser): (Errand, &[u8]), sealed: &str) -> Option<Opened<T>> {
    let opened: Opened<T> = browser_state::open(context, errand, browser, sealed)?;
    (opened.origin == Origin::SameBrowser && !opened.expired).then_some(opened)
}

/// Counts a refusal. Strangers write nothing.
fn refused(error: PasskeyError) -> Checked {
    count("wrong_passkey");
    info!(reason = %error, "passkey refused");
    Checked::Refused
}

fn count(outcome: &'static str) {
    metrics::counter!("chancery_sign_ins_total", "outcome" => outcome).increment(1);
}

fn broken(error: PasskeyError) -> Refusal {
    Refusal::internal(format!("passkeys: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Issuer;

    #[test]
    fn passkeys_need_a_name_and_may_be_turned_off() {
        let party = |issuer: &str, passkeys| {
            let mut settings = Settings::new(Issuer::parse(issuer).expect("an issuer"));
            settings.sign_in.passkeys = passkeys;
            relying_party(&settings).is_some()
        };
        for issuer in
            ["https://id.example", "https://id.example:8443/tenant", "http://localhost:8080", "http://a.localhost"]
        {
            assert!(party(issuer, true), "{issuer}");
            assert!(!party(issuer, false), "{issuer}");
        }
        for issuer in ["http://127.0.0.1:8080", "http://[::1]", "https://192.0.2.1"] {
            assert!(!party(issuer, true), "{issuer}");
        }
    }
}
