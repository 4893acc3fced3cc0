//! Second factors: set up where policy asks for one, asked for from then on, each code spent once, and no way around.

use crate::harness::{Browser, Client, Flow, World, browser::Landing, json, jwt, run};

/// A client that asks for two factors.
async fn strict(world: &World) -> Client {
    world.add_client("house", json!({ "required_acr": "aal2" })).await
}

fn flow<'w>(world: &'w World, client: &Client) -> Flow<'w> {
    world.flow(client).scope("openid")
}

async fn claims(flow: &Flow<'_>, code: &str) -> serde_json::Value {
    let reply = flow.redemption(code).send().await.ok();
    jwt::decode(reply["id_token"].as_str().unwrap()).claims
}

#[test]
fn policy_has_a_factor_set_up_and_the_token_says_what_was_reached() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let flow = flow(world, &client);
        let mut browser = world.browser();
        let equipped = flow.equip(&mut browser, &person).await;
        assert_eq!(equipped.codes.len(), 10);
        let claims = claims(&flow, equipped.answer.code()).await;
        assert_eq!(claims["acr"], "aal2");
        assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
        // The session is good for the next request, and for one that asks for less.
        let landing = flow.begin(&mut browser).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}

#[test]
fn whoever_has_a_factor_is_asked_for_it_by_every_client() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let app = flow(world, &client).equip(&mut world.browser(), &person).await.app;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.with_password(&mut browser, &person).await.page();
        assert!(page.has("verify-submit"), "{page:#?}");
        // Nobody is signed in yet.
        assert!(house.begin(&mut browser).await.page().has("login-submit"));
        for wrong in ["", "000000", "abcdef", &"9".repeat(5000)] {
            let again = browser.submit(&page, "verify-submit", &[("code", wrong)]).await.page();
            assert_eq!(again.reply.status, 400, "{wrong:.10}");
            assert!(again.has("verify-error"));
        }
        let landing = browser.submit(&page, "verify-submit", &[("code", &app.code(1))]).await;
        assert_eq!(claims(&house, house.answer(landing).code()).await["acr"], "aal2");
    });
}

#[test]
fn a_time_step_is_spent_once_on_all_instances() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let flow = flow(world, &client);
        let app = flow.equip(&mut world.browser(), &person).await.app;
        let mut waiting = Vec::new();
        for instance in [0, 1, 0, 1, 0, 1] {
            let mut browser = world.browser();
            let page = flow.with_password(&mut browser, &person).await.page();
            browser.instance = instance;
            waiting.push((browser, page));
        }
        let code = app.code(1);
        let typed = code.as_str();
        let attempts = waiting
            .iter_mut()
            .map(|(browser, page)| async move { browser.press(page, "verify-submit", &[("code", typed)]).await });
        let replies = futures_util::future::join_all(attempts).await;
        let statuses: Vec<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 5, "{statuses:?}");
        // Nor does an earlier one count any more: that of setting it up was spent before.
        let (browser, page) = &mut waiting[0];
        let reply = browser.press(page, "verify-submit", &[("code", &app.code(0))]).await.1;
        assert_eq!(reply.status, 400);
    });
}

#[test]
fn a_recovery_code_stands_in_once() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let flow = flow(world, &client);
        let codes = flow.equip(&mut world.browser(), &person).await.codes;
        let ask = async |browser: &mut Browser<'_>| {
            let page = flow.with_password(browser, &person).await.page();
            let href = page.reply.text().split("id=\"verify-with-recovery\" href=\"").nth(1).unwrap().to_owned();
            let href = href.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
            browser.open(&world.url(&href)).await.page()
        };
        let mut waiting = Vec::new();
        for instance in [0, 1, 0, 1] {
            let mut browser = world.browser();
            let page = ask(&mut browser).await;
            browser.instance = instance;
            waiting.push((browser, page));
        }
        // However it is typed.
        let typed = codes[3].to_uppercase().replace('-', " ");
        let typed = typed.as_str();
        let attempts = waiting
            .iter_mut()
            .map(|(browser, page)| async move { browser.press(page, "verify-submit", &[("code", typed)]).await });
        let replies = futures_util::future::join_all(attempts).await;
        assert_eq!(replies.iter().filter(|(_, reply)| reply.status == 303).count(), 1, "{replies:?}");
        let mut browser = world.browser();
        let page = ask(&mut browser).await;
        assert_eq!(browser.press(&page, "verify-submit", &[("code", &codes[3])]).await.1.status, 400);
        let landing = browser.submit(&page, "verify-submit", &[("code", &codes[4])]).await;
        let claims = claims(&flow, flow.answer(landing).code()).await;
        assert_eq!(claims["acr"], "aal2");
        // Somebody else's codes are nothing to others.
        let other = world.add_person().await;
        flow.equip(&mut world.browser(), &other).await;
        let mut browser = world.browser();
        let page = flow.with_password(&mut browser, &other).await.page();
        let fields = [("code", codes[5].as_str()), ("with", "recovery")];
        assert_eq!(browser.press(&page, "verify-submit", &fields).await.1.status, 400);
    });
}

#[test]
fn no_step_can_be_skipped_or_taken_by_somebody_else() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let flow = flow(world, &client);
        let app = flow.equip(&mut world.browser(), &person).await.app;
        // The second page with the state of the first: nothing was proven.
        let mut browser = world.browser();
        let first = flow.begin(&mut browser).await.page();
        let sealed = first.form("login-submit").fields("").into_iter().find(|(name, _)| name == "request").unwrap().1;
        for path in ["/login/verify", "/login/enroll"] {
            let landing = browser.open(&world.url(&format!("{path}?request={sealed}"))).await;
            assert!(landing.page().has("login-submit"), "{path}");
            for fields in [
                vec![("with", "totp"), ("code", &*app.code(1))],
                vec![("choice", "continue")],
                vec![("choice", "decline")],
                vec![("setup", "AAAA"), ("code", "000000")],
            ] {
                let mut form = vec![("request".to_owned(), sealed.clone())];
                form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
                let reply = browser.send("POST", &world.url(path), Some(&form)).await;
                assert_eq!(reply.status, 303, "{path} {fields:?}");
                assert!(reply.header("location").unwrap().contains("/login?"), "{path} {fields:?} {reply:?}");
            }
        }
        // The second page in another browser, which did not type the password.
        let second = flow.with_password(&mut browser, &person).await.page();
        let mut thief = world.browser();
        assert!(thief.open(&second.url).await.page().has("login-submit"));
        let reply = thief.press(&second, "verify-submit", &[("code", &app.code(1))]).await.1;
        assert_eq!(reply.status, 303);
        assert!(reply.header("location").unwrap().contains("/login?"), "{reply:?}");
        // Whoever has a factor cannot set up another one with the password alone.
        let sealed = second.url.split("request=").nth(1).unwrap();
        let landing = browser.open(&world.url(&format!("/login/enroll?request={sealed}"))).await;
        assert!(landing.page().has("verify-submit"));
        // A password that was reset in between makes the first step worthless.
        world.command(["user", "disable", &person.username]).await.ok();
        world.command(["user", "enable", &person.username]).await.ok();
        let landing = browser.submit(&second, "verify-submit", &[("code", &app.code(1))]).await;
        assert!(landing.page().has("login-submit"));
    });
}

#[test]
fn wishes_are_no_errors_and_what_is_essential_can_be_declined() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let house = world.client("house");
        let mut browser = world.browser();
        let wish = flow(world, &house).with("acr_values", "phr aal2 urn:unknown");
        let answer = wish.authorize(&mut browser, &person).await;
        assert_eq!(claims(&wish, answer.code()).await["acr"], "aal1");
        // A live session is stepped up, which begins with setting a factor up, and may be declined.
        let essential = json!({ "id_token": { "acr": { "essential": true, "values": ["aal2"] } } }).to_string();
        let strict = flow(world, &house).with("claims", &essential);
        let page = strict.begin(&mut browser).await.page();
        let landing = browser.submit(&page, "enroll-decline", &[]).await;
        assert_eq!(strict.answer(landing).error(), "unmet_authentication_requirements");
        let silent = strict.clone().with("prompt", "none");
        let landing = silent.begin(&mut browser).await;
        assert_eq!(silent.answer(landing).error(), "login_required");
        let unknown = json!({ "id_token": { "acr": { "essential": true, "value": "urn:unknown" } } }).to_string();
        let unknown = flow(world, &house).with("claims", &unknown);
        let landing = unknown.begin(&mut browser).await;
        assert_eq!(unknown.answer(landing).error(), "unmet_authentication_requirements");
    });
}

#[test]
fn a_live_session_is_stepped_up_with_the_second_factor_alone() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let before = house.tokens(&mut browser, &person).await;
        let before = jwt::decode(before.id()).claims;
        let session = |browser: &Browser<'_>| {
            let mut found = browser.cookies.iter().filter(|(name, _)| name.contains("session"));
            found.next().map(|(_, cookie)| cookie.value.clone())
        };
        let cookie = session(&browser);
        // Set up elsewhere; here the session is of the password alone still.
        let app = flow(world, &client).equip(&mut world.browser(), &person).await.app;
        let strict = flow(world, &client);
        let page = strict.begin(&mut browser).await.page();
        assert!(page.has("verify-submit") && !page.has("password"), "{page:#?}");
        let landing = browser.submit(&page, "verify-submit", &[("code", &app.code(1))]).await;
        let after = claims(&strict, strict.answer(landing).code()).await;
        assert_eq!((&after["acr"], &after["sid"]), (&json!("aal2"), &before["sid"]));
        assert_eq!(after["auth_time"], before["auth_time"], "the password is no younger for it");
        assert_ne!(session(&browser), cookie, "the cookie changes with every rise");
    });
}

#[test]
fn a_scope_may_ask_for_more_than_its_client() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let api = format!("https://{}.example.test", crate::harness::unique("bank"));
        let resource = json!({ "identifier": api, "scopes": { "see": "See", "pay": "Pay" },
                               "required_acr": { "pay": "aal2" } });
        world.home.apply(&json!({ "resource": [resource] })).await.ok();
        let client = world.add_client("house", json!({ "scope": "openid see pay", "resources": [api] })).await;
        let mut browser = world.browser();
        let see = world.flow(&client).scope("openid see").authorize(&mut browser, &person).await;
        assert!(see.get("code").is_some());
        let pay = world.flow(&client).scope("openid pay");
        assert!(matches!(pay.begin(&mut browser).await, Landing::Page(page) if page.has("enroll-submit")));
        // A scope that there is not cannot ask for anything.
        let wrong = json!({ "identifier": api, "required_acr": { "fly": "aal2" } });
        let said = world.home.apply(&json!({ "resource": [wrong] })).await;
        assert!(said.err.contains("required_acr.fly"), "{said:?}");
    });
}

#[test]
fn what_a_session_proved_ends_with_it() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let mut browser = world.signed_in(&person).await;
        let strict = flow(world, &client);
        // A live session sets a factor up, and goes on with it at once.
        let page = strict.begin(&mut browser).await.page();
        let app = crate::harness::authenticator::Authenticator::from_page(&page);
        let codes = browser.submit(&page, "enroll-submit", &[("code", &app.code(0))]).await.page();
        let mut signed_out = browser.clone();
        let landing = browser.submit(&codes, "recovery-codes-continue", &[]).await;
        assert_eq!(claims(&strict, strict.answer(landing).code()).await["acr"], "aal2");
        // Whoever signed out meanwhile begins anew.
        let page = signed_out.open(&world.url("/logout")).await.page();
        signed_out.submit(&page, "logout-confirm", &[]).await;
        let landing = signed_out.submit(&codes, "recovery-codes-continue", &[]).await;
        assert!(landing.page().has("login-submit"));
    });
}
