//! Parameters of requests: `application/x-www-form-urlencoded` in a query or a
//! body (RFC 6749 §3.1, §3.2, appendix B), decoded strictly.

use std::fmt;

use crate::error::OAuthError;

/// The most name/value pairs that one request may carry.
pub const MAX_PAIRS: usize = 512;

/// Decoded parameters in the order in which they were sent.
///
/// `Debug` shows names only: values may be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

/// Why a query or form body could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// `%` is not followed by two hexadecimal digits.
    #[error("malformed percent-encoding")]
    PercentEncoding,
    /// The decoded bytes are not UTF-8.
    #[error("parameters are not valid UTF-8")]
    Utf8,
    /// A decoded NUL.
    #[error("parameters contain a NUL character")]
    Nul,
    /// More than [`MAX_PAIRS`] pairs.
    #[error("too many parameters")]
    TooMany,
}

impl From<ParamsError> for OAuthError {
    fn from(e: ParamsError) -> Self {
        OAuthError::invalid_request(match e {
            ParamsError::PercentEncoding => "malformed percent-encoding",
            ParamsError::Utf8 => "parameters are not valid UTF-8",
            ParamsError::Nul => "parameters contain a NUL character",
            ParamsError::TooMany => "too many parameters",
        })
    }
}

impl Params {
    /// Decodes a query string or form body. Empty input gives no pairs.
    pub fn parse(input: &[u8]) -> Result<Self, ParamsError> {
        let mut pairs = Vec::new();
        for piece in input.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(ParamsError::TooMany);
            }
            let (name, value) = match piece.iter().position(|b| *b == b'=') {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &[][..]),
            };
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self { pairs })
    }

    /// Parameters from pairs that are decoded already.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        Self { pairs }
    }

    /// The value of a parameter that may be sent once. An empty value counts
    /// as omitted (RFC 6749 §3.1).
    ///
    /// # Errors
    /// `invalid_request` naming the parameter, if it was sent more than once,
    /// even with empty or equal values.
    pub fn get_once(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut found = self.pairs.iter().filter(|(n, _)| n == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(OAuthError::invalid_request(format!("{name} was sent more than once")));
        }
        Ok(first.map(|(_, v)| v.as_str()).filter(|v| !v.is_empty()))
    }

    /// The value of a parameter that must be sent exactly once, not empty.
    ///
    /// # Errors
    /// `invalid_request` naming the parameter, if it is missing or repeated.
    pub fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get_once(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")))
    }

    /// Every non-empty value of a parameter that may be repeated, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// Whether the parameter was sent, if only with an empty value.
    pub fn contains(&self, name: &str) -> bool {
        self.pairs.iter().any(|(n, _)| n == name)
    }

    /// How often the parameter was sent, empty values included.
    pub fn count(&self, name: &str) -> usize {
        self.pairs.iter().filter(|(n, _)| n == name).count()
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The pairs, encoded again as `application/x-www-form-urlencoded`.
    pub fn encode(&self) -> String {
        encode(self.iter())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(n, _)| n)).finish()
    }
}

/// Encodes pairs as `application/x-www-form-urlencoded`.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Decodes one name or value: `+` is a space, `%XX` a byte (RFC 6749
/// appendix B).
pub fn decode(input: &[u8]) -> Result<String, ParamsError> {
    let mut out = Vec::with_capacity(input.len());
    let mut bytes = input.iter();
    while let Some(&b) = bytes.next() {
        let decoded = match b {
            b'+' => b' ',
            b'%' => {
                let high = bytes.next().and_then(|b| hex_digit(*b));
                let low = bytes.next().and_then(|b| hex_digit(*b));
                match (high, low) {
                    (Some(high), Some(low)) => high << 4 | low,
                    _ => return Err(ParamsError::PercentEncoding),
                }
            }
            b => b,
        };
        if decoded == 0 {
            return Err(ParamsError::Nul);
        }
        out.push(decoded);
    }
    String::from_utf8(out).map_err(|_| ParamsError::Utf8)
}

const fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorCode;
    use proptest::prelude::*;

    #[test]
    fn decodes_in_order() {
        let p = Params::parse(b"a=1&b=x+y%20z&&a=2&flag&e=&=v").unwrap();
        let pairs: Vec<_> = p.iter().collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x y z"), ("a", "2"), ("flag", ""), ("e", ""), ("", "v")]);
        assert_eq!(p.get_all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(p.get_once("b").unwrap(), Some("x y z"));
        assert_eq!(p.get_once("e").unwrap(), None);
        assert_eq!(p.get_once("missing").unwrap(), None);
    }

    #[test]
    fn repeated_is_named() {
        for body in ["a=1&a=2", "a=1&a=1", "a=&a=1", "a&a"] {
            let p = Params::parse(body.as_bytes()).unwrap();
            let e = p.get_once("a").unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidRequest);
            assert_eq!(e.description, "a was sent more than once");
        }
    }

    #[test]
    fn malformed_input_is_refused() {
        let table: &[(&[u8], ParamsError)] = &[
            (b"a=%", ParamsError::PercentEncoding),
            (b"a=%4", ParamsError::PercentEncoding),
            (b"a=%zz", ParamsError::PercentEncoding),
            (b"%4=1", ParamsError::PercentEncoding),
            (b"a=%+1", ParamsError::PercentEncoding),
            (b"a=%ff", ParamsError::Utf8),
            (b"a=\xff", ParamsError::Utf8),
            (b"a=%c3%28", ParamsError::Utf8),
            (b"a=%00", ParamsError::Nul),
            (b"a=\0", ParamsError::Nul),
        ];
        for (input, error) in table {
            assert_eq!(Params::parse(input).unwrap_err(), *error, "{input:?}");
        }
        let many = "a=1&".repeat(MAX_PAIRS + 1);
        assert_eq!(Params::parse(many.as_bytes()).unwrap_err(), ParamsError::TooMany);
    }

    #[test]
    fn debug_hides_values() {
        let p = Params::parse(b"client_secret=hunter2").unwrap();
        assert_eq!(format!("{p:?}"), r#"["client_secret"]"#);
    }

    proptest! {
        #[test]
        fn encoding_round_trips(pairs in proptest::collection::vec(("[^\0]{0,12}", "[^\0]{0,12}"), 0..8)) {
            let p = Params::from_pairs(pairs);
            let parsed = Params::parse(p.encode().as_bytes()).unwrap();
            prop_assert_eq!(parsed, p);
        }

        #[test]
        fn never_panics(input in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Params::parse(&input);
        }
    }
}
