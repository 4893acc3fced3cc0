//! Proof Key for Code Exchange (RFC 7636). S256 only: `plain` is not offered.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::error::OAuthError;

/// The only `code_challenge_method`.
pub const S256: &str = "S256";

/// A `code_challenge` of method S256 (RFC 7636 §4.2): the base64url form of a
/// SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge([u8; 32]);

/// A `code_verifier` (RFC 7636 §4.1): 43 to 128 unreserved characters. Secret.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(String);

/// A malformed challenge or verifier, or another method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// `code_challenge_method` is absent (which means `plain`) or not S256.
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not 43 base64url characters of 32 bytes.
    #[error("code_challenge must be the base64url form of a SHA-256")]
    Challenge,
    /// Not 43 to 128 unreserved characters.
    #[error("code_verifier must be 43 to 128 unreserved characters")]
    Verifier,
    /// `code_challenge_method` without `code_challenge`.
    #[error("code_challenge is missing")]
    ChallengeMissing,
}

impl From<PkceError> for OAuthError {
    fn from(e: PkceError) -> Self {
        OAuthError::invalid_request(e.to_string())
    }
}

impl CodeChallenge {
    /// Parses a challenge of method S256.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let mut digest = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut digest) {
            Ok(32) => Ok(Self(digest)),
            _ => Err(PkceError::Challenge),
        }
    }

    /// The challenge of an authorization request: `None` if it has neither
    /// parameter. An absent method means `plain` (RFC 7636 §4.3) and is
    /// refused.
    pub fn from_parameters(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, PkceError> {
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(PkceError::ChallengeMissing),
            (Some(challenge), Some(S256)) => Self::parse(challenge).map(Some),
            (Some(_), _) => Err(PkceError::Method),
        }
    }

    /// The challenge that a verifier answers.
    pub fn of(verifier: &CodeVerifier) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, verifier.0.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// Whether the verifier answers this challenge (RFC 7636 §4.6), compared
    /// in constant time.
    #[must_use]
    pub fn verify(&self, verifier: &CodeVerifier) -> bool {
        self.0.ct_eq(&Self::of(verifier).0).into()
    }

    /// The SHA-256 itself.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for CodeChallenge {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = PkceError;

    fn try_from(text: String) -> Result<Self, PkceError> {
        Self::parse(&text)
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.to_string()
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl CodeVerifier {
    /// Parses a verifier.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PkceError::Verifier)
        }
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn rfc_7636_appendix_b() {
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.verify(&verifier));
        assert_eq!(CodeChallenge::of(&verifier).to_string(), CHALLENGE);
        let other = CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap();
        assert!(!challenge.verify(&other));
    }

    #[test]
    fn malformed_challenges() {
        let padded = format!("{CHALLENGE}=");
        let trailing_bits = CHALLENGE.replace("cM", "cN");
        for bad in ["", "short", &padded, &trailing_bits, &CHALLENGE.replace('-', "+"), &"A".repeat(44)] {
            assert_eq!(CodeChallenge::parse(bad).unwrap_err(), PkceError::Challenge, "{bad}");
        }
    }

    #[test]
    fn malformed_verifiers() {
        let short = "a".repeat(42);
        let long = "a".repeat(129);
        let odd = format!("{}+", "a".repeat(42));
        for bad in ["", &short, &long, &odd] {
            assert_eq!(CodeVerifier::parse(bad).unwrap_err(), PkceError::Verifier);
        }
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
    }

    #[test]
    fn methods() {
        let parse = CodeChallenge::from_parameters;
        assert_eq!(parse(None, None), Ok(None));
        assert!(matches!(parse(Some(CHALLENGE), Some("S256")), Ok(Some(_))));
        assert_eq!(parse(Some(CHALLENGE), Some("plain")), Err(PkceError::Method));
        assert_eq!(parse(Some(CHALLENGE), Some("s256")), Err(PkceError::Method));
        assert_eq!(parse(Some(CHALLENGE), None), Err(PkceError::Method));
        assert_eq!(parse(None, Some("S256")), Err(PkceError::ChallengeMissing));
    }
}
