use super::*;

const LINK: &str = "https://id.example.test/reset?token=a-token&x=1";
const HOSTILE: &str = "<script>alert(1)</script>\"'&\r\nBcc: all@example.test\u{202e}\u{2069}";

fn once() -> Once<'static> {
    Once { link: LINK, within: Duration::from_secs(15 * 60) }
}

fn frame(account: Option<&str>) -> Frame<'_> {
    Frame {
        service: "Example & Sons",
        home: "https://id.example.test",
        account_page: "https://id.example.test/account",
        account,
        when: "2026-11-05 14:03 UTC",
    }
}

/// One of each, with that as the name that somebody chose.
fn every<'a>(name: &'a str) -> Vec<Mail<'a>> {
    vec![
        Mail::VerifyAddress(once()),
        Mail::SignIn { once: once(), code: "1234 5678" },
        Mail::ResetPassword(once()),
        Mail::ConfirmNewAddress(once()),
        Mail::Invitation(once()),
        Mail::SignUp(once()),
        Mail::SignUpTaken { sign_in: LINK },
        Mail::AddressChanging { new: name },
        Mail::AddressChanged { new: name },
        Mail::PasswordChanged,
        Mail::PasskeyAdded { name },
        Mail::PasskeyRemoved { name },
        Mail::PasskeyCloned { name },
        Mail::TotpAdded,
        Mail::TotpRemoved,
        Mail::RecoveryCodesMade,
        Mail::RecoveryCodeUsed { left: 0 },
        Mail::RecoveryCodeUsed { left: 1 },
        Mail::RecoveryCodeUsed { left: 5 },
        Mail::NewSignIn { device: name, place: Some(name) },
        Mail::NewSignIn { device: name, place: None },
        Mail::AccountDeleted,
        Mail::ProfileChanged,
        Mail::AppWithdrawn { app: name },
        Mail::UpstreamLinked { upstream: name },
        Mail::UpstreamUnlinked { upstream: name },
        Mail::Test,
    ]
}

#[test]
fn every_mail_in_every_language() {
    for locale in Locale::all() {
        for mail in every("Laptop") {
            let rendered = mail.render(locale, &frame(Some("ada"))).expect("it renders");
            let context = format!("{locale:?} {mail:?}\n{}", rendered.text);
            for part in [&rendered.subject, &rendered.text, &rendered.html] {
                assert!(!part.contains("mail_"), "a key instead of a text: {context}");
                assert!(!part.contains(['\u{2068}', '\u{2069}']), "an isolate: {context}");
            }
            assert!(
                !rendered.subject.contains(['\r', '\n']) && rendered.subject.contains("Example & Sons"),
                "{context}"
            );
            assert!(rendered.text.contains("https://id.example.test"), "{context}");
            assert!(rendered.html.contains(&format!("lang=\"{}\"", locale.tag())), "{context}");
            assert!(!rendered.text.contains("\n\n\n"), "an empty paragraph: {context}");
            assert!(!rendered.html.contains("style=\"\"") && !rendered.html.contains("<script"), "{context}");
            // Nothing is fetched by who reads it: no pictures, no fonts, no style sheets.
            for fetched in ["src=", "<link", "url(", "@import"] {
                assert!(!rendered.html.contains(fetched), "{fetched}: {context}");
            }
        }
    }
}

#[test]
fn names_are_escaped_and_stay_on_their_line() {
    for mail in every(HOSTILE) {
        let rendered = mail.render(Locale::default(), &frame(Some(HOSTILE))).expect("it renders");
        assert!(!rendered.html.contains("<script"), "{}", rendered.html);
        assert!(!rendered.html.contains(HOSTILE));
        assert!(!rendered.text.lines().any(|line| line.starts_with("Bcc")), "{}", rendered.text);
        assert!(!rendered.subject.contains(['\r', '\n']), "{:?}", rendered.subject);
        assert!(!rendered.text.contains(['\u{202e}', '\r']), "{:?}", rendered.text);
    }
    let long = "x".repeat(5000);
    let rendered = Mail::PasskeyAdded { name: &long }.render(Locale::default(), &frame(None)).expect("it renders");
    assert!(rendered.text.len() < 1000);
}

#[test]
fn a_link_is_a_link() {
    let rendered = Mail::ResetPassword(once()).render(Locale::default(), &frame(None)).expect("it renders");
    assert!(rendered.text.lines().any(|line| line == LINK), "{}", rendered.text);
    assert_eq!(rendered.html.matches("href=\"https://id.example.test/reset?token=a-token&#38;x=1\"").count(), 2);
    assert!(rendered.text.contains("It works once, and for 15 minutes."), "{}", rendered.text);
    let hours = Once { within: Duration::from_secs(3600), ..once() };
    let rendered = Mail::ResetPassword(hours).render(Locale::default(), &frame(None)).expect("it renders");
    assert!(rendered.text.contains("It works once, and for one hour."), "{}", rendered.text);
}

#[test]
fn a_stranger_learns_no_username() {
    let mails = [Mail::VerifyAddress(once()), Mail::SignUp(once()), Mail::SignUpTaken { sign_in: LINK }];
    for mail in mails {
        let rendered = mail.render(Locale::default(), &frame(None)).expect("it renders");
        assert!(rendered.text.contains("because somebody entered this address"), "{}", rendered.text);
    }
}

#[test]
fn the_plain_part_reads_well() {
    let mail = Mail::SignIn { once: once(), code: "1234 5678" };
    let rendered = mail.render(Locale::default(), &frame(Some("ada"))).expect("it renders");
    assert_eq!(
        rendered.text,
        "Sign in\n\nEnter this code on the page where you are signing in to Example & Sons:\n\nYour code: 1234 5678\n\n\
         Do not tell this code to anybody. Nobody from Example & Sons will ask you for it.\n\n\
         If you read this in the same browser, you can press the button instead.\n\nSign in\n\
         https://id.example.test/reset?token=a-token&x=1\n\nIt works once, and for 15 minutes.\n\n\
         If you did not ask for this, you can ignore this mail: nothing happens without you.\n\n-- \n\
         You get this mail because this address belongs to the account ada at Example & Sons.\nhttps://id.example.test"
    );
    let mail = Mail::PasskeyAdded { name: "Laptop" };
    let rendered = mail.render(Locale::default(), &frame(None)).expect("it renders");
    assert!(rendered.text.contains("\n\nPasskey: Laptop\nTime: 2026-11-05 14:03 UTC\n\n"), "{}", rendered.text);
}
