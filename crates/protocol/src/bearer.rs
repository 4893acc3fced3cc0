//! Bearer tokens in requests and challenges in responses (RFC 6750, RFC 9110
//! §11.6.1).

use std::fmt::Write as _;

use crate::error::OAuthError;

/// Reads an `Authorization` header. `None` if its scheme is not Bearer.
///
/// # Errors
/// `invalid_request` if what follows is not one `b64token` (RFC 6750 §2.1).
pub fn parse_authorization(header: &str) -> Result<Option<&str>, OAuthError> {
    match strip_scheme(header, "Bearer") {
        None => Ok(None),
        Some(token) if is_b64token(token) => Ok(Some(token)),
        Some(_) => Err(OAuthError::invalid_request("the bearer token is malformed")),
    }
}

/// What follows the scheme, compared without case, and its spaces.
pub(crate) fn strip_scheme<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (name, rest) = header.split_once(' ').unwrap_or((header, ""));
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_matches(' '))
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    !body.is_empty() && body.bytes().all(allowed)
}

/// A `WWW-Authenticate` header in the making.
#[derive(Debug, Clone)]
pub struct Challenge {
    text: String,
    first: bool,
}

impl Challenge {
    /// A Bearer challenge (RFC 6750 §3).
    #[must_use]
    pub fn bearer(realm: &str) -> Self {
        Self::new("Bearer", realm)
    }

    /// A Basic challenge (RFC 7617 §2), for clients.
    #[must_use]
    pub fn basic(realm: &str) -> Self {
        Self::new("Basic", realm)
    }

    fn new(scheme: &str, realm: &str) -> Self {
        let challenge = Self { text: scheme.to_owned(), first: true };
        challenge.attribute("realm", realm)
    }

    /// Adds `error` and `error_description`. A request without any
    /// authentication information gets neither (RFC 6750 §3.1).
    #[must_use]
    pub fn error(self, error: &OAuthError) -> Self {
        let with_code = self.attribute("error", error.code.as_str());
        if error.description.is_empty() {
            with_code
        } else {
            with_code.attribute("error_description", &error.description)
        }
    }

    /// Adds the scope that would do.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.attribute("scope", scope)
    }

    /// Adds a parameter of another specification.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.attribute(name, value)
    }

    fn attribute(mut self, name: &str, value: &str) -> Self {
        self.text.push_str(if self.first { " " } else { ", " });
        self.first = false;
        let _ = write!(self.text, "{name}=\"");
        for c in value.chars() {
            match c {
                '"' | '\\' => self.text.extend(['\\', c]),
                // A header value is printable ASCII, whatever we are given.
                ' '..='~' => self.text.push(c),
                _ => self.text.push('?'),
            }
        }
        self.text.push('"');
        self
    }

    /// The header's value: printable ASCII.
    pub fn into_header(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn tokens() {
        assert_eq!(parse_authorization("Bearer abc.d-e_f==").unwrap(), Some("abc.d-e_f=="));
        assert_eq!(parse_authorization("bEARER  abc").unwrap(), Some("abc"));
        assert_eq!(parse_authorization("Basic abc").unwrap(), None);
        assert_eq!(parse_authorization("").unwrap(), None);
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer =", "Bearer a=b", "Bearer a,b", "Bearer é"] {
            let e = parse_authorization(bad).unwrap_err();
            assert_eq!(e.code, ErrorCode::InvalidRequest, "{bad}");
        }
    }

    #[test]
    fn challenges() {
        assert_eq!(Challenge::bearer("id.test").into_header(), r#"Bearer realm="id.test""#);
        let e = OAuthError::new(ErrorCode::InsufficientScope, "needs openid");
        assert_eq!(
            Challenge::bearer("id.test").error(&e).scope("openid").into_header(),
            r#"Bearer realm="id.test", error="insufficient_scope", error_description="needs openid", scope="openid""#
        );
        assert_eq!(Challenge::basic("a\"b\\c\r\né").into_header(), r#"Basic realm="a\"b\\c???""#);
    }
}
