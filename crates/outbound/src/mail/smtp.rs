//! Handing mail in at a mail host (RFC 5321, RFC 6409), over connections that are kept for a moment.
//!
//! lettre's own pool takes a connection back whose use was broken off, in the middle of a command; the next mail would
//! then read the last one's answer. Here a connection is kept only after a mail was accepted on it.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret as _;

use super::{MailError, Security, SmtpOptions};

/// From the first DNS packet to the host's acceptance of the mail.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long a connection is kept without use. Hosts keep them longer.
const IDLE: Duration = Duration::from_secs(20);
/// How many are kept.
const MOST_IDLE: usize = 4;
/// The most of a host's answer that goes into logs.
const LONGEST_ANSWER: usize = 200;

pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(options: &SmtpOptions) -> Result<Self, String> {
        let tls = match options.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => Some(tls(options)?),
        };
        let credentials = options.credentials.as_ref();
        Ok(Self {
            host: options.host.clone(),
            port: options.port,
            security: options.security,
            tls,
            credentials: credentials
                .map(|(user, password)| Credentials::new(user.clone(), password.expose_secret().to_owned())),
            hello: hello(&options.hello),
            idle: Mutex::default(),
        })
    }

    pub(super) async fn send(&self, message: &Message, to: &str) -> Result<(), MailError> {
        let sent = async {
            let mut connection = self.connection().await?;
            connection.send(message.envelope(), &message.formatted()).await?;
            Ok(connection)
        };
        // A connection whose use is broken off is dropped, and so closed.
        let connection = in_time(sent).await.map_err(|error| without(to, error))?;
        self.keep(connection);
        Ok(())
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        in_time(async { self.connect().await?.quit().await.map(drop) }).await
    }

    pub(super) fn tidy(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).retain(|(_, since)| since.elapsed() < IDLE);
    }

    /// One that is kept and still answers, else a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        self.tidy();
        while let Some(mut connection) = self.kept() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    fn kept(&self) -> Option<AsyncSmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE && !connection.has_broken() {
            idle.push((connection, Instant::now()));
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let address = (self.host.as_str(), self.port);
        let wrapper = self.tls.clone().filter(|_| self.security == Security::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &self.hello, wrapper, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.security == Security::StartTls) {
            // An error where the host does not offer it: nothing was said yet that others may not hear.
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn tls(options: &SmtpOptions) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(options.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    for path in &options.extra_ca_files {
        let broken = |what: String| format!("the certificate authorities in {}: {what}", path.display());
        let pem = std::fs::read(path).map_err(|error| broken(error.to_string()))?;
        let certificates = Certificate::from_pem(&pem).map_err(|error| broken(error.to_string()))?;
        builder = builder.add_root_certificate(certificates);
    }
    builder.build_rustls().map_err(|error| format!("TLS for mail: {error}"))
}

/// RFC 5321 section 4.1.3: an address is said in brackets.
fn hello(name: &str) -> ClientId {
    match name.trim_matches(['[', ']']).parse() {
        Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(name.to_owned()),
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, MailError> {
    match tokio::time::timeout(TIMEOUT, work).await {
        Ok(outcome) => outcome.map_err(|error| failure(&error)),
        Err(_elapsed) => Err(MailError::Failed(format!("no answer within {} seconds", TIMEOUT.as_secs()))),
    }
}

fn failure(error: &Error) -> MailError {
    let mut text: String =
        error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_ANSWER).collect();
    text.truncate(text.trim_end().len());
    if let Some(hint) = hint(error) {
        text = format!("{text} ({hint})");
    }
    // 530, 534, 535, 538 (RFC 4954 section 6) are about our password, not about the mail.
    let ours = error.status().is_some_and(|code| ["530", "534", "535", "538"].contains(&code.to_string().as_str()));
    if error.is_permanent() && !ours { MailError::Refused(text) } else { MailError::Failed(text) }
}

fn hint(error: &Error) -> Option<&'static str> {
    error.is_tls().then_some("is mail.security right for this port, and the host's certificate for this name?")
}

/// Answers quote the address, and logs are not to hold it.
fn without(to: &str, error: MailError) -> MailError {
    let hide = |text: String| text.replace(to, "that address");
    match error {
        MailError::Refused(text) => MailError::Refused(hide(text)),
        MailError::Failed(text) => MailError::Failed(hide(text)),
        MailError::Off => MailError::Off,
    }
}
