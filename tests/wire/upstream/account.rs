//! Accounts at a provider as the account page shows them: one is connected by a trip that only its person can make, and
//! disconnected unless it is the last way in.

use super::{Pair, fake::Fake};
use crate::harness::{
    Browser, World, browser::Page, database::execute, html, json, passkey::Device, run, world::Person,
};

const SECURITY: &str = "/account/security";
const LINKED: &str = "/account/security/linked";

async fn open(browser: &mut Browser<'_>, world: &World, path: &str) -> Page {
    browser.open(&world.url(path)).await.page()
}

/// Where the only account in the list is disconnected.
fn link_of(page: &Page) -> String {
    let tags = html::tags(&page.reply.text());
    let mut links = tags.iter().filter_map(|tag| tag.get("href")).filter(|href| href.contains("linked?account="));
    let link = html::decode(links.next().unwrap_or_else(|| panic!("no account: {}", page.text())));
    assert!(links.next().is_none(), "more than one account");
    link
}

/// The page that asks whether it is to be disconnected.
async fn ask(browser: &mut Browser<'_>, world: &World) -> Page {
    let page = open(browser, world, SECURITY).await;
    let page = open(browser, world, &link_of(&page)).await;
    assert!(page.has("disconnect-confirm"), "{page:#?}");
    page
}

/// Makes the sign-in of everybody's sessions older than it is.
async fn age(world: &World) {
    let mut connection = world.database.connect().await;
    execute(&mut connection, "update auth_session set auth_time = auth_time - interval '16 minutes'").await;
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn token_of(page: &Page, button: &str) -> String {
    page.form(button).fields("").into_iter().find(|(name, _)| name == "token").expect("a token").1
}

impl Pair {
    /// Somebody who is signed in here leaves for the provider, and signs in there; gives the way back.
    async fn leave_to_connect(&self, browser: &mut Browser<'_>, person: &Person) -> String {
        let page = open(browser, &self.here, SECURITY).await;
        let away = browser.submit(&page, "connect-there", &[]).await.away();
        assert!(away.starts_with(self.there.issuer()), "{away}");
        self.sign_in_there(&away, person).await
    }

    async fn connect(&self, browser: &mut Browser<'_>, person: &Person) -> Page {
        let back = self.leave_to_connect(browser, person).await;
        browser.open(&back).await.page()
    }

    /// Somebody who came from the provider, and has nothing else to sign in with.
    async fn newcomer(&self) -> (Browser<'_>, Person) {
        let person = self.there.add_person().await;
        let mut browser = self.here.browser();
        self.sign_in(&mut browser, &person).await.page();
        (browser, person)
    }
}

#[test]
fn an_account_is_connected_signs_in_and_is_disconnected() {
    run(async {
        let pair = Pair::new(json!({ "sign_up": "off" })).await;
        let (me, there) = (pair.here.add_person().await, pair.there.add_person().await);
        let mut browser = pair.here.signed_in(&me).await;
        let page = open(&mut browser, &pair.here, SECURITY).await;
        assert!(page.has("connect-there") && !page.has("linked"), "{page:#?}");
        let back = pair.leave_to_connect(&mut browser, &there).await;
        assert_eq!(pair.count("upstream_account").await, 0, "nothing before the answer");
        let done = browser.open(&back).await.page();
        assert!(done.url.ends_with("/account/security?done=connected") && done.has("account-done"), "{}", done.url);
        assert!(done.has("linked") && !done.has("connect-there"), "{}", done.text());
        assert!(done.text().contains("Over there") && done.text().contains(&there.username), "{}", done.text());
        // The answer once more does nothing.
        browser.open(&back).await.page();
        assert_eq!(pair.count("upstream_account").await, 1);
        // It signs in, and is in the data that they take along.
        let mut next = pair.here.browser();
        let home = pair.sign_in(&mut next, &there).await.page();
        assert!(home.text().contains(&me.username), "{}", home.text());
        let data = open(&mut browser, &pair.here, "/account/data").await;
        let export = browser.press(&data, "data-export", &[]).await.1.json();
        assert_eq!(export["sign_in"]["accounts_elsewhere"][0]["provider"], "Over there");
        // The address says nothing of who they are there.
        let page = open(&mut browser, &pair.here, SECURITY).await;
        let ids = pair.there.command(["user", "show", &there.username, "--json"]).await.ok().json();
        assert!(!link_of(&page).contains(ids["id"].as_str().unwrap()));
        let question = ask(&mut browser, &pair.here).await;
        let gone = browser.submit(&question, "disconnect-confirm", &[]).await.page();
        assert!(gone.url.ends_with("done=disconnected") && gone.has("connect-there"), "{}", gone.url);
        assert_eq!(pair.count("upstream_account").await, 0);
        assert_eq!(browser.press(&question, "disconnect-confirm", &[]).await.1.status, 404, "it is gone already");
        let refused = pair.sign_in(&mut pair.here.browser(), &there).await.page();
        assert_eq!(refused.reply.status, 403, "{}", refused.text());
        let happened = open(&mut browser, &pair.here, "/account/activity").await.text();
        for said in [
            "Your account at Over there was connected",
            "Over there said that it is you",
            "Your account at Over there was disconnected",
        ] {
            assert!(happened.contains(said), "{said}: {happened}");
        }
    });
}

#[test]
fn a_trip_to_connect_is_for_one_person_in_one_browser() {
    run(async {
        let pair = Pair::new(json!({ "sign_up": "off" })).await;
        let (me, other) = (pair.here.add_person().await, pair.here.add_person().await);
        let there = pair.there.add_person().await;
        let mut browser = pair.here.signed_in(&me).await;
        let back = pair.leave_to_connect(&mut browser, &there).await;
        // Somebody else's browser, with or without a session of the same person.
        for person in [&other, &me] {
            let page = pair.here.signed_in(person).await.open(&back).await.page();
            assert_eq!(page.reply.status, 400, "{}", page.text());
        }
        assert_eq!(pair.here.browser().open(&back).await.page().reply.status, 400);
        // The same browser, in which somebody else is signed in by now, or nobody.
        let mut shared = browser.clone();
        let out = open(&mut shared, &pair.here, "/logout").await;
        shared.submit(&out, "logout-confirm", &[]).await;
        let page = shared.open(&back).await.page();
        assert_eq!(page.reply.status, 400);
        assert!(page.text().contains("Back to your account"), "{}", page.text());
        shared.sign_in(&other).await;
        assert_eq!(shared.open(&back).await.page().reply.status, 400);
        assert_eq!(pair.count("upstream_account").await, 0, "nobody got it");
        // A new password ends what was begun before.
        let mut browser = pair.here.signed_in(&me).await;
        let back = pair.leave_to_connect(&mut browser, &there).await;
        let mut connection = pair.here.database.connect().await;
        let reset = format!("update user_account set epoch = epoch + 1 where username = '{}'", me.username);
        execute(&mut connection, &reset).await;
        assert_eq!(browser.open(&back).await.page().reply.status, 400);
        assert_eq!(pair.count("upstream_account").await, 0);
        // What is somebody's already stays theirs.
        let mut owner = pair.here.signed_in(&other).await;
        pair.connect(&mut owner, &there).await;
        let mut browser = pair.here.signed_in(&me).await;
        let page = pair.connect(&mut browser, &there).await;
        assert_eq!(page.reply.status, 403);
        assert!(page.text().contains("belongs to somebody else"), "{}", page.text());
        let tags = html::tags(&page.reply.text());
        let next = tags.iter().find(|tag| tag.get("id") == Some("error-next")).unwrap().get("href").unwrap().to_owned();
        assert!(next.ends_with(SECURITY), "{next}");
        let whose = format!(
            "select count(*) from upstream_account a join user_account u on u.id = a.user_id where u.username = '{}'",
            other.username
        );
        assert_eq!(pair.here.database.count(&whose).await, 1);
    });
}

#[test]
fn connecting_and_disconnecting_ask_for_a_fresh_sign_in_and_an_own_form() {
    run(async {
        let pair = Pair::new(json!({ "sign_up": "off" })).await;
        let (me, other) = (pair.here.add_person().await, pair.here.add_person().await);
        let there = pair.there.add_person().await;
        let mut browser = pair.here.signed_in(&me).await;
        let mut stranger = pair.here.signed_in(&other).await;
        // A form of somebody else, of nobody, and none at all.
        let page = open(&mut browser, &pair.here, SECURITY).await;
        let (_, reply) = stranger.press(&page, "connect-there", &[]).await;
        assert!(reply.header("location").unwrap().ends_with("done=expired"), "{reply:?}");
        for token in ["", "garbage"] {
            for what in [("connect", "there"), ("account", "00")] {
                let form = fields(&[("token", token), what]);
                let reply = browser.send("POST", &pair.here.url(LINKED), Some(&form)).await;
                assert_eq!(reply.status, 403, "{what:?}");
            }
        }
        let token = token_of(&page, "connect-there");
        let form = fields(&[("token", &token), ("connect", "nowhere")]);
        let reply = browser.send("POST", &pair.here.url(LINKED), Some(&form)).await;
        assert!(reply.header("location").unwrap().ends_with(SECURITY), "{reply:?}");
        age(&pair.here).await;
        let login = browser.submit(&page, "connect-there", &[]).await.page();
        assert!(login.has("login-submit"), "{login:#?}");
        let back = browser.submit(&login, "login-submit", &[("password", &me.password)]).await.page();
        assert!(back.url.ends_with(SECURITY) && back.has("connect-there"), "{}", back.url);
        pair.connect(&mut browser, &there).await;
        let question = ask(&mut browser, &pair.here).await;
        let link = question.url.clone();
        let key = link.split("account=").nth(1).unwrap().to_owned();
        // Other people have no such account, whatever they send.
        let mut stranger = pair.here.signed_in(&other).await;
        assert_eq!(stranger.open(&link).await.page().reply.status, 404);
        let token = token_of(&open(&mut stranger, &pair.here, "/account/data").await, "data-export");
        for key in [&*key, "", "x", "00", "../../x", "' or 1=1"] {
            let form = fields(&[("token", &token), ("account", key)]);
            let reply = stranger.send("POST", &pair.here.url(LINKED), Some(&form)).await;
            assert_eq!(reply.status, 404, "{key}");
        }
        let (_, reply) = stranger.press(&question, "disconnect-confirm", &[]).await;
        assert!(reply.header("location").unwrap().ends_with("done=expired"), "{reply:?}");
        // Their own, when they signed in long ago.
        age(&pair.here).await;
        assert!(browser.open(&link).await.page().has("login-submit"));
        let login = browser.submit(&question, "disconnect-confirm", &[]).await.page();
        assert!(login.has("login-submit"), "{login:#?}");
        assert_eq!(pair.count("upstream_account").await, 1);
        let back = browser.submit(&login, "login-submit", &[("password", &me.password)]).await.page();
        assert!(back.url == link && back.has("disconnect-confirm"), "{}", back.url);
    });
}

#[test]
fn the_only_way_in_stays() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let (mut browser, person) = pair.newcomer().await;
        let question = ask(&mut browser, &pair.here).await;
        let kept = browser.submit(&question, "disconnect-confirm", &[]).await.page();
        assert_eq!(kept.reply.status, 409);
        assert!(kept.has("linked-error") && kept.text().contains("the only way"), "{}", kept.text());
        assert_eq!(pair.count("upstream_account").await, 1);
        let unlinked = "select count(*) from trail where event = 'upstream.unlinked'";
        assert_eq!(pair.here.database.count(unlinked).await, 0, "nothing happened");
        // They sign in with it once more when they must.
        age(&pair.here).await;
        let path = question.url.clone();
        let login = browser.open(&path).await.page();
        let back = pair.cross(&mut browser, &login, &person).await;
        let question = browser.open(&back).await.page();
        assert!(question.url == path && question.has("disconnect-confirm"), "{}", question.url);
        // With a password, it may go; and the password is the only way then.
        let page = open(&mut browser, &pair.here, "/account/security/password").await;
        browser.submit(&page, "password-save", &[("password", "nine purple umbrellas sing")]).await.page();
        let question = ask(&mut browser, &pair.here).await;
        let gone = browser.submit(&question, "disconnect-confirm", &[]).await.page();
        assert!(gone.url.ends_with("done=disconnected"), "{}", gone.url);
        // An account at a provider that is switched off is no way in.
        let (mut browser, _) = pair.newcomer().await;
        let device = add_passkey(&pair.here, &mut browser).await;
        let key = passkey_page(&mut browser, &pair.here).await;
        pair.here.command(["upstream", "disable", "there"]).await.ok();
        let kept = browser.submit(&key, "passkey-remove", &[]).await.page();
        assert_eq!(kept.reply.status, 409);
        assert!(kept.has("passkey-error"), "{}", kept.text());
        let page = open(&mut browser, &pair.here, SECURITY).await;
        assert!(page.text().contains("Switched off"), "{}", page.text());
        pair.here.command(["upstream", "enable", "there"]).await.ok();
        let gone = browser.submit(&key, "passkey-remove", &[]).await.page();
        assert!(gone.url.ends_with("done=passkey-removed"), "{} {:?}", gone.url, device.credential_id.len());
    });
}

async fn add_passkey(world: &World, browser: &mut Browser<'_>) -> Device {
    let page = open(browser, world, "/account/security/passkey/add").await;
    let mut device = Device::new(world);
    let made = device.create(&page, "passkey-create");
    let shown = browser.submit(&page, "passkey-create", &[("response", &made)]).await.page();
    assert!(shown.has("recovery-codes"), "{shown:#?}");
    device
}

async fn passkey_page(browser: &mut Browser<'_>, world: &World) -> Page {
    let page = open(browser, world, SECURITY).await;
    let tags = html::tags(&page.reply.text());
    let link = tags.iter().filter_map(|tag| tag.get("href")).find(|href| href.contains("passkey?passkey="));
    open(browser, world, &html::decode(link.expect("a passkey"))).await
}

#[test]
fn of_the_last_two_ways_that_go_at_once_one_stays() {
    run(async {
        let pair = Pair::with(2, json!({})).await;
        for round in 0..6 {
            let (mut browser, _) = pair.newcomer().await;
            add_passkey(&pair.here, &mut browser).await;
            let account = ask(&mut browser, &pair.here).await;
            let passkey = passkey_page(&mut browser, &pair.here).await;
            let mut twin = browser.clone();
            (browser.instance, twin.instance) = (round % 2, (round + 1) % 2);
            let ((_, left), (_, right)) = futures_util::future::join(
                browser.press(&account, "disconnect-confirm", &[]),
                twin.press(&passkey, "passkey-remove", &[]),
            )
            .await;
            let mut statuses = [left.status, right.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "{left:?} {right:?}");
            let left = pair.count("upstream_account").await + pair.count("passkey").await;
            assert_eq!(left, i64::try_from(round).unwrap() + 1);
        }
    });
}

#[test]
fn a_provider_that_does_not_answer_is_said_and_leads_back_to_the_account() {
    run(async {
        let world = World::builder().start().await;
        let fake = Fake::start().await;
        fake.register(&world, "fake", json!({ "name": "Fake" })).await;
        let me = world.add_person().await;
        let mut browser = world.signed_in(&me).await;
        let page = open(&mut browser, &world, SECURITY).await;
        let away = browser.submit(&page, "connect-fake", &[]).await.away();
        let url = url::Url::parse(&away).unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        assert!(url.query_pairs().any(|(name, value)| name == "ui_locales" && value == "en"), "{away}");
        for answer in [("error", "access_denied"), ("error", "server_error"), ("code", "a-code")] {
            let back = super::fake::back(&world, "fake", &[answer, ("state", &state)]);
            let page = browser.open(&back).await.page();
            assert!([400, 424].contains(&page.reply.status), "{answer:?}: {}", page.text());
            assert!(page.text().contains("Back to your account"), "{answer:?}: {}", page.text());
        }
        assert_eq!(world.database.count("select count(*) from upstream_account").await, 0);
    });
}
