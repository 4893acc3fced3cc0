//! Mail: what is decided arrives, once if it can be, and nothing of it goes where others can read it.

use std::time::Duration;

use crate::harness::{
    World, binary,
    database::execute,
    run,
    server::{Ports, Server},
    smtp::{Fate, PASSWORD, Sink, Way},
    unique, until,
    world::{Home, Person, Setting},
};

async fn world(sink: &Sink) -> World {
    let mut builder = World::builder();
    for (section, key, value) in sink.settings() {
        builder = builder.setting(section, key, value);
    }
    builder.start().await
}

fn address(person: &Person) -> String {
    format!("{}@example.test", person.username)
}

/// Something that a person is told of.
async fn change_password(world: &World, person: &Person) {
    let file = world.home.folder.join(unique("password"));
    std::fs::write(&file, "another long password of theirs").unwrap();
    let name = person.username.as_str();
    world.command(["user", "set-password", name, "--password-file", file.to_str().unwrap()]).await.ok();
}

async fn outbox(world: &World) -> i64 {
    world.database.count("select count(*) from outbox where kind = 'mail'").await
}

async fn planned(world: &World, attempts: u32) {
    until("the next attempt is planned", Duration::from_secs(15), async || {
        let query = format!(
            "select count(*) from outbox where kind = 'mail' and attempts = {attempts} and failed_at is null
             and next_attempt_at < now() + interval '45 s'"
        );
        (world.database.count(&query).await == 1).then_some(())
    })
    .await;
}

#[test]
fn a_notice_arrives_as_it_should() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        change_password(&world, &person).await;
        let mail = sink.mail_to(&address(&person)).await;
        assert_eq!(mail.header("From"), "\"Example ID\" <id@example.test>");
        assert_eq!(mail.header("To"), address(&person));
        assert_eq!(mail.header("Subject"), "Your password was changed · Example ID");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert_eq!(mail.header("Content-Language"), "en");
        assert!(mail.header("Message-ID").ends_with("@example.test>"), "{}", mail.raw);
        assert!(mailparse::dateparse(&mail.header("Date")).is_ok(), "{}", mail.raw);
        for part in [mail.text(), mail.html()] {
            assert!(part.contains("has a new password"), "{part}");
            assert!(part.contains(&world.url("/account")) && part.contains(&person.username), "{part}");
        }
        assert!(mail.raw.is_ascii(), "every host can take it");
        until("it is gone from the outbox", Duration::from_secs(3), async || (outbox(&world).await == 0).then_some(()))
            .await;
        // The account itself, told to where the person was.
        world.command(["user", "delete", &person.username]).await.ok();
        let mails = sink.mails_to(&address(&person), 2).await;
        assert_eq!(mails[1].header("Subject"), "Your account was deleted · Example ID");
        assert_eq!(sink.mails().len(), 2, "each came once");
    });
}

/// Whoever wrote an address down without proving that it is theirs is told nothing.
#[test]
fn an_unverified_address_is_told_nothing() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let name = unique("p").replace('-', "")[..16].to_owned();
        world.command(["user", "create", &name, "--email", &format!("{name}@example.test")]).await.ok();
        let mut person = world.person("ada");
        person.username = name;
        change_password(&world, &person).await;
        assert_eq!(outbox(&world).await, 0);
    });
}

/// The person's own language, where they said one.
#[test]
fn in_the_language_of_the_person() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let update = "update user_account set claims = '{\"locale\": \"de-AT\"}' where username = ";
        let mut connection = world.database.connect().await;
        execute(&mut connection, &format!("{update}'{}'", person.username)).await;
        change_password(&world, &person).await;
        assert_eq!(sink.mail_to(&address(&person)).await.header("Content-Language"), "de");
    });
}

#[test]
fn a_passing_failure_is_retried() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        sink.next(&[Fate::Later]);
        let person = world.add_person().await;
        change_password(&world, &person).await;
        planned(&world, 1).await;
        assert!(sink.mails().is_empty());
        sink.mail_to(&address(&person)).await;
        until("it is gone from the outbox", Duration::from_secs(3), async || (outbox(&world).await == 0).then_some(()))
            .await;
        let log = world.servers[0].log();
        assert!(log.contains("451") && !log.contains(&address(&person)), "{log}");
    });
}

#[test]
fn a_lasting_failure_is_given_up() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        sink.next(&[Fate::Never]);
        let (first, second) = (world.add_person().await, world.add_person().await);
        change_password(&world, &first).await;
        until("it is given up at once", Duration::from_secs(15), async || {
            let query = "select count(*) from outbox where kind = 'mail' and attempts = 1 and failed_at is not null";
            (world.database.count(query).await == 1).then_some(())
        })
        .await;
        // The others go on.
        change_password(&world, &second).await;
        sink.mail_to(&address(&second)).await;
        assert_eq!(sink.mails().len(), 1);
        let log = world.servers[0].log();
        assert!(log.contains("given up") && !log.contains(&address(&first)), "{log}");
    });
}

/// What a command decided while no server ran, and what was under way when one died.
#[test]
fn nothing_is_lost_with_the_process() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        sink.next(&[Fate::Hangs]);
        let (first, second) = (world.add_person().await, world.add_person().await);
        change_password(&world, &first).await;
        until("it is being handed in", Duration::from_secs(15), async || {
            sink.commands().iter().any(|command| command.starts_with("RCPT")).then_some(())
        })
        .await;
        world.servers[0].kill();
        change_password(&world, &second).await;
        assert_eq!(outbox(&world).await, 2);
        // The dead one's lease, run out.
        let mut connection = world.database.connect().await;
        execute(&mut connection, "update outbox set next_attempt_at = created_at").await;
        let other = Server::start(&world.home, Ports::pick()).await;
        sink.mail_to(&address(&first)).await;
        sink.mail_to(&address(&second)).await;
        assert_eq!(sink.mails().len(), 2);
        drop(other);
    });
}

/// Two instances, fifty mails: each of them once.
#[test]
fn instances_share_the_work() {
    run(async {
        let sink = Sink::start().await;
        let mut builder = World::builder().instances(2);
        for (section, key, value) in sink.settings() {
            builder = builder.setting(section, key, value);
        }
        let world = builder.start().await;
        let mut connection = world.database.connect().await;
        execute(
            &mut connection,
            "insert into outbox (id, kind, payload, next_attempt_at, created_at)
             select gen_random_uuid(), 'mail', jsonb_build_object('to', 'p' || n || '@example.test', 'locale', 'en',
                    'letter', jsonb_build_object('kind', 'notice', 'notice', 'password_changed')), now(), now()
             from generate_series(1, 50) n",
        )
        .await;
        until("all came", Duration::from_secs(60), async || {
            let failed = world.database.count("select count(*) from outbox where failed_at is not null").await;
            assert_eq!(failed, 0, "{}", world.servers[0].log() + &world.servers[1].log());
            (outbox(&world).await == 0).then_some(())
        })
        .await;
        let mut to: Vec<_> = sink.mails().into_iter().map(|mail| mail.to).collect();
        assert_eq!(to.len(), 50);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 50);
        let connections = sink.commands().iter().filter(|command| command.starts_with("EHLO")).count();
        assert!(connections < 40, "{connections} connections for 50 mails");
    });
}

/// What is nonsense, or too old to be news, blocks nothing.
#[test]
fn what_cannot_be_sent_is_set_aside() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let mut connection = world.database.connect().await;
        for (payload, age) in [
            (r#"{"nonsense": true}"#, "0"),
            (r#"{"to": "no address", "locale": "en", "letter": {"kind": "sign_up_taken"}}"#, "0"),
            (r#"{"to": "a@b.test\r\nRCPT TO:<x@y.test>", "locale": "en", "letter": {"kind": "sign_up_taken"}}"#, "0"),
            (r#"{"to": "old@example.test", "locale": "en", "letter": {"kind": "sign_up_taken"}}"#, "2 days"),
        ] {
            let insert = format!(
                "insert into outbox (id, kind, payload, next_attempt_at, created_at)
                 values (gen_random_uuid(), 'mail', '{payload}', now(), now() - interval '{age}')"
            );
            execute(&mut connection, &insert).await;
        }
        let good = r#"{"to": "new@example.test", "locale": "xx", "letter": {"kind": "sign_up_taken"}}"#;
        let insert = format!(
            "insert into outbox (id, kind, payload, next_attempt_at, created_at)
             values (gen_random_uuid(), 'mail', '{good}', now(), now())"
        );
        execute(&mut connection, &insert).await;
        sink.mail_to("new@example.test").await;
        until("the others are set aside", Duration::from_secs(10), async || {
            let waiting = "select count(*) from outbox where failed_at is null";
            (world.database.count(waiting).await == 0).then_some(())
        })
        .await;
        assert_eq!(outbox(&world).await, 3, "three were given up");
        assert_eq!(sink.mails().len(), 1);
    });
}

/// Without a mail host, nothing breaks and nothing is sent.
#[test]
fn mail_can_be_off() {
    run(async {
        let world = World::builder().start().await;
        let person = world.add_person().await;
        change_password(&world, &person).await;
        let said = world.command(["mail", "test", "ada@example.test"]).await;
        assert!(said.one_line_of_failure().contains("mail.host"), "{said:?}");
        let said = world.command(["doctor"]).await.ok();
        assert!(said.out.contains("mail") && said.out.contains("is off"), "{}", said.out);
        let reply = world.get("/dev/mail").send().await;
        assert_eq!(reply.status, 404);
    });
}

/// A deployment that needs no database: for what only the configuration decides.
fn home(sink: &Sink, security: &str, more: &[Setting]) -> Home {
    let mut settings = sink.settings();
    settings.retain(|(_, key, _)| !["host", "security"].contains(key));
    settings.push(("mail", "host", "\"localhost\"".to_owned()));
    settings.push(("mail", "security", format!("\"{security}\"")));
    settings.extend_from_slice(more);
    Home::new("postgres://nobody@127.0.0.1:1/nothing", &settings)
}

fn login(password: &str) -> Vec<Setting> {
    vec![("mail", "username", "\"chancery\"".to_owned()), ("mail", "password", format!("{password:?}"))]
}

fn trusting(sink: &Sink) -> Setting {
    ("outbound", "extra_ca_files", format!("[{:?}]", sink.certificate.to_str().unwrap()))
}

#[test]
fn encrypted_and_authenticated() {
    run(async {
        for (way, security) in [(Way::Tls, "tls"), (Way::StartTls, "starttls")] {
            let sink = Sink::protected(way).await;
            let mut settings = login(PASSWORD);
            settings.push(trusting(&sink));
            let home = home(&sink, security, &settings);
            home.run(["mail", "test", "ada@example.test"]).await.ok();
            let mail = sink.mail_to("ada@example.test").await;
            assert!(mail.encrypted, "{way:?}");
            assert_eq!(mail.login, Some(("chancery".to_owned(), PASSWORD.to_owned())));
            assert_eq!(mail.header("Subject"), "This is a test · Example ID");
            // The doctor goes there too, and sends none.
            let said = home.run(["doctor", "--json"]).await.json();
            let found = said.as_array().unwrap().iter().find(|finding| finding["check"] == "mail").unwrap();
            assert_eq!(found["verdict"], "ok", "{found}");
            assert_eq!(sink.mails().len(), 1);
        }
    });
}

/// Whoever sits on the way gets neither a mail nor a password.
#[test]
fn nobody_on_the_way_reads_along() {
    run(async {
        let address = "ada@example.test";
        // A host whose STARTTLS somebody took out, or that has none.
        let stripped = Sink::start().await;
        let mut settings = login(PASSWORD);
        settings.push(trusting(&stripped));
        let said = home(&stripped, "starttls", &settings).run(["mail", "test", address]).await;
        assert!(said.one_line_of_failure().contains("STARTTLS"), "{said:?}");
        assert!(stripped.commands().iter().all(|c| ["EHLO", "QUIT"].contains(&&c[..4])), "{:?}", stripped.commands());
        let said = home(&stripped, "tls", &settings).run(["mail", "test", address]).await;
        assert!(!said.one_line_of_failure().is_empty());
        // A certificate that nobody vouches for.
        for (way, security) in [(Way::Tls, "tls"), (Way::StartTls, "starttls")] {
            let foreign = Sink::protected(way).await;
            let said = home(&foreign, security, &login(PASSWORD)).run(["mail", "test", address]).await;
            assert!(said.one_line_of_failure().contains("certificate"), "{said:?}");
            assert!(!foreign.commands().iter().any(|command| command.starts_with("AUTH")));
            assert!(foreign.mails().is_empty());
        }
        assert!(stripped.mails().is_empty());
        // A wrong password is said in one line, without the password.
        let sink = Sink::protected(Way::Tls).await;
        let mut settings = login("a-wrong-password-of-ours");
        settings.push(trusting(&sink));
        let wrong = home(&sink, "tls", &settings);
        let said = wrong.run(["mail", "test", address]).await;
        assert!(said.one_line_of_failure().contains("535"), "{said:?}");
        for said in [said, wrong.run(["doctor"]).await, wrong.run(["config", "dump"]).await] {
            assert!(!said.text().contains("a-wrong-password-of-ours"), "{said:?}");
        }
    });
}

#[test]
fn serve_refuses_what_is_unsafe() {
    run(async {
        let sink = Sink::start().await;
        let mut settings = login(PASSWORD);
        settings.push(("mail", "host", "\"smtp.example.com\"".to_owned()));
        let home = home(&sink, "none", &settings);
        let said = home.run(["serve"]).await;
        let line = said.one_line_of_failure();
        assert!(line.contains("chancery.toml:") && line.contains("mail.security"), "{line}");
        let said = binary::run(home.command(["config", "check"])).await;
        assert!(said.out.contains("mail.security") && !said.text().contains(PASSWORD), "{said:?}");
    });
}
