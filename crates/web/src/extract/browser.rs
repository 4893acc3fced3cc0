//! Which browser this is: a random cookie that binds the state of authorization requests. It names nobody.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header, request::Parts};
use provider::Issuer;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};
use url::Url;

use crate::state::App;

/// The browser's own secret, and whether it must still be told.
#[derive(Clone)]
pub struct Browser {
    secret: String,
    known: bool,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser").field("known", &self.known).finish_non_exhaustive()
    }
}

/// A cookie's name for this issuer: `__Host-` where cookies can be secure, and a suffix derived from the issuer's
/// port and path where it has any, so that two issuers on one host do not collide. (Cookies know no ports.)
#[must_use]
pub fn cookie_name(issuer: &Issuer, name: &str) -> String {
    let prefix = if issuer.is_https() { "__Host-" } else { "" };
    let port = Url::parse(issuer.as_str()).ok().and_then(|url| url.port());
    let place = match port {
        Some(port) => format!(":{port}{}", issuer.path()),
        None => issuer.path().to_owned(),
    };
    if place.is_empty() {
        return format!("{prefix}{name}");
    }
    let hash = digest(&SHA256, place.as_bytes());
    let suffix: String = hash.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}{name}-{suffix}")
}

const NAME: &str = "chancery-browser";
/// A secret that was not made here has another length and is not believed.
const LENGTH: usize = 43;

impl Browser {
    /// What the cookie is called.
    pub(crate) fn cookie_name(issuer: &Issuer) -> String {
        cookie_name(issuer, NAME)
    }

    /// SHA-256 of the secret that came with a request: tells browsers apart, and is no secret itself.
    pub(super) fn sent_hash(headers: &HeaderMap, app: &App) -> Option<[u8; 32]> {
        let secret = sent(headers, app)?;
        digest(&SHA256, secret.as_bytes()).as_ref().try_into().ok()
    }

    /// What binds state to this browser.
    #[must_use]
    pub fn binding(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    /// Whether the browser sent the cookie: a form that comes without it was not filled in here.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// The cookie to set, where the browser does not have it yet.
    #[must_use]
    pub fn cookie(&self, issuer: &Issuer) -> Option<Cookie<'static>> {
        (!self.known).then(|| {
            Cookie::build((Self::cookie_name(issuer), self.secret.clone()))
                .path("/")
                .http_only(true)
                .secure(issuer.is_https())
                .same_site(SameSite::Lax)
                .build()
        })
    }
}

/// The secret that came with a request.
fn sent(headers: &HeaderMap, app: &App) -> Option<String> {
    if !headers.contains_key(header::COOKIE) {
        return None; // Programs have none.
    }
    let jar = CookieJar::from_headers(headers);
    let sent = jar.get(&app.browser_cookie).map(Cookie::value);
    sent.filter(|secret| secret.len() == LENGTH && secret.is_ascii()).map(str::to_owned)
}

impl FromRequestParts<App> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(match sent(&parts.headers, app) {
            Some(secret) => Self { secret, known: true },
            None => {
                let mut bytes = [0; 32];
                SystemRandom::new().fill(&mut bytes).expect("the operating system provides randomness");
                Self { secret: URL_SAFE_NO_PAD.encode(bytes), known: false }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_on_one_host_have_cookies_of_their_own() {
        let name = |issuer: &str| cookie_name(&Issuer::parse(issuer).expect("an issuer"), NAME);
        assert_eq!(name("https://id.test"), "__Host-chancery-browser");
        assert_eq!(name("http://localhost"), "chancery-browser");
        let issuers = [
            "http://localhost",
            "http://localhost:8080",
            "http://localhost:8090",
            "http://localhost/a",
            "http://localhost/b",
            "http://localhost:8080/a",
        ];
        let names: std::collections::HashSet<_> = issuers.iter().map(|issuer| name(issuer)).collect();
        assert_eq!(names.len(), issuers.len());
    }
}
