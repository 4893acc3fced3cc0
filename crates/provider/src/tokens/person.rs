//! Claims about a person, for ID tokens and userinfo (OpenID Connect Core sections 5.1, 5.4 and 5.5).

use std::collections::BTreeMap;

use protocol::{
    claims::{ClaimRequest, ClaimsRequest, claims_of_scope, scope_of_claim},
    scope::Scope,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use storage::grants::Person;

use crate::{refusal::Refusal, registry::Client};

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
        _ if is_reserved(name) => None,
        _ => person.claims.get(name).filter(|value| !value.is_null()).cloned(),
    }
}

/// What a grant keeps of its authorization request, for claims about the person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// The `claims` parameter, as far as the client may use it.
    #[serde(flatten)]
    pub claims: ClaimsRequest,
    /// `claims_locales` (section 5.2): the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locales: Vec<String>,
}

impl Wishes {
    /// As they were stored, reduced to what the client may learn by now.
    ///
    /// # Errors
    /// `Refusal::Internal` when they have another shape.
    pub fn of_grant(stored: Option<&Value>, client: &Client) -> Result<Self, Refusal> {
        let Some(stored) = stored else { return Ok(Self::default()) };
        let mut wishes: Self = serde_json::from_value(stored.clone())
            .map_err(|error| Refusal::internal(format!("a stored claims request: {error}")))?;
        wishes.claims.retain(|name| may_learn(client, name));
        Ok(wishes)
    }

    /// As they are stored; `None` where there are none.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub fn to_json(&self) -> Result<Option<Value>, Refusal> {
        if *self == Self::default() {
            return Ok(None);
        }
        serde_json::to_value(self)
            .map(Some)
            .map_err(|error| Refusal::internal(format!("a claims request has no JSON form: {error}")))
    }
}

/// Whether a client may ask for a claim by name: a standard one if it is registered for the scope that the claim
/// belongs to; any other only if it belongs to the house, since no scope and no words on the consent page stand for it.
#[must_use]
pub fn may_learn(client: &Client, name: &str) -> bool {
    match scope_of_claim(name) {
        Some(scope) => client.scope.contains(scope),
        None => client.metadata.first_party && !is_reserved(name),
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name.split('#').next().unwrap_or(name))
}

/// The claims that scopes ask for, as far as they are known, and those of them in a preferred language.
pub fn of_scopes(person: &Person, scope: &Scope, locales: &[String], claims: &mut Map<String, Value>) {
    for name in scope.iter().flat_map(claims_of_scope) {
        if let Some(value) = claim(person, name) {
            claims.insert((*name).to_owned(), value);
        }
        claims.extend(in_language(person, name, locales));
    }
}

/// The claims that the `claims` parameter asks for by name, as far as they are known and of a value that was asked
/// for, and those of them in a preferred language.
pub fn requested(
    person: &Person,
    requests: &BTreeMap<String, ClaimRequest>,
    locales: &[String],
    claims: &mut Map<String, Value>,
) {
    for (name, request) in requests {
        let plain = claim(person, name).map(|value| (name.clone(), value));
        let found = plain.into_iter().chain(in_language(person, name, locales));
        claims.extend(found.filter(|(_, value)| request.accepts(value)));
    }
}

/// A claim in the first preferred language in which it is known, under its name with the tag (section 5.2): looked up
/// by the whole tag, then by its language alone.
fn in_language(person: &Person, name: &str, locales: &[String]) -> Option<(String, Value)> {
    // Who names a language themselves wants that one.
    if locales.is_empty() || name.contains('#') || is_reserved(name) {
        return None;
    }
    let known = person.claims.as_object()?;
    let tagged = |tag: &str| {
        known.iter().find(|(key, value)| {
            let key = key.split_once('#').filter(|(base, _)| *base == name);
            key.is_some_and(|(_, known)| known.eq_ignore_ascii_case(tag)) && !value.is_null()
        })
    };
    let found = locales.iter().find_map(|tag| {
        let language = tag.split('-').next().unwrap_or(tag);
        tagged(tag).or_else(|| tagged(language))
    });
    found.map(|(key, value)| (key.clone(), value.clone()))
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
        of_scopes(&ada(), &Scope::parse("openid profile email phone read").unwrap(), &[], &mut claims);
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
        requested(&ada(), &request.userinfo, &[], &mut claims);
        let expected = json!({ "name#fr": "Ada", "team": "engine", "email": "ada@example.test" });
        assert_eq!(Value::Object(claims), expected);
    }

    #[test]
    fn by_language() {
        let locales = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let name = |preferred: &str| {
            let mut claims = Map::new();
            of_scopes(&ada(), &Scope::parse("profile").unwrap(), &locales(preferred), &mut claims);
            assert_eq!(claims["name"], "Ada Lovelace");
            claims.keys().filter(|key| key.contains('#')).cloned().collect::<Vec<_>>()
        };
        assert_eq!(name("fr"), ["name#fr"]);
        assert_eq!(name("de FR-ca"), ["name#fr"]);
        assert!(name("de").is_empty());
        let request = ClaimsRequest::parse(r#"{"id_token": {"name": {"value": "Ada"}, "act": null}}"#).unwrap();
        let mut claims = Map::new();
        requested(&ada(), &request.id_token, &locales("fr"), &mut claims);
        assert_eq!(Value::Object(claims), json!({ "name#fr": "Ada" }));
    }

    #[test]
    fn wishes_are_stored_and_read_back() {
        assert_eq!(Wishes::default().to_json().unwrap(), None);
        let claims = ClaimsRequest::parse(r#"{"userinfo": {"name": {"essential": true}}}"#).unwrap();
        let wishes = Wishes { claims, locales: vec!["fr".to_owned()] };
        let stored = wishes.to_json().unwrap().unwrap();
        assert_eq!(stored, json!({ "userinfo": { "name": { "essential": true } }, "locales": ["fr"] }));
        assert_eq!(serde_json::from_value::<Wishes>(stored).unwrap(), wishes);
    }

    #[test]
    fn no_address_no_word_of_its_verification() {
        let nobody = Person { email: None, ..ada() };
        assert_eq!(claim(&nobody, "email_verified"), None);
    }
}
