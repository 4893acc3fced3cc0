//! What may be registered, and what is said about the rest.

#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

fn web() -> ClientMetadata {
    ClientMetadata { redirect_uris: vec!["https://shop.test/cb".into()], ..ClientMetadata::default() }
}

fn problems(change: impl FnOnce(&mut ClientMetadata)) -> Vec<String> {
    let mut metadata = web();
    change(&mut metadata);
    let errors = metadata.validate().err().unwrap_or_default();
    errors.into_iter().map(|e| e.field).collect()
}

#[test]
fn defaults_are_those_of_the_rfc() {
    let m: ClientMetadata = serde_json::from_value(json!({})).unwrap();
    assert_eq!(m, ClientMetadata::default());
    assert_eq!(m.grant_types, ["authorization_code"]);
    assert_eq!(m.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
    assert_eq!(m.id_token_signed_response_alg, "RS256");
    assert!(m.require_pkce && !m.first_party);
    assert_eq!(web().validate(), Ok(()));
}

#[test]
fn unknown_members_are_named() {
    let e = serde_json::from_value::<ClientMetadata>(json!({"redirect_uri": []})).unwrap_err();
    assert!(e.to_string().contains("`redirect_uri`"), "{e}");
    let e = serde_json::from_value::<ClientMetadata>(json!({"token_endpoint_auth_method": "x"}));
    assert!(e.is_err());
}

#[test]
fn json_round_trip() {
    let mut m = web();
    m.scope = Scope::parse("openid read").unwrap();
    m.jwks = Some(json!({"keys":[{"kty":"OKP"}]}));
    let json = serde_json::to_value(&m).unwrap();
    assert_eq!(json["scope"], "openid read");
    assert_eq!(serde_json::from_value::<ClientMetadata>(json).unwrap(), m);
}

#[test]
fn every_problem_is_named() {
    type Change = fn(&mut ClientMetadata);
    let key = |extra: &str| json!({"keys":[{"kty":"RSA", extra: "x"}]});
    assert_eq!(problems(|m| m.jwks = Some(key("d"))), ["jwks"]);
    let table: &[(&str, Change)] = &[
        ("redirect_uris", |m| m.redirect_uris.clear()),
        ("redirect_uris[1]", |m| m.redirect_uris.push("http://shop.test".into())),
        ("redirect_uris[1]", |m| m.redirect_uris.push("com.example:/cb".into())),
        ("redirect_uris[1]", |m| m.redirect_uris.push("https://shop.test/cb".into())),
        ("post_logout_redirect_uris[0]", |m| m.post_logout_redirect_uris = vec!["/".into()]),
        ("grant_types[1]", |m| m.grant_types.push("password".into())),
        ("grant_types", |m| m.grant_types = vec!["refresh_token".into()]),
        ("response_types[1]", |m| m.response_types.push("token".into())),
        ("response_types", |m| m.response_types.clear()),
        ("client_name", |m| m.client_name = Some(" ".into())),
        ("client_uri", |m| m.client_uri = Some("javascript:alert(1)".into())),
        ("logo_uri", |m| m.logo_uri = Some("data:image/png,x".into())),
        ("theme", |m| m.theme = Some(ClientTheme { accent: Some("red".into()), ..Default::default() })),
        ("theme", |m| m.theme = Some(ClientTheme { accent_dark: Some("#fff;}".into()), ..Default::default() })),
        ("theme", |m| m.theme = Some(ClientTheme { corner: Some(25), ..Default::default() })),
        ("jwks", |m| m.jwks = Some(json!([]))),
        ("jwks", |m| m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt),
        ("jwks_uri", |m| m.jwks_uri = Some("http://shop.test/jwks".into())),
        ("token_endpoint_auth_signing_alg", |m| {
            m.token_endpoint_auth_signing_alg = Some("HS256".into());
        }),
        ("id_token_signed_response_alg", |m| {
            m.id_token_signed_response_alg = "none".into();
        }),
        ("userinfo_signed_response_alg", |m| {
            m.userinfo_signed_response_alg = Some("HS256".into());
        }),
        ("resources[0]", |m| m.resources = vec!["api".into()]),
        ("backchannel_logout_uri", |m| {
            m.backchannel_logout_uri = Some("https://shop.test/#x".into());
        }),
        ("refresh_token_retry_window", |m| m.refresh_token_retry_window = Some(3600)),
        ("sector_identifier_uri", |m| {
            m.subject_type = SubjectType::Pairwise;
            m.redirect_uris.push("https://other.test/cb".into());
        }),
    ];
    for (field, change) in table {
        assert_eq!(problems(change), [*field]);
    }
}

#[test]
fn public_clients() {
    let fields = problems(|m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.grant_types.push(grant_type::CLIENT_CREDENTIALS.into());
    });
    assert_eq!(fields, ["grant_types"]);
    let mut m = web();
    m.token_endpoint_auth_method = AuthMethod::None;
    m.require_pkce = false;
    assert!(m.pkce_required());
}

#[test]
fn services_need_no_redirect() {
    let m = ClientMetadata {
        grant_types: vec![grant_type::CLIENT_CREDENTIALS.into()],
        response_types: vec![],
        ..ClientMetadata::default()
    };
    assert_eq!(m.validate(), Ok(()));
}

#[test]
fn native_clients_may_use_private_schemes() {
    let m = ClientMetadata {
        application_type: ApplicationType::Native,
        redirect_uris: vec!["com.example.app:/cb".into(), "http://127.0.0.1/cb".into()],
        ..ClientMetadata::default()
    };
    assert_eq!(m.validate(), Ok(()));
    assert!(m.allows_redirect_uri("http://127.0.0.1:4000/cb"));
}

#[test]
fn client_ids() {
    for good in ["shop", "https://shop.test/app", "a", "urn:x:y", "0198f5a0"] {
        assert_eq!(validate_client_id(good), Ok(()), "{good}");
    }
    let long = "a".repeat(201);
    for bad in [
        "",
        "a b",
        "a\"b",
        "a\\b",
        "a\nb",
        "é",
        &long,
        "0198f5a0-7b7c-7d3e-8a4f-1a2b3c4d5e6f",
        "0198F5A07B7C7D3E8A4F1A2B3C4D5E6F",
        "urn:uuid:0198f5a0-7b7c-7d3e-8a4f-1a2b3c4d5e6f",
        "{0198f5a0-7b7c-7d3e-8a4f-1a2b3c4d5e6f}",
    ] {
        assert!(validate_client_id(bad).is_err(), "{bad}");
    }
}
