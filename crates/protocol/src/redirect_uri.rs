//! Redirect URIs: exact comparison (RFC 6749 §3.1.2.3, RFC 9700 §2.1), with
//! the one exception for loopback ports of native apps (RFC 8252 §7.3).

use url::{Host, Url};

/// Which of the permitted shapes a registered redirect URI has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriKind {
    /// `https`.
    Https,
    /// `http` to `127.0.0.1`, `[::1]` or `localhost`.
    Loopback,
    /// A private-use scheme in reverse domain notation (RFC 8252 §7.1), for
    /// native apps only.
    PrivateUse,
}

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URI.
    #[error("must be an absolute URI")]
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("must not have a fragment")]
    Fragment,
    /// It has a user name or password.
    #[error("must not contain user information")]
    UserInfo,
    /// Plain `http` to another machine, or a scheme such as `javascript`.
    #[error("must be https, http to a loopback address, or a private-use scheme with a dot in it")]
    Scheme,
    /// A wildcard in the host.
    #[error("must not contain a wildcard in the host")]
    Wildcard,
}

/// Whether a presented redirect URI is one of the registered ones.
///
/// Strings are compared exactly. For native apps, a registered `http` URI with
/// a loopback IP literal also matches with any other port (RFC 8252 §7.3);
/// `localhost` does not.
#[must_use]
pub fn matches(registered: &[String], presented: &str, native: bool) -> bool {
    if registered.iter().any(|r| r == presented) {
        return true;
    }
    let Some(presented) = native.then(|| split_loopback(presented)).flatten() else {
        return false;
    };
    registered.iter().any(|r| split_loopback(r) == Some(presented))
}

/// Splits `http://127.0.0.1:PORT/path?query` into host and what follows the
/// port; `None` for everything else.
fn split_loopback(uri: &str) -> Option<(&'static str, &str)> {
    for host in ["127.0.0.1", "[::1]"] {
        let Some(rest) = uri.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host)) else {
            continue;
        };
        let rest = match rest.strip_prefix(':') {
            Some(after) => {
                let digits = after.bytes().take_while(u8::is_ascii_digit).count();
                after[..digits].parse::<u16>().ok()?;
                &after[digits..]
            }
            None => rest,
        };
        let plain = rest.is_empty() || rest.starts_with(['/', '?']);
        return (plain && !rest.contains('#')).then_some((host, rest));
    }
    None
}

/// Checks a redirect URI (or a post-logout redirect URI) that a client wants
/// to register: absolute, no fragment, no user information, and one of the
/// shapes of [`RedirectUriKind`], which it returns.
pub fn validate_registration(uri: &str) -> Result<RedirectUriKind, RedirectUriError> {
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    if !has_uri_characters_only(uri) {
        return Err(RedirectUriError::NotAbsolute);
    }
    let url = Url::parse(uri).map_err(|_| RedirectUriError::NotAbsolute)?;
    if !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@') {
        return Err(RedirectUriError::UserInfo);
    }
    if authority(uri).contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    // `Url` repairs "https:host" and "https:///host"; the registered string is
    // what will be compared and sent, so it must be right as it stands.
    let web = matches!(url.scheme(), "http" | "https");
    if web && (!uri[url.scheme().len()..].starts_with("://") || authority(uri).is_empty()) {
        return Err(RedirectUriError::NotAbsolute);
    }
    match url.scheme() {
        "https" => Ok(RedirectUriKind::Https),
        "http" if is_loopback_url(&url) => Ok(RedirectUriKind::Loopback),
        scheme if scheme.contains('.') && !scheme.ends_with('.') => Ok(RedirectUriKind::PrivateUse),
        _ => Err(RedirectUriError::Scheme),
    }
}

/// Whether the URL's host is `localhost`, `127.0.0.0/8` or `[::1]`.
pub fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What stands between `//` and the next `/` or `?`.
fn authority(uri: &str) -> &str {
    let after = uri.split_once("//").map_or("", |(_, after)| after);
    after.split(['/', '?']).next().unwrap_or_default()
}

/// Whether only characters appear that RFC 3986 allows in a URI: no spaces,
/// controls, backslashes or non-ASCII, which parsers repair differently.
pub(crate) fn has_uri_characters_only(uri: &str) -> bool {
    let refused = |b: u8| matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
    uri.bytes().all(|b| b.is_ascii_graphic() && !refused(b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn registered(uris: &[&str]) -> Vec<String> {
        uris.iter().map(|u| (*u).to_owned()).collect()
    }

    #[test]
    fn exact_match_only() {
        let r = registered(&["https://shop.test/cb", "https://shop.test/cb2?x=1"]);
        assert!(matches(&r, "https://shop.test/cb", false));
        assert!(matches(&r, "https://shop.test/cb2?x=1", false));
        for other in [
            "https://shop.test/cb/",
            "https://shop.test/CB",
            "https://shop.test:443/cb",
            "https://SHOP.test/cb",
            "https://shop.test/cb?x=1",
            "https://shop.test/cb#f",
            "https://shop.test/cb%20",
            "http://shop.test/cb",
            "https://shop.test/x/../cb",
            "https://shop.test.evil.test/cb",
            "https://shop.test@evil.test/cb",
            "",
        ] {
            assert!(!matches(&r, other, false), "{other}");
            assert!(!matches(&r, other, true), "{other}");
        }
    }

    #[test]
    fn loopback_port_for_native_only() {
        let r = registered(&["http://127.0.0.1/cb", "http://[::1]:7000/cb?x=1", "http://localhost/cb"]);
        assert!(matches(&r, "http://127.0.0.1:53123/cb", true));
        assert!(matches(&r, "http://[::1]:1/cb?x=1", true));
        assert!(matches(&r, "http://[::1]/cb?x=1", true));
        assert!(!matches(&r, "http://127.0.0.1:53123/cb", false));
        for other in [
            "http://localhost:53123/cb",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:1@evil.test/cb",
            "http://127.0.0.1:1/other",
            "http://127.0.0.1:1/cb#f",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.2:1/cb",
            "http://[::1]:1/cb",
        ] {
            assert!(!matches(&r, other, true), "{other}");
        }
    }

    #[test]
    fn registration_table() {
        use RedirectUriError as E;
        use RedirectUriKind as K;
        let table: &[(&str, Result<K, E>)] = &[
            ("https://shop.test/cb", Ok(K::Https)),
            ("https://shop.test", Ok(K::Https)),
            ("https://shop.test/cb?a=b", Ok(K::Https)),
            ("http://localhost:8081/cb", Ok(K::Loopback)),
            ("http://127.0.0.1/cb", Ok(K::Loopback)),
            ("http://[::1]/cb", Ok(K::Loopback)),
            ("com.example.app:/cb", Ok(K::PrivateUse)),
            ("com.example.app://cb", Ok(K::PrivateUse)),
            ("http://shop.test/cb", Err(E::Scheme)),
            ("http://localhost.evil.test/cb", Err(E::Scheme)),
            ("javascript:alert(1)", Err(E::Scheme)),
            ("data:text/html,x", Err(E::Scheme)),
            ("myapp:/cb", Err(E::Scheme)),
            ("urn:ietf:wg:oauth:2.0:oob", Err(E::Scheme)),
            ("https://shop.test/cb#", Err(E::Fragment)),
            ("https://shop.test/#/cb", Err(E::Fragment)),
            ("https://a@shop.test/cb", Err(E::UserInfo)),
            ("https://a:b@shop.test/cb", Err(E::UserInfo)),
            ("https://@shop.test/cb", Err(E::UserInfo)),
            ("https://*.shop.test/cb", Err(E::Wildcard)),
            ("https:shop.test/cb", Err(E::NotAbsolute)),
            ("https:/shop.test/cb", Err(E::NotAbsolute)),
            ("https:///shop.test/cb", Err(E::NotAbsolute)),
            ("https://?shop.test", Err(E::NotAbsolute)),
            ("/cb", Err(E::NotAbsolute)),
            ("//shop.test/cb", Err(E::NotAbsolute)),
            ("", Err(E::NotAbsolute)),
            (" https://shop.test/cb", Err(E::NotAbsolute)),
            ("https://shop.test\\@evil.test/", Err(E::NotAbsolute)),
            ("https://shop.test/\u{e9}", Err(E::NotAbsolute)),
        ];
        for (uri, expected) in table {
            assert_eq!(validate_registration(uri), *expected, "{uri}");
        }
    }

    fn any_uri() -> impl Strategy<Value = String> {
        prop_oneof![
            "https?://(127\\.0\\.0\\.1|\\[::1\\]|localhost|a\\.test)(:[0-9]{0,6})?(@b\\.test)?(/[a-c]{0,2})?(\\?x=[a-c])?(#f)?",
            "[a-z.]{1,8}:/{0,2}[a-c]{0,3}",
            ".{0,20}",
        ]
    }

    proptest! {
        #[test]
        fn a_match_is_equal_up_to_the_loopback_port(r in any_uri(), p in any_uri()) {
            let registered = [r.clone()];
            prop_assert_eq!(matches(&registered, &p, false), r == p);
            if matches(&registered, &p, true) && r != p {
                let (r, p) = (Url::parse(&r).unwrap(), Url::parse(&p).unwrap());
                prop_assert!(is_loopback_url(&r) && r.scheme() == "http");
                prop_assert_eq!(r.scheme(), p.scheme());
                prop_assert_eq!(r.host(), p.host());
                prop_assert_eq!(r.path(), p.path());
                prop_assert_eq!(r.query(), p.query());
                prop_assert_eq!(p.username(), "");
                prop_assert_eq!(p.fragment(), None);
            }
        }

        #[test]
        fn what_may_be_registered_leads_where_it_says(uri in any_uri()) {
            if let Ok(kind) = validate_registration(&uri) {
                let url = Url::parse(&uri).unwrap();
                prop_assert_eq!(url.fragment(), None);
                prop_assert_eq!(url.username(), "");
                prop_assert!(matches(std::slice::from_ref(&uri), &uri, false));
                if kind == RedirectUriKind::Loopback {
                    prop_assert!(is_loopback_url(&url));
                }
            }
        }
    }
}
