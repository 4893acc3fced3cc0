#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;

fn trapping() -> Sender {
    let options = MailOptions {
        transport: Transport::Trap,
        from: "\"Example, Sons\" <id@example.test>".to_owned(),
        reply_to: Some("help@example.test".to_owned()),
    };
    Sender::new(&options).unwrap()
}

fn letter<'a>(to: &'a str, subject: &'a str, id: &'a str) -> Letter<'a> {
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_000_000);
    Letter { to, subject, text: "Bonjour é", html: "<p>Bonjour é</p>", language: "fr", id, date }
}

#[test]
fn headers_are_ours_alone() {
    let subject = "Grüße\r\nBcc: all@example.test\r\n\r\nbody";
    let message = trapping().message(&letter("ada@example.test", subject, "0193")).unwrap();
    let text = String::from_utf8(message.formatted()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for line in [
        // "Example, Sons", which needs to be encoded.
        "From: =?utf-8?b?RXhhbXBsZSwgU29ucw==?= <id@example.test>",
        "To: ada@example.test",
        "Reply-To: help@example.test",
        "Message-ID: <0193@example.test>",
        "Auto-Submitted: auto-generated",
        "Content-Language: fr",
        "MIME-Version: 1.0",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}\n{head}");
    }
    assert!(head.contains("Date: ") && head.contains("Content-Type: multipart/alternative"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(body.contains("text/plain; charset=utf-8") && body.contains("text/html; charset=utf-8"), "{body}");
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998), "any host can take it");
    assert_eq!(message.envelope().to().len(), 1);
}

#[tokio::test]
async fn what_is_no_address_is_refused_for_good() {
    let sender = trapping();
    for to in ["", "ada", "ada@example.test\r\nRCPT TO:<x@y.test>", "a b@c.test", "<ada@example.test>, x@y.test"] {
        let outcome = sender.send(&letter(to, "s", "1")).await;
        assert!(matches!(outcome, Err(MailError::Refused(_))), "{to:?}: {outcome:?}");
    }
    assert!(sender.trap().unwrap().all().is_empty());
}

#[tokio::test]
async fn the_trap_keeps_the_newest_each_once() {
    let sender = trapping();
    for index in 0..150 {
        let id = index.to_string();
        sender.send(&letter("ada@example.test", "s", &id)).await.unwrap();
        sender.send(&letter("ada@example.test", "s", &id)).await.unwrap();
    }
    let trap = sender.trap().unwrap();
    assert_eq!(trap.all().len(), 100);
    assert_eq!(trap.all()[0].id, "149");
    assert!(trap.find("149").is_some() && trap.find("49").is_none());
}

#[tokio::test]
async fn mail_can_be_off() {
    let sender = Sender::new(&MailOptions::default()).unwrap();
    assert!(!sender.is_on() && sender.trap().is_none());
    assert!(matches!(sender.send(&letter("ada@example.test", "s", "1")).await, Err(MailError::Off)));
}

#[test]
fn senders() {
    for good in ["id@example.test", "Example <id@example.test>", "\"A, B\" <id@example.test>", "é <id@example.test>"] {
        assert_eq!(check_mailbox(good), Ok(()), "{good}");
    }
    for bad in ["", "Example", "Example <>", "a@b@c", "x <id@example.test>\r\nBcc: y@z.test"] {
        assert!(check_mailbox(bad).is_err(), "{bad}");
    }
}
