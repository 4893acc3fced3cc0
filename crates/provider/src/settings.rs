//! What this deployment was told to be. Arrives as a value; nothing here is read from the environment.

use std::time::Duration;

use ipnet::IpNet;
use outbound::mail::MailOptions;
use protocol::Acr;
use serde::Deserialize;
use url::Url;

/// The issuer: an https URL without query, fragment or trailing slash. It may have a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// Parses and checks an issuer (RFC 8414 section 2). `http` is for loopback hosts only.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("the issuer {text:?} is no URL: {error}"))?;
        let host = url.host_str().ok_or_else(|| format!("the issuer {text:?} has no host"))?;
        let loopback = host == "localhost"
            || host.ends_with(".localhost")
            || matches!(url.host(), Some(url::Host::Ipv4(ip)) if ip.is_loopback())
            || matches!(url.host(), Some(url::Host::Ipv6(ip)) if ip.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                return Err(format!("the issuer {text:?} must use https (http is for loopback only)"));
            }
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(format!("the issuer {text:?} must have no query, fragment or user name"));
        }
        if text.ends_with('/') {
            return Err(format!("the issuer {text:?} must not end with a slash"));
        }
        let canonical = url.as_str().strip_suffix('/').unwrap_or(url.as_str());
        if canonical != text {
            return Err(format!("the issuer {text:?} must be written as {canonical:?}"));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The issuer, letter for letter as `iss` says it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The issuer's path: empty, or `/like/this`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Scheme, host and port, as an `Origin` header says them.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether cookies can be `Secure` and `__Host-`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// An absolute URL below the issuer; `path` begins with a slash.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

/// No access token lives longer, whatever is configured: withdrawals are remembered for this long.
pub const ACCESS_TOKEN_CAP: Duration = Duration::from_secs(24 * 60 * 60);

/// Lifetimes of what is issued.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    /// An authorization code: 60 s at most.
    pub code: Duration,
    /// An access token, where its resource says nothing else.
    pub access_token: Duration,
    /// The longest that any resource may choose: [`ACCESS_TOKEN_CAP`] at most.
    pub access_token_max: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// A family of refresh tokens, however much it is used.
    pub refresh_absolute: Duration,
    /// How long the just-rotated refresh token is answered with the same successor; 0 turns it off.
    pub refresh_retry_window: Duration,
    /// A session that is not used.
    pub session_idle: Duration,
    /// A session, however much it is used.
    pub session_absolute: Duration,
    /// From an authorization request to its end.
    pub authorization_request: Duration,
    /// How long JWKS may be cached.
    pub jwks_max_age: Duration,
    /// Beyond `jwks_max_age`: how much longer a new key is published before it signs.
    pub key_margin: Duration,
    /// How long a signing key signs before it is rotated; 0: by hand only.
    pub key_rotation: Duration,
    /// How long the public half stays after the last token: for expired hints at logout.
    pub key_hint_grace: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        Self {
            code: Duration::from_secs(60),
            access_token: Duration::from_secs(5 * MINUTE),
            access_token_max: Duration::from_secs(24 * HOUR),
            id_token: Duration::from_secs(5 * MINUTE),
            refresh_idle: Duration::from_secs(14 * DAY),
            refresh_absolute: Duration::from_secs(90 * DAY),
            refresh_retry_window: Duration::from_secs(10),
            session_idle: Duration::from_secs(2 * HOUR),
            session_absolute: Duration::from_secs(12 * HOUR),
            authorization_request: Duration::from_secs(30 * MINUTE),
            jwks_max_age: Duration::from_secs(5 * MINUTE),
            key_margin: Duration::from_secs(5 * MINUTE),
            key_rotation: Duration::from_secs(90 * DAY),
            key_hint_grace: Duration::from_secs(30 * DAY),
        }
    }
}

/// How passwords are hashed (argon2id).
#[derive(Clone, Copy, Debug)]
pub struct Hashing {
    /// KiB.
    pub memory: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Threads of the pool; 0: half of the cores.
    pub threads: usize,
    /// How long a sign-in waits for its turn before it is refused with 503.
    pub wait: Duration,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { memory: 19 * 1024, iterations: 2, parallelism: 1, threads: 0, wait: Duration::from_secs(2) }
    }
}

/// How guesses are throttled: what an operator may need to change. The rest stands in `sign_in/throttle.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    /// Wrong passwords for one account from one range of addresses before the first wait.
    pub free_attempts: u32,
    /// The longest wait for one account from one range.
    pub ceiling: Duration,
    /// Wrong passwords from one range before the first wait, whatever the accounts.
    pub range_attempts: u32,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { free_attempts: 10, ceiling: Duration::from_secs(15 * 60), range_attempts: 1000 }
    }
}

/// What a new password must be.
#[derive(Clone, Copy, Debug)]
pub struct NewPasswords {
    /// How hard to guess: 0 to 4 (zxcvbn).
    pub min_score: u8,
}

impl Default for NewPasswords {
    fn default() -> Self {
        Self { min_score: credentials::password::strength::DEFAULT_SCORE }
    }
}

/// What outgoing requests may reach.
#[derive(Clone, Debug, Default)]
pub struct OutboundSettings {
    /// Private networks that may be reached after all.
    pub allowed_networks: Vec<IpNet>,
    /// PEM files of further certificate authorities.
    pub extra_ca_files: Vec<std::path::PathBuf>,
}

/// What a sign-in must come to.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// How strongly everybody must sign in.
    pub required_acr: Acr,
    /// Whether a code that is mailed signs in, where mail is sent.
    pub mail_code: bool,
    /// Whether people may use passkeys.
    pub passkeys: bool,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self { required_acr: Acr::default(), passkeys: true, mail_code: true }
    }
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpMode {
    /// Nobody but administrators, who make them or invite.
    #[default]
    Off,
    /// Everybody with a mail address.
    Open,
    /// Whoever is invited.
    Invitation,
    /// Everybody with an address of certain domains.
    Domains,
}

/// Making an account of one's own.
#[derive(Clone, Debug, Default)]
pub struct SignUpSettings {
    /// Who may.
    pub mode: SignUpMode,
    /// The domains of `SignUpMode::Domains`, in lower case.
    pub domains: Vec<String>,
}

/// The audit trail.
#[derive(Clone, Copy, Debug)]
pub struct AuditSettings {
    /// How long it is kept; 0: for good.
    pub retention: Duration,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { retention: Duration::from_secs(400 * 24 * 60 * 60) }
    }
}

/// Everything together.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The one issuer.
    pub issuer: Issuer,
    /// Lifetimes.
    pub lifetimes: Lifetimes,
    /// Password hashing.
    pub hashing: Hashing,
    /// Guessing.
    pub throttle: Throttle,
    /// Where addresses are, in words: a MaxMind DB file.
    pub geo_database: Option<std::path::PathBuf>,
    /// Outgoing requests.
    pub outbound: OutboundSettings,
    /// New passwords.
    pub passwords: NewPasswords,
    /// Signing in.
    pub sign_in: SignInSettings,
    /// Signing up.
    pub sign_up: SignUpSettings,
    /// Outgoing mail.
    pub mail: MailOptions,
    /// What people call this service: on pages, in mail and in authenticator apps.
    pub service: String,
    /// The audit trail.
    pub audit: AuditSettings,
    /// How long a chain of actors may be: 1 means that an exchanged token cannot be exchanged again.
    pub max_actor_chain: usize,
    /// How many clients and resources an instance remembers.
    pub registry_capacity: u64,
    /// Clients that may call the management API on behalf of others.
    pub api_actors: Vec<String>,
}

impl Settings {
    /// The defaults for an issuer.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            lifetimes: Lifetimes::default(),
            hashing: Hashing::default(),
            throttle: Throttle::default(),
            geo_database: None,
            outbound: OutboundSettings::default(),
            passwords: NewPasswords::default(),
            sign_in: SignInSettings::default(),
            sign_up: SignUpSettings::default(),
            mail: MailOptions::default(),
            service: "Chancery".to_owned(),
            audit: AuditSettings::default(),
            max_actor_chain: 4,
            registry_capacity: 10_000,
            api_actors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers() {
        for good in ["https://id.example", "https://id.example/t/1", "http://localhost:8080", "http://127.0.0.1:1"] {
            assert_eq!(Issuer::parse(good).expect(good).as_str(), good);
        }
        for bad in [
            "http://id.example",
            "https://id.example/",
            "https://id.example?x",
            "https://id.example#x",
            "https://ID.example",
            "https://id.example:443",
            "ftp://localhost",
            "id.example",
            "https://u@id.example",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Issuer::parse("https://id.example/t").expect("valid").endpoint("/x"), "https://id.example/t/x");
    }
}
