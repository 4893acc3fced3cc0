//! What follows from a provider's answer, in one transaction: the trip is spent, somebody is found, made or linked,
//! and the audit trail says so. And the confirmation of a link by the person whose account it becomes.

use std::sync::Arc;

use messages::Locale;
use serde::{Deserialize, Serialize};
use storage::{
    Tx,
    id::{UpstreamId, UserId},
    sign_in, spent,
    upstream_accounts::{self, Known},
    users::{self, UserRef},
};
use time::{Duration, OffsetDateTime};

use super::{
    Failure, Identity, Outcome, Problem, Told, Upstream,
    link::{Address, Decision, Facts, Keep, Person, decide},
    newcomer,
    trip::{Purpose, Trip},
};
use crate::{
    Context, account,
    administration::AdminError,
    browser_state::{self, Errand, Origin},
    mail::{self, Notice},
    people::{self, login_name},
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::{Method, Proven},
};

/// What trips are spent as.
const SPENT_AS: &str = "upstream trip";
/// How often it is decided anew because somebody else was faster.
const ATTEMPTS: usize = 4;

/// An answer that was believed, on a trip that is not spent yet.
pub(super) struct Answered<'a> {
    pub upstream: &'a Upstream,
    pub identity: Identity,
    pub trip: &'a Trip,
    pub started_at: OffsetDateTime,
    pub browser: &'a [u8],
    /// Who is signed in.
    pub session: Option<&'a SignedIn>,
    pub language: Option<Locale>,
}

fn spent_before() -> Problem {
    Problem::new(Told::Expired, "upstream_state_replayed", "the answer was used before")
}

fn disabled() -> Problem {
    Problem::Told(Told::Disabled, "upstream_person_disabled")
}

/// The row must outlive the state that it stands for.
async fn spend(context: &Context, tx: &mut Tx, nonce: &str, started_at: OffsetDateTime) -> Result<(), Problem> {
    let until = started_at + context.settings.lifetimes.authorization_request + Duration::MINUTE;
    if spent::spend(tx, SPENT_AS, nonce.as_bytes(), until).await? { Ok(()) } else { Err(spent_before()) }
}

/// Whose account it is, if it is anybody's.
pub(super) async fn owner(
    context: &Context,
    upstream: &Upstream,
    identity: &Identity,
) -> Result<Option<Known>, Problem> {
    Ok(upstream_accounts::owner(&context.database, upstream.id, &identity.subject).await?)
}

/// Decides, and does it.
pub(super) async fn settle(context: &Context, answered: &Answered<'_>) -> Result<Outcome, Problem> {
    for _ in 0..ATTEMPTS {
        let known = owner(context, answered.upstream, &answered.identity).await?;
        let email = answered.identity.email();
        let facts = Facts {
            known: known.as_ref().map(|known| Person { id: known.user_id, enabled: known.enabled }),
            address: match &email {
                Some((email, verified)) => Some(address(context, answered.upstream, email, *verified).await?),
                None => None,
            },
            sign_up: answered.upstream.sign_up,
            linking: match answered.trip.purpose {
                Purpose::Link(user) => Some(user),
                Purpose::SignIn => None,
            },
        };
        let email = email.as_ref().map(|(email, _)| email.as_str());
        let settled = match (decide(&facts), known) {
            (Decision::SignIn(_), Some(known)) => sign_in(context, answered, &known).await?,
            (Decision::Link(user), _) => link(context, answered, user, email).await?.then_some(Outcome::Linked),
            (Decision::AlreadyLinked, _) => Some(Outcome::Linked),
            (Decision::Prove(user), _) => Some(ask(context, answered, user, email)?),
            (Decision::Create(keep), _) => create(context, answered, (keep, email)).await?,
            (Decision::Disabled, _) => return Err(disabled()),
            (Decision::Taken, _) => return Err(Problem::Told(Told::Taken, "upstream_account_taken")),
            (Decision::NoAccount | Decision::SignIn(_), _) => {
                return Err(Problem::Told(Told::NoAccount, "upstream_account_unknown"));
            }
        };
        if let Some(outcome) = settled {
            return Ok(outcome);
        }
    }
    Err(Refusal::unavailable("an upstream sign-in was overtaken by others again and again").into())
}

async fn address(context: &Context, upstream: &Upstream, email: &str, verified: bool) -> Result<Address, Problem> {
    // Only an address that its person has proven is a login name.
    let owner = sign_in::candidate(&context.database, email).await?;
    Ok(Address {
        verified,
        authoritative: upstream.speaks_for(email),
        owner: owner.map(|owner| Person { id: owner.user_id, enabled: owner.enabled }),
    })
}

fn proven(context: &Context, known: &Known) -> Proven {
    Proven::first(known.user_id, known.epoch, Method::Upstream, context.now)
}

async fn sign_in(context: &Context, answered: &Answered<'_>, known: &Known) -> Result<Option<Outcome>, Problem> {
    let account = (answered.upstream.id, answered.identity.subject.as_str());
    let mut tx = context.database.begin().await?;
    spend(context, &mut tx, &answered.trip.nonce, answered.started_at).await?;
    if !upstream_accounts::touch(&mut tx, account, known, context.now).await? {
        return Ok(None); // Unlinked, disabled or reset a moment ago.
    }
    super::note(context, &mut tx, "upstream.signed_in", (answered.upstream, known.user_id)).await?;
    tx.commit().await?;
    Ok(Some(Outcome::SignedIn(proven(context, known))))
}

/// Tells the person, once the transaction is committed.
async fn tell(
    context: &Context,
    tx: &mut Tx,
    upstream: &Upstream,
    (user, language): (UserId, Option<Locale>),
) -> Result<(), Problem> {
    let notice = Notice::UpstreamLinked { upstream: upstream.name.clone() };
    Ok(mail::notify(context, tx, user, language, notice).await?)
}

/// `false` when somebody else was faster.
async fn link(context: &Context, answered: &Answered<'_>, user: UserId, email: Option<&str>) -> Result<bool, Problem> {
    let account = (answered.upstream.id, answered.identity.subject.as_str());
    let mut tx = context.database.begin().await?;
    spend(context, &mut tx, &answered.trip.nonce, answered.started_at).await?;
    // While the provider was asked, everything that its person had may have ended with a new password.
    let person = users::lock(&mut tx, UserRef::Id(user)).await?;
    let epoch = answered.session.map(|session| session.user_epoch);
    if person.is_none_or(|person| !person.enabled || Some(person.epoch) != epoch) {
        return Err(Problem::Told(Told::Expired, "upstream_link_signed_out"));
    }
    if !upstream_accounts::link(&mut tx, account, user, email, context.now).await? {
        return Ok(false);
    }
    super::note(context, &mut tx, "upstream.linked", (answered.upstream, user)).await?;
    tell(context, &mut tx, answered.upstream, (user, answered.language)).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(true)
}

/// Makes a person and links the account; `None` when somebody else was faster with the name, the address or the
/// account.
async fn create(
    context: &Context,
    answered: &Answered<'_>,
    (keep, email): (Keep, Option<&str>),
) -> Result<Option<Outcome>, Problem> {
    let Answered { upstream, identity, .. } = answered;
    let username = newcomer::username(&context.database, upstream, identity).await?;
    let claims = newcomer::claims(upstream, identity);
    let administration = context.own_account();
    let mut tx = context.database.begin().await?;
    spend(context, &mut tx, &answered.trip.nonce, answered.started_at).await?;
    let desired = people::Desired {
        username: &username,
        entry: "",
        email: email.filter(|_| keep != Keep::Nothing).map(str::to_owned),
        email_verified: keep == Keep::Verified,
        claims,
    };
    match people::write(&administration, &mut tx, None, desired, None).await {
        Ok(_) => {}
        Err(AdminError::Invalid(problems)) => {
            tracing::debug!(?problems, "a new person could not be written");
            return Ok(None);
        }
        Err(AdminError::Storage(error)) => return Err(error.into()),
        Err(error) => return Err(Refusal::internal(error.to_string()).into()),
    }
    let login = login_name::username(&username).map_err(Refusal::internal)?;
    let made = users::lock(&mut tx, UserRef::Login(&login)).await?;
    let made = made.ok_or_else(|| Refusal::internal("a person who was just made is not there"))?;
    if !upstream_accounts::link(&mut tx, (upstream.id, &identity.subject), made.id, email, context.now).await? {
        return Ok(None);
    }
    super::note(context, &mut tx, "upstream.linked", (upstream, made.id)).await?;
    tx.commit().await?;
    let known = Known { user_id: made.id, enabled: made.enabled, epoch: made.epoch };
    Ok(Some(Outcome::Created(proven(context, &known))))
}

/// A link that waits for the person whose account it would become.
#[derive(Serialize, Deserialize)]
struct Waiting {
    #[serde(rename = "u")]
    upstream: UpstreamId,
    #[serde(rename = "s")]
    subject: String,
    #[serde(rename = "e")]
    email: Option<String>,
    #[serde(rename = "p")]
    user: UserId,
    #[serde(rename = "n")]
    nonce: String,
    /// When the trip began, in seconds since 1970.
    #[serde(rename = "t", with = "time::serde::timestamp")]
    trip_started_at: OffsetDateTime,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    inner: Option<String>,
}

fn ask(context: &Context, answered: &Answered<'_>, user: UserId, email: Option<&str>) -> Result<Outcome, Problem> {
    let waiting = Waiting {
        upstream: answered.upstream.id,
        subject: answered.identity.subject.clone(),
        email: email.map(str::to_owned),
        user,
        nonce: answered.trip.nonce.clone(),
        trip_started_at: answered.started_at,
        inner: answered.trip.inner.clone(),
    };
    let sealed = browser_state::seal(context, Errand::UpstreamLink, answered.browser, context.now, &waiting)?;
    Ok(Outcome::Confirm(sealed))
}

/// A link that waits for its confirmation, as its page shows it.
#[derive(Clone, Debug)]
pub struct Pending {
    /// With which provider.
    pub upstream: Arc<Upstream>,
    /// The address that both have.
    pub email: Option<String>,
    /// Who must sign in, and confirm.
    pub user: UserId,
    /// What goes on afterwards.
    pub inner: Option<String>,
    /// When the provider said who they are.
    pub since: OffsetDateTime,
    /// Whether this person, who is signed in, may confirm it now: it is them, and they signed in a moment ago.
    pub ready: bool,
}

struct Opened {
    since: OffsetDateTime,
    waiting: Waiting,
    upstream: Arc<Upstream>,
}

async fn open(context: &Context, browser: &[u8], sealed: &str) -> Result<Opened, Box<Failure>> {
    let failed = |problem| Box::new(Failure::of(problem));
    let opened: Option<browser_state::Opened<Waiting>> =
        browser_state::open(context, Errand::UpstreamLink, browser, sealed);
    let garbled = || failed(Problem::Told(Told::Expired, "upstream_link_garbled"));
    let opened = opened.ok_or_else(garbled)?;
    if opened.origin == Origin::Elsewhere {
        return Err(failed(Problem::Told(Told::OtherBrowser, "upstream_link_other_browser")));
    }
    let inner = opened.value.inner.clone();
    let upstreams = context.upstreams().await.map_err(|refusal| failed(refusal.into()))?;
    let upstream = upstreams.by_id(opened.value.upstream).cloned();
    let problem = match &upstream {
        _ if opened.expired => Problem::Told(Told::Expired, "upstream_link_expired"),
        Some(upstream) => {
            return Ok(Opened { since: opened.started_at, upstream: Arc::clone(upstream), waiting: opened.value });
        }
        None => Problem::Told(Told::Gone, "upstream_gone"),
    };
    Err(Box::new(Failure::of(problem).with(inner, upstream)))
}

fn is_ready(context: &Context, waiting: &Waiting, session: Option<&SignedIn>) -> bool {
    session.is_some_and(|session| session.user_id == waiting.user && account::is_fresh(context, session))
}

/// What a confirmation page shows. `session` is who is signed in.
///
/// # Errors
/// `Failure` when it is garbled, too old or another browser's.
pub async fn pending(
    context: &Context,
    browser: &[u8],
    session: Option<&SignedIn>,
    sealed: &str,
) -> Result<Pending, Box<Failure>> {
    let Opened { since, waiting, upstream } = open(context, browser, sealed).await?;
    let ready = is_ready(context, &waiting, session);
    Ok(Pending { upstream, email: waiting.email, user: waiting.user, inner: waiting.inner, since, ready })
}

/// Links the account to the person who is signed in, if it is the one who was asked, and they signed in a moment ago.
/// `language` is that of the page. Returns what goes on afterwards.
///
/// # Errors
/// `Failure` when it may not be. Nothing was linked.
pub async fn confirm(
    context: &Context,
    browser: &[u8],
    (session, language): (&SignedIn, Option<Locale>),
    sealed: &str,
) -> Result<Option<String>, Box<Failure>> {
    let opened = open(context, browser, sealed).await?;
    let linked = confirmed(context, (session, language), &opened).await;
    let Opened { waiting, upstream, .. } = opened;
    match linked {
        Ok(()) => Ok(waiting.inner),
        Err(problem) => Err(Box::new(Failure::of(problem).with(waiting.inner, Some(upstream)))),
    }
}

async fn confirmed(
    context: &Context,
    (session, language): (&SignedIn, Option<Locale>),
    opened: &Opened,
) -> Result<(), Problem> {
    let Opened { waiting, upstream, .. } = opened;
    if !is_ready(context, waiting, Some(session)) {
        return Err(Problem::Told(Told::Expired, "upstream_link_not_proven"));
    }
    let mut tx = context.database.begin().await?;
    spend(context, &mut tx, &waiting.nonce, waiting.trip_started_at).await?;
    let account = (upstream.id, waiting.subject.as_str());
    // The session may have ended a moment ago, with everything else that its person had.
    let person = users::lock(&mut tx, UserRef::Id(waiting.user)).await?;
    if person.is_none_or(|person| !person.enabled || person.epoch != session.user_epoch) {
        return Err(disabled());
    }
    if !upstream_accounts::link(&mut tx, account, waiting.user, waiting.email.as_deref(), context.now).await? {
        return Err(Problem::Told(Told::Taken, "upstream_account_taken"));
    }
    super::note(context, &mut tx, "upstream.linked", (upstream, waiting.user)).await?;
    tell(context, &mut tx, upstream, (waiting.user, language)).await?;
    tx.commit().await?;
    mail::deliver_soon(context);
    Ok(())
}
