//! What the two APIs accept and refuse, over HTTP.

use axum::http::{StatusCode, header};
use openidconnect::HttpResponse;
use serde_json::{Value, json};

use std::time::Duration;

use super::{World, issuer::FakeIssuer};
use crate::{
    clock,
    http::Http,
    jwks::{Jwks, VerifyError},
    jwt::JwtError,
};

async fn call(world: &World, method: &str, path: &str, token: Option<&str>) -> HttpResponse {
    let http = Http::new().unwrap();
    let url = format!("{}{path}", world.config.public_url);
    let mut request = http.request(method.parse().unwrap(), &url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    http.send(request.body("{\"name\": \"A test\"}")).await.unwrap()
}

fn challenge(response: &HttpResponse) -> &str {
    response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap()
}

#[tokio::test]
async fn a_good_token_opens_what_its_scope_says() {
    let world = World::start().await;
    let reader = world.issuer.sign("at+jwt", &world.issuer.access_claims("openid read"));
    let response = call(&world, "GET", "/api/things", Some(&reader)).await;
    assert_eq!(response.status(), StatusCode::OK);

    let response = call(&world, "POST", "/api/things", Some(&reader)).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        challenge(&response),
        "Bearer realm=\"Demo API\", error=\"insufficient_scope\", \
         error_description=\"the token lacks the scope 'write'\", scope=\"write\""
    );
    let writer = world.issuer.sign("application/at+JWT", &world.issuer.access_claims("write"));
    let response = call(&world, "POST", "/api/things", Some(&writer)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn without_a_token_there_is_no_error_code() {
    let world = World::start().await;
    let response = call(&world, "GET", "/api/things", None).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(challenge(&response), "Bearer realm=\"Demo API\", scope=\"read\"");
}

#[tokio::test]
async fn spoiled_claims_are_refused() {
    let world = World::start().await;
    let good = world.issuer.access_claims("read write");
    let spoiled: [(&str, Value, &str); 8] = [
        ("aud", json!("http://localhost/another"), "meant for another API"),
        ("aud", json!([world.issuer.url]), "meant for another API"),
        ("aud", Value::Null, "meant for another API"),
        ("iss", json!("http://evil.test"), "another issuer"),
        ("exp", json!(clock::now() - 1), "has expired"),
        ("exp", Value::Null, "never expires"),
        ("sub", Value::Null, "names no subject"),
        ("client_id", json!(7), "names no client"),
    ];
    for (claim, value, words) in spoiled {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        let token = world.issuer.sign("at+jwt", &claims);
        let response = call(&world, "GET", "/api/things", Some(&token)).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{claim} = {value}");
        let challenge = challenge(&response);
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(challenge.contains(words), "{claim} = {value}: {challenge}");
    }
}

#[tokio::test]
async fn spoiled_headers_and_signatures_are_refused() {
    let world = World::start().await;
    let issuer = &world.issuer;
    let claims = issuer.access_claims("read");
    let good = issuer.sign("at+jwt", &claims);
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    let header = |changes: Value| {
        let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "key-1" });
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        issuer.sign_header(&header, &claims)
    };
    let other = issuer.sign("at+jwt", &issuer.access_claims("read write"));
    let tokens = [
        ("of another kind", issuer.sign("JWT", &claims)),
        ("of another kind", issuer.sign("logout+jwt", &claims)),
        ("of another kind", header(json!({ "typ": null }))),
        ("algorithm", header(json!({ "alg": "none" }))),
        ("algorithm", header(json!({ "alg": "HS256" }))),
        ("algorithm", header(json!({ "alg": "RS256" }))),
        ("extension", header(json!({ "crit": ["b64"] }))),
        ("unknown key", header(json!({ "kid": "key-9" }))),
        ("unknown key", header(json!({ "kid": null }))),
        ("signature", format!("{unsigned}.{}", other.rsplit_once('.').unwrap().1)),
        ("signature", format!("{unsigned}.")),
        ("not a JWT", unsigned.to_owned()),
        ("not a JWT", "opaque".to_owned()),
        ("not a JWT", format!("{good}.x")),
        ("not a JWT", "a.".repeat(20_000)),
    ];
    for (words, token) in tokens {
        let response = call(&world, "GET", "/api/things", Some(&token)).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{words}");
        assert!(challenge(&response).contains(words), "{words}: {}", challenge(&response));
    }
}

#[tokio::test]
async fn keys_are_kept_and_fetched_again_when_a_new_one_signs() {
    let issuer = FakeIssuer::start().await;
    let http = Http::new().unwrap();
    let mut jwks = Jwks::new(format!("{}/.well-known/jwks.json", issuer.url), http);
    let requests = || *issuer.jwks_requests.lock().unwrap();
    let sign = || issuer.sign("at+jwt", &json!({ "sub": "someone" }));
    for _ in 0..3 {
        jwks.verify(&sign(), "at+jwt").await.unwrap();
    }
    assert_eq!(requests(), 1);
    let old = sign();
    issuer.rotate("key-2");
    let unknown = VerifyError::Token(JwtError::UnknownKey);
    assert_eq!(jwks.verify(&sign(), "at+jwt").await.unwrap_err(), unknown);
    assert_eq!(requests(), 1, "an unknown key does not make us ask again at once");
    jwks.min_interval = Duration::ZERO;
    jwks.verify(&sign(), "at+jwt").await.unwrap();
    assert_eq!(jwks.verify(&old, "at+jwt").await.unwrap_err(), unknown);
}

#[tokio::test]
async fn without_keys_the_api_is_not_to_blame() {
    let world = World::start().await;
    let token = world.issuer.sign("at+jwt", &world.issuer.access_claims("read"));
    let http = Http::new().unwrap();
    let jwks = Jwks::new("http://localhost:1/nothing".to_owned(), http);
    let refused = jwks.verify(&token, "at+jwt").await.unwrap_err();
    assert_eq!(refused, VerifyError::KeysUnavailable);
}

#[tokio::test]
async fn the_demo_api_answers_only_callers_with_a_token_of_their_own() {
    let world = World::start().await;
    let response = call(&world, "GET", "/api/report", None).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let writer = world.issuer.sign("at+jwt", &world.issuer.access_claims("write"));
    let response = call(&world, "GET", "/api/report", Some(&writer)).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let reader = world.issuer.sign("at+jwt", &world.issuer.access_claims("read"));
    let response = call(&world, "GET", "/api/report", Some(&reader)).await;
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["report"]["asked_by"], "demo-api");
    assert_eq!(body["report"]["on_behalf"], true);
}
