//! On a PostgreSQL (`CHANCERY_TEST_DATABASE_URL`; without it these tests do nothing), with clocks that are set by hand.

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use futures_util::future::join_all;
use storage::{Database, DatabaseOptions, schema, sealed::SealingKeys};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::super::*;
use crate::{Issuer, Provider, RequestInfo, Settings, settings::Hashing};

/// Two instances over one database. Its name is one that the wire tests sweep.
async fn instances() -> &'static [Arc<Provider>; 2] {
    static INSTANCES: OnceCell<[Arc<Provider>; 2]> = OnceCell::const_new();
    INSTANCES
        .get_or_init(async || {
            let admin = std::env::var("CHANCERY_TEST_DATABASE_URL").unwrap();
            let (server, _) = admin.rsplit_once('/').unwrap();
            let url = format!("{server}/chancery_wire_{}_throttle", std::process::id());
            schema::ensure_database(&url).await.unwrap();
            let one = start(&url, true).await;
            [one, start(&url, false).await]
        })
        .await
}

async fn start(url: &str, migrate: bool) -> Arc<Provider> {
    let options = DatabaseOptions {
        url: url.to_owned(),
        max_connections: 10,
        acquire_timeout: Duration::from_secs(10),
        answer_timeout: Duration::from_secs(20),
    };
    let database = Database::connect_lazy(&options).unwrap();
    if migrate {
        schema::migrate(&database).await.unwrap();
    }
    let mut settings = Settings::new(Issuer::parse("https://id.example").unwrap());
    settings.hashing = Hashing { memory: 64, iterations: 1, parallelism: 1, threads: 1, ..settings.hashing };
    let sealing = SealingKeys::new(&[(1, Zeroizing::new([7; 32]))]).unwrap();
    Provider::start(settings, database, sealing).await.unwrap()
}

/// Runs a test on one runtime, which the instances' connections outlive.
fn run(test: impl Future<Output = ()>) {
    static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
        std::sync::LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap());
    if std::env::var("CHANCERY_TEST_DATABASE_URL").is_ok_and(|url| !url.is_empty()) {
        RUNTIME.block_on(test);
    }
}

/// A caller: from where, in which browser, at which second of the test.
#[derive(Clone)]
struct Caller {
    context: Context,
}

/// A range of its own for each test, so that they do not disturb each other.
async fn caller(instance: usize, address: &str) -> Caller {
    let address: IpAddr = address.parse().unwrap();
    let request = RequestInfo { address: Some(address), ..RequestInfo::of_nobody() };
    Caller { context: instances().await[instance].begin(request) }
}

impl Caller {
    fn browser(mut self, browser: u8) -> Self {
        self.context.request.browser = Some([browser; 32]);
        self
    }

    fn from(mut self, address: &str) -> Self {
        self.context.request.address = Some(address.parse().unwrap());
        self
    }

    /// At the moment of another one, however long it took to get here.
    fn at(mut self, other: &Self) -> Self {
        self.context.now = other.context.now;
        self
    }

    fn later(mut self, seconds: f64) -> Self {
        self.context.now += Duration::from_secs_f64(seconds);
        self
    }

    async fn admit(&self, guess: Guess<'_>) -> Result<Admitted, Duration> {
        loop {
            match admit(&self.context, guess).await {
                Ok(admitted) => return Ok(admitted),
                Err(Refusal::Throttled { retry_after }) => return Err(retry_after),
                // Nothing was counted: the machine is busy.
                Err(Refusal::Unavailable { reason, .. }) if reason.contains("at once") => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    /// How many of so many attempts are admitted.
    async fn guesses(&self, guess: Guess<'_>, count: usize) -> usize {
        let mut admitted = 0;
        for _ in 0..count {
            admitted += usize::from(self.admit(guess).await.is_ok());
        }
        admitted
    }
}

fn anybody() -> Guess<'static> {
    Guess::Password(Account::Known(UserId::new()))
}

#[test]
fn exactly_the_budget_is_admitted() {
    run(async {
        let user = UserId::new();
        let (here, there) = (caller(0, "198.51.100.1").await, caller(1, "198.51.100.2").await);
        for guess in [Guess::Password(Account::Known(user)), Guess::Password(Account::Unknown("exactly nobody"))] {
            let attempts = (0..200).map(|i| if i % 2 == 0 { &here } else { &there }).map(|caller| caller.admit(guess));
            let outcomes = join_all(attempts).await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
            let waits: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
            assert!(waits.iter().all(|wait| wait.as_secs() <= 2), "{waits:?}");
        }
    });
}

/// Parallel attempts that share some buckets but not all lock them in one order.
#[test]
fn crossing_attempts_do_not_deadlock() {
    run(async {
        let users: Vec<UserId> = (0..8).map(|_| UserId::new()).collect();
        let mut callers = Vec::new();
        for i in 0..8 {
            callers.push(caller(i % 2, &format!("2001:db8:77:{:x}00::1", i)).await.browser(u8::try_from(i).unwrap()));
        }
        let attempts = (0..256).map(|i| {
            let (caller, user) = (&callers[i % 8], users[(i / 8) % 8]);
            async move {
                if let Ok(admitted) = caller.admit(Guess::Password(Account::Known(user))).await {
                    admitted.succeeded(&caller.context).await.unwrap();
                }
            }
        });
        join_all(attempts).await;
    });
}

#[test]
fn waits_grow_and_are_forgotten() {
    run(async {
        let (mut now, guess) = (caller(0, "198.51.101.1").await, anybody());
        assert_eq!(now.guesses(guess, 20).await, 10);
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
            let wait = now.admit(guess).await.unwrap_err();
            assert!(wait.as_secs().abs_diff(expected) <= 1, "{wait:?} for {expected}");
            // A moment before it is too early, and asking costs nothing.
            assert!(now.clone().later(expected as f64 - 0.5).admit(guess).await.is_err());
            now = now.later(wait.as_secs_f64());
            let _ = now.admit(guess).await.unwrap();
        }
        assert!(now.admit(guess).await.unwrap_err() <= Duration::from_secs(15 * 60 + 1));
        let tomorrow = now.later(DAY);
        assert_eq!(tomorrow.guesses(guess, 20).await, 10, "all is forgotten");
    });
}

#[test]
fn a_success_takes_back_what_it_counted() {
    run(async {
        let (here, guess) = (caller(0, "198.51.102.1").await, anybody());
        for _ in 0..3 {
            assert_eq!(here.guesses(guess, 9).await, 9);
            here.admit(guess).await.unwrap().succeeded(&here.context).await.unwrap();
        }
        assert_eq!(here.guesses(guess, 20).await, 10);
        // What was not judged is not forgotten, but given back.
        let (other, guess) = (caller(0, "198.51.102.1").await, anybody());
        for _ in 0..30 {
            other.admit(guess).await.unwrap().not_judged(&other.context).await.unwrap();
        }
        assert_eq!(other.guesses(guess, 20).await, 10);
    });
}

/// Somebody guesses from everywhere at the account of a person who signs in as usual.
#[test]
fn nobody_can_keep_a_person_out() {
    run(async {
        let guess = anybody();
        let home = caller(0, "203.0.113.5").await.browser(1);
        home.admit(guess).await.unwrap().succeeded(&home.context).await.unwrap();
        let mut attacks = 0;
        for range in 0..20 {
            let attacker = caller(1, &format!("198.18.{range}.1")).await.at(&home).browser(99);
            attacks += attacker.guesses(guess, 20).await;
        }
        assert_eq!(attacks, 30, "from everywhere together: the account's budget");
        let stranger = caller(1, "198.18.99.1").await.at(&home);
        assert!(stranger.admit(guess).await.is_err());
        // At home in another browser, and elsewhere in the usual one.
        for place in [home.clone(), home.clone().browser(2), home.clone().from("192.0.2.77")] {
            let admitted = place.admit(guess).await.unwrap();
            admitted.succeeded(&place.context).await.unwrap();
        }
        // That gave the attacker nothing.
        assert!(stranger.admit(guess).await.is_err());
        // A guest of the same network uses up what the account has there. The usual browser is not held up.
        let guest = home.clone().browser(66);
        assert_eq!(guest.guesses(guess, 30).await, 10);
        let _ = home.admit(guess).await.unwrap();
        // It is the browser's own budget that bounds what is guessed in it.
        assert_eq!(home.guesses(guess, 30).await, 9);
        // After a month of absence nobody is known.
        let later = home.later(31.0 * DAY);
        assert_eq!(later.guesses(guess, 40).await, 10);
    });
}

/// Signing in with the password anew, however often and from wherever, gives no new guesses of codes.
#[test]
fn the_second_factor_has_a_budget_of_its_own() {
    run(async {
        let user = UserId::new();
        let (password, code) = (Guess::Password(Account::Known(user)), Guess::SecondFactor(user));
        let mut judged = 0;
        let first = caller(0, "198.19.0.1").await.browser(0);
        for range in 0..40_u8 {
            let thief = caller(usize::from(range % 2), &format!("198.19.{range}.1")).await.at(&first).browser(range);
            thief.admit(password).await.unwrap().succeeded(&thief.context).await.unwrap();
            judged += thief.guesses(code, 3).await;
        }
        assert_eq!(judged, 5);
        let thief = first;
        let wait = thief.admit(code).await.unwrap_err();
        assert!(wait.as_secs() <= 61, "{wait:?}");
        // A month of it.
        let mut now = thief.clone();
        while now.context.now < thief.context.now + Duration::from_secs(30 * 24 * 3600) {
            match now.admit(code).await {
                Ok(_) => judged += 1,
                Err(wait) => now = now.later(wait.as_secs_f64()),
            }
        }
        assert!(judged <= 50, "{judged} codes in a month");
        // Other ways are not closed by that, and whoever got through once in this browser still does.
        let _ = now.admit(Guess::RecoveryCode(user)).await.unwrap();
        let _ = now.admit(Guess::MailCode(user)).await.unwrap();

        let owner = UserId::new();
        let code = Guess::SecondFactor(owner);
        let home = caller(0, "203.0.114.5").await.browser(5);
        home.admit(code).await.unwrap().succeeded(&home.context).await.unwrap();
        assert_eq!(thief.guesses(code, 20).await, 5);
        home.admit(code).await.unwrap().succeeded(&home.context).await.unwrap();
        assert_eq!(thief.guesses(code, 20).await, 0, "the owner's success is nobody else's");
    });
}

#[test]
fn mail_and_new_accounts_are_counted_for_good() {
    run(async {
        let here = caller(0, "198.51.103.1").await;
        for _ in 0..3 {
            let admitted = here.admit(Guess::MailTo("flood@example.test")).await.unwrap();
            admitted.succeeded(&here.context).await.unwrap();
        }
        assert!(here.admit(Guess::MailTo("Flood@example.test")).await.is_err());
        assert!(here.clone().from("198.51.104.1").admit(Guess::MailTo("flood@example.test")).await.is_err());
        let _ = here.admit(Guess::MailTo("another@example.test")).await.unwrap();
        assert_eq!(here.guesses(Guess::SignUp, 50).await, 30);
    });
}

/// Names that nobody has, from one range: what they leave behind is bounded, and goes.
#[test]
fn a_flood_of_names_is_stopped() {
    run(async {
        let flood = caller(0, "198.51.105.1").await;
        let other = caller(1, "198.51.105.2").await;
        let mut admitted = 0;
        for block in 0..14 {
            let names: Vec<String> = (0..100).map(|i| format!("flood-{block}-{i}")).collect();
            let attempts = names.iter().enumerate().map(|(i, name)| {
                let caller = if i % 2 == 0 { &flood } else { &other };
                caller.admit(Guess::Password(Account::Unknown(name)))
            });
            admitted += join_all(attempts).await.iter().filter(|outcome| outcome.is_ok()).count();
        }
        assert_eq!(admitted, 1000);
        // One who is known there in their browser passes; a crowd of right passwords is given back.
        let guess = anybody();
        let usual = caller(0, "203.0.115.1").await.browser(3);
        usual.admit(guess).await.unwrap().succeeded(&usual.context).await.unwrap();
        let _ = usual.clone().from("198.51.105.3").admit(guess).await.unwrap();
        let crowd = caller(0, "198.51.106.1").await;
        let signed_in = (0..1100).map(|_| async {
            crowd.admit(anybody()).await.unwrap().succeeded(&crowd.context).await.unwrap();
        });
        futures_util::StreamExt::collect::<Vec<()>>(futures_util::StreamExt::buffer_unordered(
            futures_util::stream::iter(signed_in),
            64,
        ))
        .await;
    });
}
