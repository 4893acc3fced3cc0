//! Compact JWTs (RFC 7519): taken apart, and their signature checked against a JWKS.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey, JsonWebKeyAlgorithm,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

/// A JWT is a few kilobytes at most; anything longer is not worth decoding.
const MAX_LENGTH: usize = 16 * 1024;

/// Why a text is not an acceptable JWT. Fit to be told to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JwtError {
    #[error("the token is not a JWT")]
    Malformed,
    #[error("the token is signed with an algorithm that is not accepted")]
    Algorithm,
    #[error("the token demands an extension that is not understood")]
    Critical,
    #[error("the token is of another kind")]
    Type,
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    #[error("the signature of the token is wrong")]
    Signature,
}

/// A JWT whose signature has not been checked: good for display, never for a decision.
#[derive(Clone, Debug)]
pub(crate) struct Jwt {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signing_input: String,
    signature: Vec<u8>,
}

impl Jwt {
    /// Takes the three parts apart.
    pub(crate) fn parse(token: &str) -> Result<Self, JwtError> {
        if token.len() > MAX_LENGTH {
            return Err(JwtError::Malformed);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
        let (header, claims) = signing_input.split_once('.').ok_or(JwtError::Malformed)?;
        Ok(Self {
            header: object(header)?,
            claims: object(claims)?,
            signing_input: signing_input.to_owned(),
            signature: bytes(signature)?,
        })
    }

    /// The key that the token says it was signed with.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// Checks what the header promises (RFC 8725): the kind of token, no unknown extension,
    /// and an algorithm that the issuer signs with. `kind` is a `typ` such as `at+jwt`.
    pub(crate) fn check_header(&self, kind: &str) -> Result<CoreJwsSigningAlgorithm, JwtError> {
        if self.header.contains_key("crit") {
            return Err(JwtError::Critical);
        }
        let typ = self.header.get("typ").and_then(Value::as_str).ok_or(JwtError::Type)?;
        let typ = typ.to_ascii_lowercase();
        if typ.strip_prefix("application/").unwrap_or(&typ) != kind {
            return Err(JwtError::Type);
        }
        match self.header.get("alg").and_then(Value::as_str) {
            Some("ES256") => Ok(CoreJwsSigningAlgorithm::EcdsaP256Sha256),
            Some("EdDSA") => Ok(CoreJwsSigningAlgorithm::EdDsa),
            Some("RS256") => Ok(CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
            _ => Err(JwtError::Algorithm),
        }
    }

    /// Checks the signature with one key, which must be meant for signatures of this algorithm.
    pub(crate) fn verify(&self, algorithm: &CoreJwsSigningAlgorithm, key: &CoreJsonWebKey) -> Result<(), JwtError> {
        match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(only) if only != algorithm => {
                return Err(JwtError::Algorithm);
            }
            JsonWebKeyAlgorithm::Unsupported => return Err(JwtError::Algorithm),
            _ => {}
        }
        key.verify_signature(algorithm, self.signing_input.as_bytes(), &self.signature).map_err(|_| JwtError::Signature)
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn seconds(&self, claim: &str) -> Option<i64> {
        let value = self.claims.get(claim)?;
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// The audiences: a single text or a list of texts.
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        }
    }

    /// Who acts for the subject (RFC 8693 section 4.1), the current actor first.
    pub(crate) fn actors(&self) -> Vec<&str> {
        let mut actors = vec![];
        let mut act = self.claims.get("act");
        while let Some(actor) = act {
            actors.extend(actor.get("sub").and_then(Value::as_str));
            act = actor.get("act");
        }
        actors
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}

fn object(part: &str) -> Result<Map<String, Value>, JwtError> {
    serde_json::from_slice(&bytes(part)?).map_err(|_| JwtError::Malformed)
}
