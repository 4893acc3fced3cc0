//! What the server decides: who is let in, what is granted, minted, spent, withdrawn, and what the trail says of it.
//!
//! No axum and no SQL text here: `web` parses and renders, `storage` reads and writes.

pub mod account;
pub mod administration;
pub mod api;
pub mod apply;
pub mod audit;
pub mod authorize;
mod batch;
pub mod browser_state;
pub mod client_auth;
pub mod client_logos;
pub mod clients;
pub mod context;
pub mod delivery;
pub mod desk;
pub mod doctor;
pub mod documents;
pub mod factors;
pub mod grants;
pub mod hashing;
pub mod id_token_hint;
pub mod idempotency;
pub mod introspect;
pub mod journal;
pub mod keys;
pub mod logout;
pub mod mail;
pub mod metadata;
pub mod one_time;
pub mod people;
pub mod places;
pub mod pulse;
pub mod refusal;
pub mod registry;
mod remote;
pub mod resources;
pub mod revocations;
pub mod revoke;
pub mod roles;
pub mod scope_resolution;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod subject;
pub mod sweep;
pub mod tally;
pub mod tokens;
mod trail;
pub mod turned_away;
pub mod upstream;
pub mod userinfo;
pub mod visitors;

use std::sync::Arc;

use storage::{Database, StorageError, sealed::SealingKeys};
use time::OffsetDateTime;

pub use context::{Context, RequestInfo};
pub use refusal::{Reason, Refusal};
pub use settings::{Issuer, Settings};
/// Typed ids, as `web` may name them.
pub use storage::id;

/// One authorization server: its settings, its keys, its database, and what it remembers.
#[derive(Debug)]
pub struct Provider {
    /// What it was told to be.
    pub settings: Settings,
    /// All shared state.
    pub database: Database,
    /// Keys from outside the database.
    pub sealing: SealingKeys,
    /// The signing keys.
    pub keys: keys::KeyRing,
    /// Clients and resources.
    pub registry: registry::Registry,
    /// What was withdrawn.
    pub revocations: revocations::Revocations,
    /// What keeps memory honest.
    pub pulse: Arc<pulse::Pulse>,
    /// The group-committed audit journal.
    pub journal: journal::Journal,
    /// Authorization requests, codes and refresh tokens, spent in batches.
    pub spending: grants::Spending,
    /// Whoever was refused before anybody knew who they are.
    pub turned_away: turned_away::TurnedAway,
    /// What browsers' cookies stand for.
    pub visitors: visitors::Visitors,
    /// Whose passkeys they are; `None` where there are none.
    pub passkeys: Option<factors::passkey::Passkeys>,
    /// Where passwords are hashed.
    pub hashing: hashing::HashingPool,
    /// Who may ask whether a guess is too many.
    pub turns: sign_in::throttle::Turns,
    /// The only way out.
    pub outbound: outbound::Outbound,
    /// Who delivers what the outbox holds.
    pub couriers: delivery::Couriers,
    /// Where mail is handed in.
    pub mailer: outbound::mail::Sender,
    /// Keys of clients, fetched from where they say.
    pub client_keys: client_auth::ClientKeys,
    /// What was fetched from upstream providers.
    pub upstream: upstream::Fetched,
    /// Where addresses are, in words.
    pub places: places::Places,
    /// Pictures of clients, fetched from where they say.
    pub client_logos: client_logos::ClientLogos,
    /// Tokens whose signature was found right a moment ago.
    pub verified_tokens: tokens::verified::VerifiedTokens,
    /// The metadata document.
    pub published: metadata::Published,
}

impl Provider {
    /// Loads (or makes) the keys, takes the first pulse and starts the background tasks.
    ///
    /// # Errors
    /// `StorageError` when the database cannot be used; `Malformed` when the settings cannot.
    pub async fn start(
        settings: Settings,
        database: Database,
        sealing: SealingKeys,
    ) -> Result<Arc<Self>, StorageError> {
        let keys = keys::KeyRing::start(&database, &sealing, OffsetDateTime::now_utc()).await?;
        let hashing = hashing::HashingPool::start(&settings.hashing).map_err(StorageError::Malformed)?;
        let outbound = outbound::Outbound::new(&outbound::Options {
            allowed_networks: settings.outbound.allowed_networks.clone(),
            extra_ca_files: settings.outbound.extra_ca_files.clone(),
        })
        .map_err(StorageError::Malformed)?;
        let places = places::Places::open(settings.geo_database.as_deref()).map_err(StorageError::Malformed)?;
        let mailer = outbound::mail::Sender::new(&settings.mail).map_err(StorageError::Malformed)?;
        let provider = Arc::new(Self {
            passkeys: factors::passkey::relying_party(&settings),
            hashing,
            turns: sign_in::throttle::Turns::default(),
            couriers: delivery::Couriers::default(),
            mailer,
            places,
            client_keys: client_auth::ClientKeys::default(),
            upstream: upstream::Fetched::default(),
            client_logos: client_logos::ClientLogos::default(),
            verified_tokens: tokens::verified::VerifiedTokens::default(),
            published: metadata::Published::default(),
            outbound,
            keys,
            registry: registry::Registry::new(settings.registry_capacity),
            revocations: revocations::Revocations::new(),
            pulse: Arc::new(pulse::Pulse::new()),
            journal: journal::Journal::start(&database),
            spending: grants::Spending::start(&database),
            turned_away: turned_away::TurnedAway::default(),
            visitors: visitors::Visitors::start(&database),
            settings,
            database,
            sealing,
        });
        provider.read_pulse().await?;
        pulse::spawn(&provider);
        Ok(provider)
    }

    /// Begins a request: the clock is read here, once.
    #[must_use]
    pub fn begin(self: &Arc<Self>, request: RequestInfo) -> Context {
        Context::new(Arc::clone(self), request)
    }
}
