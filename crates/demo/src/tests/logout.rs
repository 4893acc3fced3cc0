//! Signing out, from here and from elsewhere.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    World,
    issuer::{PERSON, SID},
};
use crate::{clock, http::Http};

async fn announce(world: &World, token: &str) -> StatusCode {
    let http = Http::new().unwrap();
    let url = world.config.backchannel_logout_uri();
    let request = http.request(reqwest::Method::POST, &url).form(&[("logout_token", token)]);
    let response = http.send(request).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    response.status()
}

fn logout_claims(world: &World) -> Value {
    let now = clock::now();
    json!({
        "iss": world.issuer.url, "aud": "demo-app", "iat": now, "exp": now + 120,
        "jti": "logout-1", "sub": PERSON, "sid": SID,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

#[tokio::test]
async fn signing_out_goes_to_the_issuer_and_the_return_is_checked() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = browser.open("/sign-in").await;
    let url = format!("{}/sign-out", world.config.public_url);
    let response = browser.step(&url, Some(&[("csrf", &page.csrf())])).await;
    let there = url::Url::parse(response.headers()[header::LOCATION].to_str().unwrap()).unwrap();
    let query: std::collections::HashMap<_, _> = there.query_pairs().into_owned().collect();
    assert_eq!(there.path(), "/oauth2/logout");
    assert_eq!(query["post_logout_redirect_uri"], format!("{}/", world.config.public_url));
    assert!(query["id_token_hint"].starts_with("ey"));

    assert!(browser.open("/").await.has("id=\"sign-in\""), "signed out here at once");
    let page = browser.open(&format!("/?state={}", query["state"])).await;
    assert!(page.has("You are signed out.") && !page.url.contains("state"));
    let page = browser.open(&format!("/?state={}", query["state"])).await;
    assert!(page.has("Nobody here asked to sign out."));
    assert!(world.browser().open("/?state=x").await.has("Nobody here asked to sign out."));
}

#[tokio::test]
async fn the_issuer_can_end_the_session() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/sign-in").await;
    let token = world.issuer.sign("logout+jwt", &logout_claims(&world));
    assert_eq!(announce(&world, &token).await, StatusCode::OK);
    assert!(browser.open("/").await.has("You were signed out from elsewhere."));
    assert_eq!(announce(&world, &token).await, StatusCode::OK, "a repeated delivery is fine");
    let page = browser.open("/sign-in").await;
    assert!(page.has("The session at Chancery ended"), "that session is over for good");
}

#[tokio::test]
async fn a_logout_without_sid_ends_every_session_of_the_person() {
    let world = World::start().await;
    let (mut one, mut two) = (world.browser(), world.browser());
    one.open("/sign-in").await;
    two.open("/sign-in").await;
    let mut claims = logout_claims(&world);
    claims.as_object_mut().unwrap().remove("sid");
    let token = world.issuer.sign("logout+jwt", &claims);
    assert_eq!(announce(&world, &token).await, StatusCode::OK);
    assert!(one.open("/").await.has("id=\"sign-in\"") && two.open("/").await.has("id=\"sign-in\""));
}

#[tokio::test]
async fn spoiled_logout_tokens_end_nothing() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/sign-in").await;
    let now = clock::now();
    let spoiled = [
        ("iss", json!("http://evil.test")),
        ("aud", json!("another-app")),
        ("iat", json!(now + 3600)),
        ("iat", Value::Null),
        ("exp", json!(now - 3600)),
        ("exp", Value::Null),
        ("jti", Value::Null),
        ("nonce", json!("n")),
        ("events", json!({})),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true })),
    ];
    for (claim, value) in spoiled {
        let mut claims = logout_claims(&world);
        claims[claim] = value.clone();
        let token = world.issuer.sign("logout+jwt", &claims);
        assert_eq!(announce(&world, &token).await, StatusCode::BAD_REQUEST, "{claim} = {value}");
    }
    let mut claims = logout_claims(&world);
    claims.as_object_mut().unwrap().retain(|name, _| name != "sid" && name != "sub");
    let nobody = world.issuer.sign("logout+jwt", &claims);
    let wrong_kind = world.issuer.sign("JWT", &logout_claims(&world));
    for token in [nobody.as_str(), wrong_kind.as_str(), "", "x.y.z"] {
        assert_eq!(announce(&world, token).await, StatusCode::BAD_REQUEST);
    }
    assert!(browser.open("/").await.has("Hello, Ada."));
}
