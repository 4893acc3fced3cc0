//! Claims about a person, for ID tokens and userinfo (OpenID Connect Core sections 5.1, 5.4 and 5.5).

use std::collections::BTreeMap;

use protocol::{
    claims::{ClaimRequest, ClaimsRequest, claims_of_scope},
    scope::Scope,
};
use serde_json::{Map, Value, json};
use storage::grants::Person;

use crate::refusal::Refusal;

/// What a person's own data never says: these claims speak about the token.
const RESERVED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "c_hash",
    "s_hash",
    "act",
    "may_act",
    "client_id",
    "scope",
    "events",
    "cnf",
    "chancery",
    "typ",
    "sub_jwk",
    "_claim_names",
    "_claim_sources",
    "authorization_details",
];

/// One claim about the person, by its name, which may have a language tag (`name#fr`). `None`: not known.
#[must_use]
pub fn claim(person: &Person, name: &str) -> Option<Value> {
    match name {
        "preferred_username" => Some(Value::from(person.username.as_str())),
        "email" => person.email.as_deref().map(Value::from),
        "email_verified" => person.email.as_ref().map(|_| Value::from(person.email_verified)),
        "updated_at" => Some(json!(person.updated_at)),
        _ if RESERVED.contains(&name.split('#').next().unwrap_or(name)) => None,
        _ => person.claims.get(name).filter(|value| !value.is_null()).cloned(),
    }
}

/// The claims that scopes ask for, as far as they are known.
pub fn of_scopes(person: &Person, scope: &Scope, claims: &mut Map<String, Value>) {
    for name in scope.iter().flat_map(claims_of_scope) {
        if let Some(value) = claim(person, name) {
            claims.insert((*name).to_owned(), value);
        }
    }
}

/// The claims that the `claims` parameter asks for by name, as far as they are known and of a value that was asked for.
pub fn requested(person: &Person, requests: &BTreeMap<String, ClaimRequest>, claims: &mut Map<String, Value>) {
    for (name, request) in requests {
        if let Some(value) = claim(person, name).filter(|value| request.accepts(value)) {
            claims.insert(name.clone(), value);
        }
    }
}

/// The `claims` parameter of a grant as it was stored.
///
/// # Errors
/// `Refusal::Internal` when it has another shape.
pub fn parse_request(stored: Option<&Value>) -> Result<ClaimsRequest, Refusal> {
    let Some(stored) = stored else { return Ok(ClaimsRequest::default()) };
    serde_json::from_value(stored.clone())
        .map_err(|error| Refusal::internal(format!("a stored claims request: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ada() -> Person {
        Person {
            username: "ada".to_owned(),
            email: Some("ada@example.test".to_owned()),
            email_verified: true,
            claims: json!({ "name": "Ada Lovelace", "name#fr": "Ada", "locale": "en", "sub": "eve", "act": {"sub": "eve"},
                            "team": "engine", "nickname": null }),
            updated_at: 7,
        }
    }

    #[test]
    fn by_scope() {
        let mut claims = Map::new();
        of_scopes(&ada(), &Scope::parse("openid profile email phone read").unwrap(), &mut claims);
        let expected = json!({ "name": "Ada Lovelace", "preferred_username": "ada", "locale": "en", "updated_at": 7,
                               "email": "ada@example.test", "email_verified": true });
        assert_eq!(Value::Object(claims), expected);
    }

    #[test]
    fn by_name() {
        let request = r#"{"userinfo": {"name#fr": null, "team": {"essential": true}, "locale": {"value": "de"},
                          "sub": null, "act": null, "nickname": null, "email": {"values": ["ada@example.test"]}}}"#;
        let request = ClaimsRequest::parse(request).unwrap();
        let mut claims = Map::new();
        requested(&ada(), &request.userinfo, &mut claims);
        let expected = json!({ "name#fr": "Ada", "team": "engine", "email": "ada@example.test" });
        assert_eq!(Value::Object(claims), expected);
    }

    #[test]
    fn no_address_no_word_of_its_verification() {
        let nobody = Person { email: None, ..ada() };
        assert_eq!(claim(&nobody, "email_verified"), None);
    }
}
