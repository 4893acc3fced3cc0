//! Signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A JWS algorithm. There is no `none` and nothing symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// Ed25519. We write the older name `EdDSA`, which every library reads, and
    /// read `Ed25519` too (RFC 9864).
    #[serde(alias = "Ed25519")]
    EdDSA,
    /// RSASSA-PSS with SHA-256. Verified only.
    PS256,
    /// ECDSA on P-384 with SHA-384. Verified only.
    ES384,
}

/// A name that is no algorithm of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown algorithm")]
pub struct UnknownAlgorithm;

impl Algorithm {
    /// What we sign with.
    pub const SIGNING: &'static [Algorithm] = &[Self::RS256, Self::ES256, Self::EdDSA];
    /// What we verify.
    pub const ALL: &'static [Algorithm] = &[Self::RS256, Self::ES256, Self::EdDSA, Self::PS256, Self::ES384];

    /// The value of `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
            Self::PS256 => "PS256",
            Self::ES384 => "ES384",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        if name == "Ed25519" {
            return Ok(Self::EdDSA);
        }
        let found = Self::ALL.iter().copied().find(|a| a.as_str() == name);
        found.ok_or(UnknownAlgorithm)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names() {
        for alg in Algorithm::ALL {
            assert_eq!(alg.as_str().parse(), Ok(*alg));
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
        }
        assert_eq!("Ed25519".parse(), Ok(Algorithm::EdDSA));
        for bad in ["none", "Ed448", "None", "HS256", "rs256", "RS512", "ES256K", ""] {
            assert_eq!(bad.parse::<Algorithm>(), Err(UnknownAlgorithm), "{bad}");
        }
    }
}
