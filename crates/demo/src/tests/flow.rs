//! A newcomer's way through the page.

use axum::http::{StatusCode, header};
use tokio::net::TcpListener;

use super::{Browser, World, serve_demo};

#[tokio::test]
async fn a_newcomer_takes_all_the_steps() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = browser.open("/").await;
    assert!(page.has("id=\"sign-in\"") && page.has("correct horse battery staple"));

    let page = browser.open("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    for id in [
        "refresh",
        "exchange",
        "call-api-read",
        "call-api-write",
        "introspect",
        "sign-out",
        "id-token-claims",
        "userinfo-claims",
        "access-token-claims",
    ] {
        assert!(page.has(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.has("Hello, Ada.") && page.has("data-claim=\"sid\""));
    assert!(!page.has("secret-of-at-least"), "secrets stay on the server");

    let page = browser.press(&page, "/call", &[("call", "read-things"), ("token", "app")]).await;
    assert!(page.has("data-status=\"200\"") && page.has("A brass key"));
    let page = browser.press(&page, "/call", &[("call", "write-things"), ("token", "app")]).await;
    assert!(page.has("data-status=\"201\""));
    // RFC 9470: the token is good, and the person must prove more.
    let page = browser.press(&page, "/call", &[("call", "clear-things"), ("token", "app")]).await;
    assert!(page.has("data-status=\"401\"") && page.has("insufficient_user_authentication"));
    assert!(page.has("id=\"call-api-clear-step-up\"") && page.has("/sign-in?acr_values=aal2%20phr"), "{}", page.html);
    let page = browser.press(&page, "/call", &[("call", "read-report"), ("token", "app")]).await;
    assert!(page.has("data-status=\"401\"") && page.has("invalid_token"));

    let page = browser.press(&page, "/exchange", &[]).await;
    assert!(page.has("Ada → via Demo API → Reports API: read"), "{}", page.html);
    assert!(page.has("Ada → via Demo app → Demo API: read, write"));
    assert!(page.has("Everything is in its place."));
    for (call, status) in [("read-report", 200), ("publish-report", 403), ("read-things", 401)] {
        let fields = [("call", call), ("token", "api")];
        let page = browser.press(&page, "/call", &fields).await;
        assert!(page.has(&format!("data-status=\"{status}\"")), "{call}");
    }

    let page = browser.press(&page, "/introspect", &[("token", "app")]).await;
    assert!(page.has("id=\"introspection\"") && page.has("data-claim=\"active\""));
    let page = browser.press(&page, "/revoke", &[]).await;
    assert!(page.has("id=\"revoke-result\"") && page.has("not active"));
    assert!(page.has("id=\"introspection-delegated\""));
}

#[tokio::test]
async fn a_refresh_shows_what_changed_and_may_ask_for_less() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = browser.open("/sign-in").await;
    let page = browser.press(&page, "/refresh", &[]).await;
    assert!(page.has("id=\"refresh-result\"") && page.has("changed"));
    let page = browser.press(&page, "/refresh", &[("scope", "narrow")]).await;
    let page = browser.press(&page, "/call", &[("call", "write-things"), ("token", "app")]).await;
    assert!(page.has("data-status=\"403\"") && page.has("insufficient_scope"));
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/sign-in").await;
    for path in ["/refresh", "/call", "/exchange", "/introspect", "/revoke", "/sign-out"] {
        let url = format!("{}{path}", world.config.public_url);
        let response = browser.step(&url, Some(&[("csrf", "guess")])).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert!(browser.open("/").await.has("Hello, Ada."));
}

#[tokio::test]
async fn signing_in_changes_the_cookie() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.step(&format!("{}/sign-in", world.config.public_url), None).await;
    let before = browser.cookie();
    browser.open("/sign-in").await;
    assert_ne!(before, browser.cookie());
    let mut old = world.browser();
    let url = format!("{}/", world.config.public_url);
    let page = old.step(&url, None).await;
    assert!(!String::from_utf8_lossy(page.body()).contains("Hello"));
}

#[tokio::test]
async fn an_answer_is_believed_once_and_only_where_it_was_asked_for() {
    let world = World::start().await;
    let mut browser = world.browser();
    let begin = browser.step(&format!("{}/sign-in", world.config.public_url), None).await;
    let there = begin.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let answer = browser.step(&there, None).await;
    let back = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();

    let stranger = world.browser().step(&back, None).await;
    assert_eq!(stranger.status(), StatusCode::BAD_REQUEST);
    let forged = back.replace("iss=http%3A%2F%2Flocalhost", "iss=http%3A%2F%2Fevil.test");
    let mut other = world.browser();
    let begin = other.step(&format!("{}/sign-in", world.config.public_url), None).await;
    let state = |url: &str| {
        let url = url::Url::parse(url).unwrap();
        url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
    };
    let theirs = state(begin.headers()[header::LOCATION].to_str().unwrap());
    let mixed_up = other.step(&forged.replace(&state(&back), &theirs), None).await;
    assert_eq!(mixed_up.status(), StatusCode::BAD_GATEWAY);
    assert!(String::from_utf8_lossy(mixed_up.body()).contains("another issuer"));

    assert_eq!(browser.step(&back, None).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(browser.step(&back, None).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refusals_and_wrong_nonces_end_in_words() {
    let world = World::start().await;
    let mut browser = world.browser();
    *world.issuer.refuse_with.lock().unwrap() = Some("access_denied");
    assert!(browser.open("/sign-in").await.has("You said no."));
    *world.issuer.refuse_with.lock().unwrap() = Some("temporarily_unavailable");
    let page = browser.open("/sign-in").await;
    assert!(page.has("temporarily_unavailable") && page.has("id=\"error\""));
    *world.issuer.refuse_with.lock().unwrap() = None;
    *world.issuer.wrong_nonce.lock().unwrap() = true;
    let page = browser.open("/sign-in").await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.has("nonce"), "{}", page.html);
}

#[tokio::test]
async fn keys_may_rotate_at_any_time() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.open("/sign-in").await;
    world.issuer.rotate("key-2");
    let page = browser.open("/sign-in").await;
    assert!(page.has("Hello, Ada."), "{}", page.html);
}

#[tokio::test]
async fn without_an_issuer_the_page_says_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let url = format!("http://localhost:{}", port(&listener));
    let issuer = format!("http://localhost:{}", port(&nobody));
    drop(nobody);
    serve_demo(listener, &issuer, &url).await;
    let page = Browser::new(&url).open("/sign-in").await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.has(&format!("Could not reach the issuer at {issuer}")), "{}", page.html);
    assert!(page.has("chancery dev"));
}

#[tokio::test]
async fn pages_are_locked_down_and_have_one_name() {
    let world = World::start().await;
    let url = &world.config.public_url;
    let mut browser = world.browser();
    let response = browser.step(&format!("{url}/"), None).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let by_number = url.replace("localhost", "127.0.0.1");
    let response = browser.step(&format!("{by_number}/sign-in"), None).await;
    assert_eq!(response.headers()[header::LOCATION], format!("{url}/sign-in"));
    assert_eq!(browser.open("/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.open("/refresh").await.status, StatusCode::METHOD_NOT_ALLOWED);
}
