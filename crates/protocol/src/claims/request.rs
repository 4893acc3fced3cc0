//! The `claims` parameter (OpenID Connect Core §5.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::OAuthError;

/// The most claims that one `claims` parameter may name, per member.
pub const MAX_REQUESTED_CLAIMS: usize = 100;

/// The `claims` parameter (OpenID Connect Core §5.5).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// Claims wanted from userinfo.
    #[serde(deserialize_with = "requested_claims", skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, ClaimRequest>,
    /// Claims wanted in the ID token.
    #[serde(deserialize_with = "requested_claims", skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// How one claim is requested (OpenID Connect Core §5.5.1). Members that are
/// not understood are ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimRequest {
    /// The client needs it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// Only this value is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Only one of these values is wanted, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

impl ClaimsRequest {
    /// Parses the parameter.
    ///
    /// # Errors
    /// `invalid_request` if it is not a JSON object of that shape, names too
    /// many claims, or contains a NUL character anywhere (as a parameter must
    /// not: what it asks for is stored).
    pub fn parse(json: &str) -> Result<Self, OAuthError> {
        // A JSON array would be read as the fields in order.
        if !json.trim_start().starts_with('{') {
            return Err(OAuthError::invalid_request("claims must be a JSON object"));
        }
        let request: Self =
            serde_json::from_str(json).map_err(|_| OAuthError::invalid_request("claims is malformed"))?;
        if request.userinfo.len().max(request.id_token.len()) > MAX_REQUESTED_CLAIMS {
            return Err(OAuthError::invalid_request("claims names too many claims"));
        }
        if request.members().any(|(name, claim)| name.contains('\0') || claim.values().any(has_nul)) {
            return Err(OAuthError::invalid_request("claims contains a NUL character"));
        }
        Ok(request)
    }

    fn members(&self) -> impl Iterator<Item = (&String, &ClaimRequest)> {
        self.userinfo.iter().chain(&self.id_token)
    }

    /// The names of all requested claims; one that is requested twice comes
    /// twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members().map(|(name, _)| name.as_str())
    }

    /// Drops every claim whose name the predicate does not accept.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.userinfo.retain(|name, _| keep(name));
        self.id_token.retain(|name, _| keep(name));
    }

    /// Whether nothing is requested.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }
}

impl ClaimRequest {
    fn values(&self) -> impl Iterator<Item = &Value> {
        self.value.iter().chain(self.values.iter().flatten())
    }

    /// Whether the value is one that was asked for; any is if none was named.
    pub fn accepts(&self, candidate: &Value) -> bool {
        match (&self.value, &self.values) {
            (None, None) => true,
            (value, values) => {
                value.as_ref() == Some(candidate) || values.as_ref().is_some_and(|v| v.contains(candidate))
            }
        }
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn requested_claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, ClaimRequest>, D::Error> {
    let claims = Option::<BTreeMap<String, Option<ClaimRequestObject>>>::deserialize(deserializer)?;
    let claims = claims.unwrap_or_default().into_iter();
    Ok(claims.map(|(name, request)| (name, request.map(|r| r.0).unwrap_or_default())).collect())
}

/// A [`ClaimRequest`] that refuses to be read from an array.
struct ClaimRequestObject(ClaimRequest);

impl<'de> Deserialize<'de> for ClaimRequestObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::<String, Value>::deserialize(deserializer)?;
        ClaimRequest::deserialize(Value::Object(object)).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_parameter() {
        // OpenID Connect Core §5.5, the example.
        let r = ClaimsRequest::parse(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,
               "http://example.info/claims/groups":null},
               "id_token":{"auth_time":{"essential":true},
               "acr":{"values":["urn:mace:incommon:iap:silver"]}}, "other": 1}"#,
        )
        .unwrap();
        assert!(r.userinfo["given_name"].essential);
        assert_eq!(r.userinfo["nickname"], ClaimRequest::default());
        let acr = &r.id_token["acr"];
        assert!(acr.accepts(&json!("urn:mace:incommon:iap:silver")));
        assert!(!acr.accepts(&json!("bronze")));
        assert!(r.userinfo["nickname"].accepts(&json!("anything")));
        let again = serde_json::to_string(&r).unwrap();
        assert_eq!(ClaimsRequest::parse(&again).unwrap(), r);
    }

    #[test]
    fn claims_are_dropped_by_name() {
        let mut r = ClaimsRequest::parse(r#"{"userinfo":{"name":null,"team":null},"id_token":{"team":null}}"#).unwrap();
        assert_eq!(r.names().collect::<Vec<_>>(), ["name", "team", "team"]);
        r.retain(|name| name != "team");
        assert_eq!(r.names().collect::<Vec<_>>(), ["name"]);
    }

    #[test]
    fn malformed_claims_parameter() {
        for bad in [
            "",
            "x",
            "[]",
            "[{},{}]",
            "null",
            "\"userinfo\"",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":{"name":true}}"#,
            r#"{"userinfo":{"name":[true]}}"#,
            r#"{"userinfo":{"name":{"essential":"yes"}}}"#,
            r#"{"id_token":{"acr":{"values":"x"}}}"#,
            r#"{"userinfo":{}}x"#,
            r#"{"userinfo":{"na\u0000me":null}}"#,
            r#"{"id_token":{"name":{"value":"\u0000"}}}"#,
            r#"{"id_token":{"name":{"values":["a",{"b":["\u0000"]}]}}}"#,
            r#"{"id_token":{"name":{"value":{"\u0000":1}}}}"#,
        ] {
            assert!(ClaimsRequest::parse(bad).is_err(), "{bad}");
        }
        assert!(ClaimsRequest::parse("{}").unwrap().is_empty());
        assert!(ClaimsRequest::parse(r#"{"userinfo":null}"#).unwrap().is_empty());
        let deep = format!("{{\"userinfo\":{{\"a\":{{\"value\":{}", "[".repeat(10_000));
        assert!(ClaimsRequest::parse(&deep).is_err());
    }
}
