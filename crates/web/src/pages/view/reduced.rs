//! Foreign words, reduced to what a page may show of them.

/// The first letter or digit of a name, as a capital.
pub(super) fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default()
}

/// Whether a link there is one to a page: no script, no data.
pub(super) fn is_web_address(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_initials() {
        for (name, first) in [("ada", "A"), ("  «étoile»", "É"), ("7up", "7"), ("", ""), ("***", "")] {
            assert_eq!(initial(name), first);
        }
    }

    #[test]
    fn only_pages_are_linked() {
        assert!(is_web_address("https://shop.example.test/privacy"));
        for uri in ["javascript:alert(1)", "data:text/html,x", "//example.test", "/x", ""] {
            assert!(!is_web_address(uri), "{uri}");
        }
    }
}
