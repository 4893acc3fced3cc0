//! What is sent to somebody and works once: links and codes.
//!
//! The database keeps a row that says what it is for. Token and code are HMACs of that row under a key from outside,
//! made when the mail is; so nothing at rest can be replayed, and whoever can write the database can make none and turn
//! none to another person. To look at a link spends nothing (mail scanners follow links); to spend it is one statement.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use storage::{
    StorageError, Tx,
    id::{OneTimeId, UserId},
    one_time::{self as rows, Attempt, NewRow, Row},
    sealed::{Purpose, SealingKeys, sha256},
};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Context, desk::Desk, refusal::Refusal};

/// How many wrong codes a row bears: at the fifth it is dead.
pub const MOST_WRONG: i32 = 5;
/// How many digits a code has.
const DIGITS: usize = 8;
/// Where the data keep the sealed journey on which it was asked for.
pub(crate) const JOURNEY: &str = "request";
/// Id and HMAC-SHA-256.
const TOKEN_LENGTH: usize = 16 + 32;

/// What a link or a code is for. What was made for one is nothing to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To confirm the address that an account has.
    VerifyAddress,
    /// To sign in, by link or by code, in the browser that asked.
    SignIn,
    /// To choose a new password.
    ResetPassword,
    /// To confirm the address that an account is to have.
    ChangeAddress,
    /// To set up an account to which one was invited.
    Invitation,
    /// To confirm the address of an account that is being made.
    SignUp,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::VerifyAddress, Self::SignIn, Self::ResetPassword, Self::ChangeAddress, Self::Invitation, Self::SignUp];

    /// What it is called in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyAddress => "verify_address",
            Self::SignIn => "sign_in",
            Self::ResetPassword => "reset_password",
            Self::ChangeAddress => "change_address",
            Self::Invitation => "invitation",
            Self::SignUp => "sign_up",
        }
    }

    /// The page that its link opens, below the issuer. The token is the parameter `token`.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::VerifyAddress => "/verify-email",
            Self::SignIn => "/login/link",
            Self::ResetPassword => "/reset",
            Self::ChangeAddress => "/verify-email/new",
            Self::Invitation => "/invitation",
            Self::SignUp => "/sign-up/confirm",
        }
    }

    /// How long it works, unless its maker says otherwise.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        Duration::from_secs(match self {
            Self::SignIn => 10 * MINUTE,
            Self::ResetPassword => 30 * MINUTE,
            Self::ChangeAddress | Self::SignUp => HOUR,
            Self::VerifyAddress => 24 * HOUR,
            Self::Invitation => 7 * 24 * HOUR,
        })
    }

    /// Whether there is a code besides the link. It is bound to a browser, since it can be guessed.
    #[must_use]
    pub const fn has_code(self) -> bool {
        matches!(self, Self::SignIn)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is to be issued.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Its name, which may be told before there is a row.
    pub id: OneTimeId,
    /// What it is for.
    pub kind: Kind,
    /// Whose it is. It works while they are enabled and of the epoch that they have now.
    pub user: Option<UserId>,
    /// The mail address that it goes to.
    pub address: Option<&'a str>,
    /// The binding of the browser in which it must end: what its cookie holds. Kinds with a code need it.
    pub browser: Option<&'a [u8]>,
    /// What its use needs. Never a secret.
    pub data: Value,
    /// How long it works.
    pub lifetime: Duration,
}

impl New<'_> {
    /// One for nobody in particular, of the usual lifetime.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        let data = Value::Object(Default::default());
        let lifetime = kind.lifetime();
        Self { id: OneTimeId::new(), kind, user: None, address: None, browser: None, data, lifetime }
    }
}

/// What was issued. A mail derives token and code anew; they are here for who has no mail and shows them.
#[derive(Clone)]
pub struct Issued {
    /// The row: what a page keeps (sealed) until the code is typed, and what a mail is given.
    pub id: OneTimeId,
    /// The token of the link.
    pub token: String,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a link or a code stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct OneTime {
    /// The row.
    pub id: OneTimeId,
    /// What it is for.
    pub kind: Kind,
    /// Whose it is.
    pub user: Option<UserId>,
    /// Their epoch, which is still the same while it works.
    pub user_epoch: Option<i32>,
    /// The mail address that it went to.
    pub address: Option<String>,
    /// What its use needs.
    pub data: Value,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// How a link stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It works.
    Live(OneTime),
    /// It works no more, or not here.
    Over(Over),
}

/// Why a link works no more, as far as who holds it may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It is none, or one from long ago.
    Unknown,
    /// It was used.
    Spent,
    /// Its time is over, a newer one was sent, or its person is not as they were.
    Ended,
    /// It works, but in the browser that asked for it.
    OtherBrowser,
}

/// What came of a code.
#[derive(Debug)]
pub enum Judged {
    /// It was right, and is spent in this transaction: what follows from it goes there too. If that is not committed,
    /// the code stays good.
    Right(Tx, OneTime),
    /// It was wrong, which is counted for good.
    Wrong {
        /// How many more may be tried.
        left: u32,
    },
    /// No code is taken: there were too many, or it is spent, ended, another browser's or nobody's.
    Dead,
}

/// Issues one, in the deciding transaction. Older ones of the same kind, person and browser end. `None`: that person
/// is not there or disabled, and nothing was written.
///
/// # Errors
/// The database's, or that there is no sealing key.
pub async fn issue<D: Desk>(desk: &D, tx: &mut Tx, new: New<'_>) -> Result<Option<Issued>, D::Error> {
    if new.kind.has_code() && new.browser.is_none() {
        let what = format!("a code for {} needs a browser", new.kind.as_str());
        return Err(StorageError::Malformed(what).into());
    }
    let sealing = desk.sealing()?;
    let person = match new.user {
        Some(user) => match rows::lock_person(tx, user).await? {
            Some(epoch) => Some((user, epoch)),
            None => return Ok(None),
        },
        None => None,
    };
    let browser = new.browser.map(sha256);
    let row = NewRow {
        id: new.id,
        kind: new.kind.as_str(),
        sealing_key_id: sealing.active_id(),
        person,
        address: new.address,
        browser: browser.as_ref().map(|hash| &hash[..]),
        data: &new.data,
        created_at: desk.now(),
        expires_at: desk.now() + new.lifetime,
    };
    rows::insert(tx, &row).await?;
    let seed = Seed {
        id: row.id,
        kind: row.kind,
        user: new.user,
        epoch: person.map(|(_, epoch)| epoch),
        address: row.address,
        browser: row.browser,
    };
    let token =
        seed.token(sealing, row.sealing_key_id).ok_or_else(|| StorageError::SealingKeyMissing(row.sealing_key_id))?;
    Ok(Some(Issued { id: row.id, token, expires_at: row.expires_at }))
}

/// How a link stands. It spends nothing. `browser` is the binding of the browser that holds it.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn peek(context: &Context, kind: Kind, token: &str, browser: &[u8]) -> Result<Standing, Refusal> {
    let Some((id, mac)) = decode(token) else { return Ok(Standing::Over(Over::Unknown)) };
    let row = rows::find(&context.database, id).await?;
    Ok(match row.filter(|row| is_authentic(&context.sealing, row, kind, &mac)) {
        Some(row) => standing(row, kind, browser, context.now),
        None => Standing::Over(Over::Unknown),
    })
}

/// Spends a link in the deciding transaction, with one statement. `None`: nothing changed, and `peek` tells why.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn spend(
    context: &Context,
    tx: &mut Tx,
    kind: Kind,
    token: &str,
    browser: &[u8],
) -> Result<Option<OneTime>, Refusal> {
    let Some((id, mac)) = decode(token) else { return Ok(None) };
    // What is read here is never changed, so that it can be read before it is spent.
    let row = rows::find_in(tx, id).await?;
    let Some(row) = row.filter(|row| is_authentic(&context.sealing, row, kind, &mac)) else { return Ok(None) };
    let attempt = Attempt { id, right: true, most_wrong: MOST_WRONG, browser: &sha256(browser), now: context.now };
    Ok(rows::attempt(tx, attempt).await?.map(|_| OneTime::of(row, kind)))
}

/// Whose a code is; `None` when there is no such row. It spends nothing, and says nothing of whether it works.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn owner(context: &Context, kind: Kind, id: OneTimeId) -> Result<Option<UserId>, Refusal> {
    let row = rows::find(&context.database, id).await?;
    Ok(row.filter(|row| row.kind == kind.as_str()).and_then(|row| row.user_id))
}

/// Judges a code that somebody typed. A wrong one is counted before this returns, in the statement that judges it.
///
/// # Errors
/// `Refusal::Unavailable`: whether it was counted is unknown.
pub async fn spend_code(
    context: &Context,
    kind: Kind,
    id: OneTimeId,
    code: &str,
    browser: &[u8],
) -> Result<Judged, Refusal> {
    let mut tx = context.database.begin().await?;
    let row = rows::find_in(&mut tx, id).await?;
    let Some(row) = row.filter(|row| kind.has_code() && row.kind == kind.as_str()) else { return Ok(Judged::Dead) };
    let expected = Seed::of(&row).code(&context.sealing, key_of(&row));
    let expected = expected.ok_or_else(|| StorageError::SealingKeyMissing(key_of(&row)))?;
    let right: bool = typed(code).as_bytes().ct_eq(expected.as_bytes()).into();
    let attempt = Attempt { id, right, most_wrong: MOST_WRONG, browser: &sha256(browser), now: context.now };
    let Some(wrong) = rows::attempt(&mut tx, attempt).await? else { return Ok(Judged::Dead) };
    if right {
        return Ok(Judged::Right(tx, OneTime::of(row, kind)));
    }
    tx.commit().await?;
    Ok(Judged::Wrong { left: u32::try_from(MOST_WRONG - wrong).unwrap_or(0) })
}

/// What a mail needs of one that still works.
pub(crate) struct Fresh {
    pub(crate) kind: Kind,
    pub(crate) token: String,
    /// In two groups, as it is shown.
    pub(crate) code: Option<String>,
    pub(crate) within: Duration,
}

/// Derives token and code for a mail; `None` when there is nothing left to send.
pub(crate) async fn fresh(context: &Context, id: OneTimeId) -> Result<Option<Fresh>, StorageError> {
    let Some(row) = rows::find(&context.database, id).await? else { return Ok(None) };
    let Some(kind) = Kind::parse(&row.kind) else { return Ok(None) };
    if !works(&row, context.now) {
        return Ok(None);
    }
    let (seed, key) = (Seed::of(&row), key_of(&row));
    let token = seed.token(&context.sealing, key).ok_or(StorageError::SealingKeyMissing(key))?;
    let code = kind.has_code().then(|| seed.code(&context.sealing, key)).flatten();
    let code = code.map(|code| format!("{} {}", &code[..DIGITS / 2], &code[DIGITS / 2..]));
    let within = (row.expires_at - row.created_at).unsigned_abs();
    Ok(Some(Fresh { kind, token, code, within }))
}

impl OneTime {
    /// The sealed journey on which it was asked for.
    #[must_use]
    pub fn journey(&self) -> Option<&str> {
        self.data.get(JOURNEY)?.as_str()
    }

    fn of(row: Row, kind: Kind) -> Self {
        Self {
            id: row.id,
            kind,
            user: row.user_id,
            user_epoch: row.user_epoch,
            address: row.address,
            data: row.data,
            expires_at: row.expires_at,
        }
    }
}

fn works(row: &Row, now: OffsetDateTime) -> bool {
    row.spent_at.is_none() && row.expires_at > now && row.wrong < MOST_WRONG && row.person_stands
}

fn standing(row: Row, kind: Kind, browser: &[u8], now: OffsetDateTime) -> Standing {
    let here = row.browser.as_deref().is_none_or(|hash| hash == sha256(browser));
    Standing::Over(match (row.spent_at, works(&row, now), here) {
        (Some(_), ..) => Over::Spent,
        (None, false, _) => Over::Ended,
        (None, true, false) => Over::OtherBrowser,
        (None, true, true) => return Standing::Live(OneTime::of(row, kind)),
    })
}

/// What people type between the digits of a code does not count.
fn typed(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(2 * DIGITS).collect()
}

fn decode(token: &str) -> Option<(OneTimeId, [u8; 32])> {
    let mut bytes = [0; TOKEN_LENGTH];
    let written = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()?;
    if written != TOKEN_LENGTH {
        return None;
    }
    let (id, mac) = bytes.split_first_chunk::<16>()?;
    Some((OneTimeId(Uuid::from_bytes(*id)), mac.try_into().ok()?))
}

fn is_authentic(sealing: &SealingKeys, row: &Row, kind: Kind, mac: &[u8; 32]) -> bool {
    row.kind == kind.as_str()
        && Seed::of(row).mac(sealing, key_of(row), b"link").is_some_and(|expected| expected.ct_eq(mac).into())
}

/// A row without a key that can be has none that is loaded.
fn key_of(row: &Row) -> u8 {
    u8::try_from(row.sealing_key_id).unwrap_or_default()
}

/// All that token and code are derived from.
struct Seed<'a> {
    id: OneTimeId,
    kind: &'a str,
    user: Option<UserId>,
    epoch: Option<i32>,
    address: Option<&'a str>,
    browser: Option<&'a [u8]>,
}

impl<'a> Seed<'a> {
    fn of(row: &'a Row) -> Self {
        Self {
            id: row.id,
            kind: &row.kind,
            user: row.user_id,
            epoch: row.user_epoch,
            address: row.address.as_deref(),
            browser: row.browser.as_deref(),
        }
    }

    fn mac(&self, sealing: &SealingKeys, key: u8, what: &[u8]) -> Option<[u8; 32]> {
        let user = self.user.map(|user| user.uuid().into_bytes());
        let epoch = self.epoch.map(i32::to_be_bytes);
        // Where there is none, there is nothing: no user has an empty id, and no address is empty.
        let parts: [&[u8]; 7] = [
            what,
            self.id.0.as_bytes(),
            self.kind.as_bytes(),
            user.as_ref().map_or(&[], |bytes| &bytes[..]),
            epoch.as_ref().map_or(&[], |bytes| &bytes[..]),
            self.address.unwrap_or_default().as_bytes(),
            self.browser.unwrap_or_default(),
        ];
        sealing.mac_under(key, Purpose::OneTime, &parts)
    }

    fn token(&self, sealing: &SealingKeys, key: u8) -> Option<String> {
        let mac = self.mac(sealing, key, b"link")?;
        Some(URL_SAFE_NO_PAD.encode([&self.id.0.as_bytes()[..], &mac].concat()))
    }

    fn code(&self, sealing: &SealingKeys, key: u8) -> Option<String> {
        let mac = self.mac(sealing, key, b"code")?;
        let (first, _) = mac.split_first_chunk::<8>()?;
        // 2^64 is no multiple of 10^8, which prefers some codes by one in 10^11.
        let number = u64::from_be_bytes(*first) % 10_u64.pow(DIGITS as u32);
        Some(format!("{number:0DIGITS$}"))
    }
}

#[cfg(test)]
mod tests;
