//! The only HTTP client of the server; the only SMTP client is in [`mail`].
//!
//! Whom it calls is written by clients (`jwks_uri`, `backchannel_logout_uri`), so it is guarded: private
//! addresses are refused after DNS, and the checked address is the one that is connected to; no redirects, no
//! proxies from the environment, a limit on size and on time. Plain `http` reaches only networks that the
//! operator allowed.

pub mod address;
pub mod mail;
mod tls;

use std::{error::Error as _, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use ipnet::IpNet;
use reqwest::{
    Client, RequestBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    header, redirect,
};
use url::{Host, Url};

/// The most bytes of an answer's body.
pub const MAX_BODY: usize = 256 * 1024;
/// From the first DNS packet to the last byte of the body.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// What outgoing requests may reach.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Private networks that may be reached after all, also with plain `http`.
    pub allowed_networks: Vec<IpNet>,
    /// PEM files of further certificate authorities.
    pub extra_ca_files: Vec<PathBuf>,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The guard says no, before anything was sent.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// No answer in time.
    #[error("no answer within {} seconds", TIMEOUT.as_secs())]
    TimedOut,
    /// The body is larger than [`MAX_BODY`].
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// No connection, a broken TLS handshake, a broken answer.
    #[error("unreachable: {0}")]
    Unreachable(String),
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status. Redirects are not followed.
    pub status: u16,
    /// The `Content-Type`, without parameters, in lower case.
    pub content_type: Option<String>,
    /// The body, at most [`MAX_BODY`] bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    https: Client,
    http: Client,
    guard: Guard,
}

/// What is left after the guard has looked.
#[derive(Clone, Debug)]
struct Guard {
    allowed: Arc<[IpNet]>,
}

impl Guard {
    fn admits(&self, address: std::net::IpAddr, encrypted: bool) -> bool {
        address::is_allowed(address, &self.allowed) || (encrypted && address::is_public(address))
    }

    /// Judges a URL before DNS: its scheme, and its host where that is an address already.
    fn check(&self, url: &Url) -> Result<(), OutboundError> {
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(OutboundError::Refused("only http and https are spoken")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::Refused("the URL has a user name"));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(OutboundError::Refused("the URL has no host")),
        };
        if self.admits(literal, encrypted) { Ok(()) } else { Err(OutboundError::Refused(PRIVATE)) }
    }
}

const PRIVATE: &str = "its address is not public and not in an allowed network";

/// Resolves a name to those of its addresses that may be reached.
struct GuardedResolver {
    guard: Guard,
    encrypted: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{PRIVATE}")]
struct PrivateAddress;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, encrypted) = (self.guard.clone(), self.encrypted);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(|found| guard.admits(found.ip(), encrypted)).collect();
            if addresses.is_empty() {
                return Err(PrivateAddress.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Outbound {
    /// Makes the client.
    ///
    /// # Errors
    /// One line for the operator when a certificate file cannot be used.
    pub fn new(options: &Options) -> Result<Self, String> {
        let guard = Guard { allowed: options.allowed_networks.clone().into() };
        let client = |encrypted| {
            Client::builder()
                .tls_backend_preconfigured(tls::config(&options.extra_ca_files)?)
                .dns_resolver(GuardedResolver { guard: guard.clone(), encrypted })
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .http1_only()
                .timeout(TIMEOUT)
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(30))
                .user_agent(concat!("Chancery/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| error.to_string())
        };
        Ok(Self { https: client(true)?, http: client(false)?, guard })
    }

    /// Fetches a document.
    ///
    /// # Errors
    /// `OutboundError`.
    pub async fn get(&self, url: &Url, accept: &'static str) -> Result<Answer, OutboundError> {
        let request = self.client(url)?.get(url.clone()).header(header::ACCEPT, accept);
        answer(request).await
    }

    /// Posts a form.
    ///
    /// # Errors
    /// `OutboundError`. Whether it arrived is then unknown.
    pub async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<Answer, OutboundError> {
        answer(self.client(url)?.post(url.clone()).form(form)).await
    }

    /// Fetches a document that is not for everybody: `authorization` is the whole header.
    ///
    /// # Errors
    /// `OutboundError`.
    pub async fn get_authorized(
        &self,
        url: &Url,
        accept: &'static str,
        authorization: &str,
    ) -> Result<Answer, OutboundError> {
        let request = self.client(url)?.get(url.clone()).header(header::ACCEPT, accept);
        answer(request.header(header::AUTHORIZATION, secret_header(authorization)?)).await
    }

    /// Posts a form as somebody: `authorization` is the whole header, where there is one.
    ///
    /// # Errors
    /// `OutboundError`. Whether it arrived is then unknown.
    pub async fn post_form_authorized(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Option<&str>,
    ) -> Result<Answer, OutboundError> {
        let mut request = self.client(url)?.post(url.clone()).header(header::ACCEPT, "application/json").form(form);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, secret_header(authorization)?);
        }
        answer(request).await
    }

    fn client(&self, url: &Url) -> Result<&Client, OutboundError> {
        self.guard.check(url)?;
        Ok(if url.scheme() == "https" { &self.https } else { &self.http })
    }
}

/// A header that no log shows.
fn secret_header(value: &str) -> Result<header::HeaderValue, OutboundError> {
    let mut value = header::HeaderValue::from_str(value)
        .map_err(|_| OutboundError::Refused("the credentials cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

async fn answer(request: RequestBuilder) -> Result<Answer, OutboundError> {
    let mut response = request.send().await.map_err(failure)?;
    if response.content_length().is_some_and(|length| length > MAX_BODY as u64) {
        return Err(OutboundError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type =
        content_type.map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    Ok(Answer { status: response.status().as_u16(), content_type, body })
}

fn failure(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::TimedOut;
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<PrivateAddress>() {
            return OutboundError::Refused(PRIVATE);
        }
        if cause.source().is_none() {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    OutboundError::Unreachable(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn outbound(networks: &[&str]) -> Outbound {
        let allowed_networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        Outbound::new(&Options { allowed_networks, extra_ca_files: Vec::new() }).unwrap()
    }

    /// A server that gives every connection the same answer; returns its port.
    async fn server(answer: Vec<u8>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&answer).await;
            }
        });
        port
    }

    async fn get(outbound: &Outbound, url: &str) -> Result<Answer, OutboundError> {
        outbound.get(&url.parse().unwrap(), "application/json").await
    }

    #[tokio::test]
    async fn private_addresses_are_refused_before_anything_is_sent() {
        let port = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()).await;
        let guarded = outbound(&[]);
        for url in [
            format!("http://127.0.0.1:{port}/"),
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            format!("https://localhost:{port}/"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            format!("http://2130706433:{port}/"),
            "https://169.254.169.254/latest".to_owned(),
            "http://1.1.1.1/".to_owned(),
            "ftp://1.1.1.1/".to_owned(),
            "https://user@example.com/".to_owned(),
        ] {
            let outcome = get(&guarded, &url).await;
            assert!(matches!(outcome, Err(OutboundError::Refused(_))), "{url}: {outcome:?}");
        }
        let allowed = outbound(&["127.0.0.0/8"]);
        for url in [format!("http://127.0.0.1:{port}/"), format!("http://localhost:{port}/")] {
            assert_eq!(get(&allowed, &url).await.unwrap().body, b"{}");
        }
    }

    #[tokio::test]
    async fn redirects_are_not_followed() {
        let answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let port = server(answer.to_vec()).await;
        let answer = get(&outbound(&["127.0.0.0/8"]), &format!("http://127.0.0.1:{port}/")).await.unwrap();
        assert_eq!(answer.status, 302);
        assert!(!answer.is_success());
    }

    #[tokio::test]
    async fn size_is_limited_said_or_not() {
        let mut said = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", MAX_BODY + 1).into_bytes();
        said.extend(vec![b'x'; MAX_BODY + 1]);
        let mut unsaid = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        unsaid.extend(vec![b'x'; MAX_BODY + 1]);
        let outbound = outbound(&["127.0.0.0/8"]);
        for answer in [said, unsaid] {
            let port = server(answer).await;
            let outcome = get(&outbound, &format!("http://127.0.0.1:{port}/")).await;
            assert!(matches!(outcome, Err(OutboundError::TooLarge)), "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn nobody_there() {
        let outcome = get(&outbound(&["127.0.0.0/8"]), "http://127.0.0.1:1/").await;
        assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "{outcome:?}");
    }
}
