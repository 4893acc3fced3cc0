//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).

use std::time::Duration;

use crate::harness::{Browser, World, browser::Landing, http::form_encode, run, until};

fn url(world: &World, pairs: &[(&str, &str)]) -> String {
    world.url(&format!("/oauth2/logout?{}", form_encode(pairs.iter().copied())))
}

async fn is_signed_in(world: &World, browser: &mut Browser<'_>) -> bool {
    let flow = world.flow(&world.client("house")).scope("openid").with("prompt", "none");
    let landing = flow.begin(browser).await;
    flow.answer(landing).get("code").is_some()
}

const HOME: &str = "https://house.example.test/";

#[test]
fn a_hint_that_proves_the_session_needs_no_question() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let tokens = world.flow(&house).scope("openid").tokens(&mut browser, &ada).await;
        let away = browser
            .open(&url(
                world,
                &[("id_token_hint", tokens.id()), ("post_logout_redirect_uri", HOME), ("state", "a b&c")],
            ))
            .await
            .away();
        assert_eq!(away, format!("{HOME}?state=a+b%26c"));
        assert!(!is_signed_in(world, &mut browser).await);
        // Once more, with nobody there: still a way out.
        let away = browser
            .open(&url(world, &[("id_token_hint", tokens.id()), ("post_logout_redirect_uri", HOME)]))
            .await
            .away();
        assert_eq!(away, HOME);
    });
}

#[test]
fn without_a_hint_the_person_is_asked() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        for pairs in [&[][..], &[("client_id", "house"), ("post_logout_redirect_uri", HOME), ("state", "s")]] {
            let mut browser = world.signed_in(&ada).await;
            let page = browser.open(&url(world, pairs)).await.page();
            assert!(page.has("logout-confirm"), "{page:#?}");
            assert!(is_signed_in(world, &mut browser.clone()).await, "signed out by a mere link");
            let landing = browser.submit(&page, "logout-confirm", &[]).await;
            match landing {
                Landing::Page(page) => {
                    assert!(pairs.is_empty());
                    assert_eq!(page.heading(), "Signed out");
                }
                Landing::Away(to) => assert_eq!(to, format!("{HOME}?state=s")),
                other @ Landing::Posted(..) => panic!("{other:?}"),
            }
            assert!(!is_signed_in(world, &mut browser).await);
        }
    });
}

/// A hint for another session than the browser's is no proof.
#[test]
fn somebody_elses_hint_is_no_proof() {
    run(async {
        let world = World::shared().await;
        let (house, ada, bob) = (world.client("house"), world.person("ada"), world.person("bob"));
        let bobs = world.flow(&house).scope("openid").tokens_of(&bob).await;
        let elsewhere = world.flow(&house).scope("openid").tokens_of(&ada).await;
        for hint in [bobs.id(), elsewhere.id()] {
            let mut browser = world.signed_in(&ada).await;
            let landing =
                browser.open(&url(world, &[("id_token_hint", hint), ("post_logout_redirect_uri", HOME)])).await;
            assert!(is_signed_in(world, &mut browser).await, "a link of somebody else signs one out: {landing:?}");
        }
    });
}

#[test]
fn an_expired_hint_still_counts() {
    run(async {
        let world = World::builder().setting("lifetimes", "id_token", "\"1s\"").start().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let tokens = world.flow(&house).scope("openid").tokens(&mut browser, &ada).await;
        let exp = crate::harness::jwt::decode(tokens.id()).claims["exp"].as_i64().unwrap();
        until("it has expired", Duration::from_secs(4), async || (crate::harness::now() > exp + 1).then_some(())).await;
        // Signed by a key that signs no more, too.
        world.command(["keys", "rotate"]).await.ok();
        let away = browser
            .open(&url(&world, &[("id_token_hint", tokens.id()), ("post_logout_redirect_uri", HOME)]))
            .await
            .away();
        assert_eq!(away, HOME);
        assert!(!is_signed_in(&world, &mut browser).await);
    });
}

/// The request by POST, which carries no Lax cookie from elsewhere: by way of a GET.
#[test]
fn logout_by_post() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let tokens = world.flow(&house).scope("openid").tokens(&mut browser, &ada).await;
        let form = [("id_token_hint", tokens.id()), ("post_logout_redirect_uri", HOME)];
        let reply = world
            .post("/oauth2/logout")
            .form(&form)
            .header("origin", "https://house.example.test")
            .header("sec-fetch-site", "cross-site")
            .send()
            .await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let next =
            url::Url::parse(&world.url("/oauth2/logout")).unwrap().join(reply.header("location").unwrap()).unwrap();
        assert_eq!(browser.open(next.as_str()).await.away(), HOME);
        assert!(!is_signed_in(world, &mut browser).await);
    });
}

/// What ends, and what does not.
#[test]
fn what_a_sign_out_ends() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let flow = world.flow(&house).scope("openid read");
        let bound = flow.tokens(&mut browser, &ada).await;
        let unspent = flow.authorize(&mut browser, &ada).await;
        let elsewhere = flow.tokens_of(&ada).await;
        let old = browser.clone();
        browser.open(&url(world, &[("id_token_hint", bound.id())])).await.page();
        // The cookie that the browser had is of no use any more, whoever kept it.
        assert!(!is_signed_in(world, &mut old.clone()).await);
        world.refresh_call(&house, bound.refresh()).send().await.refused(400, "invalid_grant");
        flow.redemption(unspent.code()).send().await.refused(400, "invalid_grant");
        // Another browser of the same person stays signed in.
        world.refresh_call(&house, elsewhere.refresh()).send().await.ok();
    });
}
