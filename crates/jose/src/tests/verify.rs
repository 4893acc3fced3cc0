//! Round trips through signing and verification, and refusals.

use serde_json::{Value, json};

use super::{encode, forge, key, ready};
use crate::verification::JwkError;
use crate::{
    Algorithm, Expect, Jwk, Jwks, KeyError, MAX_TOKEN_LENGTH, SigningKey, TimeError, VerificationKeys, VerifyError,
    check_times, decode_unverified_header, sign_jwt,
};

const EXPECT: Expect<'_> = Expect { typ: &["at+jwt"], algorithms: Algorithm::SIGNING };

fn keys(signing: &[&SigningKey]) -> VerificationKeys {
    let keys = signing.iter().map(|k| k.public_jwk()).collect();
    VerificationKeys::from_jwks(&Jwks { keys }).unwrap()
}

#[test]
fn round_trips() {
    for algorithm in Algorithm::SIGNING {
        let (key, pkcs8) = SigningKey::generate(*algorithm).unwrap();
        let claims = json!({"sub": "ada", "exp": 1});
        let token = ready(key.sign_jwt("at+jwt", &claims)).unwrap();
        let verified = keys(&[&key]).verify(&token, &EXPECT).unwrap();
        assert_eq!(verified.header.alg, algorithm.as_str());
        assert_eq!(verified.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(verified.claims::<Value>().unwrap(), claims);
        assert_eq!(key.kid(), key.public_jwk().thumbprint().unwrap());

        let again = SigningKey::from_pkcs8(key.kid(), *algorithm, &pkcs8).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        let token = ready(sign_jwt(&again, "application/AT+JWT", &claims)).unwrap();
        assert!(keys(&[&key]).verify(&token, &EXPECT).is_ok());
    }
}

#[test]
fn es256_signatures_are_64_bytes() {
    let token = ready(key(Algorithm::ES256).sign_jwt("JWT", &json!({}))).unwrap();
    assert_eq!(token.rsplit('.').next().unwrap().len(), 86);
}

#[test]
fn keys_of_another_algorithm_are_refused() {
    let (_, pkcs8) = SigningKey::generate(Algorithm::ES256).unwrap();
    for algorithm in [Algorithm::RS256, Algorithm::EdDSA] {
        let e = SigningKey::from_pkcs8("a", algorithm, &pkcs8).unwrap_err();
        assert_eq!(e, KeyError::Malformed);
    }
    let e = SigningKey::generate(Algorithm::PS256).unwrap_err();
    assert_eq!(e, KeyError::VerifyOnly(Algorithm::PS256));
}

#[test]
fn public_jwks_hold_public_members_only() {
    let expected: [&[&str]; 3] = [
        &["alg", "e", "kid", "kty", "n", "use"],
        &["alg", "crv", "kid", "kty", "use", "x", "y"],
        &["alg", "crv", "kid", "kty", "use", "x"],
    ];
    for (algorithm, members) in Algorithm::SIGNING.iter().zip(expected) {
        let json = serde_json::to_value(key(*algorithm).public_jwk()).unwrap();
        let mut names: Vec<_> = json.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, members, "{algorithm}");
    }
}

#[test]
fn debug_hides_the_private_key() {
    let key = key(Algorithm::EdDSA);
    let expected = format!("SigningKey {{ kid: {:?}, algorithm: EdDSA, .. }}", key.kid());
    assert_eq!(format!("{key:?}"), expected);
}

#[test]
fn headers_that_are_refused() {
    let key = key(Algorithm::ES256);
    let (kid, other) = (key.kid(), super::key(Algorithm::EdDSA));
    let known = keys(&[&key, &other]);
    let table = [
        (json!({"alg":"none","kid":kid,"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"NONE","kid":kid,"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"HS256","kid":kid,"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"ES384","kid":kid,"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"RS256","kid":kid,"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"ES256","kid":other.kid(),"typ":"at+jwt"}), VerifyError::Algorithm),
        (json!({"alg":"EdDSA","kid":other.kid(),"typ":"at+jwt"}), VerifyError::Signature),
        (json!({"alg":"ES256","kid":"unknown","typ":"at+jwt"}), VerifyError::UnknownKey),
        (json!({"alg":"ES256","typ":"at+jwt"}), VerifyError::UnknownKey),
        (json!({"alg":"ES256","typ":"at+jwt","jwk":key.public_jwk()}), VerifyError::UnknownKey),
        (json!({"alg":"ES256","kid":kid}), VerifyError::Type),
        (json!({"alg":"ES256","kid":kid,"typ":"JWT"}), VerifyError::Type),
        (json!({"alg":"ES256","kid":kid,"typ":"application/"}), VerifyError::Type),
        (json!({"alg":"ES256","kid":kid,"typ":"application/application/at+jwt"}), VerifyError::Type),
        (json!({"alg":"ES256","kid":kid,"typ":"at+jwt","crit":["exp"]}), VerifyError::Critical),
        (json!({"alg":"ES256","kid":kid,"typ":"at+jwt","crit":[]}), VerifyError::Critical),
        (json!({"alg":"ES256","kid":kid,"typ":"at+jwt","crit":null}), VerifyError::Critical),
        (json!({"kid":kid,"typ":"at+jwt"}), VerifyError::Malformed),
        (json!({"alg":1,"kid":kid,"typ":"at+jwt"}), VerifyError::Malformed),
        (json!({"alg":"ES256","kid":1,"typ":"at+jwt"}), VerifyError::Malformed),
        (json!({"alg":"ES256","kid":kid,"typ":["at+jwt"]}), VerifyError::Malformed),
        (json!(["ES256", kid, "at+jwt"]), VerifyError::Malformed),
        (json!("ES256"), VerifyError::Malformed),
    ];
    for (header, expected) in table {
        let token = forge(&key, &header, b"{}");
        assert_eq!(known.verify(&token, &EXPECT).unwrap_err(), expected, "{header}");
    }
    let good = json!({"alg":"ES256","kid":kid,"typ":"AT+jwt"});
    assert!(known.verify(&forge(&key, &good, b"{}"), &EXPECT).is_ok());
}

#[test]
fn duplicate_header_members_are_refused() {
    let key = key(Algorithm::ES256);
    let kid = key.kid();
    let header = format!(r#"{{"alg":"none","alg":"ES256","kid":"{kid}","typ":"at+jwt"}}"#);
    let token = format!("{}.e30.AA", encode(header));
    let e = keys(&[&key]).verify(&token, &EXPECT).unwrap_err();
    assert_eq!(e, VerifyError::Malformed);
}

#[test]
fn forms_that_are_refused() {
    let key = key(Algorithm::ES256);
    let known = keys(&[&key]);
    let token = ready(key.sign_jwt("at+jwt", &json!({"a": 1}))).unwrap();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let malformed = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        input.to_owned(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.e30"),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{input}.{}", signature.replace(|_| true, "+")),
        format!("{input}=.{signature}"),
    ];
    for bad in malformed {
        let e = known.verify(&bad, &EXPECT).unwrap_err();
        assert_eq!(e, VerifyError::Malformed, "{bad}");
        assert!(decode_unverified_header(&bad).is_err());
    }
    let e = known.verify(&format!("{input}."), &EXPECT).unwrap_err();
    assert_eq!(e, VerifyError::Signature);
    let long = "a".repeat(MAX_TOKEN_LENGTH + 1);
    assert_eq!(known.verify(&long, &EXPECT).unwrap_err(), VerifyError::TooLong);
}

#[test]
fn no_changed_character_survives() {
    let key = key(Algorithm::EdDSA);
    let known = keys(&[&key]);
    let token = ready(key.sign_jwt("at+jwt", &json!({"a": 1}))).unwrap();
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(known.verify(&changed, &EXPECT).is_err(), "position {at}");
        assert!(known.verify(&token[..at], &EXPECT).is_err(), "cut at {at}");
    }
}

#[test]
fn an_absent_type_can_be_accepted() {
    let key = key(Algorithm::ES256);
    let header = json!({"alg":"ES256","kid":key.kid()});
    let expect = Expect { typ: &["", "JWT"], algorithms: &[Algorithm::ES256] };
    let token = forge(&key, &header, b"{}");
    assert!(keys(&[&key]).verify(&token, &expect).is_ok());
}

#[test]
fn claims_must_be_an_object() {
    let key = key(Algorithm::ES256);
    let header = json!({"alg":"ES256","kid":key.kid(),"typ":"at+jwt"});
    for payload in ["", "[]", "[1]", "null", "1", "{", "{}x", "\u{feff}{}"] {
        let token = forge(&key, &header, payload.as_bytes());
        let verified = keys(&[&key]).verify(&token, &EXPECT).unwrap();
        assert!(verified.claims::<Value>().is_err(), "{payload}");
    }
}

#[test]
fn sets_of_our_own_keys_are_exact() {
    let jwk = key(Algorithm::ES256).public_jwk();
    let kid = jwk.kid.clone().unwrap();
    let parse = |keys: Vec<Jwk>| VerificationKeys::from_jwks(&Jwks { keys });
    let twice = parse(vec![jwk.clone(), jwk.clone()]).unwrap_err();
    assert_eq!(twice, JwkError::DuplicateKid(kid.clone()));
    let nameless = Jwk { kid: None, ..jwk.clone() };
    assert_eq!(parse(vec![nameless]).unwrap_err(), JwkError::NoKid);
    let unsupported = || JwkError::Unsupported(kid.clone());
    for broken in [
        Jwk { y: None, ..jwk.clone() },
        Jwk { x: Some("AA".into()), ..jwk.clone() },
        Jwk { x: Some("**".into()), ..jwk.clone() },
        Jwk { crv: Some("P-384".into()), ..jwk.clone() },
        Jwk { kty: "oct".into(), ..jwk.clone() },
    ] {
        assert_eq!(parse(vec![broken]).unwrap_err(), unsupported());
    }
    // An RSA key needs `alg`, because two would fit.
    let rsa = Jwk { kid: Some(kid.clone()), ..Jwk::rsa(&[1; 256], &[1, 0, 1]) };
    assert_eq!(parse(vec![rsa]).unwrap_err(), unsupported());
}

#[test]
fn times() {
    assert_eq!(check_times(100, None, None, 99, 0), Ok(()));
    assert_eq!(check_times(100, None, None, 100, 0), Err(TimeError::Expired));
    assert_eq!(check_times(100, None, None, 109, 10), Ok(()));
    assert_eq!(check_times(100, None, None, 110, 10), Err(TimeError::Expired));
    assert_eq!(check_times(100, Some(51), None, 50, 0), Err(TimeError::NotYet));
    assert_eq!(check_times(100, None, Some(61), 50, 10), Err(TimeError::NotYet));
    assert_eq!(check_times(100, Some(60), Some(60), 50, 10), Ok(()));
    assert_eq!(check_times(i64::MAX, None, None, i64::MAX - 1, 60), Ok(()));
    assert_eq!(check_times(i64::MIN, None, None, 0, 60), Err(TimeError::Expired));
}
