//! The context of a call: its name, its caller, and the one reading of the clock.
//!
//! Extractors run before the body is there, and a body may take its time. So the clock is read when a handler looks at
//! the context for the first time, which it does when it has read the form.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    ops::Deref,
    sync::{Arc, OnceLock},
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, header::USER_AGENT, request::Parts};
use ipnet::IpNet;
use provider::{Context, Provider, RequestInfo, id::RequestId};

use super::Browser;
use crate::{pages::language, state::App};

/// The context of this request, which begins when it is first looked at.
#[derive(Clone, Debug)]
pub struct Call {
    provider: Arc<Provider>,
    info: RequestInfo,
    begun: OnceLock<Context>,
}

impl Deref for Call {
    type Target = Context;
    fn deref(&self) -> &Context {
        self.begun.get_or_init(|| self.provider.begin(self.info.clone()))
    }
}

impl FromRequestParts<App> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<RequestId>().copied().unwrap_or_else(RequestId::new);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let address = peer.map(|peer| caller(peer, &parts.headers, &app.trusted_proxies));
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(256).collect());
        let browser = Browser::sent_hash(&parts.headers, app);
        let language = language::preferred(&parts.headers, app);
        let info = RequestInfo { id, address, user_agent, browser, language };
        Ok(Self { provider: Arc::clone(&app.provider), info, begun: OnceLock::new() })
    }
}

/// Who called: the peer, unless it is a proxy of ours. Then the nearest address in `X-Forwarded-For` that is not
/// one: what stands further to the left was written by a stranger.
fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut nearest = peer.to_canonical();
    if !is_trusted(&nearest) {
        return nearest;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { return nearest };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            return nearest;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header"));
        }
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        caller(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_counts_only_from_proxies() {
        assert_eq!(from("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }
}
