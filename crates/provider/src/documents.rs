//! The public documents, written once and answered as they are: metadata (RFC 8414) and keys (RFC 7517).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde::Serialize;

/// A JSON document with its entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The document.
    pub body: Bytes,
    /// What changes with it (RFC 9110 section 8.8.3), with its quotes.
    pub etag: String,
}

impl Document {
    /// Writes a document.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn write(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(value)?;
        let hash = storage::sealed::sha256(&body);
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..16]));
        Ok(Self { body: body.into(), etag })
    }

    /// Whether an `If-None-Match` header names this document (RFC 9110 section 13.1.2).
    #[must_use]
    pub fn is_named_by(&self, if_none_match: &str) -> bool {
        let tags = if_none_match.split(',').map(str::trim);
        tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == "*" || tag == self.etag)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn entity_tags() {
        let document = Document::write(&serde_json::json!({ "a": 1 })).unwrap();
        let other = Document::write(&serde_json::json!({ "a": 2 })).unwrap();
        assert_ne!(document.etag, other.etag);
        for named in [document.etag.as_str(), "*", &format!("\"x\", W/{}", document.etag)] {
            assert!(document.is_named_by(named), "{named}");
        }
        for unnamed in ["", "\"x\"", document.etag.trim_matches('"'), &other.etag] {
            assert!(!document.is_named_by(unnamed), "{unnamed}");
        }
    }
}
