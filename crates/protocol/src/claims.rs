//! Claims: the payloads of our JWTs (RFC 9068 §2.2, OpenID Connect Core §2,
//! Back-Channel Logout §2.4), the standard claims of each scope (Core §5.4),
//! and the `claims` parameter (Core §5.5).

mod payload;
mod request;

pub use payload::{AccessTokenClaims, Actor, Audience, IdTokenClaims, Lineage, LogoutTokenClaims, MayAct};
pub use request::{ClaimRequest, ClaimsRequest, MAX_REQUESTED_CLAIMS};

/// Claims of the scope `profile`.
pub const PROFILE_CLAIMS: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
/// Claims of the scope `email`.
pub const EMAIL_CLAIMS: &[&str] = &["email", "email_verified"];
/// Claims of the scope `address`.
pub const ADDRESS_CLAIMS: &[&str] = &["address"];
/// Claims of the scope `phone`.
pub const PHONE_CLAIMS: &[&str] = &["phone_number", "phone_number_verified"];

/// Which claims a scope asks for (OpenID Connect Core §5.4).
pub const CLAIMS_BY_SCOPE: &[(&str, &[&str])] =
    &[("profile", PROFILE_CLAIMS), ("email", EMAIL_CLAIMS), ("address", ADDRESS_CLAIMS), ("phone", PHONE_CLAIMS)];

/// The claims that one scope asks for; none for other scopes.
pub fn claims_of_scope(scope: &str) -> &'static [&'static str] {
    let found = CLAIMS_BY_SCOPE.iter().find(|(name, _)| *name == scope);
    found.map_or(&[], |(_, claims)| claims)
}

/// The scope that asks for a standard claim about a person, with or without a
/// language tag (`name#fr`); `None` for every other claim.
pub fn scope_of_claim(name: &str) -> Option<&'static str> {
    let base = name.split('#').next().unwrap_or(name);
    CLAIMS_BY_SCOPE.iter().find(|(_, claims)| claims.contains(&base)).map(|(scope, _)| *scope)
}

/// Every standard claim about a person, in the order of the scopes.
pub fn standard_claims() -> impl Iterator<Item = &'static str> {
    CLAIMS_BY_SCOPE.iter().flat_map(|(_, claims)| claims.iter().copied())
}

/// Whether the name, without a language tag (`name#fr`), is a standard claim
/// about a person.
pub fn is_standard_claim(name: &str) -> bool {
    scope_of_claim(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_claims_with_language_tags() {
        assert!(is_standard_claim("family_name#ja-Kana-JP"));
        assert!(!is_standard_claim("groups"));
        assert_eq!(scope_of_claim("phone_number_verified"), Some("phone"));
        assert_eq!(scope_of_claim("name#fr"), Some("profile"));
        assert_eq!(scope_of_claim("sub"), None);
        assert_eq!(claims_of_scope("email"), EMAIL_CLAIMS);
        assert!(claims_of_scope("openid").is_empty());
        assert_eq!(standard_claims().count(), 19);
    }
}
