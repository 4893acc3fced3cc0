//! The throttle of guesses: passwords, second factors, codes, and what lets us send mail to somebody.
//!
//! An attempt is counted as a failure before anything is hashed or compared, by the statement that admits it. So of
//! any number of parallel attempts on any number of instances exactly the budget is judged. A right answer takes back
//! what it counted; dropping an [`Admitted`] leaves it counted.
//!
//! There are buckets for the account, for the range of addresses, and for both together. Each takes some attempts at
//! once, then makes every further one wait twice as long, up to a ceiling, and forgets with time: nobody is locked out
//! for good. A person is *known* in a browser and a range where they succeeded before, and is held up there only by
//! what was guessed there: whoever guesses elsewhere cannot keep them out. A name that nobody has is counted like one
//! that somebody has.

use std::{net::IpAddr, time::Duration};

use storage::{
    guesses::{self, Admission, Bucket, Key, Settlement},
    id::UserId,
    sealed::{Purpose, SealingKeys},
};
use time::OffsetDateTime;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::info;

use crate::{Context, people::login_name, refusal::Refusal, settings::Throttle};

const SECOND: f64 = 1.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// How long somebody is known where they succeeded.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many attempts ask the database at the same time, on one instance. Those that share an account or a range wait
/// for each other there; the others' connections are not to wait with them.
const AT_ONCE: usize = 4;
/// How long an attempt waits for its turn to ask. It is answered within two seconds, come what may.
const TURN: Duration = Duration::from_secs(1);

/// Whose turn it is to ask the database.
#[derive(Debug)]
pub struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Turns {
    async fn take(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        match tokio::time::timeout(TURN, self.0.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Refusal::unavailable("too many attempts at once")),
        }
    }
}

/// What is guessed at.
#[derive(Clone, Copy, Debug)]
pub enum Guess<'a> {
    /// A password.
    Password(Account<'a>),
    /// A code of an authenticator app. Passkeys cannot be guessed and are not counted.
    SecondFactor(UserId),
    /// A recovery code. Not counted with the authenticator app's: it is the way out when that one is exhausted.
    RecoveryCode(UserId),
    /// A code that was mailed.
    MailCode(UserId),
    /// That a mail is sent to this address: a code, a link, a reset. Nothing takes this back.
    MailTo(&'a str),
    /// That an account is made.
    SignUp,
}

/// Whose password.
#[derive(Clone, Copy, Debug)]
pub enum Account<'a> {
    /// Somebody's, whatever the state of their account.
    Known(UserId),
    /// Nobody's: what was typed instead of a name.
    Unknown(&'a str),
}

/// An attempt that may go on. It is counted as a failure unless it is told otherwise.
#[derive(Debug)]
#[must_use = "a right answer takes back what was counted"]
pub struct Admitted {
    counted: Vec<(Scope, Key)>,
    /// Where the person is known once they succeed.
    known: Vec<Key>,
    returns: bool,
}

/// What a bucket is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// An account in a browser.
    Browser,
    /// An account from a range.
    Pair,
    /// An account, or an address that mail goes to.
    Account,
    /// A range of addresses.
    Range,
    /// The wider range around it.
    WideRange,
}

/// What a bucket takes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Budget {
    /// At once.
    free: f64,
    /// The first wait after that; it doubles.
    first: f64,
    /// The longest wait.
    ceiling: f64,
    /// One attempt is forgotten in this time. In the long run there are no more attempts than this allows.
    forget: f64,
}

/// Everything that a kind of guess is judged by. `None`: not by that.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    label: &'static str,
    /// Of an account in one place: a range, or a browser where its person is known.
    place: Option<Budget>,
    /// Whether a range where the person is not known has a budget of its own for the account. Where that would give an
    /// attacker one more budget for each range, there is none.
    any_place: bool,
    /// Of an account as a whole.
    account: Option<Budget>,
    /// Of a range, whatever the account.
    range: Option<Budget>,
    /// Whether a success takes back what it counted.
    returns: bool,
}

impl Guess<'_> {
    /// All the numbers, in one place.
    fn plan(&self, settings: &Throttle) -> Plan {
        let nothing = Plan { label: "", place: None, any_place: false, account: None, range: None, returns: true };
        match self {
            // From one range: ten at once, then 4 an hour (96 a day). The whole account: thirty at once, then one a
            // minute, from however many ranges they come. A range: a thousand wrong ones at once, then one in 10 s,
            // whomever they are aimed at; right ones are given back, so that an office or a mobile carrier behind one
            // address does not notice.
            Self::Password(_) => Plan {
                label: "password",
                place: Some(settings.place()),
                any_place: true,
                account: Some(Budget {
                    free: 3.0 * f64::from(settings.free_attempts),
                    first: SECOND,
                    ceiling: MINUTE,
                    forget: MINUTE,
                }),
                range: Some(Budget {
                    free: f64::from(settings.range_attempts),
                    first: SECOND,
                    ceiling: 10.0 * SECOND,
                    forget: 10.0 * SECOND,
                }),
                ..nothing
            },
            // Three of a million codes are right at any time. Five at once and one a day leave one chance in 10,000
            // in a month. Whoever can use this up has the password already.
            Self::SecondFactor(_) => Plan { label: "second factor", place: Some(RARE), account: Some(RARE), ..nothing },
            // 50 bits and more: what is bounded here is work.
            Self::RecoveryCode(_) => Plan {
                label: "recovery code",
                account: Some(Budget { free: 10.0, first: 10.0, ceiling: 15.0 * MINUTE, forget: 15.0 * MINUTE }),
                ..nothing
            },
            // A code that was mailed dies after a few wrong ones, and lives in one browser. This bounds how many of
            // them can be tried: one an hour.
            Self::MailCode(_) => {
                let budget = Budget { free: 5.0, first: MINUTE, ceiling: HOUR, forget: HOUR };
                Plan { label: "mail code", place: Some(budget), account: Some(budget), ..nothing }
            }
            // Nobody's mailbox is flooded: three at once, then one an hour. A range: a hundred, then one a minute.
            Self::MailTo(_) => Plan {
                label: "mail",
                account: Some(Budget { free: 3.0, first: MINUTE, ceiling: HOUR, forget: HOUR }),
                range: Some(Budget { free: 100.0, first: SECOND, ceiling: MINUTE, forget: MINUTE }),
                returns: false,
                ..nothing
            },
            // A range: thirty at once, then one in five minutes.
            Self::SignUp => Plan {
                label: "sign-up",
                range: Some(Budget { free: 30.0, first: SECOND, ceiling: 5.0 * MINUTE, forget: 5.0 * MINUTE }),
                returns: false,
                ..nothing
            },
        }
    }

    /// What the account is known by among the buckets.
    fn account(&self) -> Vec<u8> {
        let id = |user: &UserId| [b"id:", &user.uuid().as_bytes()[..]].concat();
        let name = |name: &str| [b"name:", name.as_bytes()].concat();
        match self {
            Self::Password(Account::Known(user))
            | Self::SecondFactor(user)
            | Self::RecoveryCode(user)
            | Self::MailCode(user) => id(user),
            Self::Password(Account::Unknown(typed)) => {
                name(login_name::normalize(typed).as_deref().unwrap_or_else(|| typed.trim()))
            }
            Self::MailTo(address) => name(&address.trim().to_lowercase()),
            Self::SignUp => Vec::new(),
        }
    }
}

const RARE: Budget = Budget { free: 5.0, first: MINUTE, ceiling: DAY, forget: DAY };

impl Throttle {
    fn place(&self) -> Budget {
        let ceiling = self.ceiling.as_secs_f64();
        Budget { free: f64::from(self.free_attempts), first: SECOND, ceiling, forget: ceiling }
    }
}

impl Scope {
    fn bit(self) -> i32 {
        match self {
            Self::Browser => 1,
            Self::Pair => 2,
            Self::Account => 4,
            Self::Range => 8,
            Self::WideRange => 16,
        }
    }

    /// Where somebody is known, what others did elsewhere does not hold them up. What is done in their range does, but
    /// in their own browser.
    fn excused_by(self) -> i32 {
        match self {
            Self::Browser => 0,
            Self::Pair | Self::Range | Self::WideRange => Self::Browser.bit(),
            Self::Account => Self::Browser.bit() | Self::Pair.bit(),
        }
    }

    fn label(self) -> &'static [u8] {
        match self {
            Self::Browser => b"browser",
            Self::Pair => b"pair",
            Self::Account => b"account",
            Self::Range => b"range",
            Self::WideRange => b"wide range",
        }
    }
}

/// The range that an address lies in, and the wider one. IPv4: what one network of an organization has (/24). IPv6:
/// what a home is given (/56), and what one can have for the asking (/48), four times as much.
fn ranges(address: Option<IpAddr>) -> (Vec<u8>, Option<Vec<u8>>) {
    match address.map(|address| address.to_canonical()) {
        None => (Vec::new(), None),
        Some(IpAddr::V4(address)) => (address.octets()[..3].to_vec(), None),
        Some(IpAddr::V6(address)) => {
            let octets = address.octets();
            (octets[..7].to_vec(), Some(octets[..6].to_vec()))
        }
    }
}

/// The buckets of an attempt.
fn buckets(context: &Context, guess: &Guess<'_>) -> Vec<(Scope, Bucket)> {
    let plan = guess.plan(&context.settings.throttle);
    let account = guess.account();
    let (range, wide) = ranges(context.request.address);
    let key = |scope: Scope, account: &[u8], place: &[u8]| key(&context.sealing, plan.label, scope, account, place);
    let mut all = Vec::with_capacity(5);
    let mut add = |scope: Scope, budget: Budget, only_known: bool, key: Key| {
        let Budget { free, first, ceiling, forget } = budget;
        let (bit, excused_by) = (scope.bit(), scope.excused_by());
        all.push((scope, Bucket { key, bit, free, first, ceiling, forget, only_known, excused_by }));
    };
    if let Some(budget) = plan.place {
        if let Some(browser) = &context.request.browser {
            add(Scope::Browser, budget, true, key(Scope::Browser, &account, browser));
        }
        add(Scope::Pair, budget, !plan.any_place, key(Scope::Pair, &account, &range));
    }
    if let Some(budget) = plan.account {
        add(Scope::Account, budget, false, key(Scope::Account, &account, &[]));
    }
    if let Some(budget) = plan.range {
        add(Scope::Range, budget, false, key(Scope::Range, &[], &range));
        if let Some(wide) = wide {
            let budget = Budget { free: 4.0 * budget.free, forget: budget.forget / 4.0, ..budget };
            add(Scope::WideRange, budget, false, key(Scope::WideRange, &[], &wide));
        }
    }
    all
}

/// What the database knows a bucket by. It cannot tell the name or the address from it, nor try them all.
fn key(sealing: &SealingKeys, kind: &str, scope: Scope, account: &[u8], place: &[u8]) -> Key {
    let (_, mac) = sealing.mac(Purpose::Guess, &[kind.as_bytes(), scope.label(), account, place]);
    let mut key = Key::default();
    key.copy_from_slice(&mac[..16]);
    key
}

/// Asks whether an attempt may be judged, and counts it as a failure in advance. To be asked before anything is hashed
/// or compared.
///
/// # Errors
/// `Refusal::Throttled`: nothing was counted, and nothing may be judged. `Refusal::Unavailable` when it cannot be known.
pub async fn admit(context: &Context, guess: Guess<'_>) -> Result<Admitted, Refusal> {
    let buckets = buckets(context, &guess);
    let plan = guess.plan(&context.settings.throttle);
    let asked: Vec<Bucket> = buckets.iter().map(|(_, bucket)| *bucket).collect();
    let admission = {
        let _turn = context.turns.take().await?;
        guesses::admit(&context.database, context.now, &asked).await?
    };
    match admission {
        Admission::Admitted(bits) => {
            let keys = buckets.iter().map(|(scope, bucket)| (*scope, bucket.key));
            let knows = |(scope, _): &(Scope, Key)| matches!(scope, Scope::Browser | Scope::Pair);
            Ok(Admitted {
                counted: keys.clone().filter(|(scope, _)| bits & scope.bit() != 0).collect(),
                known: keys.filter(knows).map(|(_, key)| key).collect(),
                returns: plan.returns,
            })
        }
        Admission::Wait(seconds) => {
            metrics::counter!("chancery_throttled_total", "guess" => plan.label).increment(1);
            info!(guess = plan.label, seconds, "throttled");
            // A whole second more than it takes, so that who waits for so long is let in.
            Err(Refusal::Throttled { retry_after: Duration::from_secs(seconds.min(30.0 * DAY) as u64 + 1) })
        }
    }
}

impl Admitted {
    /// The answer was right. What was counted for it is taken back. In this range and this browser everything is
    /// forgotten, and the person is known there from now on. What others guessed elsewhere stays counted: no sign-in
    /// of a person gives an attacker new guesses.
    ///
    /// # Errors
    /// `Refusal::Unavailable`: it stays counted, and should not count as right.
    pub async fn succeeded(self, context: &Context) -> Result<(), Refusal> {
        self.settle(context, true).await
    }

    /// Nothing was judged: the hashing pool was full, the database away. Takes back what was counted.
    ///
    /// # Errors
    /// `Refusal::Unavailable`: it stays counted.
    pub async fn not_judged(self, context: &Context) -> Result<(), Refusal> {
        self.settle(context, false).await
    }

    async fn settle(self, context: &Context, right: bool) -> Result<(), Refusal> {
        if right && !self.returns {
            return Ok(());
        }
        let one = |(scope, key): &(Scope, Key)| {
            let here = matches!(scope, Scope::Browser | Scope::Pair);
            let give_back = if right && here { f64::INFINITY } else { 1.0 };
            Settlement { key: *key, give_back, known: right && here }
        };
        let mut settlements: Vec<Settlement> = self.counted.iter().map(one).collect();
        if right {
            let further = self.known.iter().filter(|key| self.counted.iter().all(|(_, counted)| counted != *key));
            settlements.extend(further.map(|key| Settlement { key: *key, give_back: 0.0, known: true }));
        }
        let known_until = full_hour(context.now + KNOWN_FOR);
        Ok(guesses::settle(&context.database, context.now, known_until, &settlements).await?)
    }
}

/// The next full hour, so that rows that are used again and again stay where they are in the index.
fn full_hour(at: OffsetDateTime) -> OffsetDateTime {
    let seconds = at.unix_timestamp();
    OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(3600) + 3600).unwrap_or(at)
}

#[cfg(test)]
mod tests;
