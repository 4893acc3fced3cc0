//! Whether an ID token is the provider's, for us, for this trip, and now (OpenID Connect Core section 3.1.3.7).

use jose::{Algorithm, Expect, Jwks, VerifyError, at_hash, check_times, verify_with_set};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use super::Identity;

/// How much the provider's clock may differ from ours, in seconds.
const LEEWAY: i64 = 60;
/// The longest `sub` (section 2).
const LONGEST_SUBJECT: usize = 255;
/// `typ` of an ID token: often absent. Tokens of other kinds name theirs.
const TYPES: &[&str] = &["", "JWT"];

/// What an ID token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
    /// How old the sign-in there may be, in seconds, counted from when the browser was sent there.
    pub max_age: Option<u64>,
    pub started_at: OffsetDateTime,
    pub now: OffsetDateTime,
}

/// Why an ID token is not believed. For the operator; a person learns only that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The signature and what belongs to it.
    Token(VerifyError),
    /// A claim.
    Claim(&'static str),
}

impl Wrong {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Token(VerifyError::UnknownKey) => "id_token_key_unknown",
            Self::Token(VerifyError::Signature) => "id_token_signature",
            Self::Token(VerifyError::Algorithm) => "id_token_algorithm",
            Self::Token(_) => "id_token_malformed",
            Self::Claim(reason) => reason,
        }
    }

    /// Whether newer keys of the provider could change that.
    pub(super) fn may_be_rotation(self) -> bool {
        matches!(self, Self::Token(VerifyError::UnknownKey | VerifyError::Signature))
    }
}

/// Who the ID token says that signed in.
pub(super) fn verify(token: &str, keys: &Jwks, expected: &Expected<'_>) -> Result<Identity, Wrong> {
    let expect = Expect { typ: TYPES, algorithms: Algorithm::ALL };
    let verified = verify_with_set(token, keys, &expect).map_err(Wrong::Token)?;
    let algorithm: Algorithm = verified.header.alg.parse().map_err(|_| Wrong::Token(VerifyError::Algorithm))?;
    let claims: Map<String, Value> = verified.claims().map_err(Wrong::Token)?;
    judge(&claims, algorithm, expected).map_err(Wrong::Claim)?;
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.contains(char::is_control) {
        return Err(Wrong::Claim("id_token_subject"));
    }
    Ok(Identity { subject: subject.to_owned(), claims })
}

fn judge(claims: &Map<String, Value>, algorithm: Algorithm, expected: &Expected<'_>) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let same =
        |found: Option<&str>, wanted: &str| found.is_some_and(|it| it.as_bytes().ct_eq(wanted.as_bytes()).into());
    if text("iss") != Some(expected.issuer) {
        return Err("id_token_issuer");
    }
    check_audience(claims, expected.client_id)?;
    let seconds = |name: &str| claims.get(name).map(|value| seconds(value).ok_or("id_token_times")).transpose();
    let (Some(exp), Some(iat)) = (seconds("exp")?, seconds("iat")?) else { return Err("id_token_times") };
    let now = expected.now.unix_timestamp();
    check_times(exp, seconds("nbf")?, Some(iat), now, LEEWAY).map_err(|_| "id_token_times")?;
    if !same(text("nonce"), expected.nonce) {
        return Err("id_token_nonce");
    }
    if let (Some(said), Some(access_token)) = (claims.get("at_hash"), expected.access_token)
        && !same(said.as_str(), &at_hash(algorithm, access_token))
    {
        return Err("id_token_at_hash");
    }
    if let Some(max_age) = expected.max_age {
        let oldest = expected.started_at.unix_timestamp().saturating_sub_unsigned(max_age).saturating_sub(LEEWAY);
        // Section 3.1.2.1: with `max_age`, `auth_time` is required.
        if seconds("auth_time")?.is_none_or(|at| at < oldest) {
            return Err("id_token_auth_time");
        }
    }
    Ok(())
}

/// Made for us, and where it was made for others as well, to us (section 3.1.3.7, 3 to 5).
fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), &'static str> {
    let (ours, others) = match claims.get("aud") {
        Some(Value::String(only)) => (only == client_id, false),
        Some(Value::Array(all)) => (all.iter().any(|it| it == client_id), all.iter().any(|it| it != client_id)),
        _ => (false, false),
    };
    let authorized = match claims.get("azp") {
        Some(party) => party == client_id,
        None => !others,
    };
    if ours && authorized { Ok(()) } else { Err("id_token_audience") }
}

/// Seconds since 1970; fractions are cut off (RFC 7519 section 2).
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jose::SigningKey;
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:10 UTC);
    const STARTED: OffsetDateTime = datetime!(2030-01-01 00:09 UTC);

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://a.test",
            client_id: "chancery",
            nonce: "the-nonce",
            access_token: Some("the-access-token"),
            max_age: None,
            started_at: STARTED,
            now: NOW,
        }
    }

    fn claims() -> Value {
        let now = NOW.unix_timestamp();
        json!({
            "iss": "https://a.test", "aud": "chancery", "sub": "248289761001", "exp": now + 300, "iat": now - 1,
            "nonce": "the-nonce", "email": "ada@a.test",
        })
    }

    async fn sign(key: &SigningKey, typ: &str, claims: &Value) -> String {
        key.sign_jwt(typ, claims).await.expect("signed")
    }

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm).expect("a key").0
    }

    fn set(keys: &[&SigningKey]) -> Jwks {
        Jwks { keys: keys.iter().map(|key| key.public_jwk()).collect() }
    }

    #[tokio::test]
    async fn what_providers_send_is_accepted() {
        for algorithm in Algorithm::SIGNING {
            let key = key(*algorithm);
            let mut all = claims();
            all["at_hash"] = at_hash(*algorithm, "the-access-token").into();
            let found = verify(&sign(&key, "JWT", &all).await, &set(&[&key]), &expected()).expect("accepted");
            assert_eq!(found.subject, "248289761001");
            assert_eq!(found.claims["email"], "ada@a.test");
        }
        let key = key(Algorithm::ES256);
        for changes in [
            json!({ "aud": ["chancery"] }),
            json!({ "aud": ["chancery", "other"], "azp": "chancery" }),
            json!({ "azp": "chancery" }),
            json!({ "exp": NOW.unix_timestamp() - 30, "iat": NOW.unix_timestamp() + 30 }),
            json!({ "exp": (NOW.unix_timestamp() + 9) as f64 + 0.5 }),
            json!({ "sub": "s".repeat(255) }),
        ] {
            let mut all = claims();
            all.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
            assert!(verify(&sign(&key, "JWT", &all).await, &set(&[&key]), &expected()).is_ok(), "{changes}");
        }
    }

    #[tokio::test]
    async fn every_claim_counts() {
        let key = key(Algorithm::ES256);
        let now = NOW.unix_timestamp();
        for (reason, changes) in [
            ("id_token_issuer", json!({ "iss": "https://a.test/" })),
            ("id_token_issuer", json!({ "iss": null })),
            ("id_token_issuer", json!({ "iss": ["https://a.test"] })),
            ("id_token_audience", json!({ "aud": "other" })),
            ("id_token_audience", json!({ "aud": [] })),
            ("id_token_audience", json!({ "aud": null })),
            ("id_token_audience", json!({ "aud": ["chancery", "other"] })),
            ("id_token_audience", json!({ "aud": ["chancery", "other"], "azp": "other" })),
            ("id_token_audience", json!({ "azp": "other" })),
            ("id_token_audience", json!({ "azp": null })),
            ("id_token_times", json!({ "exp": now - 61 })),
            ("id_token_times", json!({ "exp": null })),
            ("id_token_times", json!({ "exp": "soon" })),
            ("id_token_times", json!({ "iat": null })),
            ("id_token_times", json!({ "iat": now + 61 })),
            ("id_token_times", json!({ "nbf": now + 61 })),
            ("id_token_nonce", json!({ "nonce": "another" })),
            ("id_token_nonce", json!({ "nonce": null })),
            ("id_token_nonce", json!({ "nonce": "" })),
            ("id_token_at_hash", json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" })),
            ("id_token_at_hash", json!({ "at_hash": 1 })),
            ("id_token_subject", json!({ "sub": "" })),
            ("id_token_subject", json!({ "sub": null })),
            ("id_token_subject", json!({ "sub": 7 })),
            ("id_token_subject", json!({ "sub": "a\u{0}b" })),
            ("id_token_subject", json!({ "sub": "s".repeat(256) })),
        ] {
            let mut all = claims();
            all.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
            let refused = verify(&sign(&key, "JWT", &all).await, &set(&[&key]), &expected()).expect_err("refused");
            assert_eq!(refused.reason(), reason, "{changes}");
        }
    }

    #[tokio::test]
    async fn max_age_needs_a_sign_in_that_is_new_enough() {
        let key = key(Algorithm::ES256);
        let started = STARTED.unix_timestamp();
        for (max_age, auth_time, fine) in [
            (Some(0), json!(started - 60), true),
            (Some(0), json!(started - 61), false),
            (Some(600), json!(started - 660), true),
            (Some(600), json!(started - 661), false),
            (Some(600), json!(null), false),
            (Some(u64::MAX), json!(0), true),
            (None, json!(0), true),
        ] {
            let mut all = claims();
            all["auth_time"] = auth_time.clone();
            if auth_time.is_null() {
                all.as_object_mut().expect("claims").remove("auth_time");
            }
            let expected = Expected { max_age, ..expected() };
            let outcome = verify(&sign(&key, "JWT", &all).await, &set(&[&key]), &expected);
            assert_eq!(outcome.is_ok(), fine, "{max_age:?} {auth_time}");
        }
    }

    /// RFC 8725: no `none`, no key for another purpose, no other kind of token.
    #[tokio::test]
    async fn forgeries() {
        let (key, other) = (key(Algorithm::RS256), self::key(Algorithm::RS256));
        let keys = set(&[&key]);
        let reason = |token: &str| verify(token, &keys, &expected()).expect_err("refused").reason();
        let unsigned = |header: Value| {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}", part(&header), part(&claims()))
        };
        for alg in ["none", "None", "NONE", "HS256"] {
            let input = unsigned(json!({ "alg": alg, "kid": key.kid() }));
            // HS256 with the public key as the secret, as RFC 8725 section 2.1 tells it.
            let public = serde_json::to_vec(&key.public_jwk()).expect("JSON");
            let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public);
            let mac = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&secret, input.as_bytes()));
            assert_eq!(reason(&format!("{input}.{mac}")), "id_token_algorithm");
            assert_eq!(reason(&format!("{input}.")), "id_token_algorithm");
        }
        assert_eq!(reason(&sign(&other, "JWT", &claims()).await), "id_token_key_unknown");
        for typ in ["at+jwt", "logout+jwt", "client-authentication+jwt"] {
            assert_eq!(reason(&sign(&key, typ, &claims()).await), "id_token_malformed", "{typ}");
        }
        let good = sign(&key, "JWT", &claims()).await;
        let (head, _) = good.rsplit_once('.').expect("a signature");
        let (_, signature) = other_signature(&other).await;
        assert_eq!(reason(&format!("{head}.{signature}")), "id_token_signature");
        for garbage in ["", "a.b", "a.b.c", "....", &good[..good.len() - 10], &"a".repeat(20_000)] {
            assert!(verify(garbage, &keys, &expected()).is_err());
        }
        // A key that came along in the token is nobody's.
        assert!(verify(&good, &Jwks::default(), &expected()).is_err());
    }

    async fn other_signature(key: &SigningKey) -> (String, String) {
        let token = sign(key, "JWT", &claims()).await;
        let (head, signature) = token.rsplit_once('.').expect("a signature");
        (head.to_owned(), signature.to_owned())
    }
}
