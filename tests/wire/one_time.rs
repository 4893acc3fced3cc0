//! Links and codes that work once: mailed by the real binary, and judged by two more instances inside of this process,
//! since no page stands between them and an attacker here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use provider::{
    Context, Issuer, Provider, RequestInfo, Settings,
    id::{OneTimeId, UserId},
    mail::{self, Letter, To},
    one_time::{self, Judged, Kind, New, Over, Standing},
};
use storage::{Database, DatabaseOptions, sealed::SealingKeys, sweep};
use zeroize::Zeroizing;

use crate::harness::{World, database::execute, run, smtp::Sink, spawn, until, world};

const BROWSER: &[u8] = b"the cookie of a browser";
const ANOTHER: &[u8] = b"the cookie of another browser";

struct House {
    world: World,
    sink: Sink,
    instances: [Arc<Provider>; 2],
    ada: UserId,
}

impl House {
    async fn open() -> Self {
        let sink = Sink::start().await;
        let mut builder = World::builder();
        for (section, key, value) in sink.settings() {
            builder = builder.setting(section, key, value);
        }
        let world = builder.start().await;
        let instances = [instance(&world).await, instance(&world).await];
        let ada = world.command(["user", "show", "ada", "--json"]).await.ok().json()["id"].as_str().unwrap().parse();
        Self { ada: ada.unwrap(), world, sink, instances }
    }

    fn context(&self) -> Context {
        context(&self.instances[0])
    }

    async fn issue(&self, new: New<'_>) -> one_time::Issued {
        let context = self.context();
        let mut tx = context.database.begin().await.unwrap();
        let issued = one_time::issue(&context, &mut tx, new).await.unwrap().expect("ada is enabled");
        tx.commit().await.unwrap();
        issued
    }

    /// Issues one and mails it, in one transaction.
    async fn send(&self, new: New<'_>) -> one_time::Issued {
        let context = self.context();
        let mut tx = context.database.begin().await.unwrap();
        let to = To::stranger(new.address.unwrap_or("ada@example.test"), Default::default());
        let issued = one_time::issue(&context, &mut tx, new).await.unwrap().expect("ada is enabled");
        mail::send(&context, &mut tx, &to, Letter::OneTime { id: issued.id }).await.unwrap();
        tx.commit().await.unwrap();
        issued
    }

    fn of_ada<'a>(&self, kind: Kind) -> New<'a> {
        New { user: Some(self.ada), address: Some("ada@example.test"), ..New::of(kind) }
    }

    fn sign_in<'a>(&self) -> New<'a> {
        New { browser: Some(BROWSER), ..self.of_ada(Kind::SignIn) }
    }

    async fn peek(&self, kind: Kind, token: &str) -> Standing {
        one_time::peek(&self.context(), kind, token, BROWSER).await.unwrap()
    }

    async fn spend(&self, kind: Kind, token: &str, browser: &[u8]) -> bool {
        spend(&self.context(), kind, token, browser).await
    }

    async fn judge(&self, id: OneTimeId, code: &str, browser: &[u8]) -> Verdict {
        Verdict::of(one_time::spend_code(&self.context(), Kind::SignIn, id, code, browser).await.unwrap()).await
    }
}

/// An instance of the same deployment. It mails nothing: its traps are never emptied into the outbox.
async fn instance(world: &World) -> Arc<Provider> {
    let options = DatabaseOptions {
        url: world.database.url.clone(),
        max_connections: 12,
        acquire_timeout: Duration::from_secs(20),
        answer_timeout: Duration::from_secs(30),
    };
    let mut settings = Settings::new(Issuer::parse(world.issuer()).unwrap());
    settings.mail.transport = outbound::mail::Transport::Trap;
    settings.mail.from = "id@example.test".to_owned();
    Provider::start(settings, Database::connect_lazy(&options).unwrap(), sealing()).await.unwrap()
}

fn sealing() -> SealingKeys {
    let key = world::sealing_key();
    let key: [u8; 32] = STANDARD.decode(key.strip_prefix("1:").unwrap()).unwrap().try_into().unwrap();
    SealingKeys::new(&[(1, Zeroizing::new(key))]).unwrap()
}

fn context(provider: &Arc<Provider>) -> Context {
    provider.begin(RequestInfo::of_nobody())
}

async fn spend(context: &Context, kind: Kind, token: &str, browser: &[u8]) -> bool {
    let mut tx = context.database.begin().await.unwrap();
    let spent = one_time::spend(context, &mut tx, kind, token, browser).await.unwrap();
    tx.commit().await.unwrap();
    spent.is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Right,
    Wrong,
    Dead,
}

impl Verdict {
    async fn of(judged: Judged) -> Self {
        match judged {
            Judged::Right(tx, _) => {
                tx.commit().await.unwrap();
                Self::Right
            }
            Judged::Wrong { .. } => Self::Wrong,
            Judged::Dead => Self::Dead,
        }
    }
}

fn count(verdicts: &[Verdict]) -> BTreeMap<Verdict, usize> {
    verdicts.iter().fold(BTreeMap::new(), |mut counts, verdict| {
        *counts.entry(*verdict).or_default() += 1;
        counts
    })
}

fn over(standing: Standing) -> Option<Over> {
    match standing {
        Standing::Over(over) => Some(over),
        Standing::Live(_) => None,
    }
}

#[test]
fn a_mailed_link_works_once_and_nothing_of_it_is_at_rest() {
    run(async {
        let house = House::open().await;
        let dumps = async |secrets: &[String]| {
            let dump = house.world.database.dump().await;
            assert!(dump.contains("one_time: "), "the dump is not one");
            for secret in secrets {
                let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap_or_default();
                let tail: String = bytes.iter().rev().take(32).rev().map(|byte| format!("{byte:02x}")).collect();
                assert!(!dump.contains(secret), "{secret} is in the database");
                assert!(tail.is_empty() || !dump.contains(&tail), "{secret} is in the database, in hex");
            }
        };
        // As long as it waits, and after it was sent.
        house.world.servers[0].signal("STOP");
        let reset = house.send(house.of_ada(Kind::ResetPassword)).await;
        let sign_in = house.send(house.sign_in()).await;
        assert_eq!(house.world.database.count("select count(*) from outbox").await, 2);
        dumps(&[reset.token.clone(), sign_in.token.clone()]).await;
        house.world.servers[0].signal("CONT");
        let mails = house.sink.mails_to("ada@example.test", 2).await;
        let of = |subject: &str| mails.iter().find(|mail| mail.header("Subject").starts_with(subject)).unwrap();
        let (reset_mail, sign_in_mail) = (of("Reset your password"), of("Sign in"));
        let code = sign_in_mail.code().replace(' ', "");
        dumps(&[reset.token.clone(), sign_in.token.clone(), code.clone()]).await;

        // The instance that sent it derived the same as the one that issued it.
        assert_eq!(reset_mail.link(), format!("{}?token={}", house.world.url("/reset"), reset.token));
        assert!(reset_mail.html().contains(&reset.token) && reset_mail.text().contains("30 minutes"));
        assert_eq!(sign_in_mail.token(), sign_in.token);
        let token = reset_mail.token();
        for _ in 0..3 {
            // As mail scanners do.
            let Standing::Live(found) = house.peek(Kind::ResetPassword, &token).await else { panic!("not live") };
            assert_eq!((found.user, found.address.as_deref()), (Some(house.ada), Some("ada@example.test")));
        }
        assert!(house.spend(Kind::ResetPassword, &token, ANOTHER).await, "bound to no browser");
        assert!(!house.spend(Kind::ResetPassword, &token, ANOTHER).await);
        assert_eq!(over(house.peek(Kind::ResetPassword, &token).await), Some(Over::Spent));
        assert_eq!(house.judge(sign_in.id, &sign_in_mail.code(), BROWSER).await, Verdict::Right);
        assert_eq!(house.judge(sign_in.id, &sign_in_mail.code(), BROWSER).await, Verdict::Dead);
        assert!(!house.spend(Kind::SignIn, &sign_in.token, BROWSER).await, "link and code are one");
        dumps(&[reset.token, sign_in.token, code]).await;
        let log = house.world.servers[0].log();
        assert!(!log.contains(&token) && !log.contains("ada@example.test"), "{log}");
    });
}

#[test]
fn what_works_no_more_is_not_sent() {
    run(async {
        let house = House::open().await;
        house.world.servers[0].signal("STOP");
        let spent = house.send(house.of_ada(Kind::ResetPassword)).await;
        assert!(house.spend(Kind::ResetPassword, &spent.token, BROWSER).await);
        house.send(house.of_ada(Kind::VerifyAddress)).await; // A newer one is sent before it goes out.
        house.send(house.of_ada(Kind::VerifyAddress)).await;
        house.world.servers[0].signal("CONT");
        house.sink.mail_to("ada@example.test").await;
        until("the outbox is empty", Duration::from_secs(10), async || {
            (house.world.database.count("select count(*) from outbox").await == 0).then_some(())
        })
        .await;
        assert_eq!(house.sink.mails().len(), 1);
    });
}

#[test]
fn of_many_at_once_one_spends_a_link() {
    run(async {
        let house = House::open().await;
        for _ in 0..5 {
            let issued = house.issue(house.of_ada(Kind::ResetPassword)).await;
            let attempts: Vec<_> = (0..40)
                .map(|index| {
                    let (provider, token) = (Arc::clone(&house.instances[index % 2]), issued.token.clone());
                    spawn(async move { spend(&context(&provider), Kind::ResetPassword, &token, BROWSER).await })
                })
                .collect();
            let mut won = 0;
            for attempt in attempts {
                won += usize::from(attempt.await.unwrap());
            }
            assert_eq!(won, 1);
        }
    });
}

async fn storm(house: &House, id: OneTimeId, codes: Vec<String>) -> Vec<Verdict> {
    let attempts: Vec<_> = codes
        .into_iter()
        .enumerate()
        .map(|(index, code)| {
            let provider = Arc::clone(&house.instances[index % 2]);
            spawn(async move {
                let context = context(&provider);
                Verdict::of(one_time::spend_code(&context, Kind::SignIn, id, &code, BROWSER).await.unwrap()).await
            })
        })
        .collect();
    let mut verdicts = Vec::new();
    for attempt in attempts {
        verdicts.push(attempt.await.unwrap());
    }
    verdicts
}

#[test]
fn of_two_hundred_wrong_codes_five_are_judged() {
    run(async {
        let house = House::open().await;
        let issued = house.send(house.sign_in()).await;
        let code = house.sink.mail_to("ada@example.test").await.code().replace(' ', "");
        let wrong: Vec<_> = (0..201).map(|n| format!("{n:08}")).filter(|wrong| *wrong != code).take(200).collect();
        let verdicts = storm(&house, issued.id, wrong).await;
        assert_eq!(count(&verdicts), BTreeMap::from([(Verdict::Wrong, 5), (Verdict::Dead, 195)]));
        assert_eq!(house.judge(issued.id, &code, BROWSER).await, Verdict::Dead, "dead, even for the right one");
        assert!(!house.spend(Kind::SignIn, &issued.token, BROWSER).await, "and for the link");
    });
}

#[test]
fn of_many_right_codes_one_is_taken() {
    run(async {
        let house = House::open().await;
        let issued = house.send(house.sign_in()).await;
        let code = house.sink.mail_to("ada@example.test").await.code();
        for _ in 0..4 {
            assert_eq!(house.judge(issued.id, "00000000", BROWSER).await, Verdict::Wrong);
        }
        let verdicts = storm(&house, issued.id, vec![code; 40]).await;
        assert_eq!(count(&verdicts), BTreeMap::from([(Verdict::Right, 1), (Verdict::Dead, 39)]));
    });
}

/// A right code that nothing came of is still good; a wrong one is counted, whatever its caller does then.
#[test]
fn what_is_rolled_back_is_not_spent() {
    run(async {
        let house = House::open().await;
        let issued = house.send(house.sign_in()).await;
        let code = house.sink.mail_to("ada@example.test").await.code();
        for _ in 0..10 {
            let judged = one_time::spend_code(&house.context(), Kind::SignIn, issued.id, &code, BROWSER).await.unwrap();
            assert!(matches!(judged, Judged::Right(..)), "{judged:?}");
        }
        for left in [4, 3] {
            let context = house.context();
            let judged = one_time::spend_code(&context, Kind::SignIn, issued.id, "nonsense", BROWSER).await.unwrap();
            assert!(matches!(judged, Judged::Wrong { left: found } if found == left), "{judged:?}");
        }
        let context = house.context();
        let mut tx = context.database.begin().await.unwrap();
        assert!(one_time::spend(&context, &mut tx, Kind::SignIn, &issued.token, BROWSER).await.unwrap().is_some());
        drop(tx);
        assert_eq!(house.judge(issued.id, &code, BROWSER).await, Verdict::Right);
    });
}

#[test]
fn somebody_elses_browser_neither_spends_nor_counts() {
    run(async {
        let house = House::open().await;
        let issued = house.send(house.sign_in()).await;
        let code = house.sink.mail_to("ada@example.test").await.code();
        for _ in 0..20 {
            assert_eq!(house.judge(issued.id, "00000000", ANOTHER).await, Verdict::Dead);
            assert_eq!(house.judge(issued.id, &code, ANOTHER).await, Verdict::Dead);
            assert!(!house.spend(Kind::SignIn, &issued.token, ANOTHER).await);
        }
        let there = one_time::peek(&house.context(), Kind::SignIn, &issued.token, ANOTHER).await.unwrap();
        assert_eq!(over(there), Some(Over::OtherBrowser));
        assert_eq!(house.judge(OneTimeId::new(), &code, BROWSER).await, Verdict::Dead, "another id");
        // No other kind takes it, by code or by link.
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::SignIn) {
            let judged = one_time::spend_code(&house.context(), kind, issued.id, &code, BROWSER).await.unwrap();
            assert!(matches!(judged, Judged::Dead), "{kind:?}");
            assert_eq!(over(house.peek(kind, &issued.token).await), Some(Over::Unknown), "{kind:?}");
            assert!(!house.spend(kind, &issued.token, BROWSER).await, "{kind:?}");
        }
        assert_eq!(house.judge(issued.id, &code, BROWSER).await, Verdict::Right);
    });
}

#[test]
fn a_newer_one_ends_the_older_ones_of_the_same_browser() {
    run(async {
        let house = House::open().await;
        let first = house.issue(house.sign_in()).await;
        let elsewhere = house.issue(New { browser: Some(ANOTHER), ..house.sign_in() }).await;
        let reset = house.issue(house.of_ada(Kind::ResetPassword)).await;
        let bob =
            house.world.command(["user", "show", "bob", "--json"]).await.ok().json()["id"].as_str().unwrap().parse();
        let bobs = house.issue(New { user: Some(bob.unwrap()), ..house.sign_in() }).await;
        let second = house.issue(house.sign_in()).await;
        assert_eq!(over(house.peek(Kind::SignIn, &first.token).await), Some(Over::Ended));
        assert!(!house.spend(Kind::SignIn, &first.token, BROWSER).await);
        // Whoever asks in another browser takes nobody's code away.
        assert!(house.spend(Kind::SignIn, &elsewhere.token, ANOTHER).await);
        assert!(house.spend(Kind::ResetPassword, &reset.token, BROWSER).await);
        assert!(house.spend(Kind::SignIn, &bobs.token, BROWSER).await);
        assert!(house.spend(Kind::SignIn, &second.token, BROWSER).await);
        // Of many that are issued at once, one is left.
        let issuing: Vec<_> = (0..20)
            .map(|index| {
                let (provider, new) = (Arc::clone(&house.instances[index % 2]), house.sign_in());
                spawn(async move {
                    let context = context(&provider);
                    let mut tx = context.database.begin().await.unwrap();
                    let issued = one_time::issue(&context, &mut tx, new).await.unwrap().unwrap();
                    tx.commit().await.unwrap();
                    issued.token
                })
            })
            .collect();
        let mut tokens = Vec::new();
        for token in issuing {
            tokens.push(token.await.unwrap());
        }
        let mut live = 0;
        for token in &tokens {
            live += usize::from(over(house.peek(Kind::SignIn, token).await).is_none());
        }
        assert_eq!(live, 1);
        let rows = "select count(*) from one_time where kind = 'sign_in' and spent_at is null and expires_at > now()";
        assert_eq!(house.world.database.count(rows).await, 1);
    });
}

#[test]
fn it_ends_with_the_person_as_they_were() {
    run(async {
        let house = House::open().await;
        let issued = async || house.issue(house.of_ada(Kind::ResetPassword)).await.token;
        let dead = async |token: &str, what: &str| {
            assert_eq!(over(house.peek(Kind::ResetPassword, token).await), Some(Over::Ended), "{what}");
            assert!(!house.spend(Kind::ResetPassword, token, BROWSER).await, "{what}");
        };
        let token = issued().await;
        house.world.command(["user", "disable", "ada"]).await.ok();
        dead(&token, "disabled").await;
        let context = house.context();
        let mut tx = context.database.begin().await.unwrap();
        let none = one_time::issue(&context, &mut tx, house.of_ada(Kind::ResetPassword)).await.unwrap();
        assert!(none.is_none(), "nothing is issued to who is disabled");
        drop(tx);
        house.world.command(["user", "enable", "ada"]).await.ok();
        dead(&token, "enabled again, of another epoch").await;
        let token = issued().await;
        let file = house.world.home.folder.join("password");
        std::fs::write(&file, "another long password of hers").unwrap();
        let file = file.to_str().unwrap();
        house.world.command(["user", "set-password", "ada", "--password-file", file]).await.ok();
        dead(&token, "a new password").await;
        let token = issued().await;
        let mut connection = house.world.database.connect().await;
        execute(&mut connection, "update one_time set expires_at = now()").await;
        dead(&token, "expired").await;
        let token = issued().await;
        house.world.command(["user", "delete", "ada"]).await.ok();
        assert_eq!(over(house.peek(Kind::ResetPassword, &token).await), Some(Over::Unknown), "deleted");
        assert!(!house.spend(Kind::ResetPassword, &token, BROWSER).await);
    });
}

/// Whoever can write the database cannot turn what was sent to somebody else.
#[test]
fn a_row_that_was_altered_is_nothing() {
    run(async {
        let house = House::open().await;
        let mut connection = house.world.database.connect().await;
        for change in [
            "user_id = (select id from user_account where username = 'bob')",
            "user_id = null, user_epoch = null",
            "address = 'eve@example.test'",
            "kind = 'verify_address'",
            "user_epoch = user_epoch + 1",
        ] {
            let issued = house.issue(house.of_ada(Kind::ResetPassword)).await;
            execute(&mut connection, &format!("update one_time set {change} where id = '{}'", issued.id)).await;
            for kind in [Kind::ResetPassword, Kind::VerifyAddress] {
                assert!(!house.spend(kind, &issued.token, BROWSER).await, "{change}");
                assert!(over(house.peek(kind, &issued.token).await).is_some(), "{change}");
            }
        }
    });
}

#[test]
fn old_rows_leave() {
    run(async {
        let house = House::open().await;
        house.issue(house.of_ada(Kind::ResetPassword)).await;
        let context = house.context();
        let mut tx = context.database.begin().await.unwrap();
        assert!(storage::spent::spend(&mut tx, "test", b"what", context.now).await.unwrap());
        assert!(!storage::spent::spend(&mut tx, "test", b"what", context.now).await.unwrap());
        tx.commit().await.unwrap();
        let later = |days: u64| context.now + Duration::from_secs(days * 24 * 60 * 60);
        let batch = async |what, now| sweep::batch(&context.database, what, now).await.unwrap();
        assert_eq!(batch(sweep::Swept::OneTime, later(1)).await, 0);
        assert_eq!(batch(sweep::Swept::OneTime, later(2)).await, 1);
        assert_eq!(batch(sweep::Swept::Spent, context.now).await, 0);
        assert_eq!(batch(sweep::Swept::Spent, later(1)).await, 1);
    });
}
