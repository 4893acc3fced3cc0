//! `private_key_jwt` (RFC 7523, OpenID Connect Core section 9), claim by claim.

use crate::harness::{
    Value, World,
    fixture::ASSERTION_TYPE,
    http::Call,
    json, jwt, now, run,
    table::{Expect, Row, check, row},
};

fn ask(world: &World, assertion: &str) -> Call {
    world.post("/oauth2/token").form(&[
        ("grant_type", "client_credentials"),
        ("scope", "read"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ])
}

fn changed(world: &World, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let mut claims = jwt::assertion_claims("signer", world.issuer());
    change(claims.as_object_mut().unwrap());
    jwt::assertion_of(&claims)
}

#[test]
fn assertions_that_do_not_count() {
    run(async {
        let world = World::shared().await;
        let set = |name: &str, value: Value| {
            changed(world, |claims| {
                claims.insert(name.to_owned(), value);
            })
        };
        let without = |name: &str| {
            changed(world, |claims| {
                claims.remove(name);
            })
        };
        let header = |header: Value| jwt::client_key().sign(&header, &jwt::assertion_claims("signer", world.issuer()));
        let token_endpoint = world.url("/oauth2/token");
        let mut cases = vec![
            ("iss missing", without("iss")),
            ("iss of another client", set("iss", json!("lenient-signer"))),
            ("sub missing", without("sub")),
            ("sub of another client", set("sub", json!("lenient-signer"))),
            (
                "an unknown client",
                changed(world, |claims| {
                    claims.insert("iss".into(), json!("nobody"));
                    claims.insert("sub".into(), json!("nobody"));
                }),
            ),
            (
                "a client without keys",
                changed(world, |claims| {
                    claims.insert("iss".into(), json!("job"));
                    claims.insert("sub".into(), json!("job"));
                }),
            ),
            ("aud missing", without("aud")),
            ("aud of another server", set("aud", json!("https://other.example.test"))),
            ("aud the token endpoint, which is not allowed here", set("aud", json!(token_endpoint))),
            ("aud with a slash more", set("aud", json!(format!("{}/", world.issuer())))),
            ("aud a list of two", set("aud", json!([world.issuer(), "https://other.example.test"]))),
            ("aud a list of one", set("aud", json!([world.issuer()]))),
            ("aud a number", set("aud", json!(1))),
            ("exp missing", without("exp")),
            ("exp in the past", set("exp", json!(now() - 120))),
            ("exp a text", set("exp", json!("soon"))),
            ("exp in a hundred years", set("exp", json!(now() + 3_000_000_000_i64))),
            ("nbf in the future", set("nbf", json!(now() + 600))),
            ("iat in the future", set("iat", json!(now() + 600))),
            ("jti missing", without("jti")),
            ("jti empty", set("jti", json!(""))),
            ("jti a number", set("jti", json!(1))),
            (
                "alg none",
                format!(
                    "{}.",
                    jwt::unsigned(&json!({ "alg": "none" }), &jwt::assertion_claims("signer", world.issuer()))
                ),
            ),
            ("an unknown kid", header(json!({ "alg": "ES256", "kid": "other" }))),
            ("an alg that is not the key's", header(json!({ "alg": "RS256", "kid": "client-key" }))),
            ("a critical header", header(json!({ "alg": "ES256", "kid": "client-key", "crit": ["x"], "x": 1 }))),
            ("an access token's typ", header(json!({ "alg": "ES256", "kid": "client-key", "typ": "at+jwt" }))),
            (
                "another key",
                jwt::Key::generate().sign(
                    &json!({ "alg": "ES256", "kid": "client-key" }),
                    &jwt::assertion_claims("signer", world.issuer()),
                ),
            ),
            ("nothing", String::new()),
        ];
        cases.extend(jwt::mutilated(&jwt::assertion("signer", world.issuer())));
        let mut rows: Vec<Row> = cases
            .into_iter()
            .map(|(name, assertion)| {
                // What is empty counts as omitted, and then there is a type without an assertion.
                let codes: &[&str] = &["invalid_client"];
                let expect = if name == "nothing" {
                    Expect::Error(400, &["invalid_request"])
                } else {
                    Expect::Error(401, Box::leak(codes.into()))
                };
                let call = ask(world, &assertion);
                (name, call, expect)
            })
            .map(|(name, call, expect)| row(name, call, expect))
            .collect();
        let good = || ask(world, &jwt::assertion("signer", world.issuer()));
        rows.push(row(
            "client_assertion_type missing",
            good().without("client_assertion_type"),
            Expect::Error(400, &["invalid_request"]),
        ));
        rows.push(row(
            "client_assertion twice",
            good().also(&[("client_assertion", "x")]),
            Expect::Error(400, &["invalid_request"]),
        ));
        rows.push(row(
            "client_assertion_type of SAML",
            good().with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
            Expect::Error(401, &["invalid_client"]),
        ));
        rows.push(row(
            "client_id of another client",
            good().also(&[("client_id", "lenient-signer")]),
            Expect::Error(401, &["invalid_client"]),
        ));
        let mut wrong = good();
        wrong = wrong.also(&[("client_secret", "x")]);
        rows.push(row("a secret beside it", wrong, Expect::Error(400, &["invalid_request"])));
        check("token_client_assertion", world.issuer(), rows).await;
        good().send().await.ok();
    });
}

#[test]
fn an_assertion_counts_once() {
    run(async {
        let world = World::shared().await;
        let assertion = jwt::assertion("signer", world.issuer());
        ask(world, &assertion).send().await.ok();
        for instance in [0, 1] {
            let call = world.call_at(instance, "POST", "/oauth2/token").form(&[
                ("grant_type", "client_credentials"),
                ("scope", "read"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ]);
            call.send().await.refused(401, "invalid_client");
        }
        // For another endpoint it is spent as well.
        world
            .post("/oauth2/introspect")
            .form(&[("token", "x"), ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)])
            .send()
            .await
            .refused(401, "invalid_client");
        // The same jti of another client is another one.
        let mut claims = jwt::assertion_claims("lenient-signer", world.issuer());
        claims["jti"] = jwt::decode(&assertion).claims["jti"].clone();
        ask(world, &jwt::assertion_of(&claims)).send().await.ok();
    });
}

#[test]
fn where_the_policy_allows_it_the_token_endpoint_is_an_audience() {
    run(async {
        let world = World::shared().await;
        for audience in [world.issuer().to_owned(), world.url("/oauth2/token")] {
            ask(world, &jwt::assertion("lenient-signer", &audience)).send().await.ok();
        }
        // At introspection the same URL counts, since it is the one that the policy names.
        for audience in
            ["https://other.example.test".to_owned(), world.url("/oauth2/introspect"), format!("{}/", world.issuer())]
        {
            ask(world, &jwt::assertion("lenient-signer", &audience)).send().await.refused(401, "invalid_client");
        }
    });
}

#[test]
fn the_client_id_may_be_said_beside_the_assertion() {
    run(async {
        let world = World::shared().await;
        ask(world, &jwt::assertion("signer", world.issuer())).also(&[("client_id", "signer")]).send().await.ok();
        // A header without kid, where the client has one key.
        let assertion =
            jwt::client_key().sign(&json!({ "alg": "ES256" }), &jwt::assertion_claims("signer", world.issuer()));
        ask(world, &assertion).send().await.ok();
        let assertion = jwt::client_key().sign(
            &json!({ "alg": "ES256", "kid": "client-key", "typ": "client-authentication+jwt" }),
            &jwt::assertion_claims("signer", world.issuer()),
        );
        ask(world, &assertion).send().await.ok();
    });
}

/// Introspection and revocation take it too.
#[test]
fn at_every_endpoint() {
    run(async {
        let world = World::shared().await;
        let signer = world.client("signer");
        let tokens = world.flow(&signer).scope("openid offline_access read").tokens_of(&world.person("ada")).await;
        world.introspect_call(&signer, tokens.access()).send().await.active();
        world.refresh_call(&signer, tokens.refresh()).send().await.ok();
        assert_eq!(world.revoke_call(&signer, tokens.access()).send().await.status, 200);
        world.introspect_call(&signer, tokens.access()).send().await.inactive();
    });
}

/// Several live secrets per client, with expiry, for rotation.
#[test]
fn several_secrets_live_at_once() {
    run(async {
        let world = World::shared().await;
        let job = world.add_client("job", json!({})).await;
        let fields = [("grant_type", "client_credentials")];
        let works = async |secret: &str| {
            world.post("/oauth2/token").form(&fields).basic(&job.id, secret).send().await.status == 200
        };
        let said = world.command(["client", "rotate-secret", &job.id, "--grace", "1h", "--json"]).await.ok().json();
        let second = said["client_secret"].as_str().unwrap().to_owned();
        crate::harness::until("both work", crate::harness::WITHIN_A_SECOND, async || {
            (works(&second).await && works(job.secret()).await).then_some(())
        })
        .await;
        let said = world.command(["client", "rotate-secret", &job.id, "--grace", "1s", "--json"]).await.ok().json();
        let next = said["client_secret"].as_str().unwrap().to_owned();
        crate::harness::until("the old ones expire in time", std::time::Duration::from_secs(3), async || {
            (works(&next).await && !works(&second).await && !works(job.secret()).await).then_some(())
        })
        .await;
        let said = world.command(["client", "rotate-secret", &job.id, "--grace", "0s", "--json"]).await.ok().json();
        let third = said["client_secret"].as_str().unwrap().to_owned();
        crate::harness::until("only the last one works", crate::harness::WITHIN_A_SECOND, async || {
            (works(&third).await && !works(&second).await && !works(job.secret()).await).then_some(())
        })
        .await;
    });
}

/// A key and its public half, and how it signs.
type Signer = (&'static str, Value, Box<dyn Fn(&str) -> Vec<u8> + Send + Sync>);

fn other_signers() -> Vec<Signer> {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
    };
    let random = SystemRandom::new();
    let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed = Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap();
    let ed_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": jwt::b64(ed.public_key()) });
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let p384 = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, p384.as_ref(), &random).unwrap();
    let point = p384.public_key().as_ref().to_vec();
    let p384_jwk = json!({ "kty": "EC", "crv": "P-384", "kid": "p384", "x": jwt::b64(&point[1..49]), "y": jwt::b64(&point[49..]) });
    vec![
        ("EdDSA", ed_jwk, Box::new(move |text| ed.sign(text.as_bytes()).as_ref().to_vec())),
        ("ES384", p384_jwk, Box::new(move |text| p384.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec())),
    ]
}

/// Algorithms by allow-list: the client's own where it registered one, none besides.
#[test]
fn each_algorithm_of_the_list() {
    run(async {
        let world = World::shared().await;
        for (alg, jwk, sign) in other_signers() {
            let kid = jwk["kid"].as_str().unwrap().to_owned();
            let jwks = json!({ "keys": [jwk, jwt::client_key().jwk("client-key")] });
            let any = world.add_client("lenient-signer", json!({ "jwks": jwks })).await;
            let only = json!({ "jwks": jwks, "token_endpoint_auth_signing_alg": alg });
            let only = world.add_client("lenient-signer", only).await;
            for client in [&any, &only] {
                let claims = jwt::assertion_claims(&client.id, world.issuer());
                let signed = jwt::unsigned(&json!({ "alg": alg, "kid": kid }), &claims);
                ask(world, &format!("{signed}.{}", jwt::b64(sign(&signed)))).send().await.ok();
                // Under the name of another algorithm.
                let claims = jwt::assertion_claims(&client.id, world.issuer());
                let signed = jwt::unsigned(&json!({ "alg": "ES256", "kid": kid }), &claims);
                ask(world, &format!("{signed}.{}", jwt::b64(sign(&signed))))
                    .send()
                    .await
                    .refused(401, "invalid_client");
            }
            let es256 = |client: &crate::harness::Client| {
                let claims = jwt::assertion_claims(&client.id, world.issuer());
                ask(world, &jwt::client_key().sign(&json!({ "alg": "ES256", "kid": "client-key" }), &claims))
            };
            es256(&any).send().await.ok();
            es256(&only).send().await.refused(401, "invalid_client");
        }
    });
}
