//! Scopes (RFC 6749 §3.3), and scopes that belong to a resource.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{ErrorCode, OAuthError};

/// Scopes that belong to the issuer, not to an API (OpenID Connect Core §5.4,
/// §11).
pub const IDENTITY_SCOPES: &[&str] = &["openid", "profile", "email", "address", "phone", "offline_access"];

/// Whether the scope is one of [`IDENTITY_SCOPES`].
pub fn is_identity_scope(scope: &str) -> bool {
    IDENTITY_SCOPES.contains(&scope)
}

/// The most scope tokens that one request or registration may name.
pub const MAX_SCOPE_TOKENS: usize = 256;

/// A set of scope tokens. The order is kept, duplicates are dropped.
#[derive(Debug, Clone, Default)]
pub struct Scope(Vec<String>);

/// A scope string that RFC 6749 §3.3 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character outside `%x21 / %x23-5B / %x5D-7E` and space.
    #[error("scope contains a character that is not allowed")]
    Character,
    /// More than [`MAX_SCOPE_TOKENS`] tokens.
    #[error("scope names too many tokens")]
    TooMany,
}

impl From<ScopeError> for OAuthError {
    fn from(e: ScopeError) -> Self {
        OAuthError::new(
            ErrorCode::InvalidScope,
            match e {
                ScopeError::Character => "scope contains a character that is not allowed",
                ScopeError::TooMany => "scope names too many tokens",
            },
        )
    }
}

/// Whether the text is one `scope-token` of RFC 6749 §3.3.
pub fn is_scope_token(text: &str) -> bool {
    let allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !text.is_empty() && text.bytes().all(allowed)
}

impl Scope {
    /// The empty scope.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Parses space-delimited tokens. Additional spaces are forgiven; an empty
    /// string is the empty scope.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|t| !t.is_empty()) {
            if !is_scope_token(token) {
                return Err(ScopeError::Character);
            }
            if tokens.iter().any(|t| t == token) {
                continue;
            }
            if tokens.len() == MAX_SCOPE_TOKENS {
                return Err(ScopeError::TooMany);
            }
            tokens.push(token.to_owned());
        }
        Ok(Self(tokens))
    }

    /// A scope of tokens; those that are not scope tokens are errors.
    pub fn from_tokens<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Result<Self, ScopeError> {
        let mut scope = Self::empty();
        for token in tokens {
            if !is_scope_token(token) {
                return Err(ScopeError::Character);
            }
            if !scope.contains(token) {
                scope.0.push(token.to_owned());
            }
        }
        Ok(scope)
    }

    /// Whether the token is in the set.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|t| t == token)
    }

    /// Whether every token of `self` is in `other`.
    pub fn is_subset_of(&self, other: &Scope) -> bool {
        self.0.iter().all(|t| other.contains(t))
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The tokens that the predicate accepts, in order.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|t| keep(t)).cloned().collect())
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Equal as sets: the order does not matter.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.is_subset_of(other)
    }
}

impl Eq for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, token) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::parse(text)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// One permission: a scope at a resource. Identity scopes have the issuer as
/// their resource. Serialises as `[resource, scope]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(String, String)", into = "(String, String)")]
pub struct ScopePair {
    /// The resource's identifier (RFC 8707), or the issuer.
    pub resource: String,
    /// One scope token.
    pub scope: String,
}

impl ScopePair {
    /// A pair of a resource and a scope token.
    pub fn new(resource: impl Into<String>, scope: impl Into<String>) -> Self {
        Self { resource: resource.into(), scope: scope.into() }
    }
}

impl From<(String, String)> for ScopePair {
    fn from((resource, scope): (String, String)) -> Self {
        Self { resource, scope }
    }
}

impl From<ScopePair> for (String, String) {
    fn from(pair: ScopePair) -> Self {
        (pair.resource, pair.scope)
    }
}

/// A set of permissions. Serialises as a sorted list of `[resource, scope]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopePairs(BTreeSet<ScopePair>);

impl ScopePairs {
    /// The empty set.
    pub const fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// Adds a pair; `false` if it was there.
    pub fn insert(&mut self, pair: ScopePair) -> bool {
        self.0.insert(pair)
    }

    /// Whether the scope is held at the resource.
    pub fn contains(&self, resource: &str, scope: &str) -> bool {
        self.0.iter().any(|p| p.resource == resource && p.scope == scope)
    }

    /// Whether any scope is held at the resource.
    pub fn has_resource(&self, resource: &str) -> bool {
        self.0.iter().any(|p| p.resource == resource)
    }

    /// Whether every pair of `self` is in `other`.
    pub fn is_subset_of(&self, other: &ScopePairs) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The pairs that both sets hold.
    #[must_use]
    pub fn intersect(&self, other: &ScopePairs) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// The pairs that either set holds.
    #[must_use]
    pub fn union(&self, other: &ScopePairs) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// The pairs of `self` that `other` does not hold.
    #[must_use]
    pub fn difference(&self, other: &ScopePairs) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// The pairs that the predicate accepts.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&ScopePair) -> bool) -> Self {
        Self(self.0.iter().filter(|p| keep(p)).cloned().collect())
    }

    /// The scopes held at one resource, sorted.
    pub fn for_resource(&self, resource: &str) -> Scope {
        let at_resource = self.0.iter().filter(|p| p.resource == resource);
        Scope(at_resource.map(|p| p.scope.clone()).collect())
    }

    /// The distinct scopes held anywhere, sorted by resource.
    pub fn scopes(&self) -> Scope {
        let mut tokens: Vec<String> = Vec::with_capacity(self.0.len());
        for pair in &self.0 {
            if !tokens.contains(&pair.scope) {
                tokens.push(pair.scope.clone());
            }
        }
        Scope(tokens)
    }

    /// The distinct resources, sorted.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        let mut last = None;
        self.0.iter().filter_map(move |pair| {
            let resource = pair.resource.as_str();
            (last.replace(resource) != Some(resource)).then_some(resource)
        })
    }

    /// The pairs, sorted by resource and scope.
    pub fn iter(&self) -> impl Iterator<Item = &ScopePair> {
        self.0.iter()
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<ScopePair> for ScopePairs {
    fn from_iter<I: IntoIterator<Item = ScopePair>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Extend<ScopePair> for ScopePairs {
    fn extend<I: IntoIterator<Item = ScopePair>>(&mut self, pairs: I) {
        self.0.extend(pairs);
    }
}

impl IntoIterator for ScopePairs {
    type Item = ScopePair;
    type IntoIter = std::collections::btree_set::IntoIter<ScopePair>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ScopePairs {
    type Item = &'a ScopePair;
    type IntoIter = std::collections::btree_set::Iter<'a, ScopePair>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn pairs(list: &[(&str, &str)]) -> ScopePairs {
        list.iter().map(|(r, s)| ScopePair::new(*r, *s)).collect()
    }

    #[test]
    fn parse_keeps_order_and_drops_duplicates() {
        let scope = Scope::parse("write  read write openid ").unwrap();
        assert_eq!(scope.to_string(), "write read openid");
        assert!(Scope::parse("").unwrap().is_empty());
    }

    #[test]
    fn refused_characters() {
        for bad in ["a\"b", "a\\b", "a\tb", "a\nb", "é", "a\u{7f}"] {
            assert_eq!(Scope::parse(bad).unwrap_err(), ScopeError::Character, "{bad:?}");
        }
        let many: Vec<String> = (0..=MAX_SCOPE_TOKENS).map(|i| format!("s{i}")).collect();
        assert_eq!(Scope::parse(&many.join(" ")).unwrap_err(), ScopeError::TooMany);
    }

    #[test]
    fn pairs_keep_resources_apart() {
        let held = pairs(&[("https://a", "read"), ("https://b", "write")]);
        assert!(!pairs(&[("https://b", "read")]).is_subset_of(&held));
        assert_eq!(held.for_resource("https://a").to_string(), "read");
        assert!(held.for_resource("https://c").is_empty());
        assert_eq!(held.resources().collect::<Vec<_>>(), ["https://a", "https://b"]);
        assert_eq!(serde_json::to_string(&held).unwrap(), r#"[["https://a","read"],["https://b","write"]]"#);
        let back: ScopePairs = serde_json::from_str(r#"[["https://b","write"],["https://a","read"]]"#).unwrap();
        assert_eq!(back, held);
    }

    prop_compose! {
        fn any_pairs()(list in proptest::collection::vec(("[a-c]", "[r-u]"), 0..8)) -> ScopePairs {
            list.into_iter().map(ScopePair::from).collect()
        }
    }

    proptest! {
        #[test]
        fn display_parses_back(tokens in proptest::collection::vec("[!#-\\[\\]-~]{1,8}", 0..12)) {
            let scope = Scope::parse(&tokens.join(" ")).unwrap();
            let again = Scope::parse(&scope.to_string()).unwrap();
            prop_assert_eq!(scope.to_string(), again.to_string());
            for token in &tokens {
                prop_assert!(scope.contains(token));
            }
        }

        #[test]
        fn accepted_means_only_scope_tokens(text in ".{0,40}") {
            if let Ok(scope) = Scope::parse(&text) {
                prop_assert!(scope.iter().all(is_scope_token));
            }
        }

        #[test]
        fn intersection_only_narrows(a in any_pairs(), b in any_pairs()) {
            let both = a.intersect(&b);
            prop_assert!(both.is_subset_of(&a) && both.is_subset_of(&b));
            prop_assert_eq!(a.is_subset_of(&b), both == a);
            prop_assert_eq!(both.union(&a.difference(&b)), a);
        }

        #[test]
        fn resources_cover_every_pair(a in any_pairs()) {
            let total: usize = a.resources().map(|r| a.for_resource(r).len()).sum();
            prop_assert_eq!(total, a.len());
        }
    }
}
