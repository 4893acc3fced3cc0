//! HTTP Basic client credentials: RFC 7617, with the form-encoding that
//! RFC 6749 §2.3.1 asks for.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{ErrorCode, OAuthError};
use crate::form;

/// A client's identifier and secret. `Debug` hides the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct BasicCredentials {
    /// The identifier, not empty.
    pub client_id: String,
    /// The secret, perhaps empty.
    pub client_secret: String,
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BasicCredentials({})", self.client_id)
    }
}

/// Reads an `Authorization` header. `None` if its scheme is not Basic.
///
/// # Errors
/// `invalid_client` if the credentials are malformed: not base64, no colon,
/// not UTF-8, or not form-encoded.
pub fn parse_authorization(header: &str) -> Result<Option<BasicCredentials>, OAuthError> {
    let Some(encoded) = crate::bearer::strip_scheme(header, "Basic") else {
        return Ok(None);
    };
    let credentials = decode(encoded)
        .ok_or_else(|| OAuthError::new(ErrorCode::InvalidClient, "the Basic credentials are malformed"))?;
    Ok(Some(credentials))
}

fn decode(encoded: &str) -> Option<BasicCredentials> {
    let bytes = STANDARD.decode(encoded).ok()?;
    let colon = bytes.iter().position(|b| *b == b':')?;
    let client_id = form::decode(&bytes[..colon]).ok()?;
    let client_secret = form::decode(&bytes[colon + 1..]).ok()?;
    (!client_id.is_empty()).then_some(BasicCredentials { client_id, client_secret })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn header(credentials: &[u8]) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    #[test]
    fn rfc_6749_section_2_3_1() {
        let c = parse_authorization("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3").unwrap().unwrap();
        assert_eq!(c.client_id, "s6BhdRkqt3");
        assert_eq!(c.client_secret, "7Fjfp0ZBr1KtDRbnfVdmIw");
        assert!(!format!("{c:?}").contains("7Fjfp"));
    }

    #[test]
    fn form_encoding_is_undone() {
        let c = parse_authorization(&header(b"https%3A%2F%2Fa.test:p%3Ass+w%C3%B6rd:x")).unwrap().unwrap();
        assert_eq!(c.client_id, "https://a.test");
        assert_eq!(c.client_secret, "p:ss wörd:x");
    }

    #[test]
    fn other_schemes_and_case() {
        assert_eq!(parse_authorization("Bearer x").unwrap(), None);
        assert_eq!(parse_authorization("Basicx").unwrap(), None);
        let lower = header(b"a:b").replace("Basic", "bAsIc ");
        assert!(parse_authorization(&lower).unwrap().is_some());
    }

    #[test]
    fn malformed() {
        for bad in [
            "Basic".to_owned(),
            "Basic ".to_owned(),
            "Basic ***".to_owned(),
            "Basic YTpi YTpi".to_owned(),
            header(b"no-colon"),
            header(b":secret"),
            header(b"a:%zz"),
            header(b"a:\xff"),
            header(b"a:\0"),
        ] {
            let e = parse_authorization(&bad).unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidClient, "{bad}");
        }
    }
}
