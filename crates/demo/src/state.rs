//! Everything that a request may need.

use std::sync::Arc;

use crate::{
    DemoConfig,
    access_token::Validator,
    api::{Api, Things},
    http::Http,
    jwks::Jwks,
    relying_party::RelyingParty,
    sessions::Sessions,
};

/// Handed to every handler.
pub(crate) type SharedState = Arc<State>;

/// The demo, once started.
pub(crate) struct State {
    pub(crate) config: Arc<DemoConfig>,
    pub(crate) http: Http,
    pub(crate) jwks: Jwks,
    pub(crate) relying_party: RelyingParty,
    pub(crate) sessions: Sessions,
    pub(crate) demo_api: Api,
    pub(crate) reports_api: Api,
    pub(crate) things: Things,
}

impl State {
    pub(crate) fn new(config: DemoConfig) -> anyhow::Result<Self> {
        let config = Arc::new(config);
        let http = Http::new()?;
        let api = |name, audience: &str| Api {
            name,
            validator: Validator { issuer: config.issuer.clone(), audience: audience.to_owned() },
        };
        Ok(Self {
            jwks: Jwks::new(config.jwks_uri(), http.clone()),
            relying_party: RelyingParty::new(config.clone(), http.clone())?,
            sessions: Sessions::default(),
            demo_api: api("Demo API", &config.api_resource),
            reports_api: api("Reports API", &config.reports_resource),
            things: Things::default(),
            http,
            config,
        })
    }
}
