//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0), and what else the server itself fetches.

use std::time::{Duration, Instant};

use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::harness::{Client, World, flow::Tokens, http::form_encode, json, jwt, now, run, until};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A receiver of its own: a pooled one could be asked by a delivery of an earlier test.
async fn receiver(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(method("POST")).and(path("/backchannel")).respond_with(answer).mount(&server).await;
    server
}

async fn client_of(world: &World, receiver: &MockServer) -> Client {
    world.add_client("house", json!({ "backchannel_logout_uri": format!("{}/backchannel", receiver.uri()) })).await
}

async fn sign_in(world: &World, client: &Client) -> (Tokens, crate::harness::browser::Landing) {
    let mut browser = world.browser();
    let tokens = world.flow(client).scope("openid").tokens(&mut browser, &world.person("ada")).await;
    let url = world.url(&format!("/oauth2/logout?{}", form_encode([("id_token_hint", tokens.id())])));
    let landing = browser.open(&url).await;
    (tokens, landing)
}

/// The logout tokens that a receiver got.
async fn got(receiver: &MockServer) -> Vec<String> {
    let requests = receiver.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| {
            assert_eq!(request.headers.get("content-type").unwrap(), "application/x-www-form-urlencoded");
            let fields: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
            let [(name, token)] = &fields[..] else { panic!("{fields:?}") };
            assert_eq!(name, "logout_token");
            token.clone()
        })
        .collect()
}

#[test]
fn a_logout_token_is_what_it_must_be() {
    run(async {
        let world = World::shared().await;
        let receiver = receiver(ResponseTemplate::new(200)).await;
        let client = client_of(world, &receiver).await;
        let (tokens, _) = sign_in(world, &client).await;
        let all = until("the logout token arrives", Duration::from_secs(5), async || {
            let all = got(&receiver).await;
            (!all.is_empty()).then_some(all)
        })
        .await;
        let token = jwt::verify(&all[0], &world.jwks().await);
        let id = jwt::decode(tokens.id()).claims;
        assert_eq!(token.header["typ"], "logout+jwt");
        assert_eq!(token.header["alg"], "RS256", "as the client's ID tokens");
        let claims = &token.claims;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(world.issuer()), &json!(client.id)));
        assert_eq!((&claims["sub"], &claims["sid"]), (&id["sub"], &id["sid"]));
        assert_eq!(claims["events"], json!({ EVENT: {} }));
        assert_eq!(claims.get("nonce"), None, "prohibited (section 2.4)");
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!((iat - now()).abs() <= 6 && exp > now() && exp - iat <= 120, "{claims}");
        assert!(claims["jti"].is_string());
        // It is no token of another kind.
        world.get("/oauth2/userinfo").bearer(&all[0]).send().await.refused_as_token();
        world.introspect_call(&client, &all[0]).send().await.inactive();
    });
}

/// Only those who were part of the session hear of its end.
#[test]
fn each_client_of_the_session_is_told_and_no_other() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let (first, second, other) = (
            receiver(ResponseTemplate::new(200)).await,
            receiver(ResponseTemplate::new(204)).await,
            receiver(ResponseTemplate::new(200)).await,
        );
        let clients = [client_of(world, &first).await, client_of(world, &second).await, client_of(world, &other).await];
        let mut browser = world.browser();
        let tokens = world.flow(&clients[0]).scope("openid").tokens(&mut browser, &ada).await;
        world.flow(&clients[1]).scope("openid").tokens(&mut browser, &ada).await;
        // The third one knows ada from another session.
        world.flow(&clients[2]).scope("openid").tokens_of(&ada).await;
        let url = world.url(&format!("/oauth2/logout?{}", form_encode([("id_token_hint", tokens.id())])));
        browser.open(&url).await;
        for receiver in [&first, &second] {
            until("the logout token arrives", Duration::from_secs(5), async || {
                (!got(receiver).await.is_empty()).then_some(())
            })
            .await;
        }
        assert!(got(&other).await.is_empty());
        assert_ne!(jwt::decode(&got(&first).await[0]).claims["jti"], jwt::decode(&got(&second).await[0]).claims["jti"]);
    });
}

/// A receiver that hangs does not delay the person, nor the others.
#[test]
fn a_hanging_receiver_delays_nobody() {
    run(async {
        let world = World::shared().await;
        let hanging = receiver(ResponseTemplate::new(200).set_delay(Duration::from_secs(60))).await;
        let prompt = receiver(ResponseTemplate::new(200)).await;
        let (slow, quick) = (client_of(world, &hanging).await, client_of(world, &prompt).await);
        let begun = Instant::now();
        let (_, landing) = sign_in(world, &slow).await;
        landing.page();
        assert!(begun.elapsed() < Duration::from_secs(3), "the person waited {:?}", begun.elapsed());
        let (_, landing) = sign_in(world, &quick).await;
        landing.page();
        until("the other one is told", Duration::from_secs(5), async || (!got(&prompt).await.is_empty()).then_some(()))
            .await;
    });
}

/// Retried after a failure, with a token that is still good, and not for ever.
#[test]
fn a_failure_is_retried() {
    run(async {
        let world = World::shared().await;
        let server = MockServer::builder().start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        let client = client_of(world, &server).await;
        sign_in(world, &client).await;
        let all = until("it is tried again", Duration::from_secs(20), async || {
            let all = got(&server).await;
            (all.len() >= 2).then_some(all)
        })
        .await;
        let claims = jwt::verify(&all[1], &world.jwks().await).claims;
        assert!(claims["exp"].as_i64().unwrap() > now());
        assert_eq!(claims["sid"], jwt::decode(&all[0]).claims["sid"]);
    });
}

/// It follows no redirect: a client could lead it anywhere.
#[test]
fn no_redirect_is_followed() {
    run(async {
        let world = World::shared().await;
        let inner = receiver(ResponseTemplate::new(200)).await;
        let outer =
            receiver(ResponseTemplate::new(307).insert_header("location", format!("{}/backchannel", inner.uri())))
                .await;
        let client = client_of(world, &outer).await;
        sign_in(world, &client).await;
        until("it asked once", Duration::from_secs(5), async || (!got(&outer).await.is_empty()).then_some(())).await;
        assert!(got(&inner).await.is_empty());
    });
}

/// Private addresses are refused unless they were allowed; here nothing is.
#[test]
fn private_addresses_are_refused() {
    run(async {
        let world = World::builder().setting("outbound", "allowed_networks", "[]").start().await;
        let receiver = receiver(ResponseTemplate::new(200)).await;
        let client = client_of(&world, &receiver).await;
        let (_, landing) = sign_in(&world, &client).await;
        landing.page();
        until("the attempt was made", Duration::from_secs(5), async || {
            let attempts = world.database.count("select coalesce(max(attempts), 0)::bigint from outbox").await;
            (attempts > 0).then_some(())
        })
        .await;
        assert!(receiver.received_requests().await.unwrap().is_empty(), "a private address was reached");
    });
}

/// Nothing that was decided is lost with the process: another instance delivers it.
#[test]
fn a_delivery_survives_the_instance() {
    run(async {
        let world = World::builder().instances(1).start().await;
        let server = MockServer::builder().start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        let client = client_of(&world, &server).await;
        sign_in(&world, &client).await;
        until("the first attempt has failed, and the next one is planned", Duration::from_secs(5), async || {
            let planned =
                "select count(*) from outbox where attempts = 1 and next_attempt_at < created_at + interval '30 s'";
            (!got(&server).await.is_empty() && world.database.count(planned).await == 1).then_some(())
        })
        .await;
        world.servers[0].kill();
        let other = crate::harness::server::Server::start(&world.home, crate::harness::server::Ports::pick()).await;
        until("the other instance tries again", Duration::from_secs(25), async || {
            (got(&server).await.len() >= 2).then_some(())
        })
        .await;
        drop(other);
    });
}

/// A client's keys may be fetched, and fetched anew when it has others.
#[test]
fn keys_from_a_jwks_uri() {
    run(async {
        let world = World::shared().await;
        let (first, second) = (jwt::Key::generate(), jwt::Key::generate());
        let server = MockServer::builder().start().await;
        let serve = async |key: &jwt::Key, kid: &str| {
            server.reset().await;
            let body = json!({ "keys": [key.jwk(kid)] });
            Mock::given(method("GET"))
                .and(path("/jwks"))
                .respond_with(ResponseTemplate::new(200).set_body_json(body))
                .mount(&server)
                .await;
        };
        serve(&first, "one").await;
        let client = world
            .add_client("lenient-signer", json!({ "jwks": null, "jwks_uri": format!("{}/jwks", server.uri()) }))
            .await;
        let ask = |key: &jwt::Key, kid: &str| {
            let assertion =
                key.sign(&json!({ "alg": "ES256", "kid": kid }), &jwt::assertion_claims(&client.id, world.issuer()));
            world.post("/oauth2/token").form(&[
                ("grant_type", "client_credentials"),
                ("client_assertion_type", crate::harness::fixture::ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ])
        };
        ask(&first, "one").send().await.ok();
        ask(&first, "one").send().await.ok();
        let fetched = server.received_requests().await.unwrap().len();
        assert_eq!(fetched, 1, "kept between requests");
        ask(&second, "two").send().await.refused(401, "invalid_client");
        serve(&second, "two").await;
        until("the new key is fetched", Duration::from_secs(15), async || {
            (ask(&second, "two").send().await.status == 200).then_some(())
        })
        .await;
        // An unknown kid does not make the server hammer the client.
        let before = server.received_requests().await.unwrap().len();
        for _ in 0..20 {
            ask(&first, "unknown").send().await.refused(401, "invalid_client");
        }
        let after = server.received_requests().await.unwrap().len();
        assert!(after - before <= 3, "{} fetches for 20 nonsensical assertions", after - before);
    });
}
