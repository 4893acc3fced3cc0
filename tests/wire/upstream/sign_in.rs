//! There and back, with a second deployment as the provider.

use super::Pair;
use crate::harness::{flow::Answer, json, run};

#[test]
fn the_first_sign_in_makes_a_person_and_the_second_finds_them() {
    run(async {
        let pair = Pair::new(json!({ "domains": ["example.test"] })).await;
        let person = pair.there.add_person().await;
        let people = pair.count("user_account").await;
        for round in 1..=2 {
            let mut browser = pair.here.browser();
            let home = pair.sign_in(&mut browser, &person).await.page();
            assert_eq!(home.reply.status, 200);
            assert!(home.text().contains(&person.username), "{}", home.text());
            assert_eq!(pair.count("user_account").await, people + 1, "round {round}");
            assert_eq!(pair.count("upstream_account").await, 1);
            assert_eq!(pair.count("spent").await, round, "each trip is spent");
        }
        let made = pair.here.command(["user", "show", &person.username, "--json"]).await.ok().json();
        assert_eq!(made["email"], format!("{}@example.test", person.username), "{made}");
        assert_eq!(made["email_verified"], true, "the provider speaks for its domain");
        assert_eq!(made["has_password"], false);
        assert_eq!(made["claims"]["name"], format!("{} Test", person.username));
        for (event, times) in [("upstream.linked", 1), ("upstream.signed_in", 1), ("session.opened", 2)] {
            let query = format!("select count(*) from trail where event = '{event}' and user_id is not null");
            assert_eq!(pair.here.database.count(&query).await, times, "{event}");
        }
        pair.here.database.assert_places_are_sealed().await;
    });
}

#[test]
fn an_address_of_a_domain_that_the_provider_does_not_speak_for_is_not_verified() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let person = pair.there.add_person().await;
        let mut browser = pair.here.browser();
        pair.sign_in(&mut browser, &person).await.page();
        let made = pair.here.command(["user", "show", &person.username, "--json"]).await.ok().json();
        assert_eq!(made["email"], format!("{}@example.test", person.username), "{made}");
        assert_eq!(made["email_verified"], false);
        // So nobody signs in with it, and its owner can still claim it.
        let name = format!("select count(*) from login_name where name = '{}@example.test'", person.username);
        assert_eq!(pair.here.database.count(&name).await, 0);
    });
}

#[test]
fn an_application_gets_its_code() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let person = pair.there.add_person().await;
        let shop = pair.here.client("house");
        let flow = pair.here.flow(&shop).scope("openid").with("ui_locales", "en");
        let mut browser = pair.here.browser();
        let page = flow.begin(&mut browser).await.page();
        let back = pair.cross(&mut browser, &page, &person).await;
        let landing = browser.open(&back).await;
        let answer = Answer::of(landing);
        let tokens = crate::harness::flow::Tokens::of(&flow.redemption(answer.code()).send().await);
        let claims = crate::harness::jwt::decode(tokens.id()).claims;
        assert_eq!(claims["acr"], "aal1", "{claims}");
        let user = pair.here.command(["user", "show", &person.username, "--json"]).await.ok().json();
        assert_eq!(claims["sub"], user["id"], "our own subject, not theirs: {claims}");
        // The same answer once more: the code was redeemed there, and nobody is signed in by it.
        let mut stranger = browser.clone();
        stranger.cookies.retain(|name, _| !name.contains("session"));
        let page = stranger.open(&back).await.page();
        assert_eq!(page.reply.status, 400, "{}", page.text());
        assert!(page.has("error-next"));
    });
}

/// What the application wants of the sign-in is handed on, and what comes back is held against it.
#[test]
fn a_new_sign_in_is_asked_for_there_as_well() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let person = pair.there.add_person().await;
        let mut browser = pair.here.browser();
        pair.sign_in(&mut browser, &person).await.page();
        let shop = pair.here.client("house");
        let flow = pair.here.flow(&shop).scope("openid").with("prompt", "login").with("login_hint", "somebody");
        let page = flow.begin(&mut browser).await.page();
        let away = browser.submit(&page, "upstream-there", &[]).await.away();
        let query: std::collections::BTreeMap<String, String> =
            url::Url::parse(&away).unwrap().query_pairs().into_owned().collect();
        let of = |name: &str| query.get(name).map(String::as_str);
        assert_eq!((of("prompt"), of("max_age"), of("login_hint")), (Some("login"), Some("0"), Some("somebody")));
        assert_eq!((of("response_type"), of("code_challenge_method")), (Some("code"), Some("S256")));
        assert_eq!(of("redirect_uri"), Some(pair.here.url("/login/upstream/there/callback").as_str()));
        assert!(of("nonce").is_some_and(|nonce| nonce.len() == 43) && of("state").is_some());
        let back = pair.sign_in_there(&away, &person).await;
        let landing = browser.open(&back).await;
        Answer::of(landing).code();
        // Somebody else there does not become them here.
        let other = pair.there.add_person().await;
        let page = flow.begin(&mut browser).await.page();
        let back = pair.cross(&mut browser, &page, &other).await;
        let page = browser.open(&back).await.page();
        assert_eq!(page.reply.status, 403, "{}", page.text());
    });
}

#[test]
fn nobody_is_made_where_policy_does_not_say_so() {
    run(async {
        let pair = Pair::new(json!({ "sign_up": "domains", "domains": ["other.test"] })).await;
        let person = pair.there.add_person().await;
        let before = pair.here.database.dump().await.len();
        let people = pair.count("user_account").await;
        let mut browser = pair.here.browser();
        let page = pair.sign_in(&mut browser, &person).await.page();
        assert_eq!(page.reply.status, 403);
        assert!(page.text().contains("no account for you"), "{}", page.text());
        assert_eq!(pair.count("user_account").await, people);
        for table in ["spent", "upstream_account", "auth_session", "browser_session"] {
            assert_eq!(pair.count(table).await, 0, "{table}: strangers write nothing");
        }
        assert_eq!(pair.here.database.dump().await.len(), before);
        // They can go on from there.
        let next = crate::harness::html::tags(&page.reply.text());
        let next = next.iter().find(|tag| tag.get("id") == Some("error-next")).unwrap().get("href").unwrap().to_owned();
        let url = url::Url::parse(&page.url).unwrap().join(&next).unwrap();
        assert!(browser.open(url.as_str()).await.page().has("login-submit"));
    });
}

#[test]
fn an_address_leads_to_the_provider_of_its_domain() {
    run(async {
        let pair = Pair::new(json!({ "domains": ["acme.test"], "button": false })).await;
        let mut browser = pair.here.browser();
        let page = browser.open(&pair.here.url("/login")).await.page();
        assert!(!page.has("upstream-there"), "no button was wanted");
        // On the sign-in page, without a password.
        let away = browser.submit(&page, "login-submit", &[("username", "Grace@ACME.test")]).await.away();
        assert!(away.starts_with(pair.there.issuer()) && away.contains("login_hint=Grace%40ACME.test"), "{away}");
        // With a password it is an ordinary sign-in.
        let typed = [("username", "grace@acme.test"), ("password", "whatever it may be")];
        assert_eq!(browser.submit(&page, "login-submit", &typed).await.page().reply.status, 400);
        // And on a page of its own.
        let link = crate::harness::html::tags(&page.reply.text());
        let link = link.iter().find(|tag| tag.get("id") == Some("upstream-organization")).unwrap();
        let url = url::Url::parse(&page.url).unwrap().join(link.get("href").unwrap()).unwrap();
        let page = browser.open(url.as_str()).await.page();
        for (address, words) in
            [("", "Enter your email"), ("grace@nowhere.test", "no organization"), ("grace", "no organization")]
        {
            let page = browser.submit(&page, "address-submit", &[("address", address)]).await.page();
            assert_eq!(page.reply.status, 400);
            assert!(page.text().contains(words), "{address}: {}", page.text());
        }
        let away = browser.submit(&page, "address-submit", &[("address", "grace@acme.test")]).await.away();
        assert!(away.starts_with(pair.there.issuer()), "{away}");
    });
}

#[test]
fn what_is_switched_off_is_off_at_once() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let person = pair.there.add_person().await;
        let mut browser = pair.here.browser();
        let page = browser.open(&pair.here.url("/login")).await.page();
        let back = pair.cross(&mut browser, &page, &person).await;
        pair.here.command(["upstream", "disable", "there"]).await.ok();
        crate::harness::until("no button", crate::harness::WITHIN_A_SECOND, async || {
            let page = pair.here.browser().open(&pair.here.url("/login")).await.page();
            (!page.has("upstream-there")).then_some(())
        })
        .await;
        // On the way back, and on a page that still shows the button.
        assert_eq!(browser.open(&back).await.page().reply.status, 400);
        assert!(browser.submit(&page, "upstream-there", &[]).await.page().has("login-submit"));
        assert_eq!(pair.count("upstream_account").await, 0);
        // A person who is disabled stays out, whatever the provider says.
        pair.here.command(["upstream", "enable", "there"]).await.ok();
        crate::harness::until("the button", crate::harness::WITHIN_A_SECOND, async || {
            let page = pair.here.browser().open(&pair.here.url("/login")).await.page();
            page.has("upstream-there").then_some(())
        })
        .await;
        pair.sign_in(&mut browser, &person).await.page();
        pair.here.command(["user", "disable", &person.username]).await.ok();
        let mut again = pair.here.browser();
        let page = pair.sign_in(&mut again, &person).await.page();
        assert_eq!(page.reply.status, 403, "{}", page.text());
    });
}
