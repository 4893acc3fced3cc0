//! The authorization code flow, for each kind of client, with every claim.

use crate::harness::{API, FILES, Value, World, browser::Landing, flow::Tokens, json, jwt, now, run};

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        value.as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "chancery").collect();
    names.sort_unstable();
    names
}

#[test]
fn the_answer_is_exactly_this() {
    run(async {
        let world = World::shared().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let flow = world.flow(&shop).scope("openid offline_access read write").with("nonce", "n-0S6_WzA2Mj");
        let before = now();
        let tokens = flow.tokens_of(&ada).await;
        let body = &tokens.body;
        assert_eq!(names(body), ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
        assert_eq!(body["expires_in"], 300);
        assert_eq!(tokens.scope(), ["offline_access", "openid", "read", "write"]);

        let jwks = world.jwks().await;
        let access = jwt::verify(tokens.access(), &jwks);
        assert_eq!(access.header["typ"], "at+jwt");
        assert_eq!(access.header["alg"], "ES256");
        let claims = &access.claims;
        assert_eq!(
            names(claims),
            ["acr", "amr", "aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"]
        );
        assert_eq!(claims["iss"], world.issuer());
        assert_eq!(claims["aud"], json!([API, world.issuer()]), "the API and, with openid, the issuer");
        assert_eq!(claims["client_id"], "shop");
        assert_eq!(claims["amr"], json!(["pwd"]));
        let auth_time = claims["auth_time"].as_i64().unwrap();
        assert!((before..=now()).contains(&auth_time), "{auth_time}");

        let id = jwt::verify(tokens.id(), &jwks);
        assert_eq!(id.header["alg"], "RS256");
        let claims = &id.claims;
        assert_eq!(claims["iss"], world.issuer());
        assert_eq!(claims["aud"], "shop");
        assert_eq!(claims["sub"], access.claims["sub"]);
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(claims["at_hash"], jwt::half_hash(tokens.access(), "RS256"));
        assert_eq!(claims["auth_time"], auth_time);
        assert_eq!(claims["amr"], json!(["pwd"]));
        assert!(claims["sid"].as_str().is_some_and(|sid| !sid.is_empty()));
        assert!(claims["exp"].as_i64().unwrap() > now());
        // With scopes only, claims about the person come from userinfo (OpenID Connect Core section 5.4).
        for name in ["name", "email", "address", "phone_number", "birthdate"] {
            assert_eq!(claims.get(name), None, "{name}");
        }
        let sub = claims["sub"].as_str().unwrap();
        assert!(!sub.contains("ada") && sub.len() <= 255);
    });
}

#[test]
fn openid_alone_gives_a_token_for_userinfo_alone() {
    run(async {
        let world = World::shared().await;
        let tokens = world.flow(&world.client("door")).scope("openid").tokens_of(&world.person("ada")).await;
        let claims = tokens.claims();
        assert_eq!(claims["aud"], world.issuer());
        assert_eq!(claims["scope"], "openid");
        world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
    });
}

#[test]
fn without_openid_there_is_no_id_token_and_no_userinfo() {
    run(async {
        let world = World::shared().await;
        let tokens = world.flow(&world.client("plain")).scope("read").tokens_of(&world.person("ada")).await;
        assert_eq!(
            names(&tokens.body),
            ["access_token", "expires_in", "scope", "token_type"],
            "and no refresh token without the grant"
        );
        assert_eq!(tokens.claims()["aud"], API);
    });
}

#[test]
fn scope_omitted_means_the_registered_one() {
    run(async {
        let world = World::shared().await;
        let tokens = world.flow(&world.client("plain")).tokens_of(&world.person("ada")).await;
        assert_eq!(tokens.scope(), ["read", "write"]);
        // The one redirect URI may be left out where no ID token is wanted (RFC 6749 section 3.1.2.3).
        let flow = world.flow(&world.client("plain")).without("redirect_uri").scope("read");
        flow.tokens_of(&world.person("ada")).await;
    });
}

#[test]
fn one_resource_at_a_time() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.signed_in(&ada).await;
        // `read` at two APIs is two different things.
        let flow = world.flow(&house).scope("openid read write list").and("resource", API).and("resource", FILES);
        let ask = async |browser: &mut crate::harness::Browser<'_>, resource: Option<&str>| {
            let answer = flow.authorize(browser, &ada).await;
            let mut call = flow.redemption(answer.code());
            if let Some(resource) = resource {
                call = call.also(&[("resource", resource)]);
            }
            let tokens = Tokens::of(&call.send().await);
            (tokens.claims()["aud"].clone(), tokens.scope().join(" "), tokens)
        };
        let (aud, scope, tokens) = ask(&mut browser, None).await;
        assert_eq!((aud, scope.as_str()), (json!([API, world.issuer()]), "openid read write"));
        let (aud, scope, _) = ask(&mut browser, Some(FILES)).await;
        assert_eq!((aud, scope.as_str()), (json!([FILES, world.issuer()]), "list openid read"));
        // The same at the refresh: each API has a token of its own, from one grant.
        let call = world.refresh_call(&house, tokens.refresh()).also(&[("resource", FILES)]);
        assert_eq!(Tokens::of(&call.send().await).claims()["aud"], json!([FILES, world.issuer()]));

        let only = world.flow(&house).scope("openid read").with("resource", FILES);
        let tokens = only.tokens(&mut browser, &ada).await;
        assert_eq!(tokens.claims()["aud"], json!([FILES, world.issuer()]));
        assert_eq!(tokens.scope(), ["openid", "read"]);
    });
}

#[test]
fn each_client_has_its_algorithm() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let jwks = world.jwks().await;
        for (client, alg) in [("house", "RS256"), ("es", "ES256"), ("ed", "EdDSA")] {
            let tokens = world.flow(&world.client(client)).scope("openid").tokens(&mut browser, &ada).await;
            let id = jwt::verify(tokens.id(), &jwks);
            assert_eq!(id.header["alg"], alg);
            assert_eq!(id.claims["at_hash"], jwt::half_hash(tokens.access(), alg));
        }
    });
}

#[test]
fn every_kind_of_client_gets_through() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        for client in ["shop", "house", "spa", "signer", "twins", "legacy", "phone", "pair"] {
            let tokens = world.flow(&world.client(client)).scope("openid").tokens(&mut browser, &ada).await;
            assert_eq!(jwt::decode(tokens.id()).claims["aud"], client);
        }
        // A redirect URI with a query keeps it.
        let twins = world
            .flow(&world.client("twins"))
            .scope("openid")
            .with("redirect_uri", "https://twins.example.test/two?x=1");
        let answer = twins.authorize(&mut browser, &ada).await;
        assert_eq!(answer.get("x"), Some("1"));
        twins.redemption(answer.code()).send().await.ok();
        // A client that need not use PKCE.
        world.flow(&world.client("legacy")).scope("openid").without_pkce().tokens(&mut browser, &ada).await;
        // Native apps choose their port (RFC 8252 section 7.3), and may have a scheme of their own.
        let phone = world.client("phone");
        for uri in ["http://127.0.0.1:51004/callback", "http://[::1]:61023/callback", "test.example.phone:/callback"] {
            world.flow(&phone).scope("openid").with("redirect_uri", uri).tokens(&mut browser, &ada).await;
        }
        for uri in [
            "http://localhost:51004/callback",
            "http://127.0.0.1:51004/other",
            "http://127.0.0.2/callback",
            "https://127.0.0.1/callback",
        ] {
            let page = world.flow(&phone).scope("openid").with("redirect_uri", uri).begin(&mut browser).await.page();
            assert_eq!(page.reply.status, 400, "{uri}");
        }
    });
}

#[test]
fn the_answer_may_come_as_a_form() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let flow = world
            .flow(&world.client("house"))
            .scope("openid")
            .with("response_mode", "form_post")
            .with("state", "<\"'&>");
        let answer = flow.authorize(&mut world.browser(), &ada).await;
        assert!(answer.posted);
        let names: Vec<&str> = answer.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "iss", "state"]);
        flow.redemption(answer.code()).send().await.ok();
    });
}

#[test]
fn the_request_may_come_as_a_form() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let flow = world.flow(&world.client("house")).scope("openid");
        let mut browser = world.signed_in(&ada).await;
        let form = crate::harness::http::form_encode(flow.parameters.iter().map(|(name, value)| (name, value)));
        // From another site the browser sends no Lax cookie with a POST: it must come back with a GET.
        let reply = world
            .post("/oauth2/authorize")
            .header("origin", "https://house.example.test")
            .header("sec-fetch-site", "cross-site")
            .raw_form(form)
            .send()
            .await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let location = reply.header("location").unwrap();
        let url = url::Url::parse(&world.url("/oauth2/authorize")).unwrap().join(location).unwrap();
        let landing = browser.open(url.as_str()).await;
        let answer = flow.answer(landing);
        flow.redemption(answer.code()).send().await.ok();
    });
}

#[test]
fn unknown_parameters_and_values_of_taste_are_no_error() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let flow = || world.flow(&world.client("house")).scope("openid");
        for (name, value) in [
            ("nonsense", "x"),
            ("display", "hologram"),
            ("display", "popup"),
            ("ui_locales", "tlh de-CH"),
            ("claims_locales", "xx"),
            ("acr_values", "urn:nobody:knows"),
            ("login_hint", "somebody@else.test"),
            ("claims", r#"{"userinfo":{"unknown":null},"other":1}"#),
            ("max_age", "10000"),
            ("nonce", ""),
            ("prompt", ""),
        ] {
            let answer = flow().and(name, value).authorize(&mut browser, &ada).await;
            assert!(answer.get("code").is_some(), "{name}={value}: {answer:?}");
        }
        let twice = flow().and("nonsense", "1").and("nonsense", "2").authorize(&mut browser, &ada).await;
        assert!(twice.get("code").is_some());
        // An acr that is preferred and cannot be met is no error, an essential one that can be met neither.
        let acr = jwt::decode(flow().tokens(&mut browser, &ada).await.id()).claims["acr"].as_str().map(str::to_owned);
        if let Some(acr) = acr {
            let claims = json!({ "id_token": { "acr": { "essential": true, "values": ["urn:x", acr] } } });
            let tokens = flow().with("claims", &claims.to_string()).tokens(&mut browser, &ada).await;
            assert_eq!(jwt::decode(tokens.id()).claims["acr"], acr);
        }
    });
}

#[test]
fn state_comes_back_as_it_went() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        for state in ["a b+c%20&d=e#f", "ünï↯", "\"<script>", &"s".repeat(2000), "?", "a=b&code=stolen&iss=evil"] {
            let answer = world
                .flow(&world.client("house"))
                .scope("openid")
                .with("state", state)
                .authorize(&mut browser, &ada)
                .await;
            assert_eq!(answer.get("state"), Some(state));
        }
        let answer =
            world.flow(&world.client("house")).scope("openid").without("state").authorize(&mut browser, &ada).await;
        assert_eq!(answer.get("state"), None);
    });
}

#[test]
fn the_claims_parameter_asks_for_single_claims() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let claims = json!({
            "userinfo": { "birthdate": { "essential": true }, "zoneinfo": null },
            "id_token": { "email": null, "given_name": { "essential": true }, "locale": { "value": "en" }, "nickname": null },
        });
        let flow = world.flow(&world.client("house")).scope("openid").with("claims", &claims.to_string());
        let tokens = flow.tokens_of(&ada).await;
        let id = jwt::decode(tokens.id()).claims;
        assert_eq!(
            (&id["email"], &id["given_name"], &id["locale"]),
            (&json!("ada@example.test"), &json!("Ada"), &json!("en"))
        );
        assert_eq!(id.get("nickname"), None, "nobody knows one");
        assert_eq!(id.get("birthdate"), None, "asked for at userinfo");
        let userinfo = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!(userinfo, json!({ "sub": id["sub"], "birthdate": "1815-12-10", "zoneinfo": "Europe/London" }));
        // Another person than the one who is named: it must not end in a code for the wrong one.
        let other = json!({ "id_token": { "sub": { "value": "somebody-else" } } });
        let flow = world
            .flow(&world.client("house"))
            .scope("openid")
            .with("claims", &other.to_string())
            .with("prompt", "none");
        let mut browser = world.signed_in(&ada).await;
        let landing = flow.begin(&mut browser).await;
        assert_eq!(flow.answer(landing).error(), "login_required");
    });
}

/// Claims in the languages of `claims_locales`, under names with a tag (OpenID Connect Core section 5.2). What belongs
/// to no scope is for our own apps alone.
#[test]
fn claims_in_a_language() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let mut registration = person.registration();
        registration["claims"] = json!({ "name": "Anna", "name#ja": "アンナ", "name#fr": "Anne", "team": "engine" });
        world.home.apply(&json!({ "user": [registration] })).await.ok();
        let claims = json!({ "id_token": { "name": null, "team": null } }).to_string();
        let spa = world.add_client("spa", json!({})).await;
        let shop = world.add_client("spa", json!({ "first_party": false })).await;
        for (client, team) in [(&spa, Some(&json!("engine"))), (&shop, None)] {
            let flow = world.flow(client).scope("openid profile").with("claims_locales", "ja-JP fr");
            let tokens = flow.with("claims", &claims).tokens_of(&person).await;
            let id = jwt::decode(tokens.id()).claims;
            assert_eq!((&id["name#ja"], id.get("name#fr"), id.get("team")), (&json!("アンナ"), None, team));
            let userinfo = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
            assert_eq!((&userinfo["name"], &userinfo["name#ja"]), (&json!("Anna"), &json!("アンナ")));
        }
    });
}

#[test]
fn pairwise_subjects_differ_by_sector_and_stay() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let mut subject = async |client: &str| {
            let tokens = world.flow(&world.client(client)).scope("openid").tokens(&mut browser, &ada).await;
            let sub = jwt::decode(tokens.id()).claims["sub"].as_str().unwrap().to_owned();
            assert_eq!(tokens.claims()["sub"], sub, "one subject for one client");
            let userinfo = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
            assert_eq!(userinfo["sub"], sub);
            let introspection = world.introspect_call(&world.client(client), tokens.access()).send().await.active();
            assert_eq!(introspection["sub"], sub);
            sub
        };
        let (first, second, public) = (subject("pair").await, subject("pair").await, subject("house").await);
        assert_eq!(first, second);
        assert_ne!(first, public);
        assert_eq!(public, subject("legacy").await);
        assert!(!first.contains(&public));
    });
}

#[test]
fn a_person_may_refuse() {
    run(async {
        let world = World::shared().await;
        let bob = world.person("bob");
        let mut browser = world.signed_in(&bob).await;
        let flow = world.flow(&world.client("shop")).scope("openid email").with("prompt", "consent").denying();
        assert_eq!(flow.authorize(&mut browser, &bob).await.error(), "access_denied");
    });
}

/// A code goes in the answer and nowhere else.
#[test]
fn a_redirect_is_not_kept() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&world.client("house")).scope("openid");
        let reply = browser.send("GET", &flow.url(), None).await;
        assert!(matches!(reply.status, 302 | 303), "{reply:?}");
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")), "{reply:?}");
        assert!(
            reply.header("referrer-policy").is_some_and(|value| value == "no-referrer" || value.contains("origin")),
            "{reply:?}"
        );
        let answer = flow.answer(Landing::Away(reply.header("location").unwrap().to_owned()));
        assert!(answer.code().len() >= 43, "256 bits: {}", answer.code());
    });
}

/// `code lifetime 60 s at most`: as configured, and to the second.
#[test]
fn a_code_dies_in_time() {
    run(async {
        let world = World::builder().setting("lifetimes", "code", "\"1s\"").start().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let flow = world.flow(&house).scope("openid");
        let mut browser = world.signed_in(&ada).await;
        let answer = flow.authorize(&mut browser, &ada).await;
        let issued = std::time::Instant::now();
        crate::harness::until("the code has expired", std::time::Duration::from_secs(3), async || {
            (issued.elapsed() > std::time::Duration::from_millis(1100)).then_some(())
        })
        .await;
        flow.redemption(answer.code()).send().await.refused(400, "invalid_grant");
    });
}

/// A stranger's attempt with somebody else's code changes nothing; a wrong verifier burns it.
#[test]
fn who_may_burn_a_code() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&house).scope("openid");
        let code = flow.authorize(&mut browser, &ada).await.code().to_owned();
        let pkce = flow.pkce.as_ref().unwrap();
        let stolen = world.token_call(
            &world.client("spa"),
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", house.redirect_uri()),
                ("code_verifier", &pkce.verifier),
            ],
        );
        stolen.send().await.refused(400, "invalid_grant");
        flow.redemption(&code).basic("house", "wrong").send().await.refused(401, "invalid_client");
        let tokens = Tokens::of(&flow.redemption(&code).send().await);
        // Replayed by a stranger: nothing happens to what was issued.
        world
            .token_call(
                &world.client("spa"),
                &[
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("redirect_uri", house.redirect_uri()),
                    ("code_verifier", &pkce.verifier),
                ],
            )
            .send()
            .await
            .refused(400, "invalid_grant");
        world.introspect_call(&house, tokens.access()).send().await.active();

        let code = flow.authorize(&mut browser, &ada).await.code().to_owned();
        let other = crate::harness::flow::Pkce::new().verifier;
        flow.redemption(&code).with("code_verifier", &other).send().await.refused(400, "invalid_grant");
        flow.redemption(&code).send().await.refused(400, "invalid_grant");
    });
}
