//! What people do with mail: sign in by a code or a link, choose a new password, confirm and change their address,
//! make an account. And what others try with it.

use std::time::Duration;

use crate::harness::{
    Browser, World,
    browser::{Landing, Page},
    database::execute,
    json, jwt,
    proxy::Network,
    run,
    smtp::{Mail, Sink},
    unique, until,
    world::Person,
};

const NEW: &str = "seven llamas knit copper socks";

struct House {
    world: World,
    sink: Sink,
}

impl House {
    async fn open(settings: &[(&'static str, &'static str, &str)]) -> Self {
        let sink = Sink::start().await;
        let mut builder = World::builder().instances(2);
        for (section, key, value) in sink.settings() {
            builder = builder.setting(section, key, value);
        }
        for (section, key, value) in settings {
            builder = builder.setting(section, key, *value);
        }
        Self { world: builder.start().await, sink }
    }

    async fn with_sign_up(mode: &str) -> Self {
        Self::open(&[("sign_up", "mode", &format!("{mode:?}"))]).await
    }

    /// The page on which a code is to be typed, for who types this name.
    async fn ask_for_code<'w>(&'w self, browser: &mut Browser<'w>, typed: &str) -> Page {
        let page = self.login(browser).await;
        let page = self.click(browser, &page, "login-mail-code").await;
        browser.submit(&page, "mail-ask-submit", &[("username", typed)]).await.page()
    }

    async fn ask_for_reset<'w>(&'w self, browser: &mut Browser<'w>, typed: &str) -> Page {
        let page = self.login(browser).await;
        let page = self.click(browser, &page, "login-reset").await;
        browser.submit(&page, "mail-ask-submit", &[("username", typed)]).await.page()
    }

    /// The sign-in page of an application's request.
    async fn login<'w>(&'w self, browser: &mut Browser<'w>) -> Page {
        let flow = self.world.flow(&self.world.client("house")).scope("openid");
        flow.begin(browser).await.page()
    }

    async fn click<'w>(&'w self, browser: &mut Browser<'w>, page: &Page, id: &str) -> Page {
        let tags = crate::harness::html::tags(&page.reply.text());
        let tag = tags.iter().find(|tag| tag.get("id") == Some(id));
        let href = tag.and_then(|tag| tag.get("href")).unwrap_or_else(|| panic!("no link #{id} on {page:#?}"));
        let path = href.to_owned();
        browser.open(&self.world.url(&path)).await.page()
    }

    /// Opens the link of a mail, on the instance of the browser.
    async fn follow<'w>(&'w self, browser: &mut Browser<'w>, mail: &Mail) -> Page {
        browser.open(&mail.link()).await.page()
    }

    async fn mails(&self, person: &Person, count: usize) -> Vec<Mail> {
        self.sink.mails_to(&address(person), count).await
    }

    /// The newest mail to a person whose subject begins so.
    async fn mail_about(&self, person: &Person, subject: &str) -> Mail {
        until(&format!("a mail: {subject}"), Duration::from_secs(20), async || {
            let all = self.sink.mails();
            all.into_iter().rfind(|mail| mail.to == address(person) && mail.header("Subject").starts_with(subject))
        })
        .await
    }

    async fn count(&self, query: &str) -> i64 {
        self.world.database.count(query).await
    }

    async fn sql(&self, statement: &str) {
        let mut connection = self.world.database.connect().await;
        execute(&mut connection, statement).await;
    }

    /// A new person, with a second factor where one is wanted.
    async fn person(&self) -> Person {
        self.world.add_person().await
    }

    async fn signs_in(&self, person: &Person, password: &str) -> bool {
        self.lets_in(&person.username, password).await
    }

    async fn lets_in(&self, name: &str, password: &str) -> bool {
        let mut browser = self.world.browser();
        let page = self.login(&mut browser).await;
        let typed = [("username", name), ("password", password)];
        matches!(browser.submit(&page, "login-submit", &typed).await, Landing::Away(_))
    }
}

/// The same browser, sent to another instance.
fn at<'w>(browser: &Browser<'w>, instance: usize) -> Browser<'w> {
    let mut copy = browser.clone();
    copy.instance = instance;
    copy
}

fn address(person: &Person) -> String {
    format!("{}@example.test", person.username)
}

fn code_of(landing: Landing) -> String {
    let url = landing.away();
    let parsed = url::Url::parse(&url).unwrap();
    let code = parsed.query_pairs().find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code in {url}")).1.into_owned()
}

#[test]
fn a_code_signs_in_where_it_was_asked_for() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let flow = house.world.flow(&house.world.client("house")).scope("openid");
        let mut browser = house.world.browser();
        let page = flow.begin(&mut browser).await.page();
        let page = house.click(&mut browser, &page, "login-mail-code").await;
        let page = browser.submit(&page, "mail-ask-submit", &[("username", &person.username)]).await.page();
        let mail = house.mails(&person, 1).await.remove(0);
        // Somebody else's browser, with all that the address bar and the mail say.
        let mut other = house.world.browser();
        let elsewhere = other.open(&page.url).await.page();
        assert!(!elsewhere.has("code-submit"), "it is asked for anew: {elsewhere:#?}");
        // Wrong ones first.
        for wrong in ["", "00000000", "abc", &"9".repeat(4000)] {
            let again = browser.submit(&page, "code-submit", &[("code", wrong)]).await.page();
            assert_eq!(again.reply.status, 400, "{wrong:.10}");
            assert!(again.has("code-error"));
        }
        browser.instance = 1;
        let landing = browser.submit(&page, "code-submit", &[("code", &mail.code())]).await;
        let answer = flow.answer(landing);
        let reply = flow.redemption(answer.code()).send().await.ok();
        let claims = jwt::decode(reply["id_token"].as_str().unwrap()).claims;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["otp"])));
        // Once.
        let mut again = browser.clone();
        again.cookies.retain(|name, _| !name.contains("session"));
        let page = again.submit(&page, "code-submit", &[("code", &mail.code())]).await.page();
        assert_eq!(page.reply.status, 400);
    });
}

#[test]
fn a_code_is_dead_after_five_wrong_ones() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let mut browser = house.world.browser();
        let page = house.ask_for_code(&mut browser, &person.username).await;
        let mail = house.mails(&person, 1).await.remove(0);
        for index in 0..5 {
            browser.instance = index % 2;
            browser.submit(&page, "code-submit", &[("code", "00000000")]).await.page();
        }
        let page = browser.submit(&page, "code-submit", &[("code", &mail.code())]).await.page();
        assert_eq!(page.reply.status, 400);
        assert_eq!(house.count("select count(*) from one_time where spent_at is not null").await, 0);
        let page = house.follow(&mut browser, &mail).await;
        assert_eq!(page.reply.status, 410, "nor does the link work");
    });
}

#[test]
fn the_link_beside_a_code_works_in_the_same_browser_and_no_other() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let mut browser = house.world.browser();
        house.ask_for_code(&mut browser, &address(&person)).await;
        let mail = house.mails(&person, 1).await.remove(0);
        let mut other = house.world.browser();
        let page = house.follow(&mut other, &mail).await;
        assert_eq!(page.reply.status, 409);
        assert!(page.text().contains("Type the code instead"), "{page:#?}");
        assert!(!page.text().contains(&mail.code()));
        // A scanner follows it, in any way that it likes.
        for method in ["GET", "HEAD"] {
            other.send(method, &mail.link(), None).await;
        }
        let page = house.follow(&mut browser, &mail).await;
        assert!(!page.url.contains("token="), "it leaves the address at once: {}", page.url);
        assert_eq!(page.reply.header("cache-control"), Some("no-store"));
        // A reload changes nothing.
        let page = browser.open(&page.url).await.page();
        let mut attempts = Vec::new();
        for instance in [0, 1, 0, 1, 0, 1] {
            attempts.push(at(&browser, instance));
        }
        let replies =
            futures_util::future::join_all(attempts.iter_mut().map(|one| one.press(&page, "link-submit", &[]))).await;
        let statuses: Vec<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 5, "{statuses:?}");
        assert_eq!(house.count("select count(*) from auth_session").await, 1);
        // It led to the application that had asked.
        let winner = replies.iter().find(|(_, reply)| reply.status == 303).unwrap();
        assert!(winner.1.header("location").unwrap().contains("code="), "{winner:?}");
    });
}

#[test]
fn a_second_factor_is_asked_for_after_a_code_and_after_a_reset() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let strict = house.world.add_client("house", json!({ "required_acr": "aal2" })).await;
        let equipped = house.world.flow(&strict).scope("openid").equip(&mut house.world.browser(), &person).await;
        let mut browser = house.world.browser();
        let page = house.ask_for_code(&mut browser, &person.username).await;
        let mail = house.mail_about(&person, "Sign in").await;
        let page = browser.submit(&page, "code-submit", &[("code", &mail.code())]).await.page();
        assert!(page.has("verify-submit"), "{page:#?}");
        assert_eq!(house.count("select count(*) from auth_session").await, 1, "that of before alone");
        let landing = browser.submit(&page, "verify-submit", &[("code", &equipped.app.code(1))]).await;
        code_of(landing);
        // A reset keeps it.
        let mut browser = house.world.browser();
        house.ask_for_reset(&mut browser, &person.username).await;
        let mail = house.mail_about(&person, "Reset").await;
        let page = house.follow(&mut browser, &mail).await;
        let page = browser.submit(&page, "new-password-submit", &[("password", NEW)]).await.page();
        let typed = [("username", person.username.as_str()), ("password", NEW)];
        let page = browser.submit(&page, "login-submit", &typed).await.page();
        assert!(page.has("verify-submit"), "{page:#?}");
    });
}

#[test]
fn whoever_must_sign_in_again_gets_a_code_for_nobody_else() {
    run(async {
        let house = House::open(&[]).await;
        let (person, other) = (house.person().await, house.person().await);
        let mut browser = house.world.signed_in(&person).await;
        let flow = house.world.flow(&house.world.client("house")).scope("openid").with("prompt", "login");
        let page = flow.begin(&mut browser).await.page();
        let page = house.click(&mut browser, &page, "login-mail-code").await;
        let mut fields = page.form("mail-ask-submit").fields("mail-ask-submit");
        fields.retain(|(name, _)| name != "username");
        fields.push(("username".to_owned(), other.username.clone()));
        let action = page.action(&page.form("mail-ask-submit"));
        let reply = browser.send("POST", &action, Some(&fields)).await;
        assert_eq!(reply.status, 303);
        house.mails(&person, 1).await;
        assert!(house.sink.mails().iter().all(|mail| mail.to != address(&other)));
    });
}

/// What a stranger can tell apart: nothing.
#[test]
fn everybody_is_answered_alike() {
    run(async {
        let house = House::with_sign_up("open").await;
        let known = house.person().await;
        let disabled = house.person().await;
        house.world.command(["user", "disable", &disabled.username]).await.ok();
        let unverified = unique("p").replace('-', "")[..16].to_owned();
        let mail = format!("{unverified}@example.test");
        house.world.command(["user", "create", &unverified, "--email", &mail]).await.ok();
        let nobody = unique("p").replace('-', "")[..16].to_owned();
        let flooded = house.person().await;
        for _ in 0..4 {
            house.ask_for_code(&mut house.world.browser(), &flooded.username).await;
        }
        let names = [&known.username, &disabled.username, &unverified, &nobody, &flooded.username];
        for what in ["code", "reset"] {
            let mut seen = Vec::new();
            for name in names {
                let mut browser = house.world.browser();
                let page = match what {
                    "code" => house.ask_for_code(&mut browser, name).await,
                    _ => house.ask_for_reset(&mut browser, name).await,
                };
                let text = page.text().replace(name.as_str(), "NAME");
                let mut replies = vec![(page.reply.status, page.reply.text().len(), text)];
                if what == "code" {
                    let page = browser.submit(&page, "code-submit", &[("code", "00000000")]).await.page();
                    let text = page.text().replace(name.as_str(), "NAME");
                    replies.push((page.reply.status, page.reply.text().len(), text));
                }
                seen.push((name, replies));
            }
            for (name, replies) in &seen {
                assert_eq!(*replies, seen[0].1, "{what}: {name}");
            }
        }
        // And signing up.
        let mut seen = Vec::new();
        for name in names {
            let mut browser = house.world.browser();
            let page = house.login(&mut browser).await;
            let page = house.click(&mut browser, &page, "login-sign-up").await;
            let address = format!("{name}@example.test");
            let page = browser.submit(&page, "mail-ask-submit", &[("email", &address)]).await.page();
            let text = page.text().replace(name.as_str(), "NAME");
            seen.push((page.reply.status, page.reply.text().len(), text));
        }
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:#?}");
        // Only those who are there and known to be reached were written to.
        house.mails(&known, 3).await;
        house.mails(&flooded, 3).await;
        house.sink.mail_to(&format!("{nobody}@example.test")).await;
        let to: Vec<_> = house.sink.mails().into_iter().map(|mail| mail.to).collect();
        assert_eq!(to.iter().filter(|to| **to == address(&flooded)).count(), 3, "three at once: {to:?}");
        let signed_up = |name: &str| to.iter().filter(|to| **to == format!("{name}@example.test")).count();
        assert_eq!(signed_up(&nobody), 1, "the one about signing up");
    });
}

/// In time, too: medians of what is asked by turns.
#[test]
fn everybody_is_answered_after_the_same_time() {
    run(async {
        let house = House::open(&[]).await;
        let mut people = Vec::new();
        for _ in 0..12 {
            people.push(house.person().await);
        }
        let mut times: [Vec<Duration>; 2] = Default::default();
        for (index, person) in people.iter().enumerate() {
            let nobody = format!("{}x", &person.username[..15]);
            for (kind, name) in [(0, person.username.as_str()), (1, nobody.as_str())] {
                let mut browser = house.world.browser();
                let page = house.login(&mut browser).await;
                let page = house.click(&mut browser, &page, "login-reset").await;
                let start = std::time::Instant::now();
                let reply = browser.press(&page, "mail-ask-submit", &[("username", name)]).await.1;
                assert_eq!(reply.status, 303);
                if index > 1 {
                    times[kind].push(start.elapsed());
                }
            }
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort();
            times[times.len() / 2]
        };
        let (known, nobody) = (median(&mut times[0]), median(&mut times[1]));
        let apart = known.abs_diff(nobody);
        assert!(
            apart < Duration::from_millis(10).max(nobody / 2),
            "{known:?} for who is there, {nobody:?} for who is not"
        );
    });
}

#[test]
fn a_forgotten_password() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let mut old = house.world.signed_in(&person).await;
        // Begun in one browser, for an application …
        let flow = house.world.flow(&house.world.client("house")).scope("openid");
        let mut browser = house.world.browser();
        let page = flow.begin(&mut browser).await.page();
        let page = house.click(&mut browser, &page, "login-reset").await;
        browser.submit(&page, "mail-ask-submit", &[("username", &address(&person))]).await.page();
        let mail = house.mails(&person, 1).await.remove(0);
        // … and ended there, when a scanner was there before.
        let mut scanner = house.world.browser();
        scanner.send("HEAD", &mail.link(), None).await;
        house.follow(&mut scanner, &mail).await;
        let mut other = browser;
        let page = house.follow(&mut other, &mail).await;
        assert!(!page.url.contains("token="), "{}", page.url);
        assert!(page.text().contains(&person.username));
        for (weak, status) in [("", 400), ("short", 400), ("password123", 400), (address(&person).as_str(), 400)] {
            let again = other.submit(&page, "new-password-submit", &[("password", weak)]).await.page();
            assert_eq!(again.reply.status, status, "{weak}");
            assert!(again.has("password-error"), "{weak}");
        }
        assert!(house.signs_in(&person, &person.password).await, "until then the old one goes on working");
        let page = other.submit(&page, "new-password-submit", &[("password", NEW)]).await.page();
        assert!(page.has("login-done") && page.has("login-submit"), "{page:#?}");
        // On the way to the application that had asked.
        let typed = [("username", person.username.as_str()), ("password", NEW)];
        let landing = other.submit(&page, "login-submit", &typed).await;
        code_of(landing);
        // The old one is out everywhere.
        assert!(!house.signs_in(&person, &person.password).await);
        assert!(old.open(&house.world.url("/login")).await.page().has("login-submit"));
        let mails = house.mails(&person, 2).await;
        assert!(mails[1].header("Subject").starts_with("Your password was changed"), "{}", mails[1].raw);
        // Once, and never again.
        let page = house.follow(&mut other, &mail).await;
        assert_eq!(page.reply.status, 410);
        assert!(page.has("note-next"));
        house.world.database.assert_places_are_sealed().await;
    });
}

/// Whoever asked may be somebody else: their application is not where the owner of the mailbox is led.
#[test]
fn a_reset_that_ends_in_another_browser_leads_home() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        house.ask_for_reset(&mut house.world.browser(), &person.username).await;
        let mail = house.mails(&person, 1).await.remove(0);
        let mut other = house.world.browser();
        let page = house.follow(&mut other, &mail).await;
        let page = other.submit(&page, "new-password-submit", &[("password", NEW)]).await.page();
        let typed = [("username", person.username.as_str()), ("password", NEW)];
        let page = other.submit(&page, "login-submit", &typed).await.page();
        assert!(page.has("home-sign-out"), "{page:#?}");
    });
}

#[test]
fn a_reset_link_is_spent_once_on_all_instances() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let mut browser = house.world.browser();
        house.ask_for_reset(&mut browser, &person.username).await;
        let mail = house.mails(&person, 1).await.remove(0);
        let page = house.follow(&mut browser, &mail).await;
        let mut attempts: Vec<_> = [0, 1, 0, 1].into_iter().map(|instance| at(&browser, instance)).collect();
        let presses = attempts.iter_mut().map(|one| one.press(&page, "new-password-submit", &[("password", NEW)]));
        let replies = futures_util::future::join_all(presses).await;
        let mut statuses: Vec<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410, 410, 410]);
        let resets = "select count(*) from trail where event = 'user.password_reset'";
        assert_eq!(house.count(resets).await, 1);
    });
}

#[test]
fn what_overtakes_a_link_ends_it() {
    run(async {
        let house = House::open(&[]).await;
        // A newer one.
        let person = house.person().await;
        let mut browser = house.world.browser();
        house.ask_for_reset(&mut browser, &person.username).await;
        house.mails(&person, 1).await;
        house.ask_for_reset(&mut browser, &person.username).await;
        let mails = house.mails(&person, 2).await;
        assert_eq!(house.follow(&mut browser, &mails[0]).await.reply.status, 410);
        let page = house.follow(&mut browser, &mails[1]).await;
        assert_eq!(page.reply.status, 200);
        // Time.
        house.sql("update one_time set expires_at = created_at + interval '1 microsecond'").await;
        let reply = browser.press(&page, "new-password-submit", &[("password", NEW)]).await.1;
        assert_eq!(reply.status, 410);
        // A password that was set by an administrator, being disabled, another address.
        for command in ["set-password", "disable", "address"] {
            let person = house.person().await;
            house.ask_for_reset(&mut browser, &person.username).await;
            let mail = house.mails(&person, 1).await.remove(0);
            let page = house.follow(&mut browser, &mail).await;
            match command {
                "set-password" => {
                    let file = house.world.home.folder.join(unique("password"));
                    std::fs::write(&file, "another long password of theirs").unwrap();
                    let file = file.to_str().unwrap();
                    let name = person.username.as_str();
                    house.world.command(["user", "set-password", name, "--password-file", file]).await.ok();
                }
                "disable" => drop(house.world.command(["user", "disable", &person.username]).await.ok()),
                _ => {
                    let update = "update user_account set email = 'elsewhere@example.test' where username = ";
                    house.sql(&format!("{update}'{}'", person.username)).await;
                }
            }
            let reply = browser.press(&page, "new-password-submit", &[("password", NEW)]).await.1;
            assert_eq!(reply.status, 410, "{command}");
            assert!(!house.signs_in(&person, NEW).await, "{command}");
        }
    });
}

#[test]
fn links_of_one_kind_open_no_page_of_another() {
    run(async {
        let house = House::with_sign_up("open").await;
        let person = house.person().await;
        let mut browser = house.world.browser();
        house.ask_for_reset(&mut browser, &person.username).await;
        let mail = house.mails(&person, 1).await.remove(0);
        for path in ["/login/link", "/verify-email", "/verify-email/new", "/sign-up/confirm", "/invitation"] {
            let url = house.world.url(&format!("{path}?token={}", mail.token()));
            let page = browser.open(&url).await.page();
            assert_eq!(page.reply.status, 410, "{path}");
        }
        for bad in ["", "x", &"A".repeat(64), &"A".repeat(5000), "%00", "%F0%9F%92%A9"] {
            for path in ["/reset", "/login/link", "/verify-email", "/sign-up/confirm", "/invitation"] {
                for field in ["token", "link"] {
                    let page = browser.open(&house.world.url(&format!("{path}?{field}={bad}"))).await.page();
                    assert!(
                        [200, 400, 410].contains(&page.reply.status),
                        "{path}?{field}={bad}: {}",
                        page.reply.status
                    );
                    assert!(!page.has("link-submit") && !page.has("new-password-submit"), "{path}?{field}={bad}");
                }
            }
        }
        // The sealed link of one browser is nothing in another.
        let page = house.follow(&mut browser, &mail).await;
        let mut other = house.world.browser();
        house.login(&mut other).await;
        let there = other.open(&page.url).await.page();
        assert_eq!(there.reply.status, 400);
        let reply = other.press(&page, "new-password-submit", &[("password", NEW)]).await.1;
        assert_eq!(reply.status, 400);
        assert!(house.signs_in(&person, &person.password).await);
    });
}

#[test]
fn an_address_is_confirmed() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let update = "update user_account set email_verified = false where username = ";
        house.sql(&format!("{update}'{}'", person.username)).await;
        house.sql(&format!("delete from login_name where name = '{}'", address(&person))).await;
        let mut browser = house.world.signed_in(&person).await;
        let page = browser.open(&house.world.url("/account/email")).await.page();
        assert!(page.text().contains("Not verified"), "{page:#?}");
        let page = browser.submit(&page, "email-verify", &[]).await.page();
        assert!(page.has("account-done"));
        let mail = house.mails(&person, 1).await.remove(0);
        let mut other = house.world.browser();
        let page = house.follow(&mut other, &mail).await;
        assert!(page.text().contains(&address(&person)));
        let verified = format!(
            "select count(*) from user_account u join login_name n on n.user_id = u.id
             where u.username = '{}' and u.email_verified and n.name = '{}'",
            person.username,
            address(&person)
        );
        assert_eq!(house.count(&verified).await, 0, "a look changes nothing");
        let page = other.submit(&page, "link-submit", &[]).await.page();
        assert_eq!(page.reply.status, 200);
        assert_eq!(house.count(&verified).await, 1);
        assert_eq!(house.follow(&mut other, &mail).await.reply.status, 410);
    });
}

#[test]
fn a_change_of_address_counts_when_the_new_one_confirms() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let new = format!("new-{}@example.test", person.username);
        let mut browser = house.world.signed_in(&person).await;
        let page = browser.open(&house.world.url("/account/email")).await.page();
        for bad in ["", "x", "a b@c", &address(&person).to_uppercase()] {
            let again = browser.submit(&page, "email-change", &[("email", bad)]).await.page();
            assert_eq!(again.reply.status, 400, "{bad}");
            assert!(again.has("email-error"));
        }
        let page = browser.submit(&page, "email-change", &[("email", &new)]).await.page();
        assert!(page.has("email-pending") && page.has("account-done"), "{page:#?}");
        // The old one is told at once, and sees no more of the new one than it must.
        let told = house.mails(&person, 1).await.remove(0);
        assert!(told.header("Subject").starts_with("Your email address is about to change"));
        assert!(!told.text().contains(&new), "{}", told.text());
        // Taken back.
        let first = house.sink.mail_to(&new).await;
        let page = browser.submit(&page, "email-cancel", &[]).await.page();
        assert!(!page.has("email-pending") && page.has("account-done"), "{page:#?}");
        assert_eq!(house.follow(&mut house.world.browser(), &first).await.reply.status, 410);
        // Once more, and confirmed elsewhere.
        let page = browser.submit(&page, "email-change", &[("email", &new)]).await.page();
        assert!(page.has("email-pending"));
        let mails = house.sink.mails_to(&new, 2).await;
        let mut other = house.world.browser();
        let confirm = house.follow(&mut other, &mails[1]).await;
        let named = |name: &str| format!("select count(*) from login_name where name = '{name}'");
        assert_eq!((house.count(&named(&new)).await, house.count(&named(&address(&person))).await), (0, 1));
        let done = other.submit(&confirm, "link-submit", &[]).await.page();
        assert_eq!(done.reply.status, 200);
        assert_eq!((house.count(&named(&new)).await, house.count(&named(&address(&person))).await), (1, 0));
        let told = house.mails(&person, 3).await;
        assert!(told[2].header("Subject").starts_with("Your email address was changed"));
        let happened = browser.open(&house.world.url("/account/activity")).await.page().text();
        let all = ["Another email address was asked for", "The email address was left as it is"];
        for said in all.into_iter().chain(["The email address was changed"]) {
            assert!(happened.contains(said), "{said}: {happened}");
        }
        // The new name signs in, the old one does not.
        assert!(house.lets_in(&new, &person.password).await);
        assert!(!house.lets_in(&address(&person), &person.password).await);
        house.world.database.assert_places_are_sealed().await;
    });
}

#[test]
fn an_address_of_somebody_else_is_neither_told_nor_taken() {
    run(async {
        let house = House::open(&[]).await;
        let (person, other) = (house.person().await, house.person().await);
        let mut browser = house.world.signed_in(&person).await;
        let page = browser.open(&house.world.url("/account/email")).await.page();
        let free = format!("f-{}@example.test", &other.username[2..]);
        let told = browser.submit(&page, "email-change", &[("email", &address(&other))]).await.page();
        let same = browser.submit(&page, "email-change", &[("email", &free)]).await.page();
        let plain = |page: &Page, name: &str| (page.reply.status, page.text().replace(name, "ADDRESS"));
        assert_eq!(plain(&told, &address(&other)), plain(&same, &free));
        let mail = house.sink.mail_to(&free).await;
        assert!(house.sink.mails().iter().all(|mail| mail.to != address(&other)), "they are not asked");
        // Somebody else confirms that address first.
        house
            .sql(&format!(
                "insert into login_name (name, kind, user_id) select '{free}', 'email', id
                            from user_account where username = '{}'",
                other.username
            ))
            .await;
        let mut elsewhere = house.world.browser();
        let page = house.follow(&mut elsewhere, &mail).await;
        let page = elsewhere.submit(&page, "link-submit", &[]).await.page();
        assert_eq!(page.reply.status, 409);
        let unchanged = format!("select count(*) from user_account where email = '{}'", address(&person));
        assert_eq!(house.count(&unchanged).await, 1);
    });
}

#[test]
fn only_its_owner_changes_an_address_and_only_freshly_signed_in() {
    run(async {
        let house = House::open(&[]).await;
        let (person, other) = (house.person().await, house.person().await);
        let mut browser = house.world.signed_in(&person).await;
        let page = browser.open(&house.world.url("/account/email")).await.page();
        // A form that was made for another person, or another browser.
        let mut foreign = house.world.signed_in(&other).await;
        let reply = foreign.press(&page, "email-change", &[("email", "x@example.test")]).await.1;
        assert_eq!(reply.status, 303);
        for forged in ["", "garbage"] {
            let form = [("token".to_owned(), forged.to_owned()), ("choice".to_owned(), "cancel".to_owned())];
            let reply = browser.send("POST", &house.world.url("/account/email"), Some(&form)).await;
            assert_eq!(reply.status, 403);
        }
        // Nobody.
        let reply = house.world.browser().press(&page, "email-change", &[("email", "x@example.test")]).await.1;
        assert!(reply.status == 303 && reply.header("location").unwrap().contains("/login"));
        // Signed in a while ago.
        house.sql("update auth_session set auth_time = auth_time - interval '16 minutes'").await;
        let page = browser.submit(&page, "email-change", &[("email", "x@example.test")]).await.page();
        assert!(page.has("login-submit"), "{page:#?}");
        assert_eq!(house.count("select count(*) from one_time").await, 0);
        let page = browser.submit(&page, "login-submit", &[("password", &person.password)]).await.page();
        assert!(page.has("email-change"), "{page:#?}");
        // To take a wish back is a change, too.
        let page = browser.submit(&page, "email-change", &[("email", "y@example.test")]).await.page();
        house.sql("update auth_session set auth_time = auth_time - interval '16 minutes'").await;
        let login = browser.submit(&page, "email-cancel", &[]).await.page();
        assert!(login.has("login-submit"), "{login:#?}");
        let pending = "select count(*) from one_time where kind = 'change_address' and expires_at > now()";
        assert_eq!(house.count(pending).await, 1);
    });
}

#[test]
fn a_stranger_makes_an_account() {
    run(async {
        let house = House::with_sign_up("open").await;
        let name = unique("n").replace('-', "")[..12].to_owned();
        let address = format!("{name}+news@example.test");
        let flow = house.world.flow(&house.world.client("house")).scope("openid").with("prompt", "create");
        let mut browser = house.world.browser();
        let page = flow.begin(&mut browser).await.page();
        assert!(page.url.contains("/sign-up?"), "{}", page.url);
        for bad in ["", "x", "a@b@c", "a b@c.test"] {
            let again = browser.submit(&page, "mail-ask-submit", &[("email", bad)]).await.page();
            assert_eq!(again.reply.status, 400, "{bad}");
        }
        let people = house.count("select count(*) from user_account").await;
        browser.submit(&page, "mail-ask-submit", &[("email", &address)]).await.page();
        let mail = house.sink.mail_to(&address).await;
        assert_eq!(house.count("select count(*) from user_account").await, people, "nothing but the link");
        house.follow(&mut house.world.browser(), &mail).await;
        let mut other = browser.clone();
        let form = house.follow(&mut other, &mail).await;
        assert!(form.text().contains(&address));
        let suggested = form.form("sign-up-submit").fields("").into_iter().find(|(field, _)| field == "username");
        assert_eq!(suggested.unwrap().1, name);
        for (typed, wrong) in [
            (vec![("username", "a b"), ("password", NEW)], "username-error"),
            (vec![("username", "ada"), ("password", NEW)], "username-error"),
            (vec![("username", "x@y.test"), ("password", NEW)], "username-error"),
            (vec![("password", "password")], "password-error"),
            (vec![("password", "")], "password-error"),
            (vec![("password", address.as_str())], "password-error"),
        ] {
            let again = other.submit(&form, "sign-up-submit", &typed).await.page();
            assert_eq!(again.reply.status, 400, "{typed:?}");
            assert!(again.has(wrong), "{typed:?}: {again:#?}");
        }
        // At once on both instances: one account.
        let mut attempts: Vec<_> = [0, 1, 0, 1].into_iter().map(|instance| at(&other, instance)).collect();
        let typed = [("name", "New Comer"), ("password", NEW)];
        let presses = attempts.iter_mut().map(|one| one.press(&form, "sign-up-submit", &typed));
        let replies = futures_util::future::join_all(presses).await;
        let statuses: Vec<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [303, 400, 409, 410].contains(status)), "{statuses:?}");
        assert_eq!(house.count("select count(*) from user_account").await, people + 1);
        // Signed in, and on with the application that had asked.
        let winner = replies.iter().find(|(_, reply)| reply.status == 303).unwrap();
        assert!(winner.1.header("location").unwrap().contains("code="), "{winner:?}");
        let shown = house.world.command(["user", "show", &address, "--json"]).await.ok().json();
        assert_eq!(shown["username"], name.as_str());
        assert_eq!(shown["email_verified"], true);
        assert_eq!(shown["claims"]["name"], "New Comer");
        assert!(house.lets_in(&name, NEW).await);
        // Whoever asks again is told by mail that there is an account.
        let page = flow.begin(&mut browser).await.page();
        browser.submit(&page, "mail-ask-submit", &[("email", &address.to_uppercase())]).await.page();
        let mails = house.sink.mails_to(&address.to_uppercase(), 1).await;
        assert!(mails[0].header("Subject").starts_with("You already have an account"), "{}", mails[0].raw);
    });
}

#[test]
fn two_links_to_one_address_make_one_account() {
    run(async {
        let house = House::with_sign_up("open").await;
        let address = format!("{}@example.test", unique("n").replace('-', ""));
        let mut browser = house.world.browser();
        for count in 1..=2 {
            let page = house.login(&mut browser).await;
            let page = house.click(&mut browser, &page, "login-sign-up").await;
            browser.submit(&page, "mail-ask-submit", &[("email", &address)]).await.page();
            house.sink.mails_to(&address, count).await;
        }
        let mails = house.sink.mails_to(&address, 2).await;
        let first = house.follow(&mut browser, &mails[0]).await;
        let mut other = house.world.browser();
        let second = house.follow(&mut other, &mails[1]).await;
        let landing = browser.submit(&first, "sign-up-submit", &[("username", "first-one"), ("password", NEW)]).await;
        code_of(landing);
        let page = other.submit(&second, "sign-up-submit", &[("username", "second"), ("password", NEW)]).await.page();
        assert_eq!(page.reply.status, 409, "{page:#?}");
        assert_eq!(house.count("select count(*) from user_account where username = 'second'").await, 0);
    });
}

#[test]
fn signing_up_is_closed_where_it_is() {
    run(async {
        for mode in ["off", "invitation"] {
            let house = House::with_sign_up(mode).await;
            let metadata = house.world.get("/.well-known/openid-configuration").send().await.ok();
            assert!(!metadata["prompt_values_supported"].as_array().unwrap().contains(&json!("create")), "{mode}");
            let flow = house.world.flow(&house.world.client("house")).scope("openid").with("prompt", "create");
            let mut browser = house.world.browser();
            let page = flow.begin(&mut browser).await.page();
            assert!(page.has("login-submit") && !page.has("login-sign-up"), "{mode}: {page:#?}");
            let page = browser.open(&house.world.url("/sign-up")).await.page();
            assert!(page.has("login-submit"), "{mode}: {page:#?}");
        }
        let house = House::open(&[("sign_up", "mode", "\"domains\""), ("sign_up", "domains", "[\"Good.test\"]")]).await;
        let metadata = house.world.get("/.well-known/openid-configuration").send().await.ok();
        assert!(metadata["prompt_values_supported"].as_array().unwrap().contains(&json!("create")));
        let mut browser = house.world.browser();
        let page = house.login(&mut browser).await;
        let page = house.click(&mut browser, &page, "login-sign-up").await;
        for bad in ["x@bad.test", "x@sub.good.test", "x@good.test.bad.test"] {
            let again = browser.submit(&page, "mail-ask-submit", &[("email", bad)]).await.page();
            assert_eq!(again.reply.status, 400, "{bad}");
        }
        browser.submit(&page, "mail-ask-submit", &[("email", "x@GOOD.test")]).await.page();
        house.sink.mail_to("x@GOOD.test").await;
        assert_eq!(house.sink.mails().len(), 1);
    });
}

#[test]
fn prompt_create_beside_others() {
    run(async {
        let house = House::with_sign_up("open").await;
        let flow = house.world.flow(&house.world.client("house")).scope("openid");
        let mut browser = house.world.browser();
        let landing = flow.clone().with("prompt", "none create").begin(&mut browser).await;
        assert_eq!(flow.answer(landing).error(), "invalid_request");
        // Whoever is signed in may make another account, or go on.
        let person = house.person().await;
        let mut browser = house.world.signed_in(&person).await;
        let flow = flow.with("prompt", "create");
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("mail-ask-submit"), "{page:#?}");
        let page = house.click(&mut browser, &page, "mail-ask-back").await;
        code_of(browser.submit(&page, "account-continue", &[]).await);
    });
}

#[test]
fn invitations() {
    run(async {
        let house = House::with_sign_up("invitation").await;
        let address = format!("{}@example.test", unique("i").replace('-', ""));
        let name = &unique("i").replace('-', "")[..12];
        let invite = ["user", "invite", &address, "--username", name, "--name", "Guest of Honor", "--json"];
        let said = house.world.command(invite).await.ok().json();
        assert_eq!((&said["mailed_to"], &said["link"]), (&json!(address), &json!(null)));
        let first = house.sink.mail_to(&address).await;
        // Again: the older one ends.
        let said = house.world.command(["user", "invite", &address, "--print", "--json"]).await.ok().json();
        let link = said["link"].as_str().unwrap().to_owned();
        assert_eq!(house.follow(&mut house.world.browser(), &first).await.reply.status, 410);
        let mut browser = house.world.browser();
        let page = browser.open(&link).await.page();
        let page = browser.submit(&page, "sign-up-submit", &[("username", name), ("password", NEW)]).await.page();
        assert!(page.has("home-sign-out"), "signed in: {page:#?}");
        let shown = house.world.command(["user", "show", &address, "--json"]).await.ok().json();
        assert_eq!((&shown["username"], &shown["email_verified"]), (&json!(name), &json!(true)));
        // Whoever has an account is not invited.
        let said = house.world.command(["user", "invite", &address]).await;
        assert!(said.one_line_of_failure().contains("already"), "{said:?}");
        let said = house.world.command(["user", "invite", "nonsense"]).await;
        assert!(said.one_line_of_failure().contains("mail address"), "{said:?}");
        assert!(house.count("select count(*) from trail where event = 'user.invited'").await <= 2);
    });
}

#[test]
fn an_administrator_hands_out_a_new_password() {
    run(async {
        let house = House::open(&[]).await;
        let person = house.person().await;
        let said = house.world.command(["user", "reset", &person.username, "--json"]).await.ok().json();
        assert_eq!((&said["mailed_to"], &said["link"]), (&json!(address(&person)), &json!(null)));
        let mail = house.mails(&person, 1).await.remove(0);
        let mut browser = house.world.browser();
        assert_eq!(house.follow(&mut browser, &mail).await.reply.status, 200);
        let said = house.world.command(["user", "reset", &person.username, "--print", "--json"]).await.ok().json();
        assert_eq!(house.follow(&mut browser, &mail).await.reply.status, 410);
        let page = browser.open(said["link"].as_str().unwrap()).await.page();
        let page = browser.submit(&page, "new-password-submit", &[("password", NEW)]).await.page();
        assert!(page.has("login-done"));
        assert!(house.signs_in(&person, NEW).await);
        // Without a confirmed address there is nowhere to mail it.
        let name = unique("p").replace('-', "")[..16].to_owned();
        house.world.command(["user", "create", &name]).await.ok();
        let said = house.world.command(["user", "reset", &name]).await;
        assert!(said.one_line_of_failure().contains("--print"), "{said:?}");
        house.world.command(["user", "disable", &name]).await.ok();
        let said = house.world.command(["user", "reset", &name, "--print"]).await;
        assert!(said.one_line_of_failure().contains("disabled"), "{said:?}");
    });
}

/// Where mail is off, nothing that needs it is offered.
#[test]
fn without_mail() {
    run(async {
        let world = World::builder().start().await;
        let mut browser = world.browser();
        let page = browser.open(&world.url("/login")).await.page();
        assert!(!page.has("login-reset") && !page.has("login-mail-code") && !page.has("login-sign-up"));
        assert!(browser.open(&world.url("/login/code")).await.page().has("login-submit"));
        assert_eq!(browser.open(&world.url("/reset")).await.page().reply.status, 404);
        assert!(browser.open(&world.url("/sign-up")).await.page().has("login-submit"));
        let said = world.command(["user", "invite", "someone@example.test"]).await.ok();
        assert!(said.out.contains("/invitation?token="), "{}", said.out);
        let person = world.add_person().await;
        let said = world.command(["user", "reset", &person.username]).await.ok();
        assert!(said.out.contains("/reset?token="), "{}", said.out);
    });
}

#[test]
fn codes_can_be_switched_off() {
    run(async {
        let house = House::open(&[("sign_in", "mail_code", "false")]).await;
        let mut browser = house.world.browser();
        let page = house.login(&mut browser).await;
        assert!(page.has("login-reset") && !page.has("login-mail-code"));
        assert!(browser.open(&house.world.url("/login/code")).await.page().has("login-submit"));
    });
}

/// A thief of the database has neither a token nor a code, before they are used and after.
#[test]
fn nothing_at_rest_opens_anything() {
    run(async {
        let house = House::with_sign_up("open").await;
        let person = house.person().await;
        let stranger = format!("{}@example.test", unique("n").replace('-', ""));
        let mut browser = house.world.browser();
        house.ask_for_code(&mut browser, &person.username).await;
        house.ask_for_reset(&mut browser, &person.username).await;
        let page = browser.open(&house.world.url("/sign-up")).await.page();
        browser.submit(&page, "mail-ask-submit", &[("email", &stranger)]).await.page();
        house.world.command(["user", "invite", "guest@example.test"]).await.ok();
        let mut mails = house.mails(&person, 2).await;
        mails.push(house.sink.mail_to(&stranger).await);
        mails.push(house.sink.mail_to("guest@example.test").await);
        let dump = house.world.database.dump().await;
        let log = house.world.servers[0].log();
        for mail in &mails {
            let token = mail.token();
            assert!(!dump.contains(&token) && !dump.contains(&token[22..]), "{token}");
            assert!(!log.contains(&token), "{token}");
        }
        let code = mails.iter().find(|mail| mail.header("Subject").starts_with("Sign in")).unwrap().code();
        assert!(!dump.contains(&code) && !dump.contains(&code.replace(' ', "")));
        until("the outbox is empty", Duration::from_secs(5), async || {
            (house.count("select count(*) from outbox where kind = 'mail'").await == 0).then_some(())
        })
        .await;
    });
}

/// The database is away: nobody is told that mail is on its way.
#[test]
fn without_a_database_nothing_is_promised() {
    run(async {
        let sink = Sink::start().await;
        let mut builder = World::builder().behind_network();
        for (section, key, value) in sink.settings() {
            builder = builder.setting(section, key, value);
        }
        let world = builder.start().await;
        let mut browser = world.browser();
        let page = browser.open(&world.url("/reset")).await.page();
        world.network.as_ref().unwrap().set(Network::Refusing);
        for name in ["ada", "nobody"] {
            let form = page.form("mail-ask-submit");
            let mut fields = form.fields("mail-ask-submit");
            fields.retain(|(field, _)| field != "username");
            fields.push(("username".to_owned(), name.to_owned()));
            let body = crate::harness::http::form_encode(fields.iter().map(|(field, value)| (field, value)));
            let origin = world.issuer().to_owned();
            let reply = world
                .post("/reset")
                .header("cookie", browser.cookie_header())
                .header("origin", &origin)
                .header("sec-fetch-site", "same-origin")
                .raw_form(body)
                .may_be_unavailable()
                .send()
                .await;
            assert_eq!(reply.status, 503, "{name}");
        }
    });
}
