//! JSON Web Keys, public members only (RFC 7517, RFC 7518 §6, RFC 8037 §2),
//! and their thumbprints (RFC 7638).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::algorithm::Algorithm;

/// A public key. Members that are not listed here, private ones included, are
/// neither read nor written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Key type: `RSA`, `EC` or `OKP`; others are kept but of no use.
    pub kty: String,
    /// `sig`, `enc`, or unsaid.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none", default)]
    pub use_: Option<String>,
    /// The only algorithm of the key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub alg: Option<String>,
    /// The key's identifier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kid: Option<String>,
    /// Curve of an EC or OKP key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crv: Option<String>,
    /// Coordinate of an EC key, or an OKP key itself; base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub x: Option<String>,
    /// Coordinate of an EC key; base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub y: Option<String>,
    /// Modulus of an RSA key; base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<String>,
    /// Exponent of an RSA key; base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e: Option<String>,
}

impl Jwk {
    /// An RSA key from big-endian modulus and exponent.
    pub fn rsa(n: &[u8], e: &[u8]) -> Self {
        Self {
            kty: "RSA".to_owned(),
            n: Some(URL_SAFE_NO_PAD.encode(n)),
            e: Some(URL_SAFE_NO_PAD.encode(e)),
            ..Self::default()
        }
    }

    /// A P-256 or P-384 key from its coordinates.
    pub fn ec(curve: &str, x: &[u8], y: &[u8]) -> Self {
        Self {
            kty: "EC".to_owned(),
            crv: Some(curve.to_owned()),
            x: Some(URL_SAFE_NO_PAD.encode(x)),
            y: Some(URL_SAFE_NO_PAD.encode(y)),
            ..Self::default()
        }
    }

    /// An Ed25519 key from its 32 bytes.
    pub fn ed25519(x: &[u8]) -> Self {
        Self {
            kty: "OKP".to_owned(),
            crv: Some("Ed25519".to_owned()),
            x: Some(URL_SAFE_NO_PAD.encode(x)),
            ..Self::default()
        }
    }

    /// The SHA-256 thumbprint (RFC 7638 §3, RFC 8037 §2), base64url. `None` if
    /// the key type is unknown or a required member is missing.
    pub fn thumbprint(&self) -> Option<String> {
        let quoted = |name: &str, value: &Option<String>| {
            let value = serde_json::to_string(value.as_deref()?).ok()?;
            Some(format!("\"{name}\":{value}"))
        };
        let kty = Some(self.kty.clone());
        // The required members in lexicographic order.
        let members = match self.kty.as_str() {
            "RSA" => vec![quoted("e", &self.e)?, quoted("kty", &kty)?, quoted("n", &self.n)?],
            "EC" => vec![quoted("crv", &self.crv)?, quoted("kty", &kty)?, quoted("x", &self.x)?, quoted("y", &self.y)?],
            "OKP" => vec![quoted("crv", &self.crv)?, quoted("kty", &kty)?, quoted("x", &self.x)?],
            _ => return None,
        };
        let canonical = format!("{{{}}}", members.join(","));
        Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes())))
    }

    /// The algorithms that the key can verify: those of its type and curve, or
    /// the one that `alg` names if it is among them. None for encryption keys.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        if self.use_.as_deref().is_some_and(|u| u != "sig") {
            return Vec::new();
        }
        let by_type: &[Algorithm] = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => &[Algorithm::RS256, Algorithm::PS256],
            ("EC", Some("P-256")) => &[Algorithm::ES256],
            ("EC", Some("P-384")) => &[Algorithm::ES384],
            ("OKP", Some("Ed25519")) => &[Algorithm::EdDSA],
            _ => &[],
        };
        let named = |a: &Algorithm| self.alg.as_deref().is_none_or(|alg| alg.parse() == Ok(*a));
        by_type.iter().copied().filter(named).collect()
    }
}

/// A JWK Set. When read, keys that are malformed are left out (RFC 7517 §5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// The keys with that identifier.
    pub fn find<'a>(&'a self, kid: &'a str) -> impl Iterator<Item = &'a Jwk> {
        let same = move |key: &&Jwk| key.kid.as_deref() == Some(kid);
        self.keys.iter().filter(same)
    }
}

impl<'de> Deserialize<'de> for Jwks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            keys: Vec<Value>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let parse = |key: Value| key.is_object().then(|| serde_json::from_value(key).ok())?;
        Ok(Self { keys: raw.keys.into_iter().filter_map(parse).collect() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn rfc_7638_section_3_1() {
        let jwk: Jwk = serde_json::from_value(json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29"
        }))
        .unwrap();
        let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(jwk.thumbprint().unwrap(), expected);
    }

    #[test]
    fn rfc_8037_appendix_a_3() {
        let jwk: Jwk = serde_json::from_value(json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        }))
        .unwrap();
        let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(jwk.thumbprint().unwrap(), expected);
    }

    #[test]
    fn private_members_are_dropped() {
        let jwk: Jwk = serde_json::from_value(json!({"kty":"OKP","crv":"Ed25519","x":"eA","d":"secret"})).unwrap();
        let json = serde_json::to_value(&jwk).unwrap();
        assert_eq!(json, json!({"kty":"OKP","crv":"Ed25519","x":"eA"}));
    }

    #[test]
    fn sets_forgive_keys_of_other_kinds() {
        let set: Jwks = serde_json::from_value(json!({"keys":[
            {"kty":"oct","k":"x"}, 1, [], {"no":"kty"}, {"kty":"RSA","n":1}, {"kty":"EC","kid":"a","x5c":["x"]}
        ]}))
        .unwrap();
        assert_eq!(set.keys.len(), 2);
        assert_eq!(set.find("a").count(), 1);
        assert!(serde_json::from_value::<Jwks>(json!({})).is_err());
        assert!(serde_json::from_value::<Jwks>(json!({"keys":{}})).is_err());
    }

    #[test]
    fn thumbprints_need_their_members() {
        assert_eq!(Jwk { kty: "EC".into(), ..Jwk::default() }.thumbprint(), None);
        assert_eq!(Jwk { kty: "oct".into(), ..Jwk::default() }.thumbprint(), None);
    }

    #[test]
    fn algorithms_follow_type_curve_use_and_alg() {
        let mut jwk = Jwk::rsa(&[1], &[1]);
        assert_eq!(jwk.algorithms(), [Algorithm::RS256, Algorithm::PS256]);
        jwk.alg = Some("PS256".into());
        assert_eq!(jwk.algorithms(), [Algorithm::PS256]);
        jwk.alg = Some("ES256".into());
        assert!(jwk.algorithms().is_empty());
        jwk.alg = None;
        jwk.use_ = Some("enc".into());
        assert!(jwk.algorithms().is_empty());
        assert!(Jwk::ec("secp256k1", &[], &[]).algorithms().is_empty());
    }
}
