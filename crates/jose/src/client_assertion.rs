//! Client assertions (RFC 7523 §2.2, §3): `private_key_jwt`.

use serde::{Deserialize, Deserializer};

use crate::algorithm::Algorithm;
use crate::compact::Compact;
use crate::jwk::Jwks;
use crate::verification::{
    TimeError, Verified, VerifyError, acceptable_algorithm, check_times, check_type, verify_with_any,
};

/// The value of `client_assertion_type`.
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead `exp` may be, in seconds: so long a `jti` is remembered.
pub const MAX_LIFETIME: i64 = 600;
/// How far ahead `iat` and `nbf` may be, in seconds: clocks differ.
pub const CLOCK_LEEWAY: i64 = 30;
/// The longest `jti`, in bytes.
pub const MAX_JTI_LENGTH: usize = 256;
/// Acceptable values of `typ`; it is often absent.
const TYPES: &[&str] = &["", "JWT", "client-authentication+jwt"];

/// What an authentic assertion says. Its `jti` is yet to be spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// `iss` and `sub`.
    pub client_id: String,
    /// To be spent once per client, until `exp`.
    pub jti: String,
    /// Expiry, seconds since 1970.
    pub exp: i64,
    /// Time of issue, seconds since 1970.
    pub iat: Option<i64>,
    /// The audience that it named.
    pub aud: String,
    /// The algorithm that signed it.
    pub algorithm: Algorithm,
}

/// Why an assertion was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Malformed, of another type, or not signed by a key of the client.
    #[error(transparent)]
    Token(#[from] VerifyError),
    /// Expired, or not valid yet.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// `iss` and `sub` differ.
    #[error("iss and sub must both be the client_id")]
    Issuer,
    /// `aud` is not exactly one acceptable string.
    #[error("aud must be exactly one accepted string")]
    Audience,
    /// `exp` is further ahead than [`MAX_LIFETIME`].
    #[error("exp is too far ahead")]
    Lifetime,
    /// `jti` is missing, empty or too long.
    #[error("jti must be 1 to 256 characters")]
    Jti,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// A string; an array is refused, even of one.
    aud: serde_json::Value,
    #[serde(deserialize_with = "numeric_date")]
    exp: i64,
    #[serde(default, deserialize_with = "optional_numeric_date")]
    nbf: Option<i64>,
    #[serde(default, deserialize_with = "optional_numeric_date")]
    iat: Option<i64>,
    #[serde(default)]
    jti: Option<String>,
}

/// The client that an assertion claims to come from, nothing verified: for
/// finding its keys.
pub fn assertion_client_id(jwt: &str) -> Result<String, AssertionError> {
    let compact = Compact::parse(jwt)?;
    let claims = claims_of(compact)?;
    if claims.iss != claims.sub || claims.sub.is_empty() {
        return Err(AssertionError::Issuer);
    }
    Ok(claims.sub)
}

/// Verifies an assertion against the client's keys. `now` is in seconds since
/// 1970. Spending the `jti` is the caller's.
pub fn verify_client_assertion(
    jwt: &str,
    keys: &Jwks,
    allowed: &[Algorithm],
    accepted_audiences: &[&str],
    now: i64,
) -> Result<Assertion, AssertionError> {
    let compact = Compact::parse(jwt)?;
    let algorithm = acceptable_algorithm(&compact.header, allowed)?;
    check_type(&compact.header, TYPES)?;
    verify_with_any(keys, algorithm, &compact)?;
    let claims = claims_of(compact)?;
    if claims.iss != claims.sub || claims.sub.is_empty() {
        return Err(AssertionError::Issuer);
    }
    let aud = claims.aud.as_str().unwrap_or_default();
    if !accepted_audiences.contains(&aud) {
        return Err(AssertionError::Audience);
    }
    check_lifetime(&claims, now)?;
    let aud = aud.to_owned();
    let jti = claims.jti.unwrap_or_default();
    if jti.is_empty() || jti.len() > MAX_JTI_LENGTH {
        return Err(AssertionError::Jti);
    }
    Ok(Assertion { client_id: claims.sub, jti, exp: claims.exp, iat: claims.iat, aud, algorithm })
}

/// An expired assertion gets no leeway: its `jti` may be forgotten already.
fn check_lifetime(claims: &Claims, now: i64) -> Result<(), AssertionError> {
    check_times(claims.exp, None, None, now, 0)?;
    check_times(claims.exp, claims.nbf, claims.iat, now, CLOCK_LEEWAY)?;
    if claims.exp > now.saturating_add(MAX_LIFETIME) {
        return Err(AssertionError::Lifetime);
    }
    Ok(())
}

fn claims_of(compact: Compact<'_>) -> Result<Claims, VerifyError> {
    let verified = Verified { header: compact.header, payload: compact.payload };
    verified.claims()
}

/// Seconds since 1970; fractions are cut off (RFC 7519 §2).
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_i64();
    // A cast of a float saturates, so that nothing wraps around.
    whole
        .or_else(|| number.as_f64().map(|seconds| seconds as i64))
        .ok_or_else(|| serde::de::Error::custom("not a number of seconds"))
}

fn optional_numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    numeric_date(deserializer).map(Some)
}
