//! The pages of the account, with much in them and with nothing.

use askama::Template;
use messages::{Locale, Text};
use time::{Duration, OffsetDateTime};
use web::pages::view::{
    AccountView, PasskeyView, RecoveryCodesPage, TotpSetupView,
    account::{
        ActivityPage, AppsPage, CodesPage, ConnectedView, DataPage, DeletePage, DeletedPage, Done, EmailPage,
        FieldView, HappeningView, KeyView, LinkedPage, LinkedView, Me, PasskeyAddPage, PasskeyEditPage, PasswordPage,
        ProfileEditPage, ProfilePage, Room, SecurityPage, SessionView, SessionsPage, TotpPage, When,
    },
};

use super::{LONG, Pages, ada, frame, group, long_account, long_app, shop};

fn me(room: Room) -> Me {
    Me { account: ada(), room, token: "sealed".to_owned(), done: None }
}

fn done(room: Room, done: Done) -> Me {
    Me { done: Some(done), ..me(room) }
}

fn ago(hours: i64) -> When {
    When::of(OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) - Duration::hours(hours))
}

pub fn pages() -> Pages {
    [profile(), email(), security(), factors(), sessions(), apps(), activity(), data()].into_iter().flatten().collect()
}

fn profile() -> Pages {
    let texts = Locale::default();
    let values = |texts: Locale, name: &str| {
        vec![
            (texts.my_name(), name.to_owned()),
            (texts.my_given_name(), "Ada".to_owned()),
            (texts.my_family_name(), "Lovelace".to_owned()),
            (texts.my_nickname(), String::new()),
            (texts.my_locale(), "English".to_owned()),
            (texts.my_zoneinfo(), String::new()),
        ]
    };
    let page = || ProfilePage {
        frame: frame(),
        me: me(Room::Profile),
        username: "ada".to_owned(),
        email: Some(("ada@example.test".to_owned(), true)),
        change_email: Some("/account/email".to_owned()),
        values: values(texts, "Ada Lovelace"),
        edit: "/account/profile".to_owned(),
    };
    let german = Locale::tagged("de").unwrap_or_default();
    let field = |name, label, value: &str| FieldView {
        name,
        label,
        value: value.to_owned(),
        hint: None,
        error: None,
        autocomplete: "off",
        choices: Vec::new(),
    };
    let edit = |error: Option<Text>| ProfileEditPage {
        frame: frame(),
        me: me(Room::Profile),
        action: "/account/profile".to_owned(),
        back: "/account".to_owned(),
        fields: vec![
            field("name", texts.my_name(), "Ada Lovelace"),
            FieldView { error: error.clone(), ..field("nickname", texts.my_nickname(), LONG) },
            FieldView {
                choices: vec![(String::new(), texts.my_locale_none().into()), ("de".to_owned(), "Deutsch".to_owned())],
                ..field("locale", texts.my_locale(), "de")
            },
            FieldView {
                hint: Some(texts.my_zoneinfo_hint()),
                error: error.and(Some(texts.my_error_zone())),
                ..field("zoneinfo", texts.my_zoneinfo(), "Europe/Berlin")
            },
        ],
    };
    vec![
        ("account-profile", page().render()),
        ("account-profile-saved", ProfilePage { me: done(Room::Profile, Done::Saved), ..page() }.render()),
        (
            "account-profile-long",
            ProfilePage {
                me: Me { account: long_account(), ..me(Room::Profile) },
                username: "a".repeat(120),
                email: Some((format!("{}@example.test", "a".repeat(120)), false)),
                values: values(texts, LONG),
                ..page()
            }
            .render(),
        ),
        (
            "account-profile-empty",
            ProfilePage {
                me: Me {
                    account: AccountView { name: "grace".to_owned(), username: "grace".to_owned() },
                    ..me(Room::Profile)
                },
                email: None,
                change_email: None,
                values: values(german, ""),
                frame: web::pages::view::Frame { texts: german, ..frame() },
                ..page()
            }
            .render(),
        ),
        ("account-profile-edit", edit(None).render()),
        ("account-profile-edit-wrong", edit(Some(texts.my_error_too_long())).render()),
    ]
}

fn email() -> Pages {
    let texts = Locale::default();
    let page = || EmailPage {
        frame: frame(),
        me: me(Room::Profile),
        action: "/account/email".to_owned(),
        back: "/account".to_owned(),
        current: Some("ada@example.test".to_owned()),
        verified: true,
        pending: None,
        mails: true,
        typed: String::new(),
        error: None,
    };
    vec![
        ("account-email", page().render()),
        (
            "account-email-pending",
            EmailPage {
                me: Me { account: long_account(), ..done(Room::Profile, Done::EmailChanging) },
                verified: false,
                pending: Some(format!("{}@example.test", "a".repeat(120))),
                ..page()
            }
            .render(),
        ),
        (
            "account-email-wrong",
            EmailPage {
                current: None,
                verified: false,
                typed: "ada@".to_owned(),
                error: Some(texts.sign_up_error_address()),
                ..page()
            }
            .render(),
        ),
        ("account-email-no-mail", EmailPage { mails: false, verified: false, ..page() }.render()),
    ]
}

fn security() -> Pages {
    let page = || SecurityPage {
        frame: frame(),
        me: me(Room::Security),
        has_password: true,
        has_totp: true,
        codes: Some(2),
        passkeys: vec![
            KeyView { href: "#".to_owned(), name: "Laptop".to_owned(), added: ago(900), used: Some(ago(3)) },
            KeyView { href: "#".to_owned(), name: LONG.to_owned(), added: ago(500), used: None },
        ],
        add_passkey: Some("/account/security/passkey/add".to_owned()),
        linked: vec![
            LinkedView {
                href: "#".to_owned(),
                name: "Example Inc.".to_owned(),
                address: Some("ada@example.test".to_owned()),
                works: true,
                since: ago(700),
                used: Some(ago(5)),
            },
            LinkedView {
                href: "#".to_owned(),
                name: LONG.to_owned(),
                address: Some(format!("{}@example.test", "a".repeat(60))),
                works: false,
                since: ago(800),
                used: None,
            },
        ],
        connect: vec![("one".to_owned(), "Another One".to_owned()), ("long".to_owned(), LONG.to_owned())],
    };
    let texts = Locale::default();
    let linked = |name: &str, error: Option<Text>| LinkedPage {
        frame: frame(),
        me: me(Room::Security),
        action: "/account/security/linked".to_owned(),
        back: "/account/security".to_owned(),
        key: "0193".to_owned(),
        name: name.to_owned(),
        address: Some("ada@example.test".to_owned()),
        error,
    };
    vec![
        ("account-security", page().render()),
        ("account-security-done", SecurityPage { me: done(Room::Security, Done::Password), ..page() }.render()),
        (
            "account-security-empty",
            SecurityPage {
                has_password: false,
                has_totp: false,
                codes: None,
                passkeys: vec![],
                linked: vec![],
                connect: vec![],
                ..page()
            }
            .render(),
        ),
        (
            "account-security-connect",
            SecurityPage { me: done(Room::Security, Done::Disconnected), linked: vec![], ..page() }.render(),
        ),
        ("account-linked", linked("Example Inc.", None).render()),
        ("account-linked-only-way", linked(LONG, Some(texts.my_disconnect_only_way())).render()),
    ]
}

fn factors() -> Pages {
    let texts = Locale::default();
    let path = || "/account/security".to_owned();
    let password = |error: Option<Text>| PasswordPage {
        frame: frame(),
        me: me(Room::Security),
        action: path(),
        back: path(),
        has_password: true,
        error,
    };
    let setup = || TotpSetupView {
        sealed: "sealed".to_owned(),
        text: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned(),
        uri: "otpauth://totp/x".to_owned(),
        qr: "static/seal.svg".to_owned(),
    };
    let totp =
        |setup, error| TotpPage { frame: frame(), me: me(Room::Security), action: path(), back: path(), setup, error };
    let add = |passkey| PasskeyAddPage {
        frame: frame(),
        me: me(Room::Security),
        action: path(),
        back: path(),
        passkey,
        name: String::new(),
        error: None,
    };
    let asked = PasskeyView {
        options: "{\"publicKey\":{\"challenge\":\"AAAA\",\"user\":{\"id\":\"AAAA\"}}}".to_owned(),
        sealed: "s".to_owned(),
    };
    let edit = |error: Option<Text>| PasskeyEditPage {
        frame: frame(),
        me: me(Room::Security),
        action: path(),
        back: path(),
        id: "0193".to_owned(),
        name: "Laptop".to_owned(),
        name_error: None,
        error,
    };
    let codes = ["k7wq-2m9d", "p4xn-8vtr", "h3jb-6ycf", "z9ds-5qgk", "m2va-7wpe", "t8rc-4hxn"];
    vec![
        ("account-password", password(None).render()),
        ("account-password-wrong", password(Some(texts.my_password_guessable())).render()),
        ("account-totp", totp(Some(setup()), None).render()),
        ("account-totp-wrong", totp(Some(setup()), Some(texts.verify_error_code())).render()),
        ("account-totp-remove", totp(None, None).render()),
        ("account-passkey-add", add(Some(asked)).render()),
        ("account-passkey-full", add(None).render()),
        ("account-passkey", edit(None).render()),
        ("account-passkey-only-way", edit(Some(texts.my_passkey_only_way())).render()),
        ("account-codes", CodesPage { frame: frame(), me: me(Room::Security), action: path(), back: path() }.render()),
        (
            "account-codes-made",
            RecoveryCodesPage {
                frame: frame(),
                request: None,
                action: "/",
                next: Some("/account/security"),
                codes: codes.to_vec(),
            }
            .render(),
        ),
    ]
}

fn sessions() -> Pages {
    let texts = Locale::default();
    let session = |browser: &str, system: &str, is_this| SessionView {
        id: format!("{browser}{system}"),
        device: texts.my_device(browser, system),
        is_handheld: system == "iPhone",
        place: Some("London, United Kingdom".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        since: ago(20),
        seen: ago(1),
        is_this,
    };
    let page = |sessions| SessionsPage {
        frame: frame(),
        me: me(Room::Sessions),
        action: "/account/sessions".to_owned(),
        sessions,
    };
    vec![
        (
            "account-sessions",
            page(vec![
                session("Firefox", "Linux", true),
                session("Safari", "iPhone", false),
                SessionView { place: None, address: None, device: texts.my_device_unknown(), ..session("", "", false) },
            ])
            .render(),
        ),
        ("account-sessions-one", page(vec![session("Firefox", "Linux", true)]).render()),
    ]
}

fn apps() -> Pages {
    let api = || group("Example API", "api.example.test", &["Read your things", "Change your things"]);
    let connected = |app, key: &str, used, first_party| ConnectedView {
        key: key.to_owned(),
        app,
        scopes: vec![group("Your account", "", &["Recognize you when you sign in"]), api()],
        since: ago(2000),
        used,
        first_party,
    };
    let page = |apps| AppsPage { frame: frame(), me: me(Room::Apps), action: "/account/apps".to_owned(), apps };
    vec![
        (
            "account-apps",
            page(vec![
                connected(shop(), "a", Some(ago(3)), false),
                connected(long_app(), "b", None, false),
                ConnectedView { scopes: Vec::new(), ..connected(shop(), "c", Some(ago(1)), true) },
            ])
            .render(),
        ),
        ("account-apps-empty", page(Vec::new()).render()),
        (
            "account-apps-withdrawn",
            AppsPage { me: done(Room::Apps, Done::AppWithdrawn), ..page(vec![connected(shop(), "a", None, false)]) }
                .render(),
        ),
    ]
}

fn activity() -> Pages {
    let texts = Locale::default();
    let happening =
        |what, hours, device| HappeningView { what, when: ago(hours), device, place: Some("192.0.2.1".to_owned()) };
    let page =
        |happenings| ActivityPage { frame: frame(), me: me(Room::Activity), happenings, older: None, newest: None };
    vec![
        (
            "account-activity",
            ActivityPage {
                older: Some("#".to_owned()),
                newest: Some("#".to_owned()),
                ..page(vec![
                    happening(texts.my_event_signed_in(), 1, Some(texts.my_device("Firefox", "Linux"))),
                    happening(texts.my_event_allowed("Shop"), 2, Some(texts.my_device("Safari", "iPhone"))),
                    happening(texts.my_event_allowed(LONG), 3, None),
                    HappeningView { place: None, ..happening(texts.my_event_created(), 4, None) },
                ])
            }
            .render(),
        ),
        ("account-activity-empty", page(Vec::new()).render()),
    ]
}

fn data() -> Pages {
    let texts = Locale::default();
    let delete = |error: Option<Text>| DeletePage {
        frame: frame(),
        me: me(Room::Data),
        action: "/account/data/delete".to_owned(),
        back: "/account/data".to_owned(),
        error,
    };
    let page = || DataPage {
        frame: frame(),
        me: me(Room::Data),
        export: "/account/data/export".to_owned(),
        delete: "/account/data/delete".to_owned(),
    };
    vec![
        ("account-data", page().render()),
        ("account-data-confirmed", DataPage { me: done(Room::Data, Done::Confirmed), ..page() }.render()),
        ("account-data-expired", DataPage { me: done(Room::Data, Done::Expired), ..page() }.render()),
        ("account-delete", delete(None).render()),
        ("account-delete-wrong", delete(Some(texts.my_delete_error())).render()),
        ("account-deleted", DeletedPage { frame: frame() }.render()),
    ]
}
