//! What every handler is given.

use std::sync::Arc;

use ipnet::IpNet;
use provider::Provider;

use crate::{extract::Browser, pages::view::Theme};

/// The web application of one issuer.
#[derive(Clone, Debug)]
pub struct App {
    /// What decides.
    pub provider: Arc<Provider>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// The name of the cookie that tells browsers apart.
    pub browser_cookie: Arc<str>,
    /// How the pages look.
    pub theme: Arc<Theme>,
}

impl App {
    /// The application of this provider.
    #[must_use]
    pub fn new(provider: Arc<Provider>, trusted_proxies: Arc<[IpNet]>, theme: Arc<Theme>) -> Self {
        let browser_cookie = Browser::cookie_name(&provider.settings.issuer).into();
        Self { provider, trusted_proxies, browser_cookie, theme }
    }

    /// The issuer's path: empty, or `/like/this`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.provider.settings.issuer.path()
    }
}
