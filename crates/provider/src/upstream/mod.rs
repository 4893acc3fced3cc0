//! Signing in with an upstream OpenID provider (OpenID Connect Core section 3.1, as a relying party).
//!
//! `begin` sends the browser there with a sealed `state`, `finish` judges what it comes back with, and says who that
//! is here. People are known by issuer and subject, never by an address; what follows from an answer is decided by
//! one pure function in [`link`]. Nothing is written before the provider has said who somebody is.

pub mod accounts;
pub mod administer;
mod callback;
mod discovery;
mod id_token;
mod link;
mod newcomer;
pub mod registration;
mod settle;
mod token;
mod trip;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use protocol::client_metadata::AuthMethod;
use secrecy::SecretString;
use storage::{
    StorageError, Tx,
    id::{UpstreamId, UserId},
    journal,
    upstreams::UpstreamRecord,
};
use tracing::{info, warn};

pub use callback::{Arrived, Back, Outcome, finish};
pub use settle::{Pending, confirm, pending};
pub use trip::{Departure, Purpose, Wishes, begin};

use crate::{Context, refusal::Refusal, remote::Remote};
use registration::{Registration, SignUp};

/// Where a provider sends the browser back to: each to a path of its own, so that the answer of one is never taken
/// for another's (RFC 9700 section 4.4.2.2).
#[must_use]
pub fn callback_path(slug: &str) -> String {
    format!("/login/upstream/{slug}/callback")
}

/// An upstream provider that people may sign in with, parsed once.
#[derive(Debug)]
pub struct Upstream {
    /// Its row.
    pub id: UpstreamId,
    /// Its name in addresses.
    pub slug: String,
    /// Its issuer.
    pub issuer: String,
    /// Its name for people.
    pub name: String,
    /// Whether the sign-in page shows a button for it.
    pub button: bool,
    client_id: String,
    auth: AuthMethod,
    secret: Option<SecretString>,
    scope: String,
    domains: Vec<String>,
    sign_up: SignUp,
    claims: BTreeMap<String, String>,
}

impl Upstream {
    fn parse(record: &UpstreamRecord, context: &Context) -> Result<Self, StorageError> {
        let registration = Registration::of(record)?;
        let secret = match &record.client_secret_sealed {
            Some(sealed) => {
                let plain = context.sealing.open(administer::place(&record.id.to_string()), sealed)?;
                let text = std::str::from_utf8(&plain).map_err(|_| StorageError::Sealed("no text"))?;
                Some(SecretString::from(text))
            }
            None => None,
        };
        Ok(Self {
            id: record.id,
            slug: record.slug.clone(),
            issuer: registration.issuer,
            name: registration.name,
            button: registration.button,
            client_id: registration.client_id,
            auth: registration.token_endpoint_auth_method,
            secret,
            scope: registration.scope,
            domains: registration.domains,
            sign_up: registration.sign_up,
            claims: registration.claims,
        })
    }

    /// Whether it speaks for the domain of a mail address.
    fn speaks_for(&self, email: &str) -> bool {
        registration::domain_of(email).is_some_and(|domain| self.domains.contains(&domain))
    }
}

/// Every upstream provider that people may sign in with, as of one revision.
#[derive(Debug, Default)]
pub struct Upstreams {
    all: Vec<Arc<Upstream>>,
    by_domain: HashMap<String, usize>,
}

impl Upstreams {
    /// Reads them. One that cannot be used here is left out, and said so.
    pub(crate) async fn read(context: &Context) -> Result<Self, Refusal> {
        let mut upstreams = Self::default();
        for record in storage::upstreams::enabled(&context.database).await? {
            match Upstream::parse(&record, context) {
                Ok(upstream) => upstreams.add(upstream),
                Err(error) => warn!(upstream = record.slug, %error, "an upstream provider cannot be used"),
            }
        }
        Ok(upstreams)
    }

    fn add(&mut self, upstream: Upstream) {
        for domain in &upstream.domains {
            self.by_domain.insert(domain.clone(), self.all.len());
        }
        self.all.push(Arc::new(upstream));
    }

    /// Those with a button on the sign-in page, the oldest first.
    pub fn buttons(&self) -> impl Iterator<Item = &Arc<Upstream>> {
        self.all.iter().filter(|upstream| upstream.button)
    }

    /// The one of this slug.
    #[must_use]
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<Upstream>> {
        self.all.iter().find(|upstream| upstream.slug == slug)
    }

    /// The one of this row.
    #[must_use]
    pub fn by_id(&self, id: UpstreamId) -> Option<&Arc<Upstream>> {
        self.all.iter().find(|upstream| upstream.id == id)
    }

    /// Whether any speaks for a mail domain.
    #[must_use]
    pub fn has_domains(&self) -> bool {
        !self.by_domain.is_empty()
    }

    /// The one that speaks for the domain of what somebody typed to sign in, where that is a mail address.
    #[must_use]
    pub fn for_login(&self, typed: &str) -> Option<&Arc<Upstream>> {
        let domain = registration::domain_of(typed.trim())?;
        self.by_domain.get(&domain).and_then(|index| self.all.get(*index))
    }
}

/// What was fetched from upstream providers.
#[derive(Debug)]
pub struct Fetched {
    metadata: Remote<discovery::Metadata>,
    keys: Remote<jose::Jwks>,
}

impl Default for Fetched {
    fn default() -> Self {
        Self { metadata: Remote::new(discovery::METADATA), keys: Remote::new(discovery::KEYS) }
    }
}

/// What a person is told when a sign-in with a provider comes to nothing. Each has a page text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It took too long, was done already, or is garbled: start again.
    Expired,
    /// It was begun in another browser.
    OtherBrowser,
    /// There is no such provider, or not any more.
    Gone,
    /// The provider says that the person said no.
    Denied,
    /// The provider cannot be reached, or says that it cannot do it now: try again later.
    Unavailable,
    /// The provider's answer is not believed, or it refuses us.
    NotAccepted,
    /// Nobody here signs in with that account, and nobody is made.
    NoAccount,
    /// The person may not sign in.
    Disabled,
    /// Somebody else signs in with that account.
    Taken,
}

/// Why a sign-in with a provider comes to nothing: what the person is told, and what the operator must know.
#[derive(Debug)]
pub(crate) enum Problem {
    Told(Told, &'static str),
    Refusal(Refusal),
}

impl Problem {
    /// With a detail for the log: never sent to anybody, never counted by.
    fn new(told: Told, reason: &'static str, detail: impl fmt::Display) -> Self {
        let detail: String = detail.to_string().chars().take(300).collect();
        info!(reason, ?detail, "a sign-in with an upstream provider failed");
        Self::Told(told, reason)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Self::Refusal(error.into())
    }
}

/// A sign-in with a provider that came to nothing. Nobody was signed in, made or linked.
#[derive(Debug)]
pub struct Failure {
    /// What the person is told; `Err`: a rule or the database says no.
    pub told: Result<Told, Refusal>,
    /// What the operator is told.
    pub reason: &'static str,
    /// What went on afterwards, as it was given to `begin`: to offer the way back. Only in the browser it belongs to.
    pub inner: Option<String>,
    /// With which provider.
    pub upstream: Option<Arc<Upstream>>,
    /// Whether somebody who is signed in wanted to add an account there to theirs.
    pub linking: bool,
}

impl Failure {
    fn of(problem: Problem) -> Self {
        let (told, reason) = match problem {
            Problem::Told(told, reason) => (Ok(told), reason),
            Problem::Refusal(refusal) => {
                let reason = refusal.reason();
                (Err(refusal), reason)
            }
        };
        metrics::counter!("chancery_upstream_sign_ins_total", "outcome" => reason).increment(1);
        Self { told, reason, inner: None, upstream: None, linking: false }
    }

    fn with(self, inner: Option<String>, upstream: Option<Arc<Upstream>>) -> Self {
        Self { inner, upstream, ..self }
    }
}

/// Somebody with an account at a provider, as the provider's ID token says.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Who they are there: never reassigned (OpenID Connect Core section 2).
    subject: String,
    /// What else the provider says.
    claims: serde_json::Map<String, serde_json::Value>,
}

/// Writes down what became of a person's account at a provider.
async fn note(
    context: &Context,
    tx: &mut Tx,
    event: &'static str,
    (upstream, user): (&Upstream, UserId),
) -> Result<(), Refusal> {
    let mut entry = context.entry_about(tx, (event, "ok"), user).await?;
    entry.detail = Some(serde_json::json!({ "upstream": upstream.slug }));
    Ok(journal::append(tx, &entry).await?)
}
