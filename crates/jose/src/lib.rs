//! Signing keys, JWTs, JWK Sets and client assertions. No HTTP, no SQL.
//!
//! | specification | module |
//! |---|---|
//! | RFC 7518, RFC 8037 algorithms | [`algorithm`] |
//! | RFC 7517 JWK, RFC 7638 thumbprint | [`jwk`] |
//! | RFC 7515, RFC 7519 signing | [`signing`] |
//! | RFC 7515, RFC 8725 verification | [`verification`] |
//! | RFC 7523 client assertions | [`client_assertion`] |
//! | OpenID Connect Core §3.1.3.6 `at_hash` | [`hash`] |
//!
//! Cryptography is ring's, directly: keys are parsed once and kept. The `rsa`
//! crate makes RSA keys, which ring cannot, and does nothing else.

pub mod algorithm;
pub mod client_assertion;
mod compact;
pub mod hash;
pub mod jwk;
mod rsa_backend;
pub mod signing;
pub mod verification;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use client_assertion::{Assertion, AssertionError, assertion_client_id, verify_client_assertion};
pub use compact::{Header, MAX_TOKEN_LENGTH, decode_unverified_header, decode_unverified_payload};
pub use hash::at_hash;
pub use jwk::{Jwk, Jwks};
pub use rsa_backend::BACKEND as RSA_BACKEND;
pub use signing::{KeyError, SignError, Signer, SigningKey, sign_jwt};
pub use verification::{Expect, TimeError, VerificationKeys, Verified, VerifyError, check_times, verify_with_set};
