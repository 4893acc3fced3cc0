//! A small app that signs people in through Chancery, and two APIs that it calls.
//!
//! It shows a newcomer what the server does: sign-in, ID token, userinfo, refresh, exchange,
//! calls that are allowed and refused, introspection, revocation, sign-out. The app is written
//! with the `openidconnect` crate as it is published. The APIs know the issuer's JWKS URL and
//! nothing else. `chancery dev` runs it in its own process: [`seed`] says what the server must
//! know about it, [`serve`] runs it, [`curl_examples`] are the lines to paste.

mod access_token;
mod api;
mod calls;
mod clock;
mod config;
mod curl;
mod http;
mod jwks;
mod jwt;
mod logout_token;
mod pages;
mod relying_party;
mod seed;
mod serve;
mod sessions;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod view;
mod wire;

pub use config::{DemoConfig, DemoSecrets};
pub use curl::{CurlExample, curl_examples};
pub use seed::seed;
pub use serve::serve;
