//! Passkeys: made where policy asks for one, used without a name and beside a password, each answer good once, for one
//! person, in one browser; and nothing of it is written by strangers.

use futures_util::future::join_all;

use crate::harness::{
    Browser, Client, Flow, World,
    browser::{Landing, Page},
    database::execute,
    json, jwt,
    passkey::{BACKUP_ELIGIBLE, Device, VERIFIED, options},
    run,
};

/// A client that asks for a passkey.
async fn strict(world: &World) -> Client {
    world.add_client("house", json!({ "required_acr": "phr" })).await
}

fn flow<'w>(world: &'w World, client: &Client) -> Flow<'w> {
    world.flow(client).scope("openid")
}

async fn claims(flow: &Flow<'_>, landing: Landing) -> serde_json::Value {
    let answer = flow.answer(landing);
    let reply = flow.redemption(answer.code()).send().await.ok();
    jwt::decode(reply["id_token"].as_str().unwrap()).claims
}

/// A person with a passkey.
async fn keyed(world: &World, device: Device) -> (crate::harness::world::Person, Device, Vec<String>) {
    let (client, person) = (strict(world).await, world.add_person().await);
    let keyed = flow(world, &client).make_passkey(&mut world.browser(), &person, device).await;
    (person, keyed.device, keyed.codes)
}

/// What the database knows of a passkey.
async fn stored(world: &World, device: &Device) -> (i64, bool) {
    let id: String = device.credential_id.iter().map(|byte| format!("{byte:02x}")).collect();
    let row = format!("from passkey where credential_id = '\\x{id}'");
    let count = world.database.count(&format!("select coalesce(max(sign_count), -1)::bigint {row}")).await;
    let used = world.database.count(&format!("select count(*) {row} and last_used_at is not null")).await;
    (count, used == 1)
}

async fn is_refused(browser: &mut Browser<'_>, page: &Page, response: &str, why: &str) {
    let (_, reply) = browser.press(page, "login-passkey", &[("response", response)]).await;
    assert_eq!(reply.status, 400, "{why}: {reply:?}");
    let page = Page { url: page.url.clone(), reply };
    assert!(page.has("login-error") && page.has("login-submit"), "{why}");
}

#[test]
fn policy_has_a_passkey_made_and_the_token_says_what_was_reached() {
    run(async {
        let world = World::shared().await;
        let (client, person) = (strict(world).await, world.add_person().await);
        let flow = flow(world, &client);
        let mut browser = world.browser();
        // An authenticator app would not be enough, and is not shown.
        let page = flow.with_password(&mut browser, &person).await.page();
        assert!(page.has("enroll-passkey") && page.has("enroll-decline") && !page.has("enroll-submit"), "{page:#?}");
        let asked = options(&page, "enroll-passkey");
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        let keyed = flow.make_passkey(&mut browser, &person, Device::new(world)).await;
        assert_eq!(keyed.codes.len(), 10);
        let reply = flow.redemption(keyed.answer.code()).send().await.ok();
        let claims = jwt::decode(reply["id_token"].as_str().unwrap()).claims;
        assert_eq!(claims["acr"], "phr");
        assert_eq!(claims["amr"], json!(["pwd", "hwk", "user", "mfa"]));
    });
}

#[test]
fn a_passkey_signs_in_without_a_name() {
    run(async {
        let world = World::shared().await;
        let mut device = Device::new(world);
        device.flags |= BACKUP_ELIGIBLE;
        let (person, device, _) = keyed(world, device).await;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        let asked = options(&page, "login-passkey");
        assert_eq!(asked["mediation"], "conditional");
        assert_eq!(asked["publicKey"]["userVerification"], "required");
        assert!(page.reply.text().contains("autocomplete=\"username webauthn\""));
        // Who is not known is not told what anybody has.
        assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 0, "{asked}");
        let answer = device.get(&page, "login-passkey");
        let landing = browser.submit(&page, "login-passkey", &[("response", &answer)]).await;
        let claims = claims(&house, landing).await;
        assert_eq!(claims["acr"], "phr");
        assert_eq!(claims["amr"], json!(["swk", "user", "mfa"]));
        assert_eq!(stored(world, &device).await, (0, true));
        // It is the same person as the one with the password.
        let mut other = world.browser();
        let landing = house.with_password(&mut other, &person).await;
        assert_eq!(self::claims(&house, landing).await["sub"], claims["sub"]);
    });
}

#[test]
fn an_answer_counts_once_in_its_own_browser() {
    run(async {
        let world = World::shared().await;
        let (_, device, _) = keyed(world, Device::new(world)).await;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        let answer = device.get(&page, "login-passkey");
        let before = browser.clone();
        let landing = browser.submit(&page, "login-passkey", &[("response", &answer)]).await;
        assert!(house.answer(landing).get("code").is_some());
        // The same answer to the same challenge, in the same browser as it was.
        is_refused(&mut before.clone(), &page, &answer, "replayed").await;
        // To another challenge.
        let mut other = before.clone();
        let next = house.begin(&mut other).await.page();
        is_refused(&mut other, &next, &answer, "to another challenge").await;
        // In another browser, with the state of this one.
        let mut thief = world.browser();
        let theirs = house.begin(&mut thief).await.page();
        let fresh = house.begin(&mut browser.clone()).await;
        assert!(matches!(fresh, Landing::Away(_)), "signed in by now");
        let mut waiting = world.browser();
        let page = house.begin(&mut waiting).await.page();
        let answer = device.get(&page, "login-passkey");
        let state = page.form("login-passkey").fields("").into_iter().find(|(name, _)| name == "state").unwrap().1;
        let fields = [("response", answer.as_str()), ("state", state.as_str())];
        let (_, reply) = thief.press(&theirs, "login-passkey", &fields).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        // Which spent nothing: its own browser goes on.
        let landing = waiting.submit(&page, "login-passkey", &[("response", &answer)]).await;
        assert!(house.answer(landing).get("code").is_some());
    });
}

#[test]
fn one_answer_on_two_instances_signs_in_once() {
    run(async {
        let world = World::shared().await;
        let (_, device, _) = keyed(world, Device::new(world)).await;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        let answer = device.get(&page, "login-passkey");
        let mut twins: Vec<Browser<'_>> = (0..6)
            .map(|number| {
                let mut twin = browser.clone();
                twin.instance = number % 2;
                twin
            })
            .collect();
        let fields = [("response", answer.as_str())];
        let replies = join_all(twins.iter_mut().map(|twin| twin.press(&page, "login-passkey", &fields))).await;
        let statuses: Vec<u16> = replies.iter().map(|(_, reply)| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 5, "{statuses:?}");
    });
}

#[test]
fn whatever_is_wrong_with_an_answer_is_refused_and_changes_nothing() {
    run(async {
        let world = World::shared().await;
        let (_, mut device, _) = keyed(world, Device::new(world)).await;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        let (origin, rp_id, flags, id) =
            (device.origin.clone(), device.rp_id.clone(), device.flags, device.credential_id.clone());
        let handle = device.user_handle.clone();
        type Fault = fn(&mut Device);
        let wrong: &[(&str, Fault)] = &[
            ("another origin", |device| device.origin = "http://localhost:1".to_owned()),
            ("a look-alike", |device| device.origin = "https://localhost.evil.test".to_owned()),
            ("another relying party", |device| device.rp_id = "evil.test".to_owned()),
            ("nobody verified", |device| device.flags &= !VERIFIED),
            ("nobody there", |device| device.flags = 0),
            ("its nature changed", |device| device.flags |= BACKUP_ELIGIBLE),
            ("another challenge", |device| device.challenge = Some("A".repeat(43))),
            ("an unknown passkey", |device| device.credential_id[0] ^= 1),
            ("another person's handle", |device| device.user_handle[0] ^= 1),
            ("no handle", |device| device.user_handle.clear()),
            ("a handle that is none", |device| device.user_handle.truncate(5)),
        ];
        for (why, change) in wrong {
            change(&mut device);
            let answer = device.get(&page, "login-passkey");
            is_refused(&mut browser, &page, &answer, why).await;
            device.origin.clone_from(&origin);
            device.rp_id.clone_from(&rp_id);
            device.credential_id.clone_from(&id);
            device.user_handle.clone_from(&handle);
            (device.flags, device.challenge) = (flags, None);
        }
        let right = device.get(&page, "login-passkey");
        let made = right.replace("\"signature\":\"M", "\"signature\":\"N");
        let garbage = ["", "{}", "null", "[]", "\"x\"", "{\"type\":\"public-key\"}", &right[..right.len() - 1], &made];
        for garbage in garbage {
            is_refused(&mut browser, &page, garbage, garbage).await;
        }
        // A signature of another key, under this one's name.
        let mut impostor = Device::new(world);
        impostor.credential_id.clone_from(&id);
        impostor.user_handle.clone_from(&handle);
        let answer = impostor.get(&page, "login-passkey");
        is_refused(&mut browser, &page, &answer, "another key").await;
        assert_eq!(stored(world, &device).await, (0, false), "nothing was noted");
        // The challenge was not spent by any of them.
        let landing = browser.submit(&page, "login-passkey", &[("response", &right)]).await;
        assert!(house.answer(landing).get("code").is_some());
    });
}

#[test]
fn a_counter_that_does_not_rise_is_a_copy() {
    run(async {
        let world = World::shared().await;
        let mut device = Device::new(world);
        device.counter = 4;
        let (person, mut device, _) = keyed(world, device).await;
        let house = flow(world, &world.client("house"));
        device.counter = 7;
        let landing = house.with_passkey(&mut world.browser(), &device).await;
        assert!(house.answer(landing).get("code").is_some());
        assert_eq!(stored(world, &device).await, (7, true));
        for counter in [7, 6, 1, 0] {
            device.counter = counter;
            let mut browser = world.browser();
            let page = house.begin(&mut browser).await.page();
            let answer = device.get(&page, "login-passkey");
            is_refused(&mut browser, &page, &answer, "a copy").await;
            // Told once for each answer, however often it is sent.
            is_refused(&mut browser, &page, &answer, "a copy, again").await;
        }
        assert_eq!(stored(world, &device).await, (7, true), "nothing changed");
        let told = format!(
            "select count(*) from trail j join user_account u on u.id = j.user_id
             where j.event = 'factor.passkey_cloned' and u.username = '{}'",
            person.username
        );
        assert_eq!(world.database.count(&told).await, 4);
        device.counter = 8;
        let landing = house.with_passkey(&mut world.browser(), &device).await;
        assert!(house.answer(landing).get("code").is_some());
        // Two answers at once with the same counter, each to a challenge of its own: one of them is a copy's.
        device.counter = 9;
        let mut waiting = Vec::new();
        for instance in [0, 1, 0, 1] {
            let mut browser = world.browser();
            let page = house.begin(&mut browser).await.page();
            browser.instance = instance;
            waiting.push((browser, page));
        }
        let replies = join_all(waiting.iter_mut().map(async |(browser, page)| {
            let answer = device.get(page, "login-passkey");
            browser.press(page, "login-passkey", &[("response", &answer)]).await.1.status
        }))
        .await;
        assert_eq!(replies.iter().filter(|status| **status == 303).count(), 1, "{replies:?}");
    });
}

#[test]
fn a_passkey_that_was_removed_is_not_known_and_its_person_is_told() {
    run(async {
        let world = World::shared().await;
        let (person, device, _) = keyed(world, Device::new(world)).await;
        let house = flow(world, &world.client("house"));
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        world.command(["user", "disable", &person.username]).await.ok();
        let answer = device.get(&page, "login-passkey");
        is_refused(&mut browser, &page, &answer, "a disabled person").await;
        world.command(["user", "enable", &person.username]).await.ok();
        let mut connection = world.database.connect().await;
        let name = &person.username;
        let gone =
            format!("delete from passkey where user_id = (select id from user_account where username = '{name}')");
        execute(&mut connection, &gone).await;
        let (url, reply) = browser.press(&page, "login-passkey", &[("response", &answer)]).await;
        assert_eq!(reply.status, 400);
        assert!(Page { url, reply }.text().contains("no longer known here"));
    });
}

#[test]
fn a_passkey_answers_for_its_own_person_only() {
    run(async {
        let world = World::shared().await;
        let (ada, hers, _) = keyed(world, Device::new(world)).await;
        let (_, his, _) = keyed(world, Device::new(world)).await;
        let strict = flow(world, &strict(world).await);
        // As a second factor.
        let mut browser = world.browser();
        let page = strict.with_password(&mut browser, &ada).await.page();
        assert!(page.has("verify-passkey"), "{page:#?}");
        let allowed = options(&page, "verify-passkey")["publicKey"]["allowCredentials"].clone();
        assert_eq!(allowed[0]["id"], json!(jwt::b64(&hers.credential_id)));
        let press = async |browser: &mut Browser<'_>, page: &Page, button: &str, device: &Device| {
            let answer = device.get(page, button);
            browser.press(page, button, &[("response", &answer)]).await.1.status
        };
        assert_eq!(press(&mut browser, &page, "verify-passkey", &his).await, 400);
        // With the state of a sign-in of anybody, which he began in the same browser.
        let mut anybody = browser.clone();
        let login = flow(world, &world.client("house")).begin(&mut anybody).await.page();
        let state = login.form("login-passkey").fields("").into_iter().find(|(name, _)| name == "state").unwrap().1;
        let mut asked_elsewhere = his;
        asked_elsewhere.challenge = options(&login, "login-passkey")["publicKey"]["challenge"].as_str().map(Into::into);
        let answer = asked_elsewhere.get(&page, "verify-passkey");
        let fields = [("response", answer.as_str()), ("state", state.as_str())];
        assert_eq!(browser.press(&page, "verify-passkey", &fields).await.1.status, 400);
        let mut his = asked_elsewhere;
        his.challenge = None;
        let landing =
            browser.submit(&page, "verify-passkey", &[("response", &hers.get(&page, "verify-passkey"))]).await;
        let claims = claims(&strict, landing).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("phr"), &json!(["pwd", "hwk", "user", "mfa"])));
        // Whoever must sign in again is asked for their own, and nobody else's counts.
        let again = flow(world, &world.client("house")).with("prompt", "login");
        let page = again.begin(&mut browser).await.page();
        let allowed = options(&page, "login-passkey");
        assert_eq!(allowed["publicKey"]["allowCredentials"][0]["id"], json!(jwt::b64(&hers.credential_id)));
        assert_eq!(allowed["mediation"], json!(null));
        assert_eq!(press(&mut browser, &page, "login-passkey", &his).await, 400);
        let landing = browser.submit(&page, "login-passkey", &[("response", &hers.get(&page, "login-passkey"))]).await;
        let after = self::claims(&again, landing).await;
        assert_eq!((&after["sub"], &after["sid"]), (&claims["sub"], &claims["sid"]));
        assert!(after["auth_time"].as_i64() >= claims["auth_time"].as_i64());
    });
}

#[test]
fn making_a_passkey_counts_once_for_one_person() {
    run(async {
        let world = World::shared().await;
        let client = strict(world).await;
        let strict = flow(world, &client);
        let (ada, bob) = (world.add_person().await, world.add_person().await);
        let mut browser = world.browser();
        let page = strict.with_password(&mut browser, &ada).await.page();
        for (why, change) in [
            ("another origin", (|device| device.origin = "https://evil.test".to_owned()) as fn(&mut Device)),
            ("another relying party", |device| device.rp_id = "evil.test".to_owned()),
            ("nobody verified", |device| device.flags &= !VERIFIED),
            ("another challenge", |device| device.challenge = Some("A".repeat(43))),
        ] {
            let mut device = Device::new(world);
            change(&mut device);
            let made = device.create(&page, "enroll-passkey");
            let reply = browser.press(&page, "enroll-passkey", &[("response", &made)]).await.1;
            assert_eq!(reply.status, 400, "{why}");
            assert!(Page { url: page.url.clone(), reply }.has("passkey-error"), "{why}");
        }
        // Hers, posted on the page of somebody else in the same browser.
        let mut other = browser.clone();
        let theirs = strict.with_password(&mut other, &bob).await.page();
        let mut device = Device::new(world);
        let made = device.create(&page, "enroll-passkey");
        let state = page.form("enroll-passkey").fields("").into_iter().find(|(name, _)| name == "state").unwrap().1;
        let fields = [("response", made.as_str()), ("state", state.as_str())];
        assert_eq!(other.press(&theirs, "enroll-passkey", &fields).await.1.status, 400);
        // Six times at once, on two instances.
        let mut twins: Vec<Browser<'_>> = (0..6)
            .map(|number| {
                let mut twin = browser.clone();
                twin.instance = number % 2;
                twin
            })
            .collect();
        let fields = [("response", made.as_str())];
        let replies = join_all(twins.iter_mut().map(|twin| twin.press(&page, "enroll-passkey", &fields))).await;
        let with_codes = replies.iter().filter(|(_, reply)| reply.text().contains("recovery-codes-continue"));
        assert_eq!(with_codes.count(), 1, "{replies:?}");
        assert!(replies.iter().all(|(_, reply)| reply.status < 500));
        // A credential id that is somebody's already cannot become another's.
        let mut copy = Device::new(world);
        copy.credential_id.clone_from(&device.credential_id);
        let made = copy.create(&theirs, "enroll-passkey");
        let reply = other.press(&theirs, "enroll-passkey", &[("response", &made)]).await.1;
        assert_eq!(reply.status, 400);
        let count = "select count(*) from passkey p join user_account u on u.id = p.user_id where u.username = ";
        assert_eq!(world.database.count(&format!("{count}'{}'", ada.username)).await, 1);
        assert_eq!(world.database.count(&format!("{count}'{}'", bob.username)).await, 0);
    });
}

#[test]
fn whoever_lost_the_device_signs_in_with_a_recovery_code() {
    run(async {
        let world = World::shared().await;
        let (person, _, codes) = keyed(world, Device::new(world)).await;
        let client = world.add_client("house", json!({ "required_acr": "aal2" })).await;
        let flow = flow(world, &client);
        let mut browser = world.browser();
        let page = flow.with_password(&mut browser, &person).await.page();
        assert!(page.has("verify-passkey") && page.has("verify-with-recovery"), "{page:#?}");
        let page = browser.open(&format!("{}&with=recovery", page.url)).await.page();
        let landing = browser.submit(&page, "verify-submit", &[("code", &codes[0])]).await;
        let claims = claims(&flow, landing).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal2"), &json!(["pwd", "otp", "mfa"])));
        // Which is no passkey, where one is asked for.
        let page = self::flow(world, &strict(world).await).begin(&mut browser).await.page();
        assert!(page.has("verify-passkey") && !page.has("verify-with-recovery"), "{page:#?}");
        assert!(page.text().contains("Lost your passkey?"));
    });
}

/// Signs in with the password in a browser that could keep a passkey.
async fn able(flow: &Flow<'_>, browser: &mut Browser<'_>, person: &crate::harness::world::Person) -> Landing {
    let page = flow.begin(browser).await.page();
    let typed = [("username", person.username.as_str()), ("password", &person.password), ("passkeys", "yes")];
    browser.submit(&page, "login-submit", &typed).await
}

#[test]
fn a_passkey_is_offered_once_and_never_forced() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let house = flow(world, &world.client("house"));
        // A browser that does not say that it could keep one is not asked.
        let landing = house.with_password(&mut world.browser(), &person).await;
        assert!(house.answer(landing).get("code").is_some());
        // One click skips it, for a while.
        let mut browser = world.browser();
        let page = able(&house, &mut browser, &person).await.page();
        assert!(page.url.contains("/login/passkey-offer?"), "{page:#?}");
        let landing = browser.submit(&page, "offer-later", &[]).await;
        assert!(house.answer(landing).get("code").is_some());
        let (_, cookie) =
            browser.cookies.iter().find(|(name, _)| name.contains("no-passkey")).expect("it is remembered");
        assert!(cookie.attributes.contains(&"max-age=2592000".to_owned()), "{cookie:?}");
        browser.cookies.retain(|name, _| !name.contains("session"));
        let landing = able(&house, &mut browser, &person).await;
        assert!(house.answer(landing).get("code").is_some());
        // Nor is whoever confirms that it is still them.
        let mut other = world.signed_in(&person).await;
        let again = house.clone().with("prompt", "login").begin(&mut other).await.page();
        assert!(again.has("login-submit") && again.form("login-submit").name_of("passkeys").is_none());
        // Whoever opens the page without having signed in, or much later, does not see it.
        let mut stranger = world.browser();
        assert!(stranger.open(&page.url).await.page().has("login-submit"));
        let landing = stranger.press(&page, "offer-passkey", &[("response", "{}")]).await.1;
        assert_eq!(landing.status, 303);
        // Whoever takes it has a passkey, sees recovery codes, and goes on.
        let mut browser = world.browser();
        let page = able(&house, &mut browser, &person).await.page();
        let mut device = Device::new(world);
        let refused = browser.press(&page, "offer-passkey", &[("response", "{}")]).await.1;
        assert_eq!(refused.status, 400);
        let made = device.create(&page, "offer-passkey");
        let codes = browser.submit(&page, "offer-passkey", &[("response", &made)]).await.page();
        let landing = browser.submit(&codes, "recovery-codes-continue", &[]).await;
        assert_eq!(claims(&house, landing).await["acr"], "aal1", "the sign-in itself is as it was");
        // From then on it is not offered, and it signs in.
        let landing = able(&house, &mut world.browser(), &person).await;
        assert!(house.answer(landing).get("code").is_some());
        let landing = house.with_passkey(&mut world.browser(), &device).await;
        assert_eq!(claims(&house, landing).await["acr"], "phr");
    });
}

#[test]
fn strangers_write_nothing() {
    run(async {
        let world = World::builder().start().await;
        let house = flow(&world, &world.client("house"));
        for _ in 0..3 {
            let mut browser = world.browser();
            let page = house.begin(&mut browser).await.page();
            let mut device = Device::new(&world);
            device.user_handle = vec![7; 16];
            let answer = device.get(&page, "login-passkey");
            is_refused(&mut browser, &page, &answer, "a stranger").await;
        }
        assert_eq!(world.database.count("select count(*) from spent").await, 0);
        let events = "select count(*) from trail where event like 'factor.%'";
        assert_eq!(world.database.count(events).await, 0);
    });
}

#[test]
fn passkeys_can_be_turned_off() {
    run(async {
        let world = World::builder().setting("sign_in", "passkeys", "false").start().await;
        let house = flow(&world, &world.client("house"));
        let person = world.add_person().await;
        let mut browser = world.browser();
        let page = house.begin(&mut browser).await.page();
        assert!(!page.has("login-passkey") && !page.reply.text().contains("webauthn"));
        let request = page.form("login-submit").fields("").into_iter().find(|(name, _)| name == "request").unwrap().1;
        let fields = [("request", request.as_str()), ("state", "x"), ("response", "{}")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let reply = browser.send("POST", &world.url("/login/passkey"), Some(&fields)).await;
        assert_eq!(reply.status, 400);
        let strict = flow(&world, &strict(&world).await);
        let page = strict.with_password(&mut browser, &person).await.page();
        assert!(page.has("enroll-decline") && !page.has("enroll-passkey"));
        let landing = browser.submit(&page, "enroll-decline", &[]).await;
        assert_eq!(strict.answer(landing).error(), "unmet_authentication_requirements");
    });
}
