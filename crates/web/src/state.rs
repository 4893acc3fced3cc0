//! What every handler is given.

use std::{ops::Deref, sync::Arc};

use ipnet::IpNet;
use provider::Provider;

use crate::{
    extract::Browser,
    pages::{language, view::Theme},
};

/// The web application of one issuer. One pointer: it is cloned for each request.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

/// What is behind it.
#[derive(Debug)]
pub struct Inner {
    /// What decides.
    pub provider: Arc<Provider>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// The name of the cookie that tells browsers apart.
    pub browser_cookie: String,
    /// The name of the cookie that remembers which language was chosen.
    pub language_cookie: String,
    /// How the pages look.
    pub theme: Arc<Theme>,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// The application of this provider.
    #[must_use]
    pub fn new(provider: Arc<Provider>, trusted_proxies: Arc<[IpNet]>, theme: Arc<Theme>) -> Self {
        let issuer = &provider.settings.issuer;
        let (browser_cookie, language_cookie) = (Browser::cookie_name(issuer), language::cookie_name(issuer));
        Self(Arc::new(Inner { provider, trusted_proxies, browser_cookie, language_cookie, theme }))
    }

    /// The issuer's path: empty, or `/like/this`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.provider.settings.issuer.path()
    }
}
