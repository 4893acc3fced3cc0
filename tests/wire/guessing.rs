//! Guessing: what an attacker gets out of a sign-in form, how often, and whom that holds up.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::harness::{
    Reply, World,
    browser::Landing,
    http::{Call, client, form_encode},
    json, run, unique, until,
    world::{Builder, Person},
};

/// A sign-in form in a browser of its own, to be sent as often as one likes.
struct Form {
    cookies: String,
    action: String,
    fields: Vec<(String, String)>,
    names: (String, String),
}

impl Form {
    async fn open(world: &World) -> Self {
        let mut browser = world.browser();
        let page = world.flow(&world.client("house")).scope("openid").begin(&mut browser).await.page();
        let form = page.form("login-submit");
        let name = |id: &str| form.name_of(id).unwrap().to_owned();
        let names = (name("username"), name("password"));
        let mut fields = form.fields("login-submit");
        fields.retain(|(field, _)| *field != names.0 && *field != names.1);
        let action = page.action(&form)[world.issuer().len()..].to_owned();
        Self { cookies: browser.cookie_header(), action, fields, names }
    }

    fn send(&self, world: &World, instance: usize, username: &str, password: &str) -> Call {
        let mut fields = self.fields.clone();
        fields.push((self.names.0.clone(), username.to_owned()));
        fields.push((self.names.1.clone(), password.to_owned()));
        world
            .call_at(instance, "POST", &self.action)
            .header("cookie", &self.cookies)
            .header("origin", world.issuer())
            .header("accept", "text/html")
            .header("accept-language", "en")
            .raw_form(form_encode(fields.iter().map(|(name, value)| (name, value))))
    }
}

/// A deployment whose passwords are hashed in the end, however busy the test machine is.
fn patient() -> Builder {
    World::builder().setting("passwords", "queue_wait", "\"20s\"")
}

/// What many attempts that were sent at once came to.
struct Crowd {
    /// Of each attempt, what it was told in the end.
    replies: Vec<Reply>,
    /// How often one was told that the server is busy. It may have been judged for all that.
    busy: usize,
    /// How long it all took.
    within: Duration,
}

impl Crowd {
    /// Sends them all at once. Whoever is told that the server is busy tries again.
    async fn send(calls: Vec<Call>) -> Self {
        let begun = Instant::now();
        let tasks = calls.into_iter().map(|call| {
            crate::harness::spawn(async move {
                let mut busy = 0;
                loop {
                    let reply = call.clone().may_be_unavailable().send().await;
                    if reply.status != 503 {
                        return (reply, busy);
                    }
                    busy += 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            })
        });
        let ended = futures_util::future::join_all(tasks).await;
        let (replies, busy): (Vec<_>, Vec<usize>) = ended.into_iter().map(Result::unwrap).unzip();
        Self { replies, busy: busy.iter().sum(), within: begun.elapsed() }
    }

    fn count(&self, status: u16) -> usize {
        self.replies.iter().filter(|reply| reply.status == status).count()
    }

    /// Asserts how many were judged: the budget, and what becomes free meanwhile, after one second, two more, four
    /// more. (On a machine that is not busy, none.) All others were told to wait.
    #[track_caller]
    fn assert_judged(&self, budget: usize) {
        let seconds = self.within.as_secs_f64() + 0.5;
        let most = budget + (0..10).take_while(|n| f64::from((1 << (n + 1)) - 1) <= seconds).count();
        let judged = self.count(400);
        let least = budget.saturating_sub(self.busy);
        assert!((least..=most).contains(&judged), "{judged} judged within {:?}, {} busy", self.within, self.busy);
        assert_eq!(judged + self.count(429), self.replies.len());
    }

    /// Asserts that what was not judged was not hashed either. Whoever was told that the server is busy may have been.
    async fn assert_hashed(&self, world: &World, before: u64) {
        let judged = (self.replies.len() - self.count(429)) as u64;
        let hashed = until("the hashes are counted", Duration::from_secs(5), async || {
            let hashed = hashed(world).await - before;
            (hashed >= judged).then_some(hashed)
        })
        .await;
        assert!(hashed <= judged + self.busy as u64, "{hashed} hashed, {judged} judged, {} busy", self.busy);
    }
}

#[track_caller]
fn retry_after(reply: &Reply) -> u64 {
    assert_eq!(reply.status, 429, "{reply:?}");
    reply.header("retry-after").unwrap_or_else(|| panic!("no Retry-After: {reply:?}")).parse().unwrap()
}

/// How many passwords the instances hashed.
async fn hashed(world: &World) -> u64 {
    let mut sum = 0;
    for server in &world.servers {
        let url = format!("http://127.0.0.1:{}/metrics", server.ports.management);
        let text = client().get(&url).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("chancery_hashing_seconds_count "));
        sum += line.map_or(0, |count| count.trim().parse::<u64>().unwrap());
    }
    sum
}

/// However they come, and at whatever instance: ten are judged, and only these cost anything.
#[test]
fn two_hundred_at_once() {
    run(async {
        let world = patient().instances(2).start().await;
        let form = Form::open(&world).await;
        for username in ["ada", "nobody-at-all"] {
            let before = hashed(&world).await;
            let calls = (0..200).map(|i| form.send(&world, i % 2, username, &format!("wrong password {i}"))).collect();
            let crowd = Crowd::send(calls).await;
            crowd.assert_judged(10);
            crowd.assert_hashed(&world, before).await;
            let refused = crowd.replies.iter().filter(|reply| reply.status == 429);
            refused.for_each(|reply| assert!(retry_after(reply) <= 120));
        }
        // The right password is not looked at either while there is something to wait for.
        let ada = world.person("ada");
        let before = hashed(&world).await;
        let crowd = Crowd::send((0..16).map(|i| form.send(&world, i % 2, "ada", &ada.password)).collect()).await;
        crowd.assert_hashed(&world, before).await;
    });
}

/// Of nothing that anybody types here.
const IMPORTED: &str = "$2b$11$abcdefghijklmnopqrstuuWQ3Zl0cCq0n3B9Q3yxB8pY0rB2b9hS6";

/// What a stranger may not tell apart.
struct State {
    what: &'static str,
    username: String,
    password: String,
}

async fn states(world: &World) -> Vec<State> {
    let person = || Person::named(&unique("p").replace('-', "")[..16]);
    let (enabled, disabled, without, imported) = (person(), person(), person(), person());
    let mut passwordless = without.registration();
    passwordless.as_object_mut().unwrap().remove("password");
    // From elsewhere, where a hash costs more than here.
    let mut elsewhere = imported.registration();
    elsewhere.as_object_mut().unwrap().remove("password");
    elsewhere["password_hash"] = json!(IMPORTED);
    let users = json!({ "user": [enabled.registration(), disabled.registration(), passwordless, elsewhere] });
    world.home.apply(&users).await.ok();
    world.command(["user", "disable", &disabled.username]).await.ok();
    let state = |what, username: &str, password: &str| State {
        what,
        username: username.to_owned(),
        password: password.to_owned(),
    };
    vec![
        state("a wrong password", &enabled.username, "the wrong password of somebody"),
        state("disabled, and right", &disabled.username, &disabled.password),
        state("an imported hash", &imported.username, "the wrong password of somebody"),
        state("no password", &without.username, "the wrong password of somebody"),
        state("nobody", &person().username, "the wrong password of somebody"),
        state("no such address", &format!("{}@x.test", &person().username[..9]), "the wrong password of somebody"),
    ]
}

/// Everything of a reply but what the caller typed, and what is new in each page.
fn seen(reply: &Reply, username: &str) -> (u16, BTreeMap<String, String>, String, usize) {
    let mut headers: BTreeMap<_, _> =
        reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let length = headers.remove("content-length").map_or(reply.body.len(), |length| length.parse().unwrap());
    for changing in ["date", "retry-after", "x-request-id"] {
        headers.remove(changing);
    }
    // What is sealed, and the challenge for a passkey, are new on every page.
    let mut masked = reply.text().replace(username, "USERNAME");
    for begins in [" value=\"", " data-passkey=\"", "?request="] {
        let mut parts = masked.split(begins);
        let first = parts.next().unwrap_or_default().to_owned();
        masked = parts.fold(first, |text, part| text + part.split_once('"').map_or(part, |(_, rest)| rest));
    }
    (reply.status, headers, masked, length)
}

/// Guesses until it is too much. (On a busy machine the first wait may be over already.)
async fn throttled(world: &World, form: &Form, state: &State) -> Reply {
    for _ in 0..10 {
        let reply = form.send(world, 0, &state.username, &state.password).send().await;
        if reply.status != 400 {
            return reply;
        }
    }
    panic!("{} can be guessed without end", state.what);
}

#[test]
fn an_answer_does_not_say_whose_account_it_is() {
    run(async {
        let world = patient().start().await;
        let form = Form::open(&world).await;
        let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
        // Three of each, for one takes no more than ten guesses.
        let mut states_of_all = Vec::new();
        for _ in 0..3 {
            states_of_all.push(states(&world).await);
        }
        for (round, states) in states_of_all.iter().cycle().take(30).enumerate() {
            let mut first = None;
            for index in 0..states.len() {
                let state = &states[(index + round) % states.len()];
                let begun = Instant::now();
                let reply = form.send(&world, 0, &state.username, &state.password).send().await;
                times.entry(state.what).or_default().push(begun.elapsed());
                assert_eq!(reply.status, 400, "{} in round {round}: {reply:?}", state.what);
                let seen = seen(&reply, &state.username);
                assert_eq!(*first.get_or_insert(seen.clone()), seen, "{}", state.what);
            }
        }
        // Whatever else the machine does only adds to a time, so the quicker ones tell more than the slower ones.
        let quick = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            times[times.len() / 4]
        };
        let quick: BTreeMap<_, _> = times.iter_mut().map(|(what, times)| (what, quick(times))).collect();
        let (least, most) = (quick.values().min().unwrap(), quick.values().max().unwrap());
        assert!(*most < *least * 3 / 2 + Duration::from_millis(20), "{quick:?}");
        // Nor does it when there were too many.
        let mut first = None;
        for state in &states_of_all[0] {
            let reply = throttled(&world, &form, state).await;
            assert!((1..=900).contains(&retry_after(&reply)), "{}: {reply:?}", state.what);
            // The one thing that may differ is how long it still takes, which is told in words too.
            let (status, headers, text, _) = seen(&reply, &state.username);
            let (before, after) = text.split_once("There were too many attempts. Wait ").expect(&text);
            let after = after.split_once(", then try again.").expect(&text).1;
            let seen = (status, headers, before.to_owned(), after.to_owned());
            assert_eq!(*first.get_or_insert(seen.clone()), seen, "{}", state.what);
        }
    });
}

/// Whoever guesses from many places holds up nobody who signs in as usual.
#[test]
fn a_person_is_not_kept_out_from_elsewhere() {
    run(async {
        let world = patient().instances(2).setting("server", "trusted_proxies", "[\"127.0.0.0/8\"]").start().await;
        let ada = world.person("ada");
        let flow = world.flow(&world.client("house")).scope("openid");
        let mut usual = world.browser();
        flow.authorize(&mut usual, &ada).await;
        let form = Form::open(&world).await;
        let calls = (0..240)
            .map(|i| {
                let from = format!("198.51.{}.7", i % 24);
                form.send(&world, i % 2, "ada", "a wrong password").header("x-forwarded-for", from)
            })
            .collect();
        Crowd::send(calls).await.assert_judged(30);
        // From another place she would have to wait like everybody: for so long that no test machine is slower.
        let elsewhere = |password| form.send(&world, 0, "ada", password).header("x-forwarded-for", "192.0.2.9");
        loop {
            let reply = elsewhere("a wrong password").send().await;
            let wait = if reply.status == 400 { 0 } else { retry_after(&reply) };
            if wait > 5 {
                break;
            }
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
        retry_after(&elsewhere(&ada.password).send().await);
        // At home, in a browser that nobody knows.
        flow.authorize(&mut world.browser(), &ada).await;
        // In her usual browser, from wherever.
        let page = match flow.clone().with("prompt", "login").begin(&mut usual).await {
            Landing::Page(page) => page,
            other => panic!("{other:?}"),
        };
        let action = page.form("login-submit");
        let mut fields = action.fields("login-submit");
        fields.retain(|(name, _)| name != "username" && name != "password");
        fields.extend([("username".to_owned(), ada.username.clone()), ("password".to_owned(), ada.password.clone())]);
        let reply = world
            .call_at(1, "POST", &page.action(&action)[world.issuer().len()..])
            .header("cookie", usual.cookie_header())
            .header("origin", world.issuer())
            .header("x-forwarded-for", "192.0.2.9")
            .raw_form(form_encode(fields.iter().map(|(name, value)| (name, value))))
            .send()
            .await;
        assert!(reply.header("location").is_some_and(|location| location.contains("code=")), "{reply:?}");
    });
}

/// Whom one says one is forwarding for counts only if one is a proxy of ours.
#[test]
fn lying_about_the_address_is_of_no_use() {
    run(async {
        let world = patient().start().await;
        let form = Form::open(&world).await;
        let calls = (0..40)
            .map(|i| {
                form.send(&world, 0, "ada", "a wrong password")
                    .header("x-forwarded-for", format!("198.51.{i}.7"))
                    .header("forwarded", format!("for=198.51.{i}.7"))
                    .header("x-real-ip", format!("198.51.{i}.7"))
            })
            .collect();
        Crowd::send(calls).await.assert_judged(10);
    });
}

/// What strangers leave behind is bounded by the range that they come from, and names nobody.
#[test]
fn strangers_leave_little_behind() {
    run(async {
        let world = patient().setting("throttle", "range_attempts", "100").start().await;
        let form = Form::open(&world).await;
        let mut all = Crowd { replies: Vec::new(), busy: 0, within: Duration::ZERO };
        for block in 0..20 {
            let names: Vec<String> = (0..20).map(|i| format!("stranger-{block}-{i}")).collect();
            let calls = names.iter().map(|name| form.send(&world, 0, name, "a wrong password")).collect();
            let crowd = Crowd::send(calls).await;
            all.replies.extend(crowd.replies);
            all.busy += crowd.busy;
            all.within += crowd.within;
        }
        all.assert_judged(100);
        let rows = world.database.count("select count(*) from guess").await;
        assert!(rows <= 2 * (100 + 30) + 1, "{rows} rows");
        let dump = world.database.dump().await;
        assert!(!dump.contains("stranger-") && !dump.contains("73747261"), "a name is at rest");
    });
}
