//! Pages in the language of the person: asked for by the app, chosen in the browser, accepted by the browser.

use crate::harness::{Browser, World, browser::Page, http::form_encode, run};

/// Languages with their heading of the sign-in page.
const LANGUAGES: [(&str, &str); 5] =
    [("de", "Anmelden"), ("en", "Sign in"), ("es", "Iniciar sesión"), ("fr", "Se connecter"), ("zh-Hans", "登录")];

fn heading(tag: &str) -> &'static str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).expect("a language").1
}

#[track_caller]
fn speaks(page: &Page, tag: &str) {
    assert_eq!(page.reply.header("content-language"), Some(tag), "{page:#?}");
    assert!(page.reply.text().contains(&format!("<html lang=\"{tag}\" dir=\"ltr\">")), "{page:#?}");
    // What depends on headers and cookies is kept by nobody.
    assert_eq!(page.reply.header("cache-control"), Some("no-store"));
}

fn reader<'w>(world: &'w World, accept_language: &str) -> Browser<'w> {
    let mut browser = world.browser();
    accept_language.clone_into(&mut browser.accept_language);
    browser
}

#[test]
fn the_browser_is_answered_in_its_language() {
    run(async {
        let world = World::shared().await;
        for (accepted, tag) in [
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("es-MX", "es"),
            ("fr-CA,fr;q=0.9", "fr"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
            ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-Hans"),
            ("tlh, pt-BR;q=0.9, fr;q=0.1", "fr"),
            ("tlh", "en"),
            ("", "en"),
        ] {
            let page = reader(world, accepted).open(&world.url("/login")).await.page();
            speaks(&page, tag);
            assert_eq!(page.heading(), heading(tag), "{accepted}");
        }
    });
}

#[test]
fn the_app_is_asked_first_on_every_page_of_its_request() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        for (tag, title) in LANGUAGES {
            let mut browser = reader(world, if tag == "de" { "fr" } else { "de" });
            let flow =
                world.flow(&world.client("shop")).scope("openid email").with("ui_locales", &format!("tlh {tag}"));
            let page = flow.clone().with("prompt", "consent").begin(&mut browser).await.page();
            speaks(&page, tag);
            assert_eq!(page.heading(), title);
            assert!(!page.has("language-de"), "a choice that would change nothing");
            let typed = [("username", &*ada.username), ("password", "wrong")];
            let refused = browser.submit(&page, "login-submit", &typed).await.page();
            speaks(&refused, tag);
            let typed = [("username", &*ada.username), ("password", &*ada.password)];
            let consent = browser.submit(&refused, "login-submit", &typed).await.page();
            assert!(consent.has("consent-allow"), "{consent:#?}");
            speaks(&consent, tag);
            browser.submit(&consent, "consent-allow", &[]).await.away();
            // The same page once more: answered already, and said so in the same language.
            let used = browser.open(&consent.url).await;
            if let crate::harness::browser::Landing::Page(page) = used {
                speaks(&page, tag);
            }
            // An error that the app cannot be told of.
            let lost = flow.with("redirect_uri", "https://evil.example.test/").begin(&mut browser).await.page();
            assert_eq!(lost.reply.status, 400);
            speaks(&lost, tag);
        }
    });
}

#[test]
fn signing_out_keeps_the_language_of_the_app() {
    run(async {
        let world = World::shared().await;
        let mut browser = world.signed_in(&world.person("ada")).await;
        let query = form_encode([("client_id", "house"), ("ui_locales", "fr")]);
        let page = browser.open(&world.url(&format!("/oauth2/logout?{query}"))).await.page();
        assert!(page.has("logout-confirm"), "{page:#?}");
        speaks(&page, "fr");
        let page = browser.submit(&page, "logout-confirm", &[]).await.page();
        speaks(&page, "fr");
    });
}

#[test]
fn a_choice_is_remembered_by_the_browser() {
    run(async {
        let world = World::shared().await;
        let mut browser = reader(world, "de");
        let flow = world.flow(&world.client("house")).scope("openid");
        let page = flow.begin(&mut browser).await.page();
        speaks(&page, "de");
        let there = browser.submit(&page, "language-fr", &[]).await.page();
        speaks(&there, "fr");
        assert_eq!(there.url, page.url, "back at the same page, with the same request");
        let (_, cookie) = browser.cookies.iter().find(|(name, _)| name.contains("language")).expect("a cookie");
        assert_eq!(cookie.value, "fr");
        for attribute in ["httponly", "samesite=lax", "path=/", "max-age=31536000"] {
            assert!(cookie.attributes.iter().any(|known| known == attribute), "{attribute}: {cookie:?}");
        }
        // It wins over the browser, not over the app; and on error pages, too.
        speaks(&browser.open(&world.url("/")).await.page(), "fr");
        speaks(&browser.open(&world.url("/nothing-here")).await.page(), "fr");
        speaks(&flow.clone().with("ui_locales", "es").begin(&mut browser).await.page(), "es");
        speaks(&flow.with("ui_locales", "tlh").begin(&mut browser).await.page(), "fr");
        // Another choice replaces it.
        let home = browser.open(&world.url("/")).await.page();
        speaks(&browser.submit(&home, "language-zh-Hans", &[]).await.page(), "zh-Hans");
    });
}

#[test]
fn below_a_path_the_choice_comes_back_there() {
    run(async {
        let world = World::builder().path("/tenant").start().await;
        let mut browser = world.browser();
        let page = browser.open(&world.url("/login")).await.page();
        let there = browser.submit(&page, "language-es", &[]).await.page();
        speaks(&there, "es");
        assert_eq!(there.url, page.url);
        let foreign = world.post("/tenant/language").form(&[("language", "de"), ("back", "/elsewhere")]).send().await;
        assert_eq!(foreign.header("location"), Some("/tenant/"));
    });
}

#[test]
fn only_our_own_words_are_believed() {
    run(async {
        let world = World::shared().await;
        let mut browser = world.browser();
        let home = browser.open(&world.url("/")).await.page();
        browser.submit(&home, "language-de", &[]).await.page();
        let name = browser.cookies.keys().find(|name| name.contains("language")).expect("a cookie").clone();
        for nonsense in ["", "tlh", "DE", "de-AT", "../../etc/passwd", "<script>", "de%0d%0aset-cookie:x=y"] {
            let reply = world.get("/login").header("cookie", format!("{name}={nonsense}")).send().await;
            assert_eq!((reply.status, reply.header("content-language")), (200, Some("en")), "{nonsense}");
        }
        let choose =
            |language: &str, back: &str| world.post("/language").form(&[("language", language), ("back", back)]);
        for nonsense in ["", "tlh", "de-AT", "de\r\nset-cookie: x=y"] {
            let reply = choose(nonsense, "/").send().await;
            assert_eq!(reply.status, 400, "{nonsense:?}");
            assert_eq!(reply.header("set-cookie"), None);
        }
        for foreign in [
            "https://evil.example.test/",
            "//evil.example.test",
            "/\\evil.example.test",
            "/\t/evil.example.test",
            "x",
            "",
        ] {
            let reply = choose("de", foreign).send().await;
            assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{foreign:?}");
        }
        // Another site cannot choose.
        let reply = choose("de", "/").header("origin", "https://evil.example.test").send().await;
        assert_eq!((reply.status, reply.header("set-cookie")), (403, None));
        let reply = choose("de", "/").header("sec-fetch-site", "cross-site").send().await;
        assert_eq!((reply.status, reply.header("set-cookie")), (403, None));
        assert_eq!(world.get("/language").send().await.status, 405);
        let twice = world.post("/language").raw_form("language=de&language=fr&back=/").send().await;
        assert_eq!(twice.status, 400);
    });
}
