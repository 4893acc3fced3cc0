//! The client_credentials grant (RFC 6749 section 4.4, RFC 9068).

use crate::harness::{API, DOCS, FILES, World, flow::Tokens, json, jwt, run};

/// What an access token must and may hold.
fn members(claims: &crate::harness::Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        claims.as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "chancery").collect();
    names.sort_unstable();
    names
}

#[test]
fn the_answer_is_exactly_this() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let reply = world.token_call(&job, &[("grant_type", "client_credentials")]).send().await;
        let body = reply.ok();
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(
            body,
            json!({ "access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "read write" })
        );
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("pragma"), Some("no-cache"), "RFC 6749 section 5.1");
        assert_eq!(reply.header("content-type"), Some("application/json"));

        let jwt = jwt::verify(token, &world.jwks().await);
        let kid = jwt.header["kid"].clone();
        assert_eq!(jwt.header, json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid }));
        let claims = &jwt.claims;
        assert_eq!(members(claims), ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"]);
        assert_eq!(claims["iss"], world.issuer());
        assert_eq!(claims["sub"], "job");
        assert_eq!(claims["client_id"], "job");
        assert_eq!(claims["aud"], API, "a string, not a list of one");
        assert_eq!(claims["scope"], "read write");
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!((iat - crate::harness::now()).abs() <= 2);
        assert_eq!(exp - iat, 300);
        assert!(uuid::Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
    });
}

#[test]
fn every_token_has_a_name_of_its_own() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let mut names = std::collections::HashSet::new();
        for _ in 0..20 {
            assert!(names.insert(world.own_token(&job).await.claims()["jti"].to_string()));
        }
    });
}

#[test]
fn scope_and_resource_choose() {
    run(async {
        let world = World::shared().await;
        let mixed = world.client("mixed-job");
        let ask = async |fields: &[(&str, &str)]| {
            let mut all = vec![("grant_type", "client_credentials")];
            all.extend(fields);
            let tokens = Tokens::of(&world.token_call(&mixed, &all).send().await);
            let claims = tokens.claims();
            assert_eq!(claims["scope"], tokens.body["scope"]);
            (claims["aud"].as_str().unwrap().to_owned(), tokens.scope().join(" "))
        };
        // Its registered scope names people's scopes too: none of them comes along.
        assert_eq!(ask(&[]).await, (API.into(), "read write".into()));
        assert_eq!(ask(&[("resource", FILES)]).await, (FILES.into(), "list read".into()));
        assert_eq!(ask(&[("resource", FILES), ("scope", "read")]).await, (FILES.into(), "read".into()));
        assert_eq!(ask(&[("scope", "write")]).await, (API.into(), "write".into()));
        assert_eq!(ask(&[("scope", "read read")]).await.1, "read");
        // An empty parameter counts as omitted (RFC 6749 section 3.1).
        assert_eq!(ask(&[("scope", ""), ("resource", "")]).await, (API.into(), "read write".into()));
        // Unknown parameters are ignored.
        assert_eq!(ask(&[("audience", "x"), ("nonsense", "1"), ("nonsense", "2")]).await.0, API);
    });
}

#[test]
fn an_api_chooses_algorithm_and_lifetime() {
    run(async {
        let world = World::shared().await;
        let client = world.client("files-api");
        let body = world.own_token(&client).await.body;
        assert_eq!(body["expires_in"], 120);
        let jwt = jwt::verify(body["access_token"].as_str().unwrap(), &world.jwks().await);
        assert_eq!(jwt.header["alg"], "EdDSA");
        assert_eq!(jwt.claims["aud"], DOCS);
    });
}

#[test]
fn every_method_of_authentication_works() {
    run(async {
        let world = World::shared().await;
        for id in ["job", "poster", "signer", "odd"] {
            world.own_token(&world.client(id)).await;
        }
        // The name of the client may stand beside Basic, if it is the same one.
        let job = world.client("job");
        world.token_call(&job, &[("grant_type", "client_credentials"), ("client_id", "job")]).send().await.ok();
    });
}

#[test]
fn introspection_tells_its_own_client_and_its_api() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let tokens = world.own_token(&job).await;
        let claims = tokens.claims();
        for asker in ["job", "example-api"] {
            let body = world.introspect_call(&world.client(asker), tokens.access()).send().await.active();
            assert_eq!(
                body,
                json!({
                    "active": true, "iss": world.issuer(), "sub": "job", "client_id": "job", "aud": API,
                    "scope": "read write", "token_type": "Bearer", "exp": claims["exp"], "iat": claims["iat"], "jti": claims["jti"],
                }),
                "asked by {asker}"
            );
        }
        let reply = world.introspect_call(&job, tokens.access()).send().await;
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        // A hint only says where to look first.
        for hint in ["access_token", "refresh_token", "nonsense", ""] {
            world.introspect_call(&job, tokens.access()).also(&[("token_type_hint", hint)]).send().await.active();
        }
        // The other instance has never seen it, and knows it all the same.
        world.introspect_call_at(1, &job, tokens.access()).send().await.active();
        // Requesting tokens for an API does not make one its resource server.
        world.introspect_call(&world.client("mixed-job"), tokens.access()).send().await.inactive();
    });
}

#[test]
fn no_refresh_token_comes_out() {
    run(async {
        let world = World::shared().await;
        let shop = world.client("shop");
        let body = world.own_token(&shop).await.body;
        assert_eq!(body.get("refresh_token"), None, "RFC 6749 section 4.4.3");
        assert_eq!(body.get("id_token"), None);
    });
}

/// `each token in the audit trail durably before it leaves`.
#[test]
fn the_journal_knows_every_token() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let mut connection = world.database.connect().await;
        for _ in 0..5 {
            let claims = world.own_token(&job).await.claims();
            let jti: uuid::Uuid = claims["jti"].as_str().unwrap().parse().unwrap();
            let (outcome, client): (String, Option<String>) =
                sqlx::query_as("select outcome, client_id from trail where jti = $1")
                    .bind(jti)
                    .fetch_one(&mut connection)
                    .await
                    .expect("the token in the journal");
            assert_eq!((outcome.as_str(), client.as_deref()), ("ok", Some("job")));
        }
    });
}
