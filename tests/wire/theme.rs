//! How the pages look: the operator's theme, and the pictures of apps.

use std::time::Duration;

use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::harness::{World, json, run, until};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

#[test]
fn a_theme_is_a_few_tokens() {
    run(async {
        let logo = tempfile::NamedTempFile::with_suffix(".svg").unwrap();
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        std::fs::write(logo.path(), svg).unwrap();
        let world = World::builder()
            .setting("theme", "service", "\"Example <ID>\"")
            .setting("theme", "accent", "\"#6d28d9\"")
            .setting("theme", "corner", "4")
            .setting("theme", "logo", format!("{:?}", logo.path().display().to_string()))
            .start()
            .await;
        let page = world.browser().open(&world.url("/login")).await.page();
        let html = page.reply.text();
        assert!(html.contains("· Example &#60;ID&#62;</title>"), "{html}");
        let address = |begin: &str| {
            let at = html.find(begin).unwrap_or_else(|| panic!("no {begin} in {html}"));
            html[at..].split('"').next().unwrap().to_owned()
        };
        let css = world.get(&address("/theme.css?v=")).send().await;
        assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(css.text().contains("--accent: #6d28d9;") && css.text().contains("--corner: 4px;"), "{}", css.text());
        let picture = world.get(&address("/theme/logo?v=")).send().await;
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")));
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
        let policy = picture.header("content-security-policy").unwrap();
        assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("allow-scripts"), "{policy}");
    });
}

#[test]
fn without_a_theme_there_is_nothing_to_load() {
    run(async {
        let world = World::shared().await;
        for path in ["/theme.css", "/theme/logo"] {
            assert_eq!(world.get(path).send().await.status, 404, "{path}");
        }
    });
}

/// An app looks as it wishes on the pages of its own requests, and nowhere else.
#[test]
fn an_app_changes_a_few_tokens_of_its_own_pages() {
    run(async {
        let world = World::shared().await;
        let theme = json!({ "accent": "#5b21b6", "corner": 3 });
        let client = world.add_client("house", json!({ "theme": theme })).await;
        let mut browser = world.browser();
        let page = world.flow(&client).scope("openid").begin(&mut browser).await.page().reply.text();
        let begin = "/client-theme/";
        let at = page.find(begin).unwrap_or_else(|| panic!("no {begin} in {page}"));
        let css = world.get(page[at..].split('"').next().unwrap()).send().await;
        assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(css.text().contains("--accent: #5b21b6;") && css.text().contains("--corner: 3px;"), "{}", css.text());
        let plain = world.flow(&world.client("house")).scope("openid").begin(&mut world.browser()).await.page();
        assert!(!plain.reply.text().contains(begin));
        assert!(!world.browser().open(&world.url("/login")).await.page().reply.text().contains(begin));
        assert_eq!(world.get("/client-theme/house").send().await.status, 404);
        assert_eq!(world.get("/client-theme/nobody-knows").send().await.status, 404);
        for wrong in [json!({ "accent": "red" }), json!({ "corner": 99 }), json!({ "color": "#5b21b6" })] {
            let mut registration = client.registration.clone();
            registration["theme"] = wrong.clone();
            let refused = world.home.apply(&json!({ "client": [registration] })).await;
            assert_ne!(refused.code, Some(0), "{wrong}");
        }
        world.command(["client", "disable", &client.id]).await.ok();
        let gone =
            async || (world.get(&format!("/client-theme/{}", client.id)).send().await.status == 404).then_some(());
        until("the stylesheet is gone", Duration::from_secs(3), gone).await;
    });
}

/// A server that gives that answer to everybody.
async fn pictures(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    server
}

async fn fetched(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[test]
fn the_picture_of_an_app_comes_from_us() {
    run(async {
        let world = World::shared().await;
        // What its server calls it does not count.
        let answer = ResponseTemplate::new(200).set_body_raw(PNG, "text/html").set_delay(Duration::from_millis(50));
        let server = pictures(answer).await;
        let client = world.add_client("house", json!({ "logo_uri": format!("{}/logo", server.uri()) })).await;
        let flow = world.flow(&client).scope("openid");
        let show = async || flow.begin(&mut world.browser()).await.page().reply.text();
        // Nobody waits for it.
        let first = show().await;
        assert!(first.contains("mark mark-app") && !first.contains("client-logo"), "{first}");
        let html = until("the picture is there", Duration::from_secs(10), async || {
            Some(show().await).filter(|html| html.contains("client-logo"))
        })
        .await;
        assert_eq!(fetched(&server).await, 1);
        assert!(!html.contains(&server.uri()), "never from elsewhere: {html}");
        let address = html[html.find("/client-logo/").unwrap()..].split('"').next().unwrap().to_owned();
        let picture = world.get(&address).send().await;
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
        assert_eq!(picture.header("content-security-policy").unwrap().split(';').next(), Some("sandbox"));
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
        // The other instance fetches it when it is asked for it.
        assert_eq!(world.call_at(1, "GET", &address).send().await.status, 200);
        assert_eq!(fetched(&server).await, 2);
    });
}

#[test]
fn many_who_ask_at_once_make_one_fetch() {
    run(async {
        let world = World::shared().await;
        let answer = ResponseTemplate::new(200).set_body_raw(PNG, "image/png").set_delay(Duration::from_millis(200));
        let server = pictures(answer).await;
        let client = world.add_client("house", json!({ "logo_uri": format!("{}/logo", server.uri()) })).await;
        let path = format!("/client-logo/{}", client.id);
        let ask = async || world.get(&path).send().await.status;
        let statuses = futures_util::future::join_all((0..20).map(|_| ask())).await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        assert_eq!(fetched(&server).await, 1);
    });
}

#[test]
fn what_is_no_picture_is_not_shown_and_not_asked_for_again() {
    run(async {
        let world = World::shared().await;
        let large = [PNG, &vec![0; 256 * 1024]].concat();
        for (name, answer) in [
            (
                "SVG",
                ResponseTemplate::new(200).set_body_raw("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            ),
            ("HTML", ResponseTemplate::new(200).set_body_raw("<script>alert(1)</script>", "image/png")),
            ("too large", ResponseTemplate::new(200).set_body_raw(large, "image/png")),
            ("missing", ResponseTemplate::new(404).set_body_raw(PNG, "image/png")),
            ("elsewhere", ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/")),
        ] {
            let server = pictures(answer).await;
            let client = world.add_client("house", json!({ "logo_uri": format!("{}/logo", server.uri()) })).await;
            let path = format!("/client-logo/{}", client.id);
            for _ in 0..5 {
                assert_eq!(world.get(&path).send().await.status, 404, "{name}");
            }
            assert_eq!(fetched(&server).await, 1, "{name}");
            let page = world.flow(&client).scope("openid").begin(&mut world.browser()).await.page().reply.text();
            assert!(page.contains("mark mark-app") && !page.contains("client-logo"), "{name}: {page}");
        }
    });
}

#[test]
fn strangers_make_us_fetch_nothing() {
    run(async {
        let world = World::shared().await;
        for path in
            ["unknown", "house", "https:%2F%2Fevil.example.test%2Fx.png", "..%2F..%2Fetc%2Fpasswd", "%00", "%ff"]
        {
            let reply = world.get(&format!("/client-logo/{path}")).send().await;
            assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
        }
        let guarded = World::builder().setting("outbound", "allowed_networks", "[]").start().await;
        let server = pictures(ResponseTemplate::new(200).set_body_raw(PNG, "image/png")).await;
        let client = guarded.add_client("house", json!({ "logo_uri": format!("{}/logo", server.uri()) })).await;
        assert_eq!(guarded.get(&format!("/client-logo/{}", client.id)).send().await.status, 404);
        assert_eq!(fetched(&server).await, 0, "a private address was reached");
    });
}
