//! Consent: asked in plain words, remembered per client, API and scope.

use crate::harness::{API, FILES, WITHIN_A_SECOND, World, browser::Landing, flow::Tokens, json, jwt, run, until};

#[test]
fn the_page_names_who_asks_and_for_what() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({ "client_name": "The \"Shop\" <b>" })).await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&shop).scope("openid email read write");
        let page = flow.begin(&mut browser).await.page();
        let text = page.text();
        for expected in ["The \"Shop\" <b>", "shop.example.test", "Read your things", "Change your things"] {
            assert!(text.contains(expected), "{expected:?} is not on the page: {text}");
        }
        assert!(!page.reply.text().contains("<b>"), "the name is not escaped");
        assert!(text.to_lowercase().contains("email"), "{text}");
        assert!(page.has("consent-allow") && page.has("consent-deny"));
        let csp = page.reply.header("content-security-policy").unwrap();
        // Browsers block the redirect after the POST under `form-action 'self'`.
        if let Some(directive) = csp.split(';').find(|directive| directive.trim().starts_with("form-action")) {
            assert!(directive.contains("https://shop.example.test"), "{csp}");
        }
    });
}

/// The answer is remembered per client, resource and scope.
#[test]
fn an_answer_is_remembered_for_what_it_was_about() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({})).await;
        let other = world.add_client("shop", json!({})).await;
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let mut browser = world.signed_in(&ada).await;
        let flow = |scope: &str, resource: &str| world.flow(&shop).scope(scope).with("resource", resource);
        flow("openid read", API).authorize(&mut browser, &ada).await;
        let asked = async |browser: &mut crate::harness::Browser<'_>, flow: crate::harness::Flow<'_>| match flow
            .begin(browser)
            .await
        {
            Landing::Page(page) => {
                assert!(page.has("consent-allow"), "{page:#?}");
                true
            }
            landing => {
                assert!(flow.answer(landing).get("code").is_some());
                false
            }
        };
        assert!(!asked(&mut browser, flow("openid read", API)).await);
        assert!(!asked(&mut browser, flow("openid", API)).await, "less is covered");
        assert!(asked(&mut browser, flow("openid read write", API)).await, "more is not");
        assert!(asked(&mut browser, flow("openid read", FILES)).await, "`read` elsewhere is another thing");
        assert!(
            asked(&mut browser, world.flow(&other).scope("openid read").with("resource", API)).await,
            "another client"
        );
        let mut bobs = world.signed_in(&bob).await;
        assert!(asked(&mut bobs, flow("openid read", API)).await, "another person");
        // A refusal is not remembered as a refusal, nor as consent.
        let denied = flow("openid write", API).denying().authorize(&mut browser, &ada).await;
        assert_eq!(denied.error(), "access_denied");
        assert!(asked(&mut browser, flow("openid write", API)).await);
        // Two answers add up.
        flow("openid write", API).authorize(&mut browser, &ada).await;
        assert!(!asked(&mut browser, flow("openid read write", API)).await);
    });
}

#[test]
fn our_own_apps_do_not_ask_and_native_ones_always_do() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let landing =
            world.flow(&world.client("house")).scope("openid profile email read write").begin(&mut browser).await;
        assert!(matches!(landing, Landing::Away(_)));
        let phone = world.flow(&world.client("phone")).scope("openid");
        for _ in 0..2 {
            let landing = phone.begin(&mut browser).await;
            assert!(matches!(&landing, Landing::Page(page) if page.has("consent-allow")), "{landing:?}");
            phone.go_on(&mut browser, landing, &ada).await;
        }
    });
}

/// Consent that was sent by somebody else's page, or for another request, is none.
#[test]
fn consent_cannot_be_given_by_others() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({})).await;
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&shop).scope("openid read");
        let page = flow.begin(&mut browser).await.page();
        // Another browser, signed in as somebody else or as nobody, with this form.
        for mut other in [world.browser(), world.signed_in(&bob).await] {
            let (_, reply) = other.press(&page, "consent-allow", &[]).await;
            assert!(!reply.header("location").is_some_and(|location| location.contains("code=")), "{reply:?}");
        }
        // Each hidden field belongs to it.
        let form = page.form("consent-allow");
        let fields = form.fields("consent-allow");
        for (name, value) in &fields {
            if form.inside.iter().any(|tag| tag.get("name") == Some(name) && tag.get("type") == Some("hidden")) {
                let mut changed = fields.clone();
                changed.retain(|(known, _)| known != name);
                changed.push((name.clone(), format!("{value}x")));
                let reply = browser.clone().send("POST", &page.action(&form), Some(&changed)).await;
                assert!(
                    !reply.header("location").is_some_and(|location| location.contains("code=")),
                    "with another {name}: {reply:?}"
                );
            }
        }
        // And still it can be given.
        let landing = browser.submit(&page, "consent-allow", &[]).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}

/// The `claims` parameter is no way around the consent page, nor around what the client is registered for.
#[test]
fn claims_are_consented_to_under_their_scopes() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({ "scope": "openid email" })).await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        world.flow(&shop).scope("openid").authorize(&mut browser, &ada).await;
        let claims = json!({
            "userinfo": { "email": null, "phone_number": null },
            "id_token": { "email": { "essential": true }, "name": null, "team": null },
        });
        let flow = world.flow(&shop).scope("openid").with("claims", &claims.to_string());
        let silent = flow.clone().with("prompt", "none");
        let landing = silent.begin(&mut browser).await;
        assert_eq!(silent.answer(landing).error(), "consent_required");
        let page = flow.begin(&mut browser).await.page();
        let text = page.text().to_lowercase();
        assert!(page.has("consent-allow") && text.contains("email") && !text.contains("phone"), "{text}");
        let landing = browser.submit(&page, "consent-allow", &[]).await;
        let answer = flow.answer(landing);
        let tokens = Tokens::of(&flow.redemption(answer.code()).send().await);
        assert_eq!(tokens.scope(), ["openid"], "the token holds what was asked for as a scope");
        let id = jwt::decode(tokens.id()).claims;
        assert_eq!((&id["email"], id.get("name")), (&json!("ada@example.test"), None));
        let userinfo = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!(userinfo, json!({ "sub": id["sub"], "email": "ada@example.test" }));
        // It was said once, and is remembered.
        let landing = silent.begin(&mut browser).await;
        assert!(silent.answer(landing).get("code").is_some());
    });
}

/// Whoever can pretend to be an app of ours is asked about like any other (RFC 8252 section 8.6).
#[test]
fn native_apps_of_the_house_are_asked_about() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let phone = world.add_client("phone", json!({ "first_party": true })).await;
        let flow = world.flow(&phone).scope("openid");
        for _ in 0..2 {
            let landing = flow.begin(&mut browser).await;
            assert!(matches!(&landing, Landing::Page(page) if page.has("consent-allow")), "{landing:?}");
            flow.go_on(&mut browser, landing, &ada).await;
        }
    });
}

/// An API that is named without any scope there gets tokens too, so it is named on the page.
#[test]
fn an_api_without_a_scope_is_asked_about() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({})).await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        world.flow(&shop).scope("openid").authorize(&mut browser, &ada).await;
        let flow = world.flow(&shop).scope("openid").with("resource", FILES);
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("consent-allow") && page.text().contains("Example files"), "{page:#?}");
        let landing = browser.submit(&page, "consent-allow", &[]).await;
        let tokens = Tokens::of(&flow.redemption(flow.answer(landing).code()).send().await);
        assert!(tokens.claims()["aud"].as_array().unwrap().contains(&FILES.into()));
        assert!(matches!(flow.begin(&mut browser).await, Landing::Away(_)), "it is remembered");
    });
}

/// What is allowed is what stood on the page.
#[test]
fn a_page_that_says_less_allows_nothing() {
    run(async {
        let world = World::shared().await;
        let shop = world.add_client("shop", json!({ "scope": "openid" })).await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&shop);
        let page = flow.begin(&mut browser).await.page();
        assert!(!page.text().to_lowercase().contains("email"), "{page:#?}");
        let mut more = shop.registration.clone();
        more["scope"] = json!("openid email");
        world.home.apply(&json!({ "client": [more] })).await.ok();
        until("the registration is known", WITHIN_A_SECOND, async || {
            let page = flow.begin(&mut browser).await.page();
            page.text().to_lowercase().contains("email").then_some(())
        })
        .await;
        let again = browser.submit(&page, "consent-allow", &[]).await.page();
        assert!(again.has("consent-allow") && again.text().to_lowercase().contains("email"), "{again:#?}");
        let landing = browser.submit(&again, "consent-allow", &[]).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}
