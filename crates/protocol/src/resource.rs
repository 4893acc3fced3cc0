//! Resource indicators (RFC 8707).

use url::Url;

use crate::error::{ErrorCode, OAuthError};
use crate::form::Params;

/// The most `resource` values that one request may name.
pub const MAX_RESOURCES: usize = 32;

/// A resource indicator that RFC 8707 §2 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// Not an absolute URI (RFC 3986 §4.3).
    #[error("resource must be an absolute URI")]
    NotAbsolute,
    /// It has a fragment.
    #[error("resource must not have a fragment")]
    Fragment,
    /// More than [`MAX_RESOURCES`] values.
    #[error("too many resource values")]
    TooMany,
}

impl From<ResourceError> for OAuthError {
    fn from(e: ResourceError) -> Self {
        OAuthError::new(ErrorCode::InvalidTarget, e.to_string())
    }
}

/// Checks that the text is an absolute URI without a fragment (RFC 8707 §2).
/// Indicators are compared as strings, nothing is normalized.
pub fn validate(indicator: &str) -> Result<(), ResourceError> {
    if indicator.contains('#') {
        return Err(ResourceError::Fragment);
    }
    if !crate::redirect_uri::has_uri_characters_only(indicator) {
        return Err(ResourceError::NotAbsolute);
    }
    let url = Url::parse(indicator).map_err(|_| ResourceError::NotAbsolute)?;
    // `Url` repairs what is missing, such as "https:host".
    let hierarchical = matches!(url.scheme(), "http" | "https");
    let rest = indicator[url.scheme().len()..].strip_prefix("://");
    if hierarchical && rest.is_none_or(|rest| rest.starts_with(['/', '?'])) {
        return Err(ResourceError::NotAbsolute);
    }
    let nothing_after_scheme = indicator.len() == url.scheme().len() + 1;
    if nothing_after_scheme {
        return Err(ResourceError::NotAbsolute);
    }
    Ok(())
}

/// The distinct `resource` values of a request, in order.
///
/// # Errors
/// `invalid_target` if one is malformed.
pub fn from_params(params: &Params) -> Result<Vec<String>, ResourceError> {
    distinct(params.get_all("resource"))
}

/// The distinct ones of these indicators, in order.
///
/// # Errors
/// `invalid_target` if one is malformed.
pub fn distinct<'a>(indicators: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, ResourceError> {
    let mut resources: Vec<String> = Vec::new();
    for indicator in indicators {
        validate(indicator)?;
        if resources.iter().any(|r| r == indicator) {
            continue;
        }
        if resources.len() == MAX_RESOURCES {
            return Err(ResourceError::TooMany);
        }
        resources.push(indicator.to_owned());
    }
    Ok(resources)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn table() {
        for good in
            ["https://api.example.test", "https://api.example.test/v1?x=y", "http://localhost:8082", "urn:example:api"]
        {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "api",
            "/api",
            "//host",
            "https:",
            "https:host",
            "https://",
            "https:///host",
            "a b:c",
            "https://é.test",
        ] {
            assert_eq!(validate(bad), Err(ResourceError::NotAbsolute), "{bad}");
        }
        assert_eq!(validate("https://a.test/#x"), Err(ResourceError::Fragment));
        assert_eq!(validate("https://a.test#"), Err(ResourceError::Fragment));
    }

    #[test]
    fn repeated_values_are_kept_once() {
        let p = Params::parse(b"resource=https://b.test&resource=https://a.test&resource=https://b.test&resource=")
            .unwrap();
        assert_eq!(from_params(&p).unwrap(), ["https://b.test", "https://a.test"]);
        let p = Params::parse(b"resource=nope").unwrap();
        let e = OAuthError::from(from_params(&p).unwrap_err());
        assert_eq!(e.code, ErrorCode::InvalidTarget);
    }
}
