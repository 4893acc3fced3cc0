//! What signs RS256: ring, or aws-lc-rs with the feature `aws-lc`. Everything
//! else about RSA is the same for both.

#[cfg(feature = "aws-lc")]
use aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc"))]
use ring as backend;

use backend::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use ring::rsa::PublicKeyComponents;

use crate::jwk::Jwk;
use crate::signing::{KeyError, SignError};

/// The name of the library that signs RS256.
pub const BACKEND: &str = if cfg!(feature = "aws-lc") { "aws-lc-rs" } else { "ring" };

/// A parsed RSA key.
pub(crate) struct RsaKey {
    pair: KeyPair,
    random: SystemRandom,
    public: PublicKeyComponents<Vec<u8>>,
}

impl RsaKey {
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        // The public half comes from ring in both cases: its checks are the
        // stricter ones, and the key must be good for either backend.
        let checked = ring::rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Malformed)?;
        let public = PublicKeyComponents::from(checked.public());
        #[cfg(feature = "aws-lc")]
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Malformed)?;
        #[cfg(not(feature = "aws-lc"))]
        let pair = checked;
        Ok(Self { pair, random: SystemRandom::new(), public })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        // A signature is as long as the modulus.
        let mut signature = vec![0; self.public.n.len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature);
        signed.map(|()| signature).map_err(|_| SignError::Key)
    }

    pub(crate) fn public_jwk(&self) -> Jwk {
        Jwk::rsa(&self.public.n, &self.public.e)
    }
}
