//! What is withdrawn is gone, on every instance, within a second; and what comes back inherits nothing.

use crate::harness::{Client, Reply, WITHIN_A_SECOND, World, flow::Tokens, json, run, until};

/// Waits until a client is refused, or welcome, at an instance.
async fn until_token_call(world: &World, instance: usize, client: &Client, status: u16) -> Reply {
    until(&format!("{} gets {status} at instance {instance}", client.id), WITHIN_A_SECOND, async || {
        let reply = world
            .token_call_at(instance, client, &[("grant_type", "client_credentials"), ("scope", "read")])
            .send()
            .await;
        (reply.status == status).then_some(reply)
    })
    .await
}

#[test]
fn a_revoked_access_token_alone() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let first = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let second = Tokens::of(&world.refresh_call(&house, first.refresh()).send().await);
        let reply = world.revoke_call(&house, first.access()).send().await;
        assert_eq!(reply.status, 200);
        // At once where it was said, within a second elsewhere.
        world.introspect_call(&house, first.access()).send().await.inactive();
        world.until_inactive(1, &house, first.access()).await;
        until("userinfo refuses it elsewhere", WITHIN_A_SECOND, async || {
            let reply = world.call_at(1, "GET", "/oauth2/userinfo").bearer(first.access()).send().await;
            (reply.status == 401).then_some(())
        })
        .await;
        // The grant stays.
        world.introspect_call(&house, second.access()).send().await.active();
        world.refresh_call(&house, second.refresh()).send().await.ok();
        // Once more is no error.
        assert_eq!(world.revoke_call(&house, first.access()).send().await.status, 200);
    });
}

#[test]
fn a_revoked_refresh_token_and_its_access_tokens() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let first = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let second = Tokens::of(&world.refresh_call(&house, first.refresh()).send().await);
        let call = world.revoke_call(&house, second.refresh()).also(&[("token_type_hint", "access_token")]);
        assert_eq!(call.send().await.status, 200, "a wrong hint does not matter");
        world.refresh_call(&house, second.refresh()).send().await.refused(400, "invalid_grant");
        for token in [first.access(), second.access(), second.refresh()] {
            world.introspect_call(&house, token).send().await.inactive();
            world.until_inactive(1, &house, token).await;
        }
    });
}

#[test]
fn a_public_client_revokes_what_is_its_own() {
    run(async {
        let world = World::shared().await;
        let spa = world.client("spa");
        let tokens = world.flow(&spa).scope("openid offline_access read").tokens_of(&world.person("ada")).await;
        assert_eq!(world.revoke_call(&spa, tokens.refresh()).send().await.status, 200);
        world.refresh_call(&spa, tokens.refresh()).send().await.refused(400, "invalid_grant");
        world.until_inactive(1, &world.client("example-api"), tokens.access()).await;
    });
}

/// A proper replay of a code revokes what it had issued.
#[test]
fn a_replayed_code() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let flow = world.flow(&house).scope("openid offline_access read");
        let answer = flow.authorize(&mut world.browser(), &ada).await;
        let tokens = Tokens::of(&flow.redemption(answer.code()).send().await);
        // What is not a proper replay changes nothing.
        let other = crate::harness::flow::Pkce::new().verifier;
        flow.redemption(answer.code()).with("code_verifier", &other).send().await.refused(400, "invalid_grant");
        flow.redemption(answer.code())
            .with("redirect_uri", "https://house.example.test/x")
            .send()
            .await
            .refused(400, "invalid_grant");
        world.introspect_call(&house, tokens.access()).send().await.active();
        // A proper one ends it all.
        flow.redemption_at(1, answer.code()).send().await.refused(400, "invalid_grant");
        for token in [tokens.access(), tokens.refresh()] {
            world.until_inactive(0, &house, token).await;
            world.until_inactive(1, &house, token).await;
        }
        world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
    });
}

#[test]
fn a_disabled_client() {
    run(async {
        let world = World::shared().await;
        let (job, app) = (world.add_client("job", json!({})).await, world.add_client("house", json!({})).await);
        let ada = world.person("ada");
        let own = world.own_token(&job).await;
        let flow = world.flow(&app).scope("openid offline_access read");
        let mut browser = world.signed_in(&ada).await;
        let tokens = flow.tokens(&mut browser, &ada).await;
        let unspent = flow.authorize(&mut browser, &ada).await;
        let api = world.client("example-api");
        for instance in [0, 1] {
            world.introspect_call_at(instance, &api, own.access()).send().await.active();
        }
        world.command(["client", "disable", &job.id]).await.ok();
        world.command(["client", "disable", &app.id]).await.ok();
        for instance in [0, 1] {
            until_token_call(world, instance, &job, 401).await.refused(401, "invalid_client");
            world.until_inactive(instance, &api, own.access()).await;
            world.until_inactive(instance, &api, tokens.access()).await;
        }
        world.refresh_call(&app, tokens.refresh()).send().await.refused(401, "invalid_client");
        flow.redemption(unspent.code()).send().await.refused(401, "invalid_client");
        world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.refused_as_token();
        let page = flow.begin(&mut browser).await.page();
        assert_eq!(page.reply.status, 400, "a disabled client cannot be trusted: {page:#?}");

        // Enabled again, it starts anew: nothing that was withdrawn comes back.
        world.command(["client", "enable", &job.id]).await.ok();
        world.command(["client", "enable", &app.id]).await.ok();
        for instance in [0, 1] {
            let fresh = Tokens::of(&until_token_call(world, instance, &job, 200).await);
            world.introspect_call_at(instance, &api, fresh.access()).send().await.active();
            world.introspect_call_at(instance, &api, own.access()).send().await.inactive();
            world.introspect_call_at(instance, &api, tokens.access()).send().await.inactive();
        }
        world.refresh_call(&app, tokens.refresh()).send().await.refused(400, "invalid_grant");
        flow.redemption(unspent.code()).send().await.refused(400, "invalid_grant");
        flow.tokens(&mut browser, &ada).await;
    });
}

#[test]
fn a_disabled_person() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let house = world.client("house");
        let flow = world.flow(&house).scope("openid offline_access read");
        let mut browser = world.browser();
        let tokens = flow.tokens(&mut browser, &person).await;
        let unspent = flow.authorize(&mut browser, &person).await;
        world.introspect_call_at(1, &house, tokens.access()).send().await.active();
        world.command(["user", "disable", &person.username]).await.ok();
        for instance in [0, 1] {
            world.until_inactive(instance, &house, tokens.access()).await;
            world.until_inactive(instance, &house, tokens.refresh()).await;
        }
        world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
        flow.redemption(unspent.code()).send().await.refused(400, "invalid_grant");
        world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.refused_as_token();
        // Neither the session nor the password is of use.
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("login-submit"), "{page:#?}");
        let typed = [("username", &*person.username), ("password", &*person.password)];
        let page = browser.submit(&page, "login-submit", &typed).await.page();
        assert!(page.has("login-submit"), "signed in all the same: {page:#?}");

        world.command(["user", "enable", &person.username]).await.ok();
        flow.tokens_of(&person).await;
        world.introspect_call(&house, tokens.access()).send().await.inactive();
        world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("login-submit"), "the old session came back: {page:#?}");
    });
}

/// Deleted ids are tombstoned: who comes later under the name inherits nothing.
#[test]
fn a_client_made_again() {
    run(async {
        let world = World::shared().await;
        let (app, ada) = (world.add_client("shop", json!({})).await, world.person("ada"));
        let flow = world.flow(&app).scope("openid offline_access read");
        let mut browser = world.signed_in(&ada).await;
        let tokens = flow.tokens(&mut browser, &ada).await;
        let unspent = flow.authorize(&mut browser, &ada).await;
        let own = world.own_token(&app).await;
        world.command(["client", "delete", &app.id]).await.ok();
        for instance in [0, 1] {
            until_token_call(world, instance, &app, 401).await;
            world.until_inactive(instance, &world.client("example-api"), tokens.access()).await;
            world.until_inactive(instance, &world.client("example-api"), own.access()).await;
        }
        let made = world.home.apply(&json!({ "client": [app.registration] })).await;
        assert_eq!(made.code, Some(0), "{made:?}");
        for instance in [0, 1] {
            until_token_call(world, instance, &app, 200).await;
            for token in [tokens.access(), tokens.refresh(), own.access()] {
                world.introspect_call_at(instance, &app, token).send().await.inactive();
            }
        }
        world.refresh_call(&app, tokens.refresh()).send().await.refused(400, "invalid_grant");
        flow.redemption(unspent.code()).send().await.refused(400, "invalid_grant");
        world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.refused_as_token();
        // Consent was given to another one.
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("consent-allow"), "{page:#?}");
    });
}

#[test]
fn a_person_made_again() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let house = world.client("house");
        let flow = world.flow(&house).scope("openid offline_access read");
        let mut browser = world.browser();
        let tokens = flow.tokens(&mut browser, &person).await;
        let sub = tokens.claims()["sub"].clone();
        world.command(["user", "delete", &person.username]).await.ok();
        for instance in [0, 1] {
            world.until_inactive(instance, &house, tokens.access()).await;
        }
        world.home.apply(&json!({ "user": [person.registration()] })).await.ok();
        world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
        world.introspect_call(&house, tokens.access()).send().await.inactive();
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("login-submit"), "the old session leads to the new person: {page:#?}");
        assert_ne!(flow.tokens_of(&person).await.claims()["sub"], sub, "another person has another subject");
    });
}

/// Rotating a secret: the new one at once, the old one for as long as was said.
#[test]
fn a_rotated_secret() {
    run(async {
        let world = World::shared().await;
        let job = world.add_client("job", json!({})).await;
        let said = world.command(["client", "rotate-secret", &job.id, "--json"]).await.ok().json();
        let secret = said["client_secret"].as_str().unwrap_or_else(|| panic!("no client_secret in {said}")).to_owned();
        let fields = [("grant_type", "client_credentials")];
        for instance in [0, 1] {
            until("the new secret works", WITHIN_A_SECOND, async || {
                let call = world.call_at(instance, "POST", "/oauth2/token").form(&fields).basic(&job.id, &secret);
                (call.send().await.status == 200).then_some(())
            })
            .await;
        }
        // The file does not bring the old one back, nor take the new one away.
        world.home.apply(&json!({ "client": [job.registration.clone()] })).await.ok();
        world.post("/oauth2/token").form(&fields).basic(&job.id, &secret).send().await.ok();
    });
}

/// Who may introspect is bound in the resource, and to nothing else.
#[test]
fn a_resource_server_that_is_one_no_longer() {
    run(async {
        let world = World::shared().await;
        let identifier = format!("https://{}.example.test", crate::harness::unique("api"));
        let (first, second) = (world.client("example-api"), world.client("files-api"));
        let document = |server: &str| json!({ "resource": [{ "identifier": identifier, "name": "An API", "scopes": { "read": "Read" }, "resource_server": server }] });
        world.home.apply(&document("example-api")).await.ok();
        let job = world.add_client("job", json!({ "resources": [identifier], "scope": "read" })).await;
        let token = world.own_token(&job).await;
        world.introspect_call(&first, token.access()).send().await.active();
        world.introspect_call(&second, token.access()).send().await.inactive();
        world.home.apply(&document("files-api")).await.ok();
        for instance in [0, 1] {
            world.until_inactive(instance, &first, token.access()).await;
            world.introspect_call_at(instance, &second, token.access()).send().await.active();
        }
        // Its own client sees it all the while.
        world.introspect_call(&job, token.access()).send().await.active();
    });
}

/// A password that was reset ends what hung on the old one.
#[test]
fn a_password_that_was_reset() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let house = world.client("house");
        let flow = world.flow(&house).scope("openid offline_access read");
        let mut browser = world.browser();
        let tokens = flow.tokens(&mut browser, &person).await;
        let file = world.home.folder.join(crate::harness::unique("password"));
        std::fs::write(&file, "the second secret of theirs\n").unwrap();
        let said = world
            .command(["user", "set-password", &person.username, "--password-file", file.to_str().unwrap()])
            .await
            .ok();
        assert!(!said.text().contains("the second secret"), "{said:?}");
        for instance in [0, 1] {
            world.until_inactive(instance, &house, tokens.access()).await;
        }
        world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("login-submit"), "{page:#?}");
        let typed = [("username", &*person.username), ("password", &*person.password)];
        assert!(
            browser.submit(&page, "login-submit", &typed).await.page().has("login-submit"),
            "the old password works"
        );
        let mut person = person;
        person.password = "the second secret of theirs".to_owned();
        flow.tokens_of(&person).await;
    });
}
