//! What every page promises: to automation, to the Content-Security-Policy, and to people.

use std::sync::Arc;

use messages::Locale;

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\u{202E}\"'&";

fn frame() -> Frame {
    Frame {
        texts: Locale::default(),
        theme: Arc::new(Theme::default()),
        client_css: None,
        base: "/base".to_owned(),
        request_id: "the-request".to_owned(),
        here: Some("/base/login?request=sealed".to_owned()),
    }
}

fn app(name: &str) -> AppView {
    AppView {
        name: name.to_owned(),
        host: "shop.example.test".to_owned(),
        logo: None,
        policy_uri: Some("https://shop.example.test/privacy".to_owned()),
        tos_uri: Some("javascript:alert(1)".to_owned()),
    }
}

fn account(name: &str) -> AccountView {
    AccountView { name: name.to_owned(), username: "ada".to_owned() }
}

fn login(name: &str) -> LoginPage<'static> {
    LoginPage {
        frame: frame(),
        request: Some("sealed"),
        username: "",
        error: None,
        app: Some(app(name)),
        reauthenticate: None,
        switch: None,
        upstream: UpstreamOffer::default(),
        action: "/base/login",
        passkey: None,
        passkey_action: "/base/login/passkey",
        ways: Ways::default(),
        done: None,
    }
}

fn consent(name: &str) -> ConsentPage<'static> {
    let group = ScopeGroup {
        resource_name: name.to_owned(),
        host: "api.example.test".to_owned(),
        items: vec![ScopeItem { text: name.to_owned() }],
    };
    ConsentPage { frame: frame(), request: "sealed", app: app(name), account: account(name), scopes: vec![group] }
}

/// Every page, with that name wherever a name stands.
fn pages(name: &str) -> Vec<String> {
    let fields = [("state".to_owned(), name.to_owned())];
    let link = Link { href: "https://shop.example.test/".to_owned(), text: frame().texts.signed_out_continue(name) };
    let error = Some(frame().texts.sign_in_error_wrong());
    let select = SelectAccountPage { frame: frame(), request: "sealed", account: account(name), app: Some(app(name)) };
    let logout = LogoutPage { frame: frame(), fields: fields.to_vec(), app: Some(app(name)), account: account(name) };
    let problem = ErrorPage::new(frame(), Problem::RedirectUri).with_detail(name);
    let all = [
        login(name).render(),
        LoginPage { username: "ada", error, ..login(name) }.render(),
        LoginPage { reauthenticate: Some("ada"), switch: Some("/base/login/account"), ..login(name) }.render(),
        select.render(),
        consent(name).render(),
        logout.render(),
        SignedOutPage { frame: frame(), continue_to: Some(link) }.render(),
        HomePage { frame: frame(), account: Some(account(name)) }.render(),
        HomePage { frame: frame(), account: None }.render(),
        problem.render(),
        FormPostPage { frame: frame(), action: "https://shop.example.test/callback", fields: &fields }.render(),
    ];
    all.into_iter().collect::<Result<_, _>>().expect("pages that render")
}

#[test]
fn every_page_is_whole_and_has_nothing_inline() {
    for page in pages("Shop") {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"), "{page:.80}");
        assert_eq!(page.matches("<h1>").count(), 1, "{page}");
        assert!(page.contains(" · Chancery</title>"), "{page}");
        assert!(page.contains("href=\"/base/static/chancery.css?v="), "{page}");
        for inline in ["<style", " style=", "<script>", " onclick=", " onload=", " onsubmit="] {
            assert!(!page.contains(inline), "{inline} in {page}");
        }
    }
}

#[test]
fn names_are_only_names() {
    for page in pages(HOSTILE) {
        assert!(!page.contains("<script>"), "{page}");
        assert!(!page.contains("javascript:"), "{page}");
        assert!(!page.contains("logo.png"), "{page}");
    }
    let page = consent(HOSTILE).render().expect("a page");
    assert!(
        page.contains("<h1>Allow <bdi>&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;</bdi> to use"),
        "{page}"
    );
}

#[test]
fn a_language_is_chosen_where_that_changes_something() {
    let page = login("Shop").render().expect("a page");
    assert!(page.contains("<form method=\"post\" action=\"/base/language\">"), "{page}");
    assert!(page.contains("<input type=\"hidden\" name=\"back\" value=\"/base/login?request=sealed\">"), "{page}");
    for locale in Locale::all() {
        let (tag, name) = (locale.tag(), locale.language_name());
        assert!(
            page.contains(&format!("value=\"{tag}\" lang=\"{tag}\"")) && page.contains(&format!(">{name}</button>"))
        );
    }
    assert_eq!(page.matches("aria-current=\"true\"").count(), 1, "{page}");
    let page = LoginPage { frame: Frame { here: None, ..frame() }, ..login("Shop") }.render().expect("a page");
    assert!(!page.contains("/base/language"), "{page}");
}

#[test]
fn every_page_speaks_every_language() {
    for locale in Locale::all() {
        let frame = Frame { texts: locale, ..frame() };
        let heading = locale.sign_in_heading().to_string();
        let page = LoginPage { frame, ..login("Shop") }.render().expect("a page");
        assert!(page.contains(&format!("<html lang=\"{}\" dir=\"ltr\">", locale.tag())), "{page:.80}");
        assert!(page.contains(&format!("<h1>{heading}</h1>")), "{page}");
    }
}

#[test]
fn a_theme_brings_its_stylesheet_and_its_logo() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
    let look = Look { service: "Example".to_owned(), logo: Some(svg), accent: "#5b21b6".to_owned(), ..Look::default() };
    let theme = Arc::new(Theme::new(&look).expect("a theme"));
    let page = LoginPage { frame: Frame { theme, ..frame() }, ..login("Shop") }.render().expect("a page");
    assert!(page.contains("href=\"/base/theme.css?v=") && page.contains("src=\"/base/theme/logo?v="), "{page}");
    assert!(page.contains("alt=\"Example\"") && !page.contains("seal.svg"), "{page}");
}

#[test]
fn an_app_has_its_picture_or_its_initial() {
    let page = login("Shop").render().expect("a page");
    assert!(page.contains("<span class=\"mark mark-app\" aria-hidden=\"true\">S</span>"), "{page}");
    let logo = Some("/base/client-logo/shop?v=1".to_owned());
    let app = Some(AppView { logo, ..app("Shop") });
    let page = LoginPage { app, ..login("Shop") }.render().expect("a page");
    assert!(page.contains("<img class=\"mark-app\" src=\"/base/client-logo/shop?v=1\" alt=\"\""), "{page}");
}

#[test]
fn automation_finds_its_ids() {
    let page = login("Shop").render().expect("a page");
    for id in ["username", "password", "login-submit"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("<h1>Sign in</h1>"), "{page}");
    assert!(page.contains("<input type=\"hidden\" name=\"request\" value=\"sealed\">"), "{page}");
    let page = consent("Shop").render().expect("a page");
    for (id, choice) in [("consent-allow", "allow"), ("consent-deny", "deny"), ("consent-switch", "switch")] {
        assert!(page.contains(&format!("id=\"{id}\" type=\"submit\" name=\"choice\" value=\"{choice}\"")), "{page}");
    }
    let page =
        LogoutPage { frame: frame(), fields: vec![], app: None, account: account("Ada") }.render().expect("a page");
    assert!(page.contains("id=\"logout-confirm\""), "{page}");
    let page = SignedOutPage { frame: frame(), continue_to: None }.render().expect("a page");
    assert!(page.contains("<h1>Signed out</h1>"), "{page}");
}

#[test]
fn an_error_is_tied_to_its_fields_and_takes_the_focus() {
    let plain = login("Shop").render().expect("a page");
    assert!(!plain.contains("aria-invalid"), "{plain}");
    assert_eq!(plain.matches(" autofocus").count(), 1, "{plain}");
    let error = Some(frame().texts.sign_in_error_wrong());
    let page = LoginPage { username: "ada", error, ..login("Shop") }.render().expect("a page");
    assert_eq!(page.matches("aria-invalid=\"true\" aria-describedby=\"login-error\"").count(), 2, "{page}");
    assert_eq!(page.matches(" autofocus").count(), 1, "{page}");
    assert!(page.contains("id=\"login-error\" tabindex=\"-1\" autofocus"), "{page}");
    let error = Some(frame().texts.sign_in_error_unavailable());
    let page = LoginPage { username: "ada", error, ..login("Shop") }.render().expect("a page");
    assert!(!page.contains("aria-invalid"), "{page}");
    assert_eq!(page.matches("aria-describedby=\"login-error\"").count(), 2, "{page}");
}

#[test]
fn one_who_must_confirm_cannot_become_another() {
    let page =
        LoginPage { reauthenticate: Some("ada"), username: "mallory", ..login("Shop") }.render().expect("a page");
    assert!(page.contains("value=\"ada\" readonly"), "{page}");
    assert!(!page.contains("mallory"), "{page}");
}

#[test]
fn a_problem_names_its_request_and_its_status() {
    let page = ErrorPage::new(frame(), Problem::Unavailable);
    assert_eq!(page.status, http::StatusCode::SERVICE_UNAVAILABLE);
    let html = page.render().expect("a page");
    assert!(html.contains("<dd id=\"request-id\"><code>the-request</code></dd>"), "{html}");
    assert!(!html.contains("error-detail"), "{html}");
}

#[test]
fn an_answer_names_where_it_goes() {
    for (action, host) in [
        ("https://shop.example.test/callback?x=y", "shop.example.test"),
        ("http://127.0.0.1:8123/", "127.0.0.1"),
        ("com.example.app:/callback", "com.example.app"),
    ] {
        let page = FormPostPage { frame: frame(), action, fields: &[] };
        assert_eq!(page.host(), host);
    }
}
