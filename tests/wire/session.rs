//! Sessions, `prompt`, `max_age` and hints (OpenID Connect Core section 3.1.2).

use std::time::Duration;

use crate::harness::{World, browser::Landing, jwt, now, run, until};

#[test]
fn a_session_saves_typing() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.browser();
        let flow = world.flow(&world.client("house")).scope("openid");
        let first = flow.tokens(&mut browser, &ada).await;
        let landing = flow.begin(&mut browser).await;
        let again = flow.answer(landing);
        let reply = flow.redemption(again.code()).send().await.ok();
        let (old, new) = (jwt::decode(first.id()).claims, jwt::decode(reply["id_token"].as_str().unwrap()).claims);
        assert_eq!(old["auth_time"], new["auth_time"], "no new sign-in");
        assert_eq!(old["sid"], new["sid"], "the same session");
        // On the other instance too.
        browser.instance = 1;
        let landing = flow.begin(&mut browser).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}

/// Session fixation: the id that a browser had before signing in is of no use afterwards.
#[test]
fn the_id_changes_at_sign_in() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.browser();
        let flow = world.flow(&world.client("house")).scope("openid");
        let landing = flow.begin(&mut browser).await;
        let before = browser.clone();
        flow.go_on(&mut browser, landing, &ada).await;
        let mut planted = before.clone();
        assert!(flow.begin(&mut planted).await.page().has("login-submit"), "the old cookies are signed in");
        // Signing in once more makes another id, too.
        let old = browser.clone();
        let page = flow.clone().with("prompt", "login").begin(&mut browser).await.page();
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        browser.submit(&page, "login-submit", &typed).await;
        let session = |browser: &crate::harness::Browser<'_>| {
            browser
                .cookies
                .iter()
                .filter(|(name, _)| name.contains("session"))
                .map(|(_, cookie)| cookie.value.clone())
                .collect::<Vec<_>>()
        };
        assert_ne!(session(&old), session(&browser));
        let mut stale = old;
        assert!(
            matches!(flow.begin(&mut stale).await, Landing::Page(page) if page.has("login-submit")),
            "the old id still works"
        );
    });
}

#[test]
fn prompts() {
    run(async {
        let world = World::shared().await;
        let (ada, house, shop) = (world.person("ada"), world.client("house"), world.client("shop"));
        let mut browser = world.signed_in(&ada).await;
        let flow = |prompt: &str| world.flow(&house).scope("openid").with("prompt", prompt);

        let none = flow("none");
        let landing = none.begin(&mut browser).await;
        assert!(none.answer(landing).get("code").is_some());
        let mut nobody = world.browser();
        let landing = none.begin(&mut nobody).await;
        assert_eq!(none.answer(landing).error(), "login_required");
        let consent = world
            .flow(&world.add_client("shop", crate::harness::json!({})).await)
            .scope("openid email")
            .with("prompt", "none");
        let landing = consent.begin(&mut browser).await;
        assert_eq!(consent.answer(landing).error(), "consent_required");
        // Native apps are asked each time: their client_id proves nothing (RFC 8252 section 8.6).
        let phone = world.flow(&world.client("phone")).scope("openid");
        phone.authorize(&mut browser, &ada).await;
        let silent = phone.with("prompt", "none");
        let landing = silent.begin(&mut browser).await;
        assert!(matches!(silent.answer(landing).error(), "consent_required" | "interaction_required"));

        let login = flow("login");
        let page = login.begin(&mut browser).await.page();
        assert!(page.has("login-submit"), "{page:#?}");
        let before = now();
        let tokens = login.tokens(&mut browser, &ada).await;
        assert!(jwt::decode(tokens.id()).claims["auth_time"].as_i64().unwrap() >= before);

        world.flow(&shop).scope("openid").authorize(&mut browser, &ada).await;
        let again = world.flow(&shop).scope("openid").with("prompt", "consent");
        assert!(again.begin(&mut browser).await.page().has("consent-allow"));

        let select = flow("select_account");
        let page = select.begin(&mut browser).await.page();
        assert!(!page.has("consent-allow") && page.text().contains("ada"), "{page:#?}");
        // Both at once.
        let both = world.flow(&shop).scope("openid").with("prompt", "login consent");
        let page = both.begin(&mut browser).await.page();
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let page = browser.submit(&page, "login-submit", &typed).await.page();
        assert!(page.has("consent-allow"), "{page:#?}");
    });
}

/// Whoever asked for a new sign-in of this person gets this person, unless they say that they are another one.
#[test]
fn another_account_can_be_chosen() {
    run(async {
        let world = World::shared().await;
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let name = async |tokens: &crate::harness::flow::Tokens| {
            world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok()["name"].clone()
        };
        for (prompt, button) in [("login", "login-switch"), ("select_account", "account-other")] {
            let mut browser = world.signed_in(&ada).await;
            let flow = world.flow(&world.client("house")).scope("openid profile").with("prompt", prompt);
            let mut page = flow.begin(&mut browser).await.page();
            if button == "login-switch" {
                // Typing another name where ada is asked to confirm that it is she is no way in.
                let typed = [("username", &*bob.username), ("password", &*bob.password)];
                let refused = browser.clone().submit(&page, "login-submit", &typed).await.page();
                assert!(refused.has("login-submit"), "{refused:#?}");
                let tags = crate::harness::html::tags(&page.reply.text());
                let link = tags.iter().find(|tag| tag.get("id") == Some("login-switch")).expect("a way to switch");
                let url = url::Url::parse(&page.url).unwrap().join(link.get("href").unwrap()).unwrap();
                page = browser.open(url.as_str()).await.page();
            }
            let landing = browser.submit(&page, "account-other", &[]).await;
            let answer = flow.go_on(&mut browser, landing, &bob).await;
            let tokens = crate::harness::flow::Tokens::of(&flow.redemption(answer.code()).send().await);
            assert_eq!(name(&tokens).await, "bob Test");
            // From now on bob is signed in here.
            let silent = world.flow(&world.client("house")).scope("openid profile").with("prompt", "none");
            assert_eq!(name(&silent.tokens(&mut browser, &bob).await).await, "bob Test");
        }
        // Staying is a click.
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&world.client("house")).scope("openid profile").with("prompt", "select_account");
        assert_eq!(name(&flow.tokens(&mut browser, &ada).await).await, "Ada Lovelace");
    });
}

#[test]
fn max_age_asks_again_when_the_sign_in_is_too_old() {
    run(async {
        let world = World::shared().await;
        let (ada, house) = (world.person("ada"), world.client("house"));
        let mut browser = world.signed_in(&ada).await;
        let flow = |max_age: &str| world.flow(&house).scope("openid").with("max_age", max_age);
        let landing = flow("600").begin(&mut browser).await;
        assert!(matches!(landing, Landing::Away(_)), "{landing:?}");
        // Zero means now (as `prompt=login`).
        assert!(flow("0").begin(&mut browser).await.page().has("login-submit"));
        let page =
            until("a second has passed", Duration::from_secs(4), async || match flow("1").begin(&mut browser).await {
                Landing::Page(page) => Some(page),
                _ => None,
            })
            .await;
        assert!(page.has("login-submit"));
        let silent = flow("1").with("prompt", "none");
        let landing = silent.begin(&mut browser).await;
        assert_eq!(silent.answer(landing).error(), "login_required");
        let tokens = flow("1").tokens(&mut browser, &ada).await;
        assert!(jwt::decode(tokens.id()).claims["auth_time"].is_i64(), "auth_time is due with max_age");
        // The client's own default counts where the request has none.
        let impatient = world.flow(&world.client("impatient")).scope("openid").tokens(&mut browser, &ada).await;
        assert!(jwt::decode(impatient.id()).claims["auth_time"].is_i64());
    });
}

#[test]
fn hints() {
    run(async {
        let world = World::shared().await;
        let (ada, bob, house) = (world.person("ada"), world.person("bob"), world.client("house"));
        let mut browser = world.browser();
        let adas = world.flow(&house).scope("openid").tokens(&mut browser, &ada).await;
        let bobs = world.flow(&house).scope("openid").tokens_of(&bob).await;
        let hinted = |hint: &str| world.flow(&house).scope("openid").with("id_token_hint", hint).with("prompt", "none");
        let flow = hinted(adas.id());
        let landing = flow.begin(&mut browser).await;
        assert!(flow.answer(landing).get("code").is_some());
        let flow = hinted(bobs.id());
        let landing = flow.begin(&mut browser).await;
        assert_eq!(flow.answer(landing).error(), "login_required");
        // With pages: the one who is hinted at must sign in; ada's session is not enough.
        let flow = world.flow(&house).scope("openid").with("id_token_hint", bobs.id());
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("login-submit") || page.text().contains("ada"), "{page:#?}");
        // A login hint is typed ahead, and nothing more.
        let flow = world.flow(&house).scope("openid").with("login_hint", "bob<\"'>");
        let page = flow.begin(&mut world.browser()).await.page();
        let fields = page.form("login-submit").fields("login-submit");
        assert!(fields.iter().any(|(_, value)| value == "bob<\"'>"), "{fields:?}");
        assert!(!page.reply.text().contains("bob<\""), "the hint is not escaped");
    });
}

/// Nothing is stored for a stranger (the state of a request is in its own URL).
#[test]
fn strangers_write_nothing() {
    run(async {
        let world = World::builder().start().await;
        // But how often they guessed: that is counted, in a few rows that nobody can read a name or an address from.
        let uncounted = async || {
            let dump = world.database.dump().await;
            // Of strangers who were refused the trail is told once a minute, by how many they were.
            let told = |line: &&str| line.starts_with("audit_head: ") || line.contains("request.refused");
            dump.lines()
                .filter(|line| !line.starts_with("guess: ") && !told(line))
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        let before = uncounted().await;
        for _ in 0..5 {
            let mut browser = world.browser();
            let flow = world.flow(&world.client("shop")).scope("openid");
            let page = flow.begin(&mut browser).await.page();
            assert!(page.has("login-submit"));
            browser.open(&page.url).await.page();
            let silent = flow.with("prompt", "none");
            let landing = silent.begin(&mut browser).await;
            assert_eq!(silent.answer(landing).error(), "login_required");
            world.post("/oauth2/token").form(&[("grant_type", "client_credentials")]).basic("nobody", "x").send().await;
            for username in ["ada", "nobody-of-that-name"] {
                browser.press(&page, "login-submit", &[("username", username), ("password", "wrong")]).await;
            }
            world
                .post("/oauth2/token")
                .form(&[("grant_type", "client_credentials")])
                .basic("job", "wrong")
                .send()
                .await;
            world.get("/oauth2/userinfo").bearer("nonsense").send().await;
        }
        assert_eq!(uncounted().await, before, "a stranger's visit left rows behind");
        // Two names, each as a whole and from one range; and the range.
        assert_eq!(world.database.count("select count(*) from guess").await, 5);
    });
}

/// Signing in with whatever the person's name is, in whichever letters they type it.
#[test]
fn names_are_normalized() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        for name in ["ada", "ADA", "Ada", "ada@example.test", "ADA@EXAMPLE.TEST", " ada "] {
            let mut person = world.person("ada");
            person.username = name.to_owned();
            let answer = world.flow(&house).scope("openid").authorize(&mut world.browser(), &person).await;
            assert!(answer.get("code").is_some(), "{name}: {answer:?}");
        }
    });
}

/// A session that is listed by person, with its devices, is one row.
#[test]
fn sessions_are_kept_by_person() {
    run(async {
        let world = World::builder().start().await;
        let ada = world.person("ada");
        world.signed_in(&ada).await;
        world.signed_in(&ada).await;
        let sessions = world
            .database
            .count(
                "select count(*) from auth_session s join user_account u on u.id = s.user_id where u.username = 'ada'",
            )
            .await;
        assert_eq!(sessions, 2);
        // The cookie's own value is nowhere.
        let browser = world.signed_in(&ada).await;
        let dump = world.database.dump().await;
        for (name, cookie) in &browser.cookies {
            assert!(!dump.contains(&cookie.value), "{name}");
        }
    });
}

/// An https issuer's cookies are bound to the host and never go over http.
#[test]
fn cookies_of_an_https_issuer() {
    run(async {
        let world = World::builder().setting("server", "issuer", "\"https://id.example.test\"").start().await;
        let house = world.client("house");
        // A proxy of ours speaks TLS; the server itself is called in the clear.
        let flow = world.flow(&house).scope("openid");
        let query = flow.url().split_once('?').unwrap().1.to_owned();
        let reply = world.get(&format!("/oauth2/authorize?{query}")).header("host", "id.example.test").send().await;
        let location = reply.header("location").unwrap_or_default().to_owned();
        assert!(location.starts_with("https://id.example.test/login") || location.starts_with("/login"), "{reply:?}");
        let cookies: Vec<String> =
            reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        assert!(!cookies.is_empty(), "{reply:?}");
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            let lower = cookie.to_ascii_lowercase();
            assert!(
                lower.contains("; secure")
                    && lower.contains("; httponly")
                    && lower.contains("; path=/")
                    && !lower.contains("domain="),
                "{cookie}"
            );
        }
    });
}
