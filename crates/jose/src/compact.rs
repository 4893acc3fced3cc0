//! The compact serialization (RFC 7515 §7.1), taken apart strictly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::verification::VerifyError;

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// The members of a JOSE header that matter. Others are ignored: `jwk`, `jku`,
/// `x5u` and `x5c` never say which key to trust (RFC 8725 §3.10).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Header {
    /// The algorithm's name, not judged yet.
    pub alg: String,
    /// The key.
    #[serde(default)]
    pub kid: Option<String>,
    /// The kind of token.
    #[serde(default)]
    pub typ: Option<String>,
    /// Extensions that must be understood. None is, so this must be absent.
    #[serde(default, deserialize_with = "present")]
    pub crit: bool,
}

/// `true` for whatever value, `null` included.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// A token in its parts, nothing verified.
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    pub(crate) signing_input: &'a str,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Exactly three parts, each unpadded base64url, with a JSON object as
    /// header.
    pub(crate) fn parse(token: &'a str) -> Result<Self, VerifyError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(VerifyError::TooLong);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(VerifyError::Malformed)?;
        // A further dot would end up in the payload, where base64 refuses it.
        Ok(Self {
            header: parse_header(header)?,
            signing_input,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

/// The header of a token whose signature has not been verified: for choosing
/// the key, never for deciding.
pub fn decode_unverified_header(token: &str) -> Result<Header, VerifyError> {
    Compact::parse(token).map(|compact| compact.header)
}

/// The payload of a token whose signature has not been verified: for choosing
/// the key, never for deciding.
pub fn decode_unverified_payload(token: &str) -> Result<Vec<u8>, VerifyError> {
    Compact::parse(token).map(|compact| compact.payload)
}

fn parse_header(encoded: &str) -> Result<Header, VerifyError> {
    let json = decode(encoded)?;
    // serde would read an array as the fields in order.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(VerifyError::Malformed);
    }
    serde_json::from_slice(&json).map_err(|_| VerifyError::Malformed)
}

fn decode(encoded: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| VerifyError::Malformed)
}
