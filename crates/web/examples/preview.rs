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
    AccountView, AppView, ConsentPage, EnrollPage, ErrorPage, FilledView, FormPostPage, Frame, HomePage, Link,
    LinkPage, LoginPage, LogoutPage, Look, MailAskPage, MailSentPage, NewPasswordPage, NotePage, PasskeyOfferPage,
    PasskeyView, Problem, ScopeGroup, ScopeItem, SecondFactor, SelectAccountPage, SignUpPage, SignedOutPage, Theme,
    TotpSetupView, VerifyPage, Ways,
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
    let pages = [
        sign_in(),
        factors(),
        accounts(),
        account::pages(),
        consent(),
        leaving(),
        problems(),
        languages(),
        blocks(),
        mail(),
        by_link(),
    ];
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
        client_css: None,
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
        upstream: web::pages::view::UpstreamOffer::default(),
        action: "/login",
        passkey: Some(passkey(false)),
        passkey_action: "/login/passkey",
        ways: ways(),
        done: None,
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
        ("login-no-passkeys", LoginPage { passkey: None, ..page() }.render()),
        ("login-passkey-unknown", LoginPage { error: Some(texts.passkey_error_unknown()), ..page() }.render()),
        ("login-done", LoginPage { done: Some(texts.sign_in_password_changed()), ..page() }.render()),
        ("login-plain", LoginPage { ways: Ways::default(), ..page() }.render()),
        ("login-long", LoginPage { app: Some(long_app()), username: LONG, ..page() }.render()),
    ]
}

/// What a browser is asked. The forms around it are seen where the pages come from `http://localhost`.
fn passkey(creates: bool) -> PasskeyView {
    let options = if creates {
        r#"{"publicKey":{"rp":{"name":"Chancery","id":"localhost"},"user":{"id":"YWRh","name":"ada","displayName":"Ada"},
            "challenge":"AAAA","pubKeyCredParams":[{"type":"public-key","alg":-7}]}}"#
    } else {
        r#"{"publicKey":{"challenge":"AAAA","rpId":"localhost","userVerification":"required"}}"#
    };
    PasskeyView { options: options.to_owned(), sealed: "sealed".to_owned() }
}

/// One more factor, and setting factors up.
fn factors() -> Pages {
    let texts = Locale::default();
    let verify = |chosen, others: &[SecondFactor]| VerifyPage {
        frame: frame(),
        request: "sealed",
        action: "/login/verify",
        chosen,
        others: others.iter().map(|other| (*other, "/login/verify".to_owned())).collect(),
        passkey: (chosen == Some(SecondFactor::Passkey)).then(|| passkey(false)),
        error: None,
        app: Some(shop()),
        account: ada(),
    };
    let enroll = |totp| EnrollPage {
        frame: frame(),
        request: "sealed",
        action: "/login/enroll",
        totp,
        error: None,
        passkey: Some(passkey(true)),
        passkey_error: None,
        app: Some(shop()),
        account: ada(),
    };
    let totp = || TotpSetupView {
        sealed: "sealed".to_owned(),
        text: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned(),
        uri: "otpauth://totp/".to_owned(),
        qr: "static/seal.svg".to_owned(),
    };
    let offer = || PasskeyOfferPage {
        frame: frame(),
        request: "sealed",
        action: "/login/passkey-offer",
        passkey: passkey(true),
        error: None,
        account: ada(),
    };
    let (key, app, code) = (SecondFactor::Passkey, SecondFactor::Totp, SecondFactor::Recovery);
    vec![
        ("verify-passkey", verify(Some(key), &[app, code]).render()),
        ("verify-passkey-alone", verify(Some(key), &[]).render()),
        (
            "verify-passkey-refused",
            VerifyPage { error: Some(texts.passkey_error_refused()), ..verify(Some(key), &[code]) }.render(),
        ),
        ("verify-app", verify(Some(app), &[key, code]).render()),
        ("verify-recovery", verify(Some(code), &[key]).render()),
        ("verify-nothing", verify(None, &[]).render()),
        ("enroll", enroll(Some(totp())).render()),
        ("enroll-passkey", enroll(None).render()),
        (
            "enroll-passkey-refused",
            EnrollPage { passkey_error: Some(texts.passkey_error_create()), ..enroll(Some(totp())) }.render(),
        ),
        ("enroll-no-passkeys", EnrollPage { passkey: None, ..enroll(Some(totp())) }.render()),
        ("passkey-offer", offer().render()),
        ("passkey-offer-refused", PasskeyOfferPage { error: Some(texts.passkey_error_create()), ..offer() }.render()),
    ]
}

fn ways() -> Ways {
    let to = |path: &str| Some(format!("{path}?request=sealed"));
    Ways { reset: to("/reset"), mail_code: to("/login/code"), sign_up: to("/sign-up") }
}

const LONG_ADDRESS: &str = "johann.sebastian.mastropiero.of.the.royal.telegraph.company@a-department.example.test";

/// Asking for a mail, and what is said afterwards.
fn mail() -> Pages {
    let texts = Locale::default();
    let back = || Link { href: "/login".to_owned(), text: texts.by_mail_back() };
    let ask = || MailAskPage {
        frame: frame(),
        heading: texts.mail_code_heading(),
        lede: texts.mail_code_lede(),
        app: Some(shop()),
        request: "sealed",
        action: "/login/code",
        field: "username",
        label: texts.by_mail_name(),
        value: "ada",
        fixed: false,
        error: None,
        submit: texts.mail_code_send(),
        back: back(),
    };
    let sent = || MailSentPage {
        frame: frame(),
        heading: texts.mail_code_sent_heading(),
        lede: texts.mail_code_sent_lede("ada@example.test"),
        app: Some(shop()),
        request: "sealed",
        sent: "sealed",
        action: "/login/code",
        code: true,
        error: None,
        field: "username",
        typed: "ada@example.test",
        back: back(),
    };
    let sign_up = || MailAskPage {
        heading: texts.sign_up_heading(),
        lede: texts.sign_up_lede("Shop"),
        field: "email",
        label: texts.sign_up_email(),
        value: "",
        submit: texts.sign_up_send(),
        back: Link { href: "/login".to_owned(), text: texts.sign_up_have_account() },
        ..ask()
    };
    vec![
        ("mail-code", ask().render()),
        ("mail-code-again", MailAskPage { fixed: true, app: None, ..ask() }.render()),
        ("mail-code-missing", MailAskPage { value: "", error: Some(texts.by_mail_error_missing()), ..ask() }.render()),
        ("mail-code-sent", sent().render()),
        ("mail-code-wrong", MailSentPage { error: Some(texts.mail_code_error()), ..sent() }.render()),
        (
            "reset",
            MailAskPage {
                heading: texts.reset_heading(),
                lede: texts.reset_lede(),
                submit: texts.reset_send(),
                ..ask()
            }
            .render(),
        ),
        (
            "reset-sent",
            MailSentPage {
                heading: texts.by_mail_sent_heading(),
                lede: texts.reset_sent_lede(LONG_ADDRESS),
                code: false,
                ..sent()
            }
            .render(),
        ),
        ("sign-up", sign_up().render()),
        (
            "sign-up-domain",
            MailAskPage { value: LONG_ADDRESS, error: Some(texts.sign_up_error_domain()), ..sign_up() }.render(),
        ),
        (
            "sign-up-sent",
            MailSentPage {
                heading: texts.by_mail_sent_heading(),
                lede: texts.sign_up_sent_lede("ada@example.test"),
                code: false,
                back: Link { href: "/login".to_owned(), text: texts.sign_up_have_account() },
                ..sent()
            }
            .render(),
        ),
    ]
}

/// Where links in mails lead, and one's own address.
fn by_link() -> Pages {
    let texts = Locale::default();
    let link = || LinkPage {
        frame: frame(),
        heading: texts.verify_email_heading(),
        lede: texts.verify_email_lede("ada@example.test"),
        link: "sealed",
        action: "/verify-email",
        submit: texts.verify_email_submit(),
    };
    let note = |heading, lede, next| NotePage { frame: frame(), heading, lede, next };
    let next = |text| Some(Link { href: "/".to_owned(), text });
    let password = || NewPasswordPage { frame: frame(), link: "sealed", action: "/reset", account: ada(), error: None };
    let form = |filled| SignUpPage {
        frame: frame(),
        link: "sealed",
        action: "/sign-up/confirm",
        address: "ada@example.test",
        filled,
    };
    vec![
        ("link-verify", link().render()),
        ("link-verify-new", LinkPage { lede: texts.verify_new_email_lede(LONG_ADDRESS, "Example"), ..link() }.render()),
        (
            "link-sign-in",
            LinkPage {
                heading: texts.sign_in_heading(),
                lede: texts.sign_in_link_lede("Example"),
                submit: texts.sign_in_submit(),
                ..link()
            }
            .render(),
        ),
        ("link-elsewhere", note(texts.link_elsewhere_heading(), texts.link_elsewhere_message(), None).render()),
        (
            "link-over",
            note(texts.link_over_heading(), texts.link_over_message(), next(texts.link_over_again())).render(),
        ),
        ("link-again", note(texts.link_again_heading(), texts.link_again_message(), None).render()),
        (
            "verify-done",
            note(
                texts.verify_email_done_heading(),
                texts.verify_email_done_lede("ada@example.test"),
                next(texts.verify_email_next()),
            )
            .render(),
        ),
        (
            "verify-taken",
            note(
                texts.verify_email_taken_heading(),
                texts.verify_email_taken_message(LONG_ADDRESS),
                next(texts.verify_email_next()),
            )
            .render(),
        ),
        (
            "sign-up-taken",
            note(texts.sign_up_taken_heading(), texts.sign_up_taken_message(), next(texts.home_sign_in())).render(),
        ),
        ("new-password", password().render()),
        (
            "new-password-weak",
            NewPasswordPage {
                error: Some(texts.new_password_error_guessable()),
                account: long_account(),
                ..password()
            }
            .render(),
        ),
        ("sign-up-form", form(FilledView { username: "ada".to_owned(), ..FilledView::default() }).render()),
        (
            "sign-up-form-wrong",
            form(FilledView {
                username: "a b".to_owned(),
                name: LONG.to_owned(),
                username_error: Some(texts.sign_up_error_username()),
                name_error: Some(texts.sign_up_error_name()),
                password_error: Some(texts.new_password_error_own()),
            })
            .render(),
        ),
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
        passkey: Some(passkey(false)),
        passkey_action: "/login/passkey",
        upstream: web::pages::view::UpstreamOffer::default(),
        ways: ways(),
        done: None,
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
        ("error-throttled", page(Problem::Throttled(std::time::Duration::from_secs(300))).render()),
        ("error-unavailable", page(Problem::Unavailable).render()),
        ("error-internal", page(Problem::Internal).render()),
    ]
}
