//! Verifying JWTs (RFC 7515 §5.2, RFC 8725).

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::de::DeserializeOwned;

use crate::algorithm::Algorithm;
use crate::compact::{Compact, Header};
use crate::jwk::{Jwk, Jwks};

/// How many keys of a set are tried for a token without `kid`.
const MAX_CANDIDATES: usize = 8;

/// What a token must be, besides authentic.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// Acceptable values of `typ`, without `application/`. An empty string
    /// accepts an absent one.
    pub typ: &'a [&'a str],
    /// Acceptable algorithms.
    pub algorithms: &'a [Algorithm],
}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Longer than [`crate::MAX_TOKEN_LENGTH`].
    #[error("the token is too long")]
    TooLong,
    /// Not three base64url parts with a JSON header, or the claims have
    /// another shape.
    #[error("the token is malformed")]
    Malformed,
    /// The algorithm is unknown, not acceptable, or not that of the key.
    #[error("the algorithm is not acceptable")]
    Algorithm,
    /// `crit` names extensions; none is understood.
    #[error("the token has critical header parameters")]
    Critical,
    /// Another kind of token.
    #[error("the token is of another type")]
    Type,
    /// No `kid`, or one that is not known.
    #[error("the key is not known")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the signature is wrong")]
    Signature,
}

/// Why a key cannot be used for verification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// No `kid`.
    #[error("a key has no kid")]
    NoKid,
    /// Two keys share this `kid`.
    #[error("two keys share the kid {0}")]
    DuplicateKid(String),
    /// The key of this `kid` is malformed, or of a kind that is not supported.
    #[error("the key {0} is malformed or not supported")]
    Unsupported(String),
}

/// A token whose signature, algorithm, key and type are right. Times, issuer
/// and audience are the caller's to check.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The header.
    pub header: Header,
    /// The payload: JSON, as it was signed.
    pub payload: Vec<u8>,
}

impl Verified {
    /// The payload as claims.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, VerifyError> {
        // serde would read an array as the fields in order.
        if self.payload.trim_ascii_start().first() != Some(&b'{') {
            return Err(VerifyError::Malformed);
        }
        serde_json::from_slice(&self.payload).map_err(|_| VerifyError::Malformed)
    }
}

/// Our own public keys by `kid`.
#[derive(Debug, Clone, Default)]
pub struct VerificationKeys {
    keys: HashMap<String, (Algorithm, PublicKey)>,
}

impl VerificationKeys {
    /// The keys of a set. Each needs a `kid` and exactly one algorithm.
    pub fn from_jwks(jwks: &Jwks) -> Result<Self, JwkError> {
        let mut keys = HashMap::with_capacity(jwks.keys.len());
        for jwk in &jwks.keys {
            let kid = jwk.kid.clone().ok_or(JwkError::NoKid)?;
            let unsupported = || JwkError::Unsupported(kid.clone());
            let [algorithm] = jwk.algorithms()[..] else {
                return Err(unsupported());
            };
            let key = PublicKey::parse(jwk).ok_or_else(unsupported)?;
            if keys.insert(kid.clone(), (algorithm, key)).is_some() {
                return Err(JwkError::DuplicateKid(kid));
            }
        }
        Ok(Self { keys })
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key of that `kid` is known.
    pub fn contains(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// Verifies a compact JWS: form, size, `crit`, `alg`, `typ`, `kid` and
    /// signature.
    pub fn verify(&self, token: &str, expect: &Expect<'_>) -> Result<Verified, VerifyError> {
        let (compact, algorithm, key) = self.judge(token, expect)?;
        key.verify(algorithm, &compact)?;
        Ok(compact.into())
    }

    /// The same for a token whose signature [`verify`](Self::verify) found
    /// right before, letter for letter: everything but the signature is judged
    /// again, so a key that is gone takes its tokens with it.
    pub fn verify_again(&self, token: &str, expect: &Expect<'_>) -> Result<Verified, VerifyError> {
        let (compact, _, _) = self.judge(token, expect)?;
        Ok(compact.into())
    }

    /// Everything but the signature.
    fn judge<'a>(
        &self,
        token: &'a str,
        expect: &Expect<'_>,
    ) -> Result<(Compact<'a>, Algorithm, &PublicKey), VerifyError> {
        let compact = Compact::parse(token)?;
        let algorithm = acceptable_algorithm(&compact.header, expect.algorithms)?;
        check_type(&compact.header, expect.typ)?;
        let kid = compact.header.kid.as_deref();
        let (key_algorithm, key) = kid.and_then(|kid| self.keys.get(kid)).ok_or(VerifyError::UnknownKey)?;
        if *key_algorithm != algorithm {
            return Err(VerifyError::Algorithm);
        }
        Ok((compact, algorithm, key))
    }
}

/// Verifies a compact JWS of somebody else: form, size, `crit`, `alg`, `typ` and signature, under whichever key of
/// their set the header means. Which issuer the keys belong to is the caller's to know.
pub fn verify_with_set(token: &str, keys: &Jwks, expect: &Expect<'_>) -> Result<Verified, VerifyError> {
    let compact = Compact::parse(token)?;
    let algorithm = acceptable_algorithm(&compact.header, expect.algorithms)?;
    check_type(&compact.header, expect.typ)?;
    verify_with_any(keys, algorithm, &compact)?;
    Ok(compact.into())
}

/// Tries the keys of the `kid`, or without one those that fit the algorithm.
pub(crate) fn verify_with_any(keys: &Jwks, algorithm: Algorithm, compact: &Compact<'_>) -> Result<(), VerifyError> {
    let kid = compact.header.kid.as_deref();
    let candidates = keys
        .keys
        .iter()
        .filter(|key| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)))
        .filter(|key| key.algorithms().contains(&algorithm))
        .filter_map(PublicKey::parse)
        .take(MAX_CANDIDATES);
    let mut result = Err(VerifyError::UnknownKey);
    for key in candidates {
        result = key.verify(algorithm, compact);
        if result.is_ok() {
            break;
        }
    }
    result
}

impl From<Compact<'_>> for Verified {
    fn from(compact: Compact<'_>) -> Self {
        Self { header: compact.header, payload: compact.payload }
    }
}

/// The header's algorithm, if it is in the list and nothing is critical.
pub(crate) fn acceptable_algorithm(header: &Header, allowed: &[Algorithm]) -> Result<Algorithm, VerifyError> {
    if header.crit {
        return Err(VerifyError::Critical);
    }
    match header.alg.parse() {
        Ok(algorithm) if allowed.contains(&algorithm) => Ok(algorithm),
        _ => Err(VerifyError::Algorithm),
    }
}

/// `typ` compared without case and without `application/` (RFC 7515 §4.1.9).
pub(crate) fn check_type(header: &Header, allowed: &[&str]) -> Result<(), VerifyError> {
    const PREFIX: &str = "application/";
    let typ = header.typ.as_deref().unwrap_or_default();
    let short = match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.is_empty() => rest,
        _ => typ,
    };
    let found = allowed.iter().any(|t| t.eq_ignore_ascii_case(short));
    if found { Ok(()) } else { Err(VerifyError::Type) }
}

/// The bytes of a public key as ring wants them.
#[derive(Debug, Clone)]
pub(crate) enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An EC point, uncompressed, or an Ed25519 key.
    Bytes(Vec<u8>),
}

impl PublicKey {
    /// The key's bytes; `None` if a member is missing or malformed.
    pub(crate) fn parse(jwk: &Jwk) -> Option<Self> {
        let bytes = |member: &Option<String>| URL_SAFE_NO_PAD.decode(member.as_deref()?).ok();
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (bytes(&jwk.n)?, bytes(&jwk.e)?);
                // ring refuses leading zeros, which some libraries write.
                let trim = |b: Vec<u8>| b.iter().skip_while(|x| **x == 0).copied().collect();
                Some(Self::Rsa { n: trim(n), e: trim(e) })
            }
            ("EC", Some(curve)) => {
                let length = match curve {
                    "P-256" => 32,
                    "P-384" => 48,
                    _ => return None,
                };
                let (x, y) = (bytes(&jwk.x)?, bytes(&jwk.y)?);
                let right = x.len() == length && y.len() == length;
                right.then(|| Self::Bytes([&[4], x.as_slice(), y.as_slice()].concat()))
            }
            ("OKP", Some("Ed25519")) => {
                let x = bytes(&jwk.x)?;
                (x.len() == 32).then_some(Self::Bytes(x))
            }
            _ => None,
        }
    }

    /// Verifies the signature with an algorithm that fits the key.
    pub(crate) fn verify(&self, algorithm: Algorithm, compact: &Compact<'_>) -> Result<(), VerifyError> {
        let message = compact.signing_input.as_bytes();
        let signature = &compact.signature;
        let verified = match (self, algorithm) {
            (Self::Rsa { n, e }, Algorithm::RS256 | Algorithm::PS256) => {
                let parameters = match algorithm {
                    Algorithm::RS256 => &RSA_PKCS1_2048_8192_SHA256,
                    _ => &RSA_PSS_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (Self::Bytes(key), Algorithm::ES256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            (Self::Bytes(key), Algorithm::ES384) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key).verify(message, signature)
            }
            (Self::Bytes(key), Algorithm::EdDSA) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            _ => return Err(VerifyError::Algorithm),
        };
        verified.map_err(|_| VerifyError::Signature)
    }
}

/// Why a token's times do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is yet to come.
    #[error("the token is not valid yet")]
    NotYet,
}

/// Checks times in seconds since 1970; `leeway` is forgiven on either side.
pub fn check_times(exp: i64, nbf: Option<i64>, iat: Option<i64>, now: i64, leeway: i64) -> Result<(), TimeError> {
    if exp.saturating_add(leeway) <= now {
        return Err(TimeError::Expired);
    }
    let latest = now.saturating_add(leeway);
    if nbf.into_iter().chain(iat).any(|start| start > latest) {
        return Err(TimeError::NotYet);
    }
    Ok(())
}
