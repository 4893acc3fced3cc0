//! The payloads of our JWTs: RFC 9068 §2.2, OpenID Connect Core §2,
//! Back-Channel Logout §2.4.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::scope::Scope;

/// The `aud` claim: one string, or an array of several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience(pub Vec<String>);

impl Audience {
    /// Whether the value is in the audience.
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|a| a == value)
    }

    /// The only value, `None` if there are several or none.
    pub fn single(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl From<&str> for Audience {
    fn from(value: &str) -> Self {
        Self(vec![value.to_owned()])
    }
}

impl From<String> for Audience {
    fn from(value: String) -> Self {
        Self(vec![value])
    }
}

impl From<Vec<String>> for Audience {
    fn from(values: Vec<String>) -> Self {
        Self(values)
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.single() {
            Some(only) => serializer.serialize_str(only),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(value) => Self(vec![value]),
            OneOrMany::Many(values) => Self(values),
        })
    }
}

/// The `act` claim (RFC 8693 §4.1): who acts, outermost last in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The actor's subject.
    pub sub: String,
    /// The actor's client identifier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<String>,
    /// The prior actor.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// The number of actors in the chain, at least 1.
    pub fn depth(&self) -> usize {
        self.chain().count()
    }

    /// The actors, the current one first.
    pub fn chain(&self) -> impl Iterator<Item = &Actor> {
        std::iter::successors(Some(self), |actor| actor.act.as_deref())
    }
}

/// The `may_act` claim (RFC 8693 §4.4): who may become the actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MayAct {
    /// The permitted actor's subject.
    pub sub: String,
    /// The permitted actor's client identifier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<String>,
}

/// Our private `chancery` claim: what a token depends on and how far it may
/// still be exchanged. Never shown by introspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// The grant that roots the token.
    pub grant: Uuid,
    /// Everything else whose revocation ends the token: standing grants of
    /// every client in the chain, parent tokens and their lineages.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lineage: Vec<Uuid>,
    /// Scopes by resource, beyond the token's own audience, that an exchange
    /// may still reach.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub ceiling: BTreeMap<String, Scope>,
    /// The latest expiry that a descendant may have, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exp_max: Option<i64>,
}

/// The payload of an access token (RFC 9068 §2.2). Times are seconds since
/// 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The subject: a person's, or the client's own `client_id`.
    pub sub: String,
    /// The API, and the issuer too if userinfo is meant.
    pub aud: Audience,
    /// Expiry.
    pub exp: i64,
    /// Time of issue.
    pub iat: i64,
    /// The token's identifier.
    pub jti: Uuid,
    /// The client to which the token was issued.
    pub client_id: String,
    /// The scope, left out if empty.
    #[serde(skip_serializing_if = "Scope::is_empty", default)]
    pub scope: Scope,
    /// When the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
    /// How strongly the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    /// With what the person signed in (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// Who acts for the subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Actor>,
    /// Who may act for the subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub may_act: Option<MayAct>,
    /// What the token depends on.
    pub chancery: Lineage,
}

/// The payload of an ID token (OpenID Connect Core §2). Times are seconds
/// since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person's subject for this client.
    pub sub: String,
    /// The client.
    pub aud: Audience,
    /// Expiry.
    pub exp: i64,
    /// Time of issue.
    pub iat: i64,
    /// The token's identifier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jti: Option<Uuid>,
    /// When the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
    /// The request's `nonce`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce: Option<String>,
    /// How strongly the person signed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    /// With what the person signed in (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// The authorized party, where due.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub azp: Option<String>,
    /// The session (Front- and Back-Channel Logout).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sid: Option<String>,
    /// Half of the access token's hash.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_hash: Option<String>,
    /// What the token depends on, when it may be exchanged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chancery: Option<Lineage>,
    /// Requested claims about the person.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The payload of a logout token (Back-Channel Logout §2.4). It never has a
/// `nonce`. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogoutTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person's subject for this client.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub: Option<String>,
    /// The client.
    pub aud: Audience,
    /// Time of issue.
    pub iat: i64,
    /// Expiry.
    pub exp: i64,
    /// The token's identifier.
    pub jti: Uuid,
    /// The session that ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sid: Option<String>,
    /// The logout event: [`crate::logout::BACKCHANNEL_LOGOUT_EVENT`] with an
    /// empty object.
    pub events: Map<String, Value>,
}

impl LogoutTokenClaims {
    /// The `events` of every logout token.
    pub fn logout_events() -> Map<String, Value> {
        let event = crate::logout::BACKCHANNEL_LOGOUT_EVENT.to_owned();
        Map::from_iter([(event, Value::Object(Map::new()))])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn audience_is_a_string_or_an_array() {
        let one = Audience::from("a");
        assert_eq!(serde_json::to_value(&one).unwrap(), json!("a"));
        let two = Audience(vec!["a".into(), "b".into()]);
        assert_eq!(serde_json::to_value(&two).unwrap(), json!(["a", "b"]));
        for (text, expected) in [(json!("a"), &one), (json!(["a"]), &one), (json!(["a", "b"]), &two)] {
            assert_eq!(&serde_json::from_value::<Audience>(text).unwrap(), expected);
        }
        assert!(serde_json::from_value::<Audience>(json!([1])).is_err());
        assert!(serde_json::from_value::<Audience>(json!({})).is_err());
    }

    #[test]
    fn actor_depth() {
        let chain: Actor = serde_json::from_value(json!({"sub":"c","act":{"sub":"b","act":{"sub":"a"}}})).unwrap();
        assert_eq!(chain.depth(), 3);
        let names: Vec<_> = chain.chain().map(|a| a.sub.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
    }

    #[test]
    fn access_token_claims_leave_out_what_is_absent() {
        let claims = AccessTokenClaims {
            iss: "https://id.test".into(),
            sub: "svc".into(),
            aud: "https://api.test".into(),
            exp: 2,
            iat: 1,
            jti: Uuid::nil(),
            client_id: "svc".into(),
            scope: Scope::parse("read").unwrap(),
            auth_time: None,
            acr: None,
            amr: vec![],
            act: None,
            may_act: None,
            chancery: Lineage { grant: Uuid::nil(), lineage: vec![], ceiling: BTreeMap::new(), exp_max: None },
        };
        let nil = "00000000-0000-0000-0000-000000000000";
        let json = serde_json::to_value(&claims).unwrap();
        assert_eq!(
            json,
            json!({"iss":"https://id.test","sub":"svc","aud":"https://api.test","exp":2,"iat":1,
                "jti":nil,"client_id":"svc","scope":"read","chancery":{"grant":nil}})
        );
        assert_eq!(serde_json::from_value::<AccessTokenClaims>(json).unwrap(), claims);
    }

    #[test]
    fn id_token_claims_keep_extra_claims() {
        let json = json!({"iss":"i","sub":"s","aud":"c","exp":2,"iat":1,"name":"Ada","nonce":"n"});
        let claims: IdTokenClaims = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(claims.extra, *json!({"name":"Ada"}).as_object().unwrap());
        assert_eq!(serde_json::to_value(&claims).unwrap(), json);
    }
}
