//! Client assertions: what is accepted, and every refusal.

use serde_json::{Value, json};

use super::{forge, key, ready};
use crate::client_assertion::{CLOCK_LEEWAY, MAX_LIFETIME};
use crate::{
    Algorithm, Assertion, AssertionError as E, Jwk, Jwks, SigningKey, TimeError, VerifyError, assertion_client_id,
    verify_client_assertion,
};

const NOW: i64 = 1_700_000_000;
const ISSUER: &str = "https://id.test";
const TOKEN: &str = "https://id.test/oauth2/token";

fn claims() -> Value {
    json!({"iss":"shop","sub":"shop","aud":ISSUER,"exp":NOW + 60,"iat":NOW,"jti":"j1"})
}

fn set(key: &SigningKey) -> Jwks {
    let keys = vec![key.public_jwk()];
    Jwks { keys }
}

fn verify(key: &SigningKey, jwt: &str) -> Result<Assertion, E> {
    verify_client_assertion(jwt, &set(key), Algorithm::ALL, &[ISSUER, TOKEN], NOW)
}

fn verify_claims(key: &SigningKey, claims: &Value) -> Result<Assertion, E> {
    verify(key, &ready(key.sign_jwt("JWT", claims)).unwrap())
}

#[test]
fn good_assertions() {
    for algorithm in Algorithm::SIGNING {
        let key = key(*algorithm);
        let assertion = verify_claims(&key, &claims()).unwrap();
        assert_eq!(assertion.client_id, "shop");
        assert_eq!(assertion.jti, "j1");
        assert_eq!(assertion.exp, NOW + 60);
        assert_eq!(assertion.aud, ISSUER);
        assert_eq!(assertion.algorithm, *algorithm);
    }
}

#[test]
fn client_id_is_peeked() {
    let jwt = ready(key(Algorithm::ES256).sign_jwt("JWT", &claims())).unwrap();
    assert_eq!(assertion_client_id(&jwt).unwrap(), "shop");
    assert!(assertion_client_id("a.b.c").is_err());
    assert!(assertion_client_id("").is_err());
}

#[test]
fn types_and_missing_kid() {
    let key = key(Algorithm::ES256);
    let payload = claims().to_string();
    for (header, good) in [
        (json!({"alg":"ES256"}), true),
        (json!({"alg":"ES256","typ":"jwt"}), true),
        (json!({"alg":"ES256","typ":"client-authentication+jwt"}), true),
        (json!({"alg":"ES256","typ":"application/JWT"}), true),
        (json!({"alg":"ES256","typ":"at+jwt"}), false),
        (json!({"alg":"ES256","typ":"logout+jwt"}), false),
        (json!({"alg":"ES256","kid":"other"}), false),
        (json!({"alg":"ES256","crit":["x"]}), false),
        (json!({"alg":"none"}), false),
        (json!({"alg":"HS256"}), false),
    ] {
        let jwt = forge(&key, &header, payload.as_bytes());
        assert_eq!(verify(&key, &jwt).is_ok(), good, "{header}");
    }
}

#[test]
fn keys_of_a_client() {
    let (key, other) = (key(Algorithm::ES256), super::key(Algorithm::ES256));
    let jwt = forge(&key, &json!({"alg":"ES256"}), claims().to_string().as_bytes());
    let check =
        |keys: Vec<Jwk>, allowed: &[Algorithm]| verify_client_assertion(&jwt, &Jwks { keys }, allowed, &[ISSUER], NOW);
    let (mine, foreign) = (key.public_jwk(), other.public_jwk());
    // Without a kid, each key that fits is tried.
    assert!(check(vec![foreign.clone(), mine.clone()], Algorithm::ALL).is_ok());
    let bare = Jwk { alg: None, use_: None, kid: None, ..mine.clone() };
    assert!(check(vec![bare], Algorithm::ALL).is_ok());
    assert_eq!(check(vec![foreign], Algorithm::ALL), Err(E::Token(VerifyError::Signature)));
    assert_eq!(check(vec![], Algorithm::ALL), Err(E::Token(VerifyError::UnknownKey)));
    let encryption = Jwk { use_: Some("enc".into()), ..mine.clone() };
    assert_eq!(check(vec![encryption], Algorithm::ALL), Err(E::Token(VerifyError::UnknownKey)));
    assert_eq!(check(vec![mine], &[Algorithm::RS256]), Err(E::Token(VerifyError::Algorithm)));
}

#[test]
fn claims_that_are_refused() {
    let key = key(Algorithm::EdDSA);
    let malformed = E::Token(VerifyError::Malformed);
    let table: &[(&str, Value, E)] = &[
        ("iss", json!("other"), E::Issuer),
        ("sub", json!("other"), E::Issuer),
        ("sub", Value::Null, malformed),
        ("aud", json!("https://other.test"), E::Audience),
        ("aud", json!([ISSUER]), E::Audience),
        ("aud", json!([ISSUER, "https://other.test"]), E::Audience),
        ("aud", json!(""), E::Audience),
        ("aud", Value::Null, E::Audience),
        ("exp", json!(NOW), E::Time(TimeError::Expired)),
        ("exp", json!(NOW - 1), E::Time(TimeError::Expired)),
        ("exp", json!(NOW + MAX_LIFETIME + 1), E::Lifetime),
        ("exp", json!(1e300), E::Lifetime),
        ("exp", json!(u64::MAX), E::Lifetime),
        ("exp", json!("1"), malformed),
        ("exp", Value::Null, malformed),
        ("nbf", json!(NOW + CLOCK_LEEWAY + 1), E::Time(TimeError::NotYet)),
        ("iat", json!(NOW + CLOCK_LEEWAY + 1), E::Time(TimeError::NotYet)),
        ("iat", json!("now"), malformed),
        ("jti", json!(""), E::Jti),
        ("jti", json!("j".repeat(257)), E::Jti),
        ("jti", json!(1), malformed),
    ];
    for (name, value, expected) in table {
        let mut claims = claims();
        claims[*name] = value.clone();
        assert_eq!(verify_claims(&key, &claims).unwrap_err(), *expected, "{name}: {value}");
    }
    for (name, expected) in [("aud", malformed), ("exp", malformed), ("jti", E::Jti)] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(verify_claims(&key, &claims).unwrap_err(), expected, "{name} missing");
    }
}

#[test]
fn limits_are_inclusive() {
    let key = key(Algorithm::EdDSA);
    for (name, value) in [
        ("exp", json!(NOW + MAX_LIFETIME)),
        ("exp", json!(NOW as f64 + 1.5)),
        ("nbf", json!(NOW + CLOCK_LEEWAY)),
        ("jti", json!("j".repeat(256))),
        ("aud", json!(TOKEN)),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert!(verify_claims(&key, &claims).is_ok(), "{name}");
    }
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("iat");
    assert_eq!(verify_claims(&key, &claims).unwrap().iat, None);
}
