//! Metadata and JWK Set (RFC 8414, OpenID Connect Discovery, RFC 7517).

use crate::harness::{TOKEN_EXCHANGE, Value, World, browser::Landing, flow::Answer, json, run};

#[test]
fn both_documents_say_the_same() {
    run(async {
        let world = World::shared().await;
        let openid = world.get("/.well-known/openid-configuration").send().await.ok();
        let oauth = world.get("/.well-known/oauth-authorization-server").send().await.ok();
        assert_eq!(openid, oauth);
        let text = serde_json::to_string_pretty(&openid).unwrap();
        crate::harness::table::compare("discovery", &text.replace(world.issuer(), "[issuer]"));
    });
}

/// What a client library decides by: exactly what was promised, and nothing more.
#[test]
fn metadata_says_what_is_parsed() {
    run(async {
        let world = World::shared().await;
        let metadata = world.get("/.well-known/openid-configuration").send().await.ok();
        let list = |name: &str| {
            let mut list: Vec<String> =
                serde_json::from_value(metadata[name].clone()).unwrap_or_else(|_| panic!("{name}: {metadata}"));
            list.sort();
            list
        };
        assert_eq!(metadata["issuer"], world.issuer());
        for (name, path) in [
            ("authorization_endpoint", "/oauth2/authorize"),
            ("token_endpoint", "/oauth2/token"),
            ("introspection_endpoint", "/oauth2/introspect"),
            ("revocation_endpoint", "/oauth2/revoke"),
            ("userinfo_endpoint", "/oauth2/userinfo"),
            ("end_session_endpoint", "/oauth2/logout"),
            ("jwks_uri", "/.well-known/jwks.json"),
        ] {
            assert_eq!(metadata[name], world.url(path), "{name}");
        }
        assert_eq!(list("response_types_supported"), ["code"]);
        assert_eq!(list("response_modes_supported"), ["form_post", "query"]);
        assert_eq!(
            list("grant_types_supported"),
            ["authorization_code", "client_credentials", "refresh_token", TOKEN_EXCHANGE]
        );
        assert_eq!(list("code_challenge_methods_supported"), ["S256"]);
        assert_eq!(list("id_token_signing_alg_values_supported"), ["ES256", "EdDSA", "RS256"]);
        assert_eq!(list("subject_types_supported"), ["pairwise", "public"]);
        let methods = ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"];
        assert_eq!(list("token_endpoint_auth_methods_supported"), methods);
        assert_eq!(list("revocation_endpoint_auth_methods_supported"), methods);
        assert_eq!(
            list("introspection_endpoint_auth_methods_supported"),
            ["client_secret_basic", "client_secret_post", "private_key_jwt"]
        );
        assert_eq!(list("prompt_values_supported"), ["consent", "login", "none", "select_account"]);
        for (name, value) in [
            ("claims_parameter_supported", true),
            ("request_parameter_supported", false),
            ("request_uri_parameter_supported", false),
            ("authorization_response_iss_parameter_supported", true),
            ("backchannel_logout_supported", true),
            ("backchannel_logout_session_supported", true),
        ] {
            assert_eq!(metadata[name], value, "{name}");
        }
        // What is not built is not promised.
        for absent in [
            "registration_endpoint",
            "device_authorization_endpoint",
            "pushed_authorization_request_endpoint",
            "check_session_iframe",
            "request_object_signing_alg_values_supported",
        ] {
            assert_eq!(metadata.get(absent), None, "{absent}");
        }
        assert!(
            !list("token_endpoint_auth_signing_alg_values_supported")
                .iter()
                .any(|alg| alg == "none" || alg.starts_with("HS"))
        );
        for scope in ["openid", "profile", "email", "address", "phone", "offline_access"] {
            assert!(list("scopes_supported").iter().any(|known| known == scope), "{scope}");
        }
    });
}

/// Each value that is promised is understood, each endpoint is there.
#[test]
fn what_is_promised_is_kept() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let metadata = world.get("/.well-known/openid-configuration").send().await.ok();
        let list = |name: &str| serde_json::from_value::<Vec<String>>(metadata[name].clone()).unwrap();
        for (name, url) in metadata.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                let path = url.as_str().unwrap().strip_prefix(world.issuer()).unwrap();
                assert_ne!(world.get(path).send().await.status, 404, "{name}");
            }
        }
        for grant in list("grant_types_supported") {
            let reply = world.token_call(&world.client("shop"), &[("grant_type", &grant)]).send().await;
            assert_ne!(reply.json()["error"], "unsupported_grant_type", "{grant}");
        }
        let flow = || world.flow(&world.client("house")).scope("openid");
        for scope in list("scopes_supported") {
            let answer = flow().scope(&format!("openid {scope}")).authorize(&mut browser, &ada).await;
            assert!(answer.get("code").is_some(), "{scope}: {answer:?}");
        }
        for (parameter, values) in [
            ("response_mode", "response_modes_supported"),
            ("prompt", "prompt_values_supported"),
            ("display", "display_values_supported"),
            ("ui_locales", "ui_locales_supported"),
            ("acr_values", "acr_values_supported"),
        ] {
            for value in list(values) {
                let answer = flow().with(parameter, &value).authorize(&mut browser, &ada).await;
                assert!(answer.get("code").is_some(), "{parameter}={value}: {answer:?}");
            }
        }
        // An essential acr that is on the list can be met: by who is signed in, or by setting a factor up.
        for acr in list("acr_values_supported") {
            let claims = json!({ "id_token": { "acr": { "essential": true, "value": acr } } });
            let landing = flow().with("claims", &claims.to_string()).begin(&mut browser).await;
            match landing {
                Landing::Page(page) => assert!(page.has("enroll-decline"), "{acr}: {page:?}"),
                away => assert!(Answer::of(away).get("code").is_some(), "{acr}"),
            }
        }
        // Each algorithm and method can be registered.
        for alg in list("id_token_signing_alg_values_supported") {
            let changes = json!({ "id_token_signed_response_alg": alg, "userinfo_signed_response_alg": alg });
            let client = world.add_client("house", changes).await;
            let tokens = world.flow(&client).scope("openid").tokens(&mut browser, &ada).await;
            assert_eq!(crate::harness::jwt::verify(tokens.id(), &world.jwks().await).header["alg"], alg);
        }
        for alg in list("token_endpoint_auth_signing_alg_values_supported") {
            world.add_client("lenient-signer", json!({ "token_endpoint_auth_signing_alg": alg })).await;
        }
    });
}

/// Every claim that the metadata names can be had, and every other one that was given in these tests is named.
#[test]
fn claims_supported_are_those_of_the_tokens() {
    run(async {
        let world = World::shared().await;
        let metadata = world.get("/.well-known/openid-configuration").send().await.ok();
        let supported = metadata["claims_supported"].as_array().unwrap();
        let ada = world.person("ada");
        let tokens = world
            .flow(&world.client("house"))
            .scope("openid profile email address phone")
            .with("nonce", "n")
            .tokens_of(&ada)
            .await;
        let userinfo = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        for claim in userinfo.as_object().unwrap().keys() {
            assert!(supported.contains(&json!(claim)), "{claim} is given and not named");
        }
    });
}

#[test]
fn keys_are_public_and_three() {
    run(async {
        let world = World::shared().await;
        let jwks = world.jwks().await;
        let keys = jwks["keys"].as_array().unwrap();
        let mut algorithms: Vec<&str> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        algorithms.sort_unstable();
        assert_eq!(algorithms, ["ES256", "EdDSA", "RS256"]);
        for key in keys {
            let members = key.as_object().unwrap();
            let expected: &[&str] = match key["kty"].as_str() {
                Some("RSA") => &["alg", "e", "kid", "kty", "n", "use"],
                Some("EC") => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                Some("OKP") => &["alg", "crv", "kid", "kty", "use", "x"],
                other => panic!("a key of type {other:?}"),
            };
            let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, expected, "{key}");
            assert_eq!(key["use"], "sig");
            assert!(!key["kid"].as_str().unwrap().is_empty());
        }
        let kids: std::collections::HashSet<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(kids.len(), 3, "each key has a name of its own");
        let rsa = keys.iter().find(|key| key["kty"] == "RSA").unwrap();
        assert!(rsa["n"].as_str().unwrap().len() >= 342, "2048 bits at least");
        // RFC 7638: where a kid is a thumbprint, it must be the right one; nothing says that it must be one.
        assert_eq!(jwks.as_object().unwrap().len(), 1, "{jwks}");
    });
}

#[test]
fn documents_can_be_kept() {
    run(async {
        let world = World::shared().await;
        for path in
            ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"]
        {
            let reply = world.get(path).send().await;
            assert_eq!(reply.status, 200);
            let control = reply.header("cache-control").unwrap_or_else(|| panic!("{path}: no cache-control"));
            assert!(control.contains("public") && control.contains("max-age="), "{path}: {control}");
            assert!(!control.contains("max-age=0"), "{path}: {control}");
            let etag = reply.header("etag").unwrap_or_else(|| panic!("{path}: no ETag")).to_owned();
            assert!(etag.trim_start_matches("W/").starts_with('"'), "{path}: {etag}");
            for condition in [etag.clone(), format!("\"other\", {etag}"), "*".to_owned()] {
                let same = world.get(path).header("if-none-match", &condition).send().await;
                assert_eq!(same.status, 304, "{path} with {condition}: {same:?}");
                assert!(same.body.is_empty());
                assert_eq!(same.header("etag"), Some(&*etag), "RFC 9110 section 15.4.5");
                assert_eq!(same.header("cache-control"), Some(control));
            }
            let other = world.get(path).header("if-none-match", "\"other\"").send().await;
            assert_eq!(other.status, 200);
            let head = world.call("HEAD", path).send().await;
            assert_eq!(head.status, 200);
            assert!(head.body.is_empty());
            // What is answered in front of the router says what the router would.
            let plain = |reply: &crate::harness::Reply| {
                let mut headers = reply.headers.clone();
                headers.remove("date");
                headers
            };
            assert_eq!(plain(&head), plain(&reply), "{path}");
            let with_body = world.get(path).raw_form("a=b").send().await;
            assert_eq!((plain(&with_body), with_body.body), (plain(&reply), reply.body.clone()), "{path}");
            assert_eq!(world.call_at(1, "GET", path).send().await.header("etag"), Some(&*etag), "instances differ");
            assert_eq!(world.post(path).raw_form("").send().await.status, 405);
        }
        let control = world.get("/.well-known/jwks.json").send().await;
        assert!(control.header("cache-control").unwrap().contains("max-age=300"), "as configured: {control:?}");
    });
}

/// Nothing that a stranger says about where we are gets into what we say.
#[test]
fn a_hostile_host_changes_nothing() {
    run(async {
        let world = World::shared().await;
        let hostile: [(&str, &str); 8] = [
            ("host", "evil.test"),
            ("x-forwarded-host", "evil.test"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-prefix", "/evil"),
            ("x-original-url", "/metrics"),
            ("x-rewrite-url", "/metrics"),
            ("forwarded", "for=203.0.113.7;host=evil.test;proto=https"),
        ];
        let good = world.get("/.well-known/openid-configuration").send().await;
        for (name, value) in hostile {
            let reply = world.get("/.well-known/openid-configuration").header(name, value).send().await;
            assert!(
                reply.status == 200 && reply.body == good.body || (400..500).contains(&reply.status),
                "{name}: {reply:?}"
            );
            let flow = world.flow(&world.client("house")).scope("openid");
            let path = flow.url()[world.issuer().len()..].to_owned();
            let reply = world.get(&path).header(name, value).send().await;
            let all = format!("{reply:?}");
            assert!(!all.contains("evil"), "{name} is echoed: {all}");
        }
        let both = world.get("/.well-known/openid-configuration").another_header("host", "evil.test").send().await;
        assert!(!both.text().contains("evil"), "{both:?}");
    });
}

/// The journal believes an address only from configured proxies; here there are none.
#[test]
fn a_hostile_address_is_not_written_down() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let call = world
            .token_call(&job, &[("grant_type", "client_credentials")])
            .header("x-forwarded-for", "203.0.113.77")
            .header("forwarded", "for=203.0.113.77");
        let token = crate::harness::flow::Tokens::of(&call.send().await);
        let jti: uuid::Uuid = token.claims()["jti"].as_str().unwrap().parse().unwrap();
        let mut connection = world.database.connect().await;
        let address: Option<String> = sqlx::query_scalar("select host(address) from trail where jti = $1")
            .bind(jti)
            .fetch_one(&mut connection)
            .await
            .expect("the token in the journal");
        assert_eq!(address.as_deref(), Some("127.0.0.1"));
    });
}

/// And from a proxy that is configured it is believed.
#[test]
fn a_proxys_word_is_taken() {
    run(async {
        let world = World::builder().setting("server", "trusted_proxies", "[\"127.0.0.0/8\"]").start().await;
        let job = world.client("job");
        let mut connection = world.database.connect().await;
        for (forwarded, expected) in [
            ("203.0.113.77", "203.0.113.77"),
            ("198.51.100.1, 203.0.113.78", "203.0.113.78"),
            ("nonsense", "127.0.0.1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            let call =
                world.token_call(&job, &[("grant_type", "client_credentials")]).header("x-forwarded-for", forwarded);
            let token = crate::harness::flow::Tokens::of(&call.send().await);
            let jti: uuid::Uuid = token.claims()["jti"].as_str().unwrap().parse().unwrap();
            let address: Option<String> = sqlx::query_scalar("select host(address) from trail where jti = $1")
                .bind(jti)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(address.as_deref(), Some(expected));
        }
        // Where we are, no proxy decides: the issuer is configured.
        let reply = world
            .get("/.well-known/openid-configuration")
            .header("x-forwarded-host", "evil.test")
            .header("x-forwarded-proto", "https")
            .send()
            .await;
        assert_eq!(reply.ok()["issuer"], world.issuer());
    });
}

/// JSON of the kind that a browser may not run as anything else.
#[test]
fn documents_are_json() {
    run(async {
        let world = World::shared().await;
        for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json"] {
            let reply = world.get(path).send().await;
            let kind = reply.header("content-type").unwrap();
            assert!(kind == "application/json" || kind == "application/jwk-set+json", "{path}: {kind}");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            let _: Value = serde_json::from_slice(&reply.body).unwrap();
        }
    });
}
