//! What signs RS256: ring, or aws-lc-rs with the feature `aws-lc`.

#[cfg(feature = "aws-lc")]
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
#[cfg(not(feature = "aws-lc"))]
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};

use crate::jwk::Jwk;
use crate::signing::{KeyError, SignError};

/// The library that signs RS256.
#[cfg(feature = "aws-lc")]
pub const BACKEND: &str = "aws-lc-rs";
/// The library that signs RS256.
#[cfg(not(feature = "aws-lc"))]
pub const BACKEND: &str = "ring";

/// A parsed RSA key.
pub(crate) struct RsaKey {
    pair: KeyPair,
    random: SystemRandom,
    public: PublicKeyComponents<Vec<u8>>,
}

impl RsaKey {
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Malformed)?;
        let public = PublicKeyComponents::from(pair.public_key());
        Ok(Self {
            pair,
            random: SystemRandom::new(),
            public,
        })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        // A signature is as long as the modulus.
        let mut signature = vec![0; self.public.n.len()];
        let signed = self
            .pair
            .sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature);
        signed.map(|()| signature).map_err(|_| SignError::Key)
    }

    pub(crate) fn public_jwk(&self) -> Jwk {
        Jwk::rsa(&self.public.n, &self.public.e)
    }
}
