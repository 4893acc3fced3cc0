//! `[server]`: who we are and where we listen.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;

use super::{
    section::section,
    setting::{Size, Span},
};

section! {
    /// Who we are and where we listen.
    Server {
        /// The issuer: the https URL at which clients know this server, without a trailing slash. It may have a
        /// path; everything is then served below it. `http` is accepted for loopback hosts only.
        issuer: String = String::new() => "https://id.example.com",
        /// The address and port that clients reach, usually through a reverse proxy that speaks TLS.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
        /// The address and port of /livez, /readyz and /metrics. Keep it away from the public.
        management_listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
        /// The networks of your reverse proxies. Only from these are Forwarded and X-Forwarded-* believed.
        trusted_proxies: Vec<IpNet> = Vec::new() => "[\"10.0.0.0/8\"]",
        /// The largest request body.
        body_limit: Size = Size(64 * 1024),
        /// The largest request head: request line and headers together.
        head_limit: Size = Size(32 * 1024),
        /// How long a client may take to send the head of a request.
        header_timeout: Span = Span::seconds(10),
        /// How long a client may take to send the body of a request.
        body_timeout: Span = Span::seconds(10),
        /// How long a request may take as a whole.
        request_timeout: Span = Span::seconds(30),
        /// How many connections may be open at once; further ones wait.
        max_connections: usize = 4096,
        /// How long requests may go on after SIGTERM before the process exits anyway.
        shutdown_grace: Span = Span::seconds(20),
    }
}
