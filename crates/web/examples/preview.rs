//! Writes every page in every state to a folder, to be looked at: `cargo run -p web --example preview [FOLDER]`.
//! The folder is `target/preview` unless named.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use askama::Template;
use messages::{Locale, Text};
use web::pages::view::{
    AccountView, AppView, ConsentPage, ErrorPage, FormPostPage, Frame, HomePage, Link, LoginPage, LogoutPage, Look,
    Problem, ScopeGroup, ScopeItem, SelectAccountPage, SignedOutPage, Theme,
};

#[path = "preview/account.rs"]
mod account;

const LONG: &str = "Königlich Preußische Telegraphenbauanstaltsverwaltungsgesellschaft für drahtlose Nachrichten";
const LONG_HOST: &str = "a-very-long-subdomain-that-nobody-would-choose.of-a-department.of-a-company.example.test";

/// Every building block, to be copied. Its markup is in `style_guide.html` beside this file.
#[derive(Debug, Template)]
#[template(path = "style_guide.html")]
struct StyleGuide {
    frame: Frame,
}

impl StyleGuide {
    fn heading(&self) -> Text {
        Text::verbatim("Style guide")
    }
}

type Pages = Vec<(&'static str, Result<String, askama::Error>)>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("target/preview"), PathBuf::from);
    fs::create_dir_all(folder.join("static"))?;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static"))? {
        let file = file?;
        fs::copy(file.path(), folder.join("static").join(file.file_name()))?;
    }
    if let Some(sheet) = themed().stylesheet() {
        fs::write(folder.join("theme.css"), &sheet.content)?;
    }
    let pages = [sign_in(), accounts(), account::pages(), consent(), leaving(), problems(), languages(), blocks()];
    for (name, page) in pages.into_iter().flatten() {
        fs::write(folder.join(format!("{name}.html")), page?)?;
    }
    Ok(())
}

/// Links to static files are relative, so that the pages open from the folder.
fn frame() -> Frame {
    Frame {
        texts: Locale::default(),
        theme: Arc::new(Theme::default()),
        base: ".".to_owned(),
        request_id: "0193a7c2-5f1e-7c44-9d0b-3f6b2a1e8c55".to_owned(),
        here: Some("/login?request=sealed".to_owned()),
    }
}

fn shop() -> AppView {
    AppView {
        name: "Shop".to_owned(),
        host: "shop.example.test".to_owned(),
        policy_uri: Some("https://shop.example.test/privacy".to_owned()),
        tos_uri: Some("https://shop.example.test/terms".to_owned()),
        logo: None,
    }
}

fn long_app() -> AppView {
    AppView { name: LONG.to_owned(), host: LONG_HOST.to_owned(), ..AppView::default() }
}

fn ada() -> AccountView {
    AccountView { name: "Ada Lovelace".to_owned(), username: "ada".to_owned() }
}

fn unnamed() -> AccountView {
    AccountView { name: "grace".to_owned(), username: "grace".to_owned() }
}

fn long_account() -> AccountView {
    AccountView { name: format!("{LONG} {LONG}"), username: "a".repeat(120) }
}

fn sign_in() -> Pages {
    let texts = Locale::default();
    let page = || LoginPage {
        frame: frame(),
        request: Some("sealed"),
        username: "",
        error: None,
        app: Some(shop()),
        reauthenticate: None,
        switch: None,
        action: "/login",
        passkey: None,
        passkey_action: "/login/passkey",
    };
    vec![
        ("login", page().render()),
        ("login-alone", LoginPage { app: None, request: None, ..page() }.render()),
        ("login-hint", LoginPage { username: "ada", ..page() }.render()),
        ("login-wrong", LoginPage { username: "ada", error: Some(texts.sign_in_error_wrong()), ..page() }.render()),
        ("login-again", LoginPage { reauthenticate: Some("ada"), switch: Some("/login/account"), ..page() }.render()),
        (
            "login-again-busy",
            LoginPage {
                reauthenticate: Some("ada"),
                error: Some(texts.sign_in_error_unavailable()),
                app: None,
                ..page()
            }
            .render(),
        ),
        ("login-long", LoginPage { app: Some(long_app()), username: LONG, ..page() }.render()),
    ]
}

fn accounts() -> Pages {
    let page = || SelectAccountPage { frame: frame(), request: "sealed", account: ada(), app: Some(shop()) };
    vec![
        ("select", page().render()),
        ("select-alone", SelectAccountPage { app: None, account: unnamed(), ..page() }.render()),
        ("select-long", SelectAccountPage { app: Some(long_app()), account: long_account(), ..page() }.render()),
        ("home", HomePage { frame: frame(), account: Some(ada()) }.render()),
        ("home-signed-out", HomePage { frame: frame(), account: None }.render()),
    ]
}

/// The sign-in page in every language: the longest words must fit, too.
fn languages() -> Pages {
    let names = ["login-de", "login-en", "login-es", "login-fr", "login-zh-Hans"];
    let page = |texts: Locale| LoginPage {
        frame: Frame { texts, ..frame() },
        request: Some("sealed"),
        username: "ada",
        error: Some(texts.sign_in_error_wrong()),
        app: Some(shop()),
        reauthenticate: None,
        switch: None,
        action: "/login",
        passkey: None,
        passkey_action: "/login/passkey",
    };
    let mut pages: Pages =
        names.into_iter().zip(Locale::all()).map(|(name, locale)| (name, page(locale).render())).collect();
    pages.push((
        "login-themed",
        LoginPage { frame: Frame { theme: themed(), ..frame() }, error: None, ..page(Locale::default()) }.render(),
    ));
    pages
}

fn blocks() -> Pages {
    vec![
        ("style-guide", StyleGuide { frame: frame() }.render()),
        ("style-guide-themed", StyleGuide { frame: Frame { theme: themed(), ..frame() } }.render()),
    ]
}

/// Another accent, corner and font. Its stylesheet is written beside the pages.
fn themed() -> Arc<Theme> {
    let look = Look {
        service: "Example".to_owned(),
        accent: "#6d28d9".to_owned(),
        corner: Some(4),
        heading_font: "system".to_owned(),
        ..Look::default()
    };
    Arc::new(Theme::new(&look).expect("colors that can be read"))
}

fn group(name: &str, host: &str, items: &[&str]) -> ScopeGroup {
    ScopeGroup {
        resource_name: name.to_owned(),
        host: host.to_owned(),
        items: items.iter().map(|text| ScopeItem { text: (*text).to_owned() }).collect(),
    }
}

fn consent() -> Pages {
    let texts = Locale::default();
    let identity = |scopes: &[&str]| {
        let items: Vec<String> =
            scopes.iter().filter_map(|scope| texts.identity_scope(scope)).map(String::from).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        group(&texts.consent_identity_group().to_string(), "accounts.example.test", &items)
    };
    let page = |scopes| ConsentPage { frame: frame(), request: "sealed", app: shop(), account: ada(), scopes };
    let api = group("Example API", "api.example.test", &["Read your things", "Change your things"]);
    let long = group(LONG, LONG_HOST, &[&format!("{LONG} {LONG}"), "Read"]);
    vec![
        ("consent", page(vec![identity(&["openid", "profile", "email"]), api]).render()),
        ("consent-one", ConsentPage { account: unnamed(), ..page(vec![identity(&["openid"])]) }.render()),
        (
            "consent-long",
            ConsentPage {
                app: long_app(),
                account: long_account(),
                ..page(vec![
                    identity(&["openid", "profile", "email", "address", "phone", "offline_access"]),
                    long.clone(),
                    long,
                ])
            }
            .render(),
        ),
    ]
}

fn leaving() -> Pages {
    let texts = Locale::default();
    let fields = vec![("state".to_owned(), "sealed".to_owned())];
    let link = || Link { href: "https://shop.example.test/".to_owned(), text: texts.signed_out_continue("Shop") };
    let answer = [("code".to_owned(), "ac_secret".to_owned()), ("state".to_owned(), "xyz".to_owned())];
    vec![
        ("logout", LogoutPage { frame: frame(), fields: fields.clone(), app: None, account: ada() }.render()),
        ("logout-app", LogoutPage { frame: frame(), fields, app: Some(shop()), account: unnamed() }.render()),
        ("signed-out", SignedOutPage { frame: frame(), continue_to: None }.render()),
        ("signed-out-continue", SignedOutPage { frame: frame(), continue_to: Some(link()) }.render()),
        (
            "form-post",
            FormPostPage { frame: frame(), action: "https://shop.example.test/callback", fields: &answer }.render(),
        ),
    ]
}

fn problems() -> Pages {
    let page = |problem| ErrorPage::new(frame(), problem);
    vec![
        (
            "error-redirect-uri",
            page(Problem::RedirectUri)
                .with_detail("invalid_request: redirect_uri is not registered for this client")
                .render(),
        ),
        (
            "error-invalid-request",
            page(Problem::InvalidRequest).with_detail("invalid_request: state is repeated").render(),
        ),
        ("error-unknown-client", page(Problem::UnknownClient).render()),
        ("error-expired", page(Problem::Expired).render()),
        ("error-other-browser", page(Problem::OtherBrowser).render()),
        ("error-used", page(Problem::Used).render()),
        ("error-logout-request", page(Problem::LogoutRequest).render()),
        ("error-forged", page(Problem::Forged).render()),
        ("error-not-found", page(Problem::NotFound).render()),
        ("error-method", page(Problem::Method).render()),
        ("error-too-large", page(Problem::TooLarge).render()),
        ("error-unavailable", page(Problem::Unavailable).render()),
        ("error-internal", page(Problem::Internal).render()),
    ]
}
