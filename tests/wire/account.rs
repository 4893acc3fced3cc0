//! The account page: who may see and change what, what follows from a change, and what is left of somebody who is gone.

use std::time::Duration;

use crate::harness::{
    Browser, World,
    authenticator::{Authenticator, recovery_codes},
    browser::{Landing, Page},
    database::execute,
    flow::Tokens,
    html, json,
    passkey::Device,
    run,
    smtp::Sink,
    until,
    world::Person,
};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const NEW_PASSWORD: &str = "nine purple umbrellas sing at dawn";

const PAGES: [&str; 8] = [
    "/account",
    "/account/email",
    "/account/profile",
    "/account/security",
    "/account/sessions",
    "/account/apps",
    "/account/activity",
    "/account/data",
];
/// What asks for a fresh sign-in.
const GUARDED: [&str; 5] = [
    "/account/security/password",
    "/account/security/app",
    "/account/security/passkey/add",
    "/account/security/codes",
    "/account/data/delete",
];

/// Two instances behind a proxy, with mail.
async fn world(sink: &Sink) -> World {
    let mut builder = World::builder().instances(2).setting("server", "trusted_proxies", "[\"127.0.0.0/8\"]");
    for (section, key, value) in sink.settings() {
        builder = builder.setting(section, key, value);
    }
    builder.start().await
}

async fn open(browser: &mut Browser<'_>, world: &World, path: &str) -> Page {
    browser.open(&world.url(path)).await.page()
}

fn typed(person: &Person) -> [(&str, &str); 2] {
    [("username", &person.username), ("password", &person.password)]
}

/// Makes the sign-in of all of a person's sessions older than it is.
async fn age(world: &World, person: &Person) {
    let mut connection = world.database.connect().await;
    let statement = format!(
        "update auth_session s set auth_time = auth_time - interval '16 minutes' from user_account u
         where u.id = s.user_id and u.username = '{}'",
        person.username
    );
    execute(&mut connection, &statement).await;
}

fn token_of(page: &Page, button: &str) -> String {
    page.form(button).fields("").into_iter().find(|(name, _)| name == "token").expect("a token").1
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The ids of the buttons that begin so.
fn buttons(page: &Page, prefix: &str) -> Vec<String> {
    let tags = html::tags(&page.reply.text());
    tags.iter()
        .filter(|tag| tag.name == "button")
        .filter_map(|tag| tag.get("id"))
        .filter(|id| id.starts_with(prefix))
        .map(ToOwned::to_owned)
        .collect()
}

fn session_cookie(browser: &Browser<'_>) -> Option<String> {
    browser.cookies.iter().find(|(name, _)| name.contains("session")).map(|(_, cookie)| cookie.value.clone())
}

fn is_sign_in(landing: Landing) -> Page {
    let page = landing.page();
    assert!(page.has("login-submit"), "{page:#?}");
    page
}

#[test]
fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        for path in PAGES.iter().chain(&GUARDED).chain(&["/account/security/passkey", "/account/security/linked"]) {
            let mut browser = world.browser();
            let page = is_sign_in(browser.open(&world.url(path)).await);
            let page = browser.submit(&page, "login-submit", &typed(&person)).await.page();
            let back = page.url.split('?').next().unwrap();
            if path.ends_with("/codes") || path.ends_with("/passkey") || path.ends_with("/linked") {
                // Nothing to be had there yet.
                assert_ne!(page.reply.status, 500, "{page:#?}");
                continue;
            }
            assert_eq!(back, world.url(path));
            assert_eq!(page.reply.status, 200, "{path}");
        }
        let mut browser = world.signed_in(&person).await;
        let home = open(&mut browser, world, "/").await;
        assert!(home.has("home-account"));
        let profile = open(&mut browser, world, "/account").await;
        assert_eq!(profile.heading(), "Profile");
        assert!(profile.text().contains(&format!("{}@example.test", person.username)), "{}", profile.text());
    });
}

#[test]
fn a_profile_is_edited_within_bounds() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let mut browser = world.signed_in(&person).await;
        let page = open(&mut browser, world, "/account/profile").await;
        let long = "x".repeat(101);
        for (field, wrong) in
            [("name", &*long), ("nickname", "a\u{202E}b"), ("locale", "xx"), ("zoneinfo", "not a zone")]
        {
            let again = browser.submit(&page, "profile-save", &[(field, wrong)]).await.page();
            assert_eq!(again.reply.status, 400, "{field}");
            assert!(again.has(&format!("{field}-error")), "{field}: {again:#?}");
        }
        let said =
            [("name", "Grace <b>Hopper</b>"), ("given_name", "Grace"), ("locale", "de"), ("zoneinfo", "Europe/Berlin")];
        let landing = browser.submit(&page, "profile-save", &said).await;
        let profile = landing.page();
        assert!(profile.url.ends_with("/account?done=saved") && profile.has("account-done"), "{}", profile.url);
        assert!(profile.text().contains("Grace <b>Hopper</b>") && profile.text().contains("Deutsch"));
        let tokens = world.flow(&world.client("house")).scope("openid profile").tokens(&mut browser, &person).await;
        let claims = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!(claims["name"], "Grace <b>Hopper</b>");
        assert_eq!((&claims["locale"], &claims["zoneinfo"]), (&json!("de"), &json!("Europe/Berlin")));
        // What is emptied is gone, and nothing that is not in the form can be said.
        let page = open(&mut browser, world, "/account/profile").await;
        let mut form = page.form("profile-save").fields("profile-save");
        form.retain(|(name, _)| name != "zoneinfo" && name != "name");
        form.extend(fields(&[("name", ""), ("email", "evil@example.test"), ("email_verified", "true"), ("sub", "x")]));
        let reply = browser.send("POST", &world.url("/account/profile"), Some(&form)).await;
        assert_eq!(reply.status, 303);
        let claims = world.get("/oauth2/userinfo").bearer(tokens.access()).send().await.ok();
        assert_eq!((claims.get("name"), claims.get("zoneinfo"), claims.get("email")), (None, None, None));
        let shown = open(&mut browser, world, "/account").await.text();
        assert!(!shown.contains("evil@"), "{shown}");
        // A code in the address is a code, and never words.
        let page = open(&mut browser, world, "/account?done=%3Cb%3Eyou+won%3C/b%3E").await;
        assert!(!page.has("account-done") && !page.text().contains("you won"));
    });
}

#[test]
fn a_form_is_good_for_one_browser_and_one_session() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let mut browser = world.signed_in(&person).await;
        let page = open(&mut browser, world, "/account/profile").await;
        let token = token_of(&page, "profile-save");
        let url = world.url("/account/profile");
        for forged in [None, Some(""), Some("AAAA"), Some("garbage"), Some(&token[..token.len() - 4])] {
            let mut form = fields(&[("nickname", "Mallory")]);
            form.extend(forged.map(|token| ("token".to_owned(), token.to_owned())));
            assert_eq!(browser.send("POST", &url, Some(&form)).await.status, 403, "{forged:?}");
        }
        // Another session of the same person, and another person, each in their own browser.
        let stale = fields(&[("token", &token), ("nickname", "Mallory")]);
        for other in [person.clone(), world.add_person().await] {
            let mut elsewhere = world.signed_in(&other).await;
            let reply = elsewhere.send("POST", &url, Some(&stale)).await;
            assert_eq!(reply.status, 303);
            assert!(reply.header("location").unwrap().ends_with("/account/profile?done=expired"), "{reply:?}");
            let page = open(&mut elsewhere, world, "/account/profile?done=expired").await;
            assert!(page.has("account-done"));
            assert!(!open(&mut elsewhere, world, "/account").await.text().contains("Mallory"));
        }
        // A later session in the same browser.
        let other = world.add_person().await;
        let mut shared = world.browser();
        shared.cookies = browser.cookies.clone();
        let out = open(&mut shared, world, "/logout").await;
        shared.submit(&out, "logout-confirm", &[]).await;
        shared.sign_in(&other).await;
        let reply = shared.send("POST", &url, Some(&stale)).await;
        assert!(reply.header("location").unwrap().ends_with("done=expired"), "{reply:?}");
        // Nobody is signed in any more where the token came from.
        let reply = browser.send("POST", &url, Some(&stale)).await;
        assert!(reply.header("location").unwrap().contains("/login?"), "{reply:?}");
        // Another site.
        let mut browser = world.signed_in(&person).await;
        let token = token_of(&open(&mut browser, world, "/account/profile").await, "profile-save");
        let call = world.post("/account/profile").header("cookie", browser.cookie_header());
        let reply =
            call.header("origin", "https://evil.test").form(&[("token", &token), ("nickname", "Mallory")]).send();
        assert_eq!(reply.await.status, 403);
        assert!(!open(&mut browser, world, "/account").await.text().contains("Mallory"));
    });
}

#[test]
fn what_matters_asks_for_a_fresh_sign_in() {
    run(async {
        let world = World::shared().await;
        let (person, other) = (world.add_person().await, world.add_person().await);
        let mut browser = world.signed_in(&person).await;
        let form = open(&mut browser, world, "/account/security/password").await;
        assert!(form.has("password-save"));
        age(world, &person).await;
        for path in GUARDED {
            let page = is_sign_in(browser.open(&world.url(path)).await);
            assert!(page.reply.text().contains("readonly"), "only the same person: {path}");
        }
        for path in PAGES {
            assert_eq!(open(&mut browser, world, path).await.reply.status, 200, "{path}");
        }
        // A form that was opened when the sign-in was fresh.
        let page = is_sign_in(browser.submit(&form, "password-save", &[("password", NEW_PASSWORD)]).await);
        let wrong = browser.submit(&page, "login-submit", &[("password", "not it")]).await.page();
        assert_eq!(wrong.reply.status, 400);
        let stranger = browser.submit(&page, "login-submit", &typed(&other)).await.page();
        assert_eq!(stranger.reply.status, 400, "nobody else can sign in there");
        let back = browser.submit(&page, "login-submit", &[("password", &person.password)]).await.page();
        assert!(back.url.ends_with("/account/security/password") && back.has("password-save"), "{}", back.url);
        // The same for what has no page of its own.
        age(world, &person).await;
        let data = open(&mut browser, world, "/account/data").await;
        let page = is_sign_in(browser.submit(&data, "data-export", &[]).await);
        let back = browser.submit(&page, "login-submit", &[("password", &person.password)]).await.page();
        assert!(back.url.ends_with("/account/data?done=confirmed") && back.has("account-done"), "{}", back.url);
        let download = browser.press(&back, "data-export", &[]).await.1;
        assert_eq!(download.status, 200);
        assert!(download.header("content-disposition").unwrap().starts_with("attachment"));
    });
}

#[test]
fn a_new_password_ends_everything_but_this_session() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let house = world.flow(&world.client("house")).scope("openid offline_access read");
        let api = world.client("example-api");
        let mut here = world.browser();
        let own = house.tokens(&mut here, &person).await;
        let mut elsewhere = world.browser();
        let theirs = house.tokens(&mut elsewhere, &person).await;
        let page = open(&mut here, &world, "/account/security/password").await;
        let long = "x".repeat(257);
        let own_words = format!("{}{}", person.username, "1");
        for weak in [
            "",
            "short",
            "password",
            "Password1",
            "qwertyuiop",
            &own_words,
            "aaaaaaaaaaaa",
            "a\tb\u{7}cdefghijk",
            &long,
        ] {
            let again = here.submit(&page, "password-save", &[("password", weak)]).await.page();
            assert_eq!(again.reply.status, 400, "{weak:.12}");
            assert!(again.has("password-error"), "{weak:.12}");
        }
        let (old, thief) = (session_cookie(&here), here.cookies.clone());
        let done = here.submit(&page, "password-save", &[("password", NEW_PASSWORD)]).await.page();
        assert!(done.url.ends_with("/account/security?done=password") && done.has("account-done"), "{}", done.url);
        assert_ne!(session_cookie(&here), old);
        let mut copy = world.browser();
        copy.cookies = thief;
        is_sign_in(copy.open(&world.url("/account")).await);
        is_sign_in(elsewhere.open(&world.url("/account")).await);
        for instance in [0, 1] {
            world.until_inactive(instance, &api, theirs.access()).await;
            world.introspect_call_at(instance, &api, own.access()).send().await.active();
        }
        let client = world.client("house");
        world.refresh_call(&client, theirs.refresh()).send().await.refused(400, "invalid_grant");
        let renewed = Tokens::of(&world.refresh_call(&client, own.refresh()).send().await);
        world.introspect_call(&api, renewed.access()).send().await.active();
        // Signed in here still, for apps too.
        assert!(house.answer(house.begin(&mut here).await).get("code").is_some());
        let mut anew = world.browser();
        let page = is_sign_in(anew.open(&world.url("/account")).await);
        assert_eq!(anew.submit(&page, "login-submit", &typed(&person)).await.page().reply.status, 400);
        let new = [("username", person.username.as_str()), ("password", NEW_PASSWORD)];
        assert!(anew.submit(&page, "login-submit", &new).await.page().url.ends_with("/account"));
        let mail = sink.mail_to(&format!("{}@example.test", person.username)).await;
        assert!(mail.header("Subject").starts_with("Your password was changed"));
        // Two changes at once: each form counts at most once, and the one that comes late changes nothing half.
        let page = open(&mut here, &world, "/account/security/password").await;
        let mut twin = here.clone();
        twin.instance = 1;
        let (one, two) = ("first choice of many words", "second choice of many words");
        let ((_, left), (_, right)) = futures_util::future::join(
            here.press(&page, "password-save", &[("password", one)]),
            twin.press(&page, "password-save", &[("password", two)]),
        )
        .await;
        assert!(left.status < 500 && right.status < 500, "{left:?} {right:?}");
        let changes = "select count(*) from trail where event = 'user.password_changed'";
        assert_eq!(world.database.count(changes).await, 2);
    });
}

#[test]
fn an_authenticator_app_is_set_up_and_removed() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let address = format!("{}@example.test", person.username);
        let (mut here, mut elsewhere) = (world.signed_in(&person).await, world.signed_in(&person).await);
        let page = open(&mut here, &world, "/account/security/app").await;
        let app = Authenticator::from_page(&page);
        let wrong = here.submit(&page, "totp-confirm", &[("code", "000000")]).await.page();
        assert_eq!(wrong.reply.status, 400);
        assert_eq!(Authenticator::from_page(&wrong).code(0), app.code(0), "the same picture");
        let cookie = session_cookie(&here);
        let shown = here.submit(&page, "totp-confirm", &[("code", &app.code(0))]).await.page();
        let codes = recovery_codes(&shown);
        assert_eq!(codes.len(), 10);
        assert_ne!(session_cookie(&here), cookie, "the cookie changes with every rise");
        // This session has proven it; the other one has not, and must.
        let security = open(&mut here, &world, "/account/security").await;
        assert!(security.has("totp-remove") && security.has("codes-make"), "{security:#?}");
        let step = elsewhere.open(&world.url("/account/security/app")).await.page();
        assert!(step.has("verify-submit"), "{step:#?}");
        let back = elsewhere.submit(&step, "verify-submit", &[("code", &app.code(1))]).await.page();
        assert!(back.url.ends_with("/account/security/app") && back.has("totp-remove-confirm"), "{back:#?}");
        // The form of the set-up once more: there is an app already.
        let again = here.submit(&page, "totp-confirm", &[("code", &app.code(1))]).await.page();
        assert!(again.url.ends_with("/account/security"), "{}", again.url);
        // New codes replace the old ones.
        let ask = open(&mut here, &world, "/account/security/codes").await;
        let new = recovery_codes(&here.submit(&ask, "codes-confirm", &[]).await.page());
        assert_eq!(new.len(), 10);
        assert!(new.iter().all(|code| !codes.contains(code)));
        let gone = elsewhere.submit(&back, "totp-remove-confirm", &[]).await.page();
        assert!(gone.url.ends_with("done=app-removed") && gone.has("totp-set-up"), "{gone:#?}");
        assert!(!gone.has("codes-make"), "codes go with the last factor");
        // A second press finds nothing to remove.
        assert!(elsewhere.submit(&back, "totp-remove-confirm", &[]).await.page().url.ends_with("/account/security"));
        let mails = sink.mails_to(&address, 3).await;
        let subjects: Vec<String> = mails.iter().map(|mail| mail.header("Subject")).collect();
        for said in
            ["An authenticator app was added", "New recovery codes were made", "The authenticator app was removed"]
        {
            assert!(subjects.iter().any(|subject| subject.starts_with(said)), "{said}: {subjects:?}");
        }
        assert!(mails.iter().all(|mail| new.iter().chain(&codes).all(|code| !mail.text().contains(code.as_str()))));
    });
}

#[test]
fn sessions_are_seen_and_ended() {
    run(async {
        let world = World::shared().await;
        let (person, other) = (world.add_person().await, world.add_person().await);
        let api = world.client("example-api");
        let flow = world.flow(&world.client("house")).scope("openid read");
        let mut here = world.browser();
        here.user_agent = Some(FIREFOX.to_owned());
        let own = flow.tokens(&mut here, &person).await;
        let mut first = world.browser();
        let theirs = flow.tokens(&mut first, &person).await;
        let (mut second, mut third) = (world.signed_in(&person).await, world.signed_in(&person).await);
        let mut stranger = world.signed_in(&other).await;
        let page = open(&mut here, world, "/account/sessions").await;
        assert!(page.text().contains("Firefox on Linux") && page.text().contains("This session"), "{}", page.text());
        assert_eq!(buttons(&page, "session-").len(), 3, "each but this one");
        // Somebody else's, this one, none at all, and garbage.
        let foreign = open(&mut stranger, world, "/account/sessions").await;
        assert!(buttons(&foreign, "session-").is_empty() && !foreign.has("sessions-end-others"));
        let sid = |tokens: &Tokens| crate::harness::jwt::decode(tokens.id()).claims["sid"].as_str().unwrap().to_owned();
        for id in [sid(&theirs), "0192f0c1-0000-7000-8000-000000000000".to_owned(), "x".to_owned(), String::new()] {
            let token = form_token(&mut stranger, world).await;
            let form = fields(&[("token", &token), ("session", &id)]);
            let reply = stranger.send("POST", &world.url("/account/sessions"), Some(&form)).await;
            assert_eq!(reply.status, 404, "{id}");
        }
        assert_eq!(open(&mut first, world, "/account").await.heading(), "Profile");
        let button = format!("session-{}", sid(&theirs));
        let done = here.submit(&page, &button, &[]).await.page();
        assert!(done.url.ends_with("done=session-ended"), "{}", done.url);
        is_sign_in(first.open(&world.url("/account")).await);
        for instance in [0, 1] {
            world.until_inactive(instance, &api, theirs.access()).await;
        }
        // The same press once more: it has ended.
        assert_eq!(here.press(&page, &button, &[]).await.1.status, 404);
        let done = here.submit(&done, "sessions-end-others", &[]).await.page();
        assert!(done.url.ends_with("done=sessions-ended") && !done.has("sessions-end-others"), "{done:#?}");
        is_sign_in(second.open(&world.url("/account")).await);
        is_sign_in(third.open(&world.url("/account")).await);
        world.introspect_call(&api, own.access()).send().await.active();
        assert_eq!(open(&mut stranger, world, "/account").await.heading(), "Profile");
    });
}

/// A token of the account page, from a page that always has a form.
async fn form_token(browser: &mut Browser<'_>, world: &World) -> String {
    token_of(&open(browser, world, "/account/data").await, "data-export")
}

#[test]
fn an_app_that_is_thrown_out_is_out_at_once() {
    run(async {
        let world = World::shared().await;
        let (person, other) = (world.add_person().await, world.add_person().await);
        let (client, api) = (world.add_client("shop", json!({})).await, world.client("example-api"));
        let flow = world.flow(&client).scope("openid profile offline_access read");
        let mut here = world.browser();
        let mine = flow.tokens(&mut here, &person).await;
        let theirs = flow.tokens_of(&other).await;
        let ours = world.flow(&world.client("house")).scope("openid").tokens(&mut here, &person).await;
        let page = open(&mut here, world, "/account/apps").await;
        let text = page.text();
        assert!(text.contains(client.registration["client_name"].as_str().unwrap()), "{text}");
        assert!(text.contains("The house"), "apps of the house are there without being asked: {text}");
        assert!(text.contains("See your name and profile") && text.contains("Keep this access"), "{text}");
        let withdraw = buttons(&page, "withdraw-");
        assert_eq!(withdraw.len(), 2);
        // Which of them is the shop's: the house was used last.
        let shop = &withdraw[1];
        // Somebody who does not have the app has nothing to withdraw, and withdraws nothing of others.
        let key = shop.trim_start_matches("withdraw-");
        let mut stranger = world.signed_in(&world.add_person().await).await;
        for key in [key, "x", "", "0192f0c1-0000-7000-8000-000000000000"] {
            let form = fields(&[("token", &form_token(&mut stranger, world).await), ("app", key)]);
            let reply = stranger.send("POST", &world.url("/account/apps"), Some(&form)).await;
            assert_eq!(reply.status, 404, "{key}");
        }
        world.introspect_call(&api, mine.access()).send().await.active();
        let done = here.submit(&page, shop, &[]).await.page();
        assert!(done.url.ends_with("done=withdrawn"), "{}", done.url);
        assert_eq!(buttons(&done, "withdraw-").len(), 1);
        for instance in [0, 1] {
            world.until_inactive(instance, &api, mine.access()).await;
        }
        world.refresh_call(&client, mine.refresh()).send().await.refused(400, "invalid_grant");
        world.introspect_call(&api, theirs.access()).send().await.active();
        world.get("/oauth2/userinfo").bearer(ours.access()).send().await.ok();
        // It must ask again.
        let page = flow.begin(&mut here).await.page();
        assert!(page.has("consent-allow"), "{page:#?}");
        let happened = open(&mut here, world, "/account/activity").await.text();
        assert!(happened.contains("You withdrew access from"), "{happened}");
    });
}

#[test]
fn a_change_is_told_once_and_in_the_language_of_its_person() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let address = format!("{}@example.test", person.username);
        let mut browser = world.browser();
        let client = world.add_client("shop", json!({ "client_name": "The Corner Shop" })).await;
        world.flow(&client).scope("openid profile read").tokens(&mut browser, &person).await;
        let page = open(&mut browser, &world, "/account/profile").await;
        // Nothing that is wrong, or the same, changes anything.
        browser.submit(&page, "profile-save", &[("zoneinfo", "nowhere at all")]).await.page();
        browser.submit(&page, "profile-save", &[("locale", "en")]).await.page();
        browser.submit(&page, "profile-save", &[("nickname", "Countess"), ("locale", "de")]).await.page();
        let told = sink.mail_to(&address).await;
        assert!(told.header("Subject").starts_with("Ihr Profil wurde geändert"), "{}", told.header("Subject"));
        assert_eq!(told.header("Content-Language"), "de");
        assert!(!told.text().contains("Countess"), "what was said is not in the mail: {}", told.text());
        let apps = open(&mut browser, &world, "/account/apps").await;
        let withdraw = buttons(&apps, "withdraw-");
        browser.submit(&apps, &withdraw[0], &[]).await.page();
        let mails = sink.mails_to(&address, 2).await;
        let subject = mails[1].header("Subject");
        assert!(subject.starts_with("The Corner Shop hat keinen Zugriff mehr"), "{subject}");
        // The same press once more finds nothing, and tells nothing.
        assert_eq!(browser.press(&apps, &withdraw[0], &[]).await.1.status, 404);
        // The next mail is the next that comes.
        let page = open(&mut browser, &world, "/account/security/password").await;
        browser.submit(&page, "password-save", &[("password", NEW_PASSWORD)]).await.page();
        assert_eq!(sink.mails_to(&address, 3).await.len(), 3);
    });
}

#[test]
fn a_passkey_that_may_be_copied_is_told_once_a_day() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let address = format!("{}@example.test", person.username);
        let mut browser = world.signed_in(&person).await;
        let mut device = Device::new(&world);
        device.counter = 5;
        let page = open(&mut browser, &world, "/account/security/passkey/add").await;
        let made = device.create(&page, "passkey-create");
        browser.submit(&page, "passkey-create", &[("response", &made), ("name", "Old key")]).await.page();
        sink.mail_to(&address).await;
        let flow = world.flow(&world.client("house")).scope("openid");
        for counter in [5, 4, 1] {
            device.counter = counter;
            let page = flow.with_passkey(&mut world.browser(), &device).await.page();
            assert_eq!(page.reply.status, 400, "{}", page.text());
        }
        let mails = sink.mails_to(&address, 2).await;
        assert!(mails[1].header("Subject").starts_with("A passkey may have been copied"), "{mails:#?}");
        assert!(mails[1].text().contains("Old key"), "{}", mails[1].text());
        let cloned = "select count(*) from trail where event = 'factor.passkey_cloned'";
        assert_eq!(world.database.count(cloned).await, 3);
        until("the outbox is empty", Duration::from_secs(10), async || {
            (world.database.count("select count(*) from outbox").await == 0).then_some(())
        })
        .await;
        assert_eq!(sink.mails_to(&address, 2).await.len(), 2, "once");
    });
}

#[test]
fn activity_is_ones_own_and_comes_in_pages() {
    run(async {
        let world = World::builder().setting("server", "trusted_proxies", "[\"127.0.0.0/8\"]").start().await;
        let (person, other) = (world.add_person().await, world.add_person().await);
        let mut browser = world.browser();
        (browser.user_agent, browser.forwarded_for) = (Some(FIREFOX.to_owned()), Some("198.51.100.77".to_owned()));
        browser.sign_in(&person).await;
        let mut stranger = world.browser();
        stranger.forwarded_for = Some("198.51.100.88".to_owned());
        stranger.sign_in(&other).await;
        let page = open(&mut browser, &world, "/account/activity").await;
        let text = page.text();
        for said in ["Signed in", "Firefox on Linux", "198.51.100.77", "The account was created"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("198.51.100.88") && !page.has("activity-older"));
        // It is sealed where it lies.
        let journal = world.database.dump().await;
        let journal: String =
            journal.lines().filter(|line| line.starts_with("journal:") || line.starts_with("audit")).collect();
        assert!(!journal.contains("198.51.100.77") && !journal.contains("Firefox"), "{journal}");
        // Many more than a page holds.
        let mut connection = world.database.connect().await;
        execute(
            &mut connection,
            &format!(
                "insert into journal (at, event, outcome, user_id)
                 select now(), 'session.renewed', 'ok', u.id from user_account u, generate_series(1, 120)
                 where u.username = '{}'",
                person.username
            ),
        )
        .await;
        let rows = |page: &Page| page.reply.text().matches("<tr>").count() - 1;
        let mut page = open(&mut browser, &world, "/account/activity").await;
        let mut count = rows(&page);
        while page.has("activity-older") {
            let tags = html::tags(&page.reply.text());
            let link = tags.iter().find(|tag| tag.get("id") == Some("activity-older")).unwrap();
            let href = html::decode(link.get("href").unwrap());
            page = open(&mut browser, &world, &href).await;
            count += rows(&page);
        }
        assert_eq!(count, 122);
        for odd in ["-1", "0", "x", "9223372036854775808", "1&before=2"] {
            let status = open(&mut browser, &world, &format!("/account/activity?before={odd}")).await.reply.status;
            assert!(status == 200 || status == 400, "{odd}: {status}");
        }
    });
}

#[test]
fn ones_data_is_complete_and_holds_no_secrets() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let person = world.add_person().await;
        let mut browser = world.browser();
        browser.forwarded_for = Some("198.51.100.77".to_owned());
        let client = world.add_client("shop", json!({})).await;
        let tokens = world.flow(&client).scope("openid profile read").tokens(&mut browser, &person).await;
        let page = open(&mut browser, &world, "/account/security/app").await;
        let app = Authenticator::from_page(&page);
        let seed = html::tags(&page.reply.text());
        let seed = seed.iter().find(|tag| tag.get("id") == Some("totp-seed")).unwrap().text.clone();
        let codes = recovery_codes(&browser.submit(&page, "totp-confirm", &[("code", &app.code(0))]).await.page());
        let data = open(&mut browser, &world, "/account/data").await;
        let reply = browser.press(&data, "data-export", &[]).await.1;
        assert_eq!(reply.status, 200);
        assert!(reply.header("cache-control").unwrap().contains("no-store"));
        let export = reply.json();
        assert_eq!(export["profile"]["username"], person.username);
        assert_eq!(export["profile"]["claims"]["locale"], "en");
        assert_eq!(export["sessions"][0]["address"], "198.51.100.77");
        assert!(export["consents"].as_array().unwrap().iter().any(|consent| consent["scope"] == "read"));
        assert!(export["sign_in"]["authenticator_app"]["added_at"].is_string());
        assert_eq!(export["sign_in"]["recovery_codes"]["left"], 10);
        let activity = export["activity"].as_array().unwrap();
        assert!(activity.iter().any(|entry| entry["event"] == "session.opened" && entry["address"] == "198.51.100.77"));
        let text = reply.text();
        for secret in codes.iter().map(String::as_str).chain([&*seed, tokens.access(), "$argon2", "password_hash"]) {
            assert!(!text.contains(secret), "{secret}");
        }
        // It takes a form.
        assert_eq!(
            world.get("/account/data/export").header("cookie", browser.cookie_header()).send().await.status,
            405
        );
    });
}

#[test]
fn of_somebody_who_is_gone_nothing_can_be_read() {
    run(async {
        let sink = Sink::start().await;
        let world = world(&sink).await;
        let (person, api) = (world.add_person().await, world.client("example-api"));
        let address = format!("{}@example.test", person.username);
        let mut browser = world.browser();
        let (agent, place) =
            ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0 Analytical", "198.51.100.77");
        (browser.user_agent, browser.forwarded_for) = (Some(agent.to_owned()), Some(place.to_owned()));
        let client = world.add_client("shop", json!({})).await;
        let flow = world.flow(&client).scope("openid profile offline_access read");
        let tokens = flow.tokens(&mut browser, &person).await;
        let profile = open(&mut browser, &world, "/account/profile").await;
        browser.submit(&profile, "profile-save", &[("nickname", "Enchantress of Numbers")]).await.page();
        let page = open(&mut browser, &world, "/account/security/app").await;
        let app = Authenticator::from_page(&page);
        browser.submit(&page, "totp-confirm", &[("code", &app.code(0))]).await.page();
        let page = open(&mut browser, &world, "/account/data/delete").await;
        for wrong in ["", "x", &address, "grace"] {
            let again = browser.submit(&page, "delete-confirm", &[("username", wrong)]).await.page();
            assert_eq!(again.reply.status, 400, "{wrong}");
            assert!(again.has("username-error"));
        }
        let before = world.database.dump().await;
        assert!(before.contains(&address) && before.contains(place) && before.contains("Analytical"));
        let shouted = person.username.to_uppercase();
        let gone = browser.submit(&page, "delete-confirm", &[("username", &shouted)]).await.page();
        assert!(gone.url.ends_with("/account/deleted") && gone.has("deleted-home"), "{gone:#?}");
        assert_eq!(session_cookie(&browser), None);
        for instance in [0, 1] {
            world.until_inactive(instance, &api, tokens.access()).await;
        }
        world.refresh_call(&client, tokens.refresh()).send().await.refused(400, "invalid_grant");
        let mails = sink.mails_to(&address, 3).await;
        assert!(mails.iter().any(|mail| mail.header("Subject").starts_with("Your account was deleted")));
        // What was to be sent is sent, and then nothing is left.
        until("the outbox is empty", Duration::from_secs(10), async || {
            (world.database.count("select count(*) from outbox").await == 0).then_some(())
        })
        .await;
        let after = world.database.dump().await;
        for trace in [&*address, place, "Analytical", "Firefox", "Enchantress", &person.username] {
            let found: Vec<&str> = after.lines().filter(|line| line.contains(trace)).collect();
            assert!(found.is_empty(), "{trace}: {found:#?}");
        }
        assert!(after.contains("user.deleted"), "that somebody was there stays in the trail");
        let mut anew = world.browser();
        let page = is_sign_in(anew.open(&world.url("/account")).await);
        assert_eq!(anew.submit(&page, "login-submit", &typed(&person)).await.page().reply.status, 400);
        is_sign_in(browser.open(&world.url("/account")).await);
    });
}

/// The database is MaxMind's own for tests (MIT), of a few addresses.
#[test]
fn places_are_told_where_a_database_knows_them() {
    run(async {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/GeoLite2-City-Test.mmdb");
        let world = World::builder()
            .setting("sessions", "geo_database", format!("{file:?}"))
            .setting("server", "trusted_proxies", "[\"127.0.0.0/8\"]")
            .start()
            .await;
        let person = world.add_person().await;
        for (address, language, place) in [
            ("81.2.69.142", "en", "London, United Kingdom · 81.2.69.142"),
            ("81.2.69.142", "de", "London, Vereinigtes Königreich · 81.2.69.142"),
            ("2001:218::1", "fr", "Japon · 2001:218::1"),
            ("198.51.100.7", "en", "Unknown device This session 198.51.100.7"),
        ] {
            let mut browser = world.browser();
            browser.forwarded_for = Some(address.to_owned());
            browser.sign_in(&person).await;
            browser.accept_language = language.to_owned();
            let text = open(&mut browser, &world, "/account/sessions").await.text();
            assert!(text.contains(place), "{place}: {text}");
        }
    });
}
