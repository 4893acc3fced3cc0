//! Signing JWTs (RFC 7515, RFC 7519) with keys that are parsed once.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use rsa::pkcs8::EncodePrivateKey as _;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::jwk::Jwk;
use crate::rsa_backend::RsaKey;

/// The size of the RSA keys that we make, in bits.
pub const RSA_BITS: usize = 2048;

/// Why a key cannot be made or loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The algorithm is for verification only.
    #[error("{0} keys do not sign here")]
    VerifyOnly(Algorithm),
    /// The PKCS#8 document is not a key of that algorithm.
    #[error("the private key is malformed or of another algorithm")]
    Malformed,
    /// The key could not be made.
    #[error("the key could not be generated")]
    Generation,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims cannot be written as JSON.
    #[error("claims cannot be serialized: {0}")]
    Claims(#[from] serde_json::Error),
    /// The key refused to sign.
    #[error("the key did not sign")]
    Key,
    /// A key service did not answer.
    #[error("the key service failed: {0}")]
    Service(String),
}

/// What signs: a key in memory, or a key service.
#[async_trait::async_trait]
pub trait Signer: Send + Sync {
    /// The `kid` of what it signs.
    fn kid(&self) -> &str;

    /// The `alg` of what it signs.
    fn algorithm(&self) -> Algorithm;

    /// A JWS signature over the message (for ES256: r and s, 32 bytes each).
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Signs claims as a compact JWS with the header `{alg, kid, typ}`.
pub async fn sign_jwt<S: Signer + ?Sized>(
    signer: &S,
    typ: &str,
    claims: &(impl Serialize + Sync + ?Sized),
) -> Result<String, SignError> {
    let mut token = signing_input(signer.algorithm(), signer.kid(), typ, claims)?;
    let signature = signer.sign(token.as_bytes()).await?;
    append_signature(&mut token, &signature);
    Ok(token)
}

fn signing_input(
    algorithm: Algorithm,
    kid: &str,
    typ: &str,
    claims: &(impl Serialize + ?Sized),
) -> Result<String, SignError> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: &'static str,
        kid: &'a str,
        typ: &'a str,
    }
    let header = Header { alg: algorithm.as_str(), kid, typ };
    let mut json = Vec::with_capacity(1024);
    // The header and claims together, an ES256 or EdDSA signature, the dots.
    let mut token = String::with_capacity(1536);
    serde_json::to_writer(&mut json, &header)?;
    URL_SAFE_NO_PAD.encode_string(&json, &mut token);
    token.push('.');
    json.clear();
    serde_json::to_writer(&mut json, claims)?;
    URL_SAFE_NO_PAD.encode_string(&json, &mut token);
    Ok(token)
}

fn append_signature(token: &mut String, signature: &[u8]) {
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, token);
}

/// A private key, parsed. `Debug` shows its identifier and algorithm only.
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    random: SystemRandom,
}

enum Pair {
    Rsa(Box<RsaKey>),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Makes a key; its `kid` is its RFC 7638 thumbprint. Returns the PKCS#8
    /// document too, to be sealed and stored.
    ///
    /// RSA takes 0.2 to 0.5 s of CPU: call it where blocking is allowed.
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Zeroizing<Vec<u8>>), KeyError> {
        let random = SystemRandom::new();
        let pkcs8 = match algorithm {
            Algorithm::RS256 => generate_rsa()?,
            Algorithm::ES256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map(|document| Zeroizing::new(document.as_ref().to_vec()))
                .map_err(|_| KeyError::Generation)?,
            Algorithm::EdDSA => Ed25519KeyPair::generate_pkcs8(&random)
                .map(|document| Zeroizing::new(document.as_ref().to_vec()))
                .map_err(|_| KeyError::Generation)?,
            other => return Err(KeyError::VerifyOnly(other)),
        };
        let mut key = Self::from_pkcs8("", algorithm, &pkcs8)?;
        key.kid = key.bare_jwk().thumbprint().ok_or(KeyError::Generation)?;
        Ok((key, pkcs8))
    }

    /// Parses a PKCS#8 document that [`SigningKey::generate`] returned.
    pub fn from_pkcs8(kid: impl Into<String>, algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let pair = match algorithm {
            Algorithm::RS256 => Pair::Rsa(Box::new(RsaKey::from_pkcs8(pkcs8)?)),
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random);
                Pair::Ecdsa(Box::new(pair.map_err(|_| KeyError::Malformed)?))
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8);
                Pair::Ed25519(Box::new(pair.map_err(|_| KeyError::Malformed)?))
            }
            other => return Err(KeyError::VerifyOnly(other)),
        };
        Ok(Self { kid: kid.into(), algorithm, pair, random })
    }

    /// The key's identifier.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key's algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half, with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> Jwk {
        Jwk {
            kid: Some(self.kid.clone()),
            alg: Some(self.algorithm.as_str().to_owned()),
            use_: Some("sig".to_owned()),
            ..self.bare_jwk()
        }
    }

    /// Signs claims as a compact JWS with the header `{alg, kid, typ}`.
    ///
    /// Asynchronous like [`sign_jwt`], so that a key service can take its
    /// place; this one never waits.
    pub async fn sign_jwt(&self, typ: &str, claims: &(impl Serialize + ?Sized)) -> Result<String, SignError> {
        let mut token = signing_input(self.algorithm, &self.kid, typ, claims)?;
        let signature = self.sign_now(token.as_bytes())?;
        append_signature(&mut token, &signature);
        Ok(token)
    }

    fn sign_now(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.pair {
            Pair::Rsa(key) => key.sign(message),
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&self.random, message);
                Ok(signature.map_err(|_| SignError::Key)?.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }

    fn bare_jwk(&self) -> Jwk {
        match &self.pair {
            Pair::Rsa(key) => key.public_jwk(),
            // An uncompressed point: 4, x, y.
            Pair::Ecdsa(pair) => {
                let point = pair.public_key().as_ref();
                Jwk::ec("P-256", &point[1..33], &point[33..65])
            }
            Pair::Ed25519(pair) => Jwk::ed25519(pair.public_key().as_ref()),
        }
    }
}

fn generate_rsa() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let key = rsa::RsaPrivateKey::new(&mut rand::rngs::OsRng, RSA_BITS);
    let key = key.map_err(|_| KeyError::Generation)?;
    let document = key.to_pkcs8_der().map_err(|_| KeyError::Generation)?;
    Ok(document.to_bytes())
}

#[async_trait::async_trait]
impl Signer for SigningKey {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign_now(message)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
