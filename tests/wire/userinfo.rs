//! Userinfo (OpenID Connect Core section 5.3 and 5.4).

use crate::harness::{Value, World, fixture::ada_claims, json, jwt, run};

async fn of(world: &World, scope: &str) -> Value {
    let tokens = world.flow(&world.client("house")).scope(scope).tokens_of(&world.person("ada")).await;
    let mut body = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
    let sub = body.as_object_mut().unwrap().remove("sub");
    assert_eq!(sub, Some(jwt::decode(tokens.id()).claims["sub"].clone()), "the one claim that is always there");
    body
}

#[test]
fn each_scope_gives_its_claims_and_no_others() {
    run(async {
        let world = World::shared().await;
        let ada = ada_claims();
        let pick = |names: &[&str]| {
            names.iter().map(|name| ((*name).to_owned(), ada[*name].clone())).collect::<serde_json::Map<_, _>>()
        };
        assert_eq!(of(world, "openid").await, json!({}));
        assert_eq!(of(world, "openid read").await, json!({}));
        assert_eq!(of(world, "openid email").await, json!({ "email": "ada@example.test", "email_verified": true }));
        assert_eq!(of(world, "openid phone").await, Value::from(pick(&["phone_number", "phone_number_verified"])));
        assert_eq!(of(world, "openid address").await, Value::from(pick(&["address"])));
        let mut profile = of(world, "openid profile").await;
        let members = profile.as_object_mut().unwrap();
        // Ours to know, and both among the claims of the scope.
        let updated_at = members.remove("updated_at");
        assert!(updated_at.is_none_or(|at| at.is_number()), "seconds, as a number");
        if let Some(name) = members.remove("preferred_username") {
            assert_eq!(name, "ada");
        }
        assert_eq!(
            profile,
            Value::from(pick(&["name", "given_name", "family_name", "locale", "birthdate", "website", "zoneinfo"]))
        );
    });
}

#[test]
fn header_and_form_both_do() {
    run(async {
        let world = World::shared().await;
        let tokens = world.flow(&world.client("house")).scope("openid email").tokens_of(&world.person("ada")).await;
        let token = tokens.access();
        let first = world.get("/oauth2/userinfo").bearer(token).send().await.ok();
        for call in [
            world.post("/oauth2/userinfo").bearer(token),
            world.post("/oauth2/userinfo").bearer(token).raw_form(""),
            world.post("/oauth2/userinfo").form(&[("access_token", token)]),
            world.get("/oauth2/userinfo").header("authorization", format!("bearer {token}")),
            world.call_at(1, "GET", "/oauth2/userinfo").bearer(token),
        ] {
            let reply = call.send().await;
            assert_eq!(reply.ok(), first);
            assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")), "{reply:?}");
        }
    });
}

#[test]
fn signed_where_the_client_registered_it() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        for (client, alg) in [("es", "ES256"), ("ed", "EdDSA")] {
            let tokens = world.flow(&world.client(client)).scope("openid email").tokens(&mut browser, &ada).await;
            let reply = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await;
            assert_eq!(reply.status, 200, "{reply:?}");
            assert_eq!(reply.header("content-type"), Some("application/jwt"));
            let jwt = jwt::verify(&reply.text(), &world.jwks().await);
            assert_eq!(jwt.header["alg"], alg);
            assert_eq!((&jwt.claims["iss"], &jwt.claims["aud"]), (&json!(world.issuer()), &json!(client)));
            assert_eq!(jwt.claims["email"], "ada@example.test");
            assert_eq!(jwt.claims["sub"], jwt::decode(tokens.id()).claims["sub"]);
            // It is no ID token and no access token, and must not pass for one.
            assert_ne!(jwt.header["typ"], "at+jwt");
            world.get("/oauth2/userinfo").bearer(&reply.text()).send().await.refused_as_token();
            world.introspect_call(&world.client(client), &reply.text()).send().await.inactive();
        }
    });
}

#[test]
fn what_changes_about_a_person_shows_at_once() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let tokens = world.flow(&world.client("house")).scope("openid email profile").tokens_of(&person).await;
        let before = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!(before["email_verified"], true);
        let mut changed = person.registration();
        changed["claims"] = json!({ "name": "A New Name" });
        changed["email"] = json!(format!("new-{}@example.test", person.username));
        changed["email_verified"] = json!(false);
        world.home.apply(&json!({ "user": [changed] })).await.ok();
        let after = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!(after["name"], "A New Name");
        assert_eq!(after["email"], format!("new-{}@example.test", person.username));
        assert_eq!(after["email_verified"], false);
        assert_eq!(after.get("locale"), None);
    });
}
