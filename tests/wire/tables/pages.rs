//! `/login`, `/consent`, `/logout`, and what is nowhere: pages that people come to in ways that nobody planned.

use crate::harness::{
    Browser, Flow, World,
    browser::Page,
    run,
    table::{Expect, check, row},
};

async fn sign_in_page<'w>(world: &'w World) -> (Browser<'w>, Flow<'w>, Page) {
    let mut browser = world.browser();
    let flow = world.flow(&world.client("house")).scope("openid");
    let page = flow.begin(&mut browser).await.page();
    assert!(page.has("login-submit"), "no sign-in page: {page:#?}");
    (browser, flow, page)
}

#[test]
fn nowhere_is_a_page() {
    run(async {
        let world = World::shared().await;
        let rows = vec![
            row("nowhere", world.get("/nowhere").header("accept", "text/html,*/*;q=0.8"), Expect::Page(404)),
            row("nowhere, for a program", world.get("/nowhere"), Expect::Status(404)),
            row("up and away", world.get("/static/../../etc/passwd"), Expect::Status(404)),
            row("up and away, encoded", world.get("/static/%2e%2e/%2e%2e/etc/passwd"), Expect::Status(404)),
            row("up and away, encoded twice", world.get("/static/..%252f..%252fetc/passwd"), Expect::Status(404)),
            row(
                "a token path with a slash",
                world.post("/oauth2/token/").form(&[("grant_type", "client_credentials")]),
                Expect::Status(404),
            ),
            row(
                "a token path in capitals",
                world.post("/OAUTH2/TOKEN").form(&[("grant_type", "client_credentials")]),
                Expect::Status(404),
            ),
            row("health is not for the public", world.get("/readyz"), Expect::Status(404)),
            row("metrics are not for the public", world.get("/metrics"), Expect::Status(404)),
        ];
        check("pages_nowhere", world.issuer(), rows).await;
    });
}

#[test]
fn a_wrong_password_is_told_beside_the_form_and_like_an_unknown_name() {
    run(async {
        let world = World::shared().await;
        let (mut browser, flow, page) = sign_in_page(world).await;
        let mut said = Vec::new();
        for (username, password) in [
            ("ada", "wrong"),
            ("nobody-at-all", "wrong"),
            ("ada", ""),
            ("", "x"),
            (&"a".repeat(5000), "x"),
            ("ada", &"p".repeat(20_000)),
        ] {
            let (_, reply) =
                browser.press(&page, "login-submit", &[("username", username), ("password", password)]).await;
            assert!(matches!(reply.status, 200 | 400 | 401 | 403 | 413 | 422 | 429), "{reply:?}");
            assert_eq!(reply.header("cache-control").map(|value| value.contains("no-store")), Some(true), "{reply:?}");
            let again = Page { url: page.url.clone(), reply };
            assert!(again.has("login-submit"), "the form is gone: {again:#?}");
            assert!(
                !again.reply.text().contains(&format!("value=\"{password}\"")) || password.is_empty(),
                "the page tells the password"
            );
            said.push((again.reply.status, again.text().replace(username, "")));
        }
        assert_eq!(said[0], said[1], "a stranger learns which names exist");
        // And then it still works.
        let typed = [("username", "ada"), ("password", &*world.person("ada").password)];
        let landing = browser.submit(&page, "login-submit", &typed).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}

#[test]
fn a_form_from_elsewhere_is_not_taken() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let (browser, _, page) = sign_in_page(world).await;
        let form = page.form("login-submit");
        let action = page.action(&form);
        let mut fields = form.fields("login-submit");
        // What the script says of the browser guards nothing.
        fields.retain(|(name, _)| name != "passkeys");
        fields.retain(|(name, _)| {
            Some(name.as_str()) != form.name_of("username") && Some(name.as_str()) != form.name_of("password")
        });
        fields.push((form.name_of("username").unwrap().to_owned(), ada.username.clone()));
        fields.push((form.name_of("password").unwrap().to_owned(), ada.password.clone()));
        let refused = |what: &str, reply: &crate::harness::Reply| {
            let sent_on = reply.header("location").is_some_and(|location| location.contains("code="));
            assert!(!sent_on, "{what}: signed in all the same: {reply:?}");
            let cookies: Vec<_> =
                reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
            assert!(!cookies.iter().any(|cookie| cookie.contains("session")), "{what}: a session cookie: {reply:?}");
        };
        // Without the browser's cookie: a victim who is being signed in as somebody else.
        let mut stranger = world.browser();
        refused("without the cookie", &stranger.send("POST", &action, Some(&fields)).await);
        // With another browser's cookie.
        let (mut other, _, _) = sign_in_page(world).await;
        refused("with another cookie", &other.send("POST", &action, Some(&fields)).await);
        // With each hidden field missing or changed.
        let hidden: Vec<String> = form
            .inside
            .iter()
            .filter(|tag| tag.get("type") == Some("hidden"))
            .filter_map(|tag| tag.get("name").map(str::to_owned))
            .filter(|name| name != "passkeys")
            .collect();
        assert!(!hidden.is_empty() || action.contains('?'), "nothing binds the form to the request");
        for name in &hidden {
            let mut same = browser.clone();
            let missing: Vec<_> = fields.iter().filter(|(known, _)| known != name).cloned().collect();
            refused(&format!("without {name}"), &same.send("POST", &action, Some(&missing)).await);
            let changed: Vec<_> = fields
                .iter()
                .map(|(known, value)| (known.clone(), if known == name { format!("x{value}") } else { value.clone() }))
                .collect();
            refused(&format!("with another {name}"), &same.send("POST", &action, Some(&changed)).await);
        }
        // From another site, as the browser itself says.
        let host = world.issuer().strip_prefix("http://").unwrap();
        let cross = world
            .post(&action[world.issuer().len()..])
            .header("cookie", browser.cookie_header())
            .header("host", host)
            .header("origin", "https://evil.test")
            .header("sec-fetch-site", "cross-site")
            .raw_form(crate::harness::http::form_encode(fields.iter().map(|(name, value)| (name, value))));
        refused("from another site", &cross.send().await);
    });
}

#[test]
fn a_request_that_was_tampered_with_goes_nowhere() {
    run(async {
        let world = World::shared().await;
        let (mut browser, _, page) = sign_in_page(world).await;
        let (path, query) = page.url.split_once('?').expect("the request's state in the URL");
        let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let sealed = pairs.iter_mut().max_by_key(|(_, value)| value.len()).unwrap();
        let good = sealed.1.clone();
        let at = good.len() / 2;
        let flipped = format!("{}{}{}", &good[..at], if &good[at..=at] == "A" { "B" } else { "A" }, &good[at + 1..]);
        for bad in [flipped, good[..good.len() - 5].to_owned(), String::new(), "x".repeat(9000), "äöü".to_owned()] {
            let name = sealed.0.clone();
            let url = format!("{path}?{}", crate::harness::http::form_encode([(name, bad)]));
            let reply = browser.send("GET", &url, None).await;
            assert!((200..500).contains(&reply.status) && reply.status != 302, "{reply:?}");
            assert!(
                !reply.header("location").is_some_and(|location| location.contains("house.example.test")),
                "{reply:?}"
            );
        }
        // Somebody else's browser cannot go on with it.
        let mut other = world.browser();
        let reply = other.send("GET", &page.url, None).await;
        assert!(reply.header("location").is_none_or(|location| !location.contains("code=")), "{reply:?}");
    });
}

#[test]
fn pages_hold_still_for_nobody() {
    run(async {
        let world = World::shared().await;
        let (browser, _, page) = sign_in_page(world).await;
        let reply = &page.reply;
        let csp = reply.header("content-security-policy").expect("a Content-Security-Policy");
        assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("unsafe-inline") && !csp.contains("unsafe-eval"), "{csp}");
        assert!(csp.contains("default-src 'none'") || csp.contains("default-src 'self'"), "{csp}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")), "{reply:?}");
        assert!(
            reply
                .header("referrer-policy")
                .is_some_and(|value| matches!(value, "no-referrer" | "same-origin" | "strict-origin")),
            "{reply:?}"
        );
        assert!(!reply.headers.contains_key("server"), "it tells what it is made of");
        assert_eq!(page.heading(), "Sign in");
        assert!(page.has("username") && page.has("password"));
        for cookie in browser.cookies.values() {
            assert!(cookie.attributes.contains(&"httponly".to_owned()), "{cookie:?}");
            assert!(cookie.attributes.contains(&"samesite=lax".to_owned()), "{cookie:?}");
            assert!(cookie.attributes.contains(&"path=/".to_owned()), "{cookie:?}");
        }
    });
}

/// A bookmarked sign-in page, the consent and sign-out pages out of the blue: somewhere sensible, never an error.
#[test]
fn bookmarks_end_somewhere_sensible() {
    run(async {
        let world = World::shared().await;
        for path in ["/login", "/login/account", "/consent", "/logout", "/"] {
            for person in [None, Some("ada")] {
                let mut browser = world.browser();
                if let Some(person) = person {
                    browser.sign_in(&world.person(person)).await;
                }
                let page = browser.open(&world.url(path)).await.page();
                assert!(matches!(page.reply.status, 200 | 400), "{path}: {page:#?}");
                assert!(!page.heading().is_empty(), "{path}: a page without a heading: {page:#?}");
            }
        }
    });
}

/// Going back to the sign-in page after signing in, and sending it again, neither breaks nor gives a second code for
/// the one request.
#[test]
fn the_back_button() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let (mut browser, flow, page) = sign_in_page(world).await;
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let landing = browser.submit(&page, "login-submit", &typed).await;
        let first = flow.answer(landing);
        flow.redemption(first.code()).send().await.ok();
        let (_, again) = browser.press(&page, "login-submit", &typed).await;
        assert!((200..500).contains(&again.status), "{again:?}");
        let mut url = page.url.clone();
        if let Some(location) = again.header("location") {
            url = url::Url::parse(&url).unwrap().join(location).unwrap().into();
        }
        if url.starts_with(world.issuer()) {
            if let crate::harness::browser::Landing::Away(url) = browser.open(&url).await {
                assert!(!url.contains("code="), "the request was answered with a second code: {url}");
            }
        } else {
            assert!(!url.contains("code="), "the request was answered with a second code: {url}");
        }
        // The first tokens are what they were: going back is no attack.
    });
}

/// Two tabs with two requests do not disturb each other.
#[test]
fn two_tabs() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.browser();
        let (one, two) =
            (world.flow(&world.client("house")).scope("openid"), world.flow(&world.client("spa")).scope("openid"));
        let first = one.begin(&mut browser).await.page();
        let second = two.begin(&mut browser).await.page();
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let landing = browser.submit(&first, "login-submit", &typed).await;
        let answer = one.answer(landing);
        one.redemption(answer.code()).send().await.ok();
        // The other tab still shows the form, from before the session's id changed.
        let landing = browser.submit(&second, "login-submit", &typed).await;
        let answer = two.answer(landing);
        two.redemption(answer.code()).send().await.ok();
    });
}

/// The second click of a double click is answered as the first one was: nobody loses their code by it.
#[test]
fn a_double_click() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let typed = [("username", &*person.username), ("password", &*person.password)];
        let (first, flow, page) = sign_in_page(world).await;
        let mut second = first.clone();
        let mut first = first;
        let one = first.submit(&page, "login-submit", &typed).await;
        // The browser has not seen the first answer when it sends the form again.
        let two = second.submit(&page, "login-submit", &typed).await;
        let (one, two) = (flow.answer(one), flow.answer(two));
        assert_eq!(one.code(), two.code());
        let sessions = format!(
            "select count(*) from auth_session s join user_account u on u.id = s.user_id where u.username = '{}'",
            person.username
        );
        assert_eq!(world.database.count(&sessions).await, 1, "one sign-in, one session");
        flow.redemption(two.code()).send().await.ok();
        // Once it is redeemed, nothing more comes of the request.
        let (_, late) = second.press(&page, "login-submit", &typed).await;
        assert_eq!(late.status, 409, "{late:?}");
        for browser in [&mut first, &mut second] {
            let silent = world.flow(&world.client("house")).scope("openid").with("prompt", "none");
            let landing = silent.begin(browser).await;
            assert!(silent.answer(landing).get("code").is_some());
        }
    });
}

/// A cookie that stands for nothing is left alone: it may be another tab's, of a moment ago.
#[test]
fn an_unknown_cookie_is_not_taken_away() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let names: Vec<_> = browser.cookies.keys().filter(|name| name.contains("session")).cloned().collect();
        let [name] = names.as_slice() else { panic!("{names:?}") };
        browser.cookies.get_mut(name).unwrap().value = "A".repeat(22);
        let flow = world.flow(&world.client("house")).scope("openid");
        let reply = browser.send("GET", &flow.url(), None).await;
        let touched = reply.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains(name));
        assert!(!touched, "{reply:?}");
        let page = flow.begin(&mut browser).await.page();
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let landing = browser.submit(&page, "login-submit", &typed).await;
        assert!(flow.answer(landing).get("code").is_some(), "and it is no obstacle to signing in");
    });
}

/// Two tabs open at once in a fresh browser get a cookie each, and one of them wins: what was typed in the other tab is
/// gone, and the page says so.
#[test]
fn a_form_from_before_the_cookie_changed() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let (mut one, flow, page) = sign_in_page(world).await;
        let (other, _, _) = sign_in_page(world).await;
        one.cookies = other.cookies;
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let (url, reply) = one.press(&page, "login-submit", &typed).await;
        let again = Page { url, reply };
        assert_eq!(again.reply.status, 400, "{again:#?}");
        assert!(again.has("login-error") && again.has("login-submit"), "{again:#?}");
        let landing = one.submit(&again, "login-submit", &[("password", &*ada.password)]).await;
        assert!(flow.answer(landing).get("code").is_some());
    });
}

/// A request that is as large as may be gets through all pages; a larger one is told on a page.
#[test]
fn large_requests() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let shop = world.add_client("shop", crate::harness::json!({})).await;
        let sized = |bytes: usize| world.flow(&shop).scope("openid").with("state", &"s".repeat(bytes));
        let mut browser = world.browser();
        let flow = sized(7000);
        assert_eq!(flow.authorize(&mut browser, &ada).await.get("state").map(str::len), Some(7000));
        let reply = world.browser().send("GET", &sized(9000).url(), None).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.text().contains("invalid_request"), "{reply:?}");
        // As a form it may come even where the query would be too long for a head.
        let flow = world.flow(&shop).scope("openid").with("login_hint", &"ж".repeat(3500)).with("prompt", "login");
        let form = crate::harness::http::form_encode(flow.parameters.iter().map(|(name, value)| (name, value)));
        assert!(form.len() > 20_000);
        let reply = world.post("/oauth2/authorize").header("sec-fetch-site", "cross-site").raw_form(form).send().await;
        let location = reply.header("location").unwrap_or_else(|| panic!("{reply:?}"));
        assert!(location.len() < 12_000, "{}", location.len());
        let landing = browser.open(&world.url(location)).await;
        assert!(flow.go_on(&mut browser, landing, &ada).await.get("code").is_some());
    });
}

/// A sealed address that is opened in another browser is what the client's own link would be there, and no more.
#[test]
fn a_sealed_address_elsewhere() {
    run(async {
        let world = World::shared().await;
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let shop = world.add_client("shop", crate::harness::json!({})).await;
        let flow = world.flow(&shop).scope("openid").with("prompt", "login consent");
        let mut adas = world.browser();
        let page = flow.begin(&mut adas).await.page();
        let typed = [("username", &*ada.username), ("password", &*ada.password)];
        let page = adas.submit(&page, "login-submit", &typed).await.page();
        assert!(page.has("consent-allow"), "{page:#?}");
        // Ada signed in for it; whoever is signed in elsewhere did not.
        for mut other in [world.browser(), world.signed_in(&bob).await] {
            let there = other.open(&page.url).await.page();
            assert!(there.has("login-submit") && !there.text().contains("Ada"), "{there:#?}");
        }
        let mut bobs = world.signed_in(&bob).await;
        let there = bobs.open(&page.url).await;
        assert!(flow.go_on(&mut bobs, there, &bob).await.get("code").is_some());
        // It is one request all the same, and was answered there.
        let (_, reply) = adas.press(&page, "consent-allow", &[]).await;
        assert_eq!(reply.status, 409, "{reply:?}");
    });
}

/// Whoever ends on the page of a request that is no more finds a way on.
#[test]
fn no_page_is_a_dead_end() {
    run(async {
        let world = World::shared().await;
        let page = world.browser().open(&world.url("/login?request=AAAA")).await.page();
        assert!(page.has("error-next"), "{page:#?}");
    });
}
