//! What every handler is given.

use std::sync::Arc;

use ipnet::IpNet;
use provider::Provider;

use crate::pages::view::Theme;

/// The web application of one issuer.
#[derive(Clone, Debug)]
pub struct App {
    /// What decides.
    pub provider: Arc<Provider>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// How the pages look.
    pub theme: Arc<Theme>,
}

impl App {
    /// The issuer's path: empty, or `/like/this`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.provider.settings.issuer.path()
    }
}
