//! The database goes away and comes back.

use std::time::{Duration, Instant};

use crate::harness::{Flow, World, http::Call, proxy::Network, run, until};

/// 503 with `Retry-After` within two seconds; what the test machine's scheduling costs comes on top.
async fn unavailable(what: &'static str, call: Call) {
    let begun = Instant::now();
    let reply = call.may_be_unavailable().send().await;
    let took = begun.elapsed();
    assert_eq!(reply.status, 503, "{what}: {reply:?}");
    let after: u64 = reply
        .header("retry-after")
        .unwrap_or_else(|| panic!("{what}: no Retry-After: {reply:?}"))
        .parse()
        .expect("seconds");
    assert!((1..=120).contains(&after), "{what}: Retry-After {after}");
    assert!(took < Duration::from_millis(2300), "{what} took {took:?}");
    assert!(!reply.text().contains("sqlx") && !reply.text().contains("postgres"), "{what} tells too much: {reply:?}");
}

/// PostgreSQL says that the database takes no connections.
#[test]
fn a_database_that_turns_everybody_away() {
    run(async {
        let world = World::builder().start().await;
        let cut = async |world: &World| world.database.cut().await;
        let restore = async |world: &World| world.database.restore().await;
        survives(&world, cut, restore).await;
    });
}

/// Nobody listens at the database's address.
#[test]
fn a_database_that_is_not_there() {
    run(async {
        let world = World::builder().behind_network().start().await;
        let set = |world: &World, network| world.network.as_ref().unwrap().set(network);
        survives(
            &world,
            async |world: &World| set(world, Network::Refusing),
            async |world: &World| set(world, Network::Up),
        )
        .await;
    });
}

/// The network swallows everything: no connection breaks, and no answer comes.
#[test]
fn a_database_that_does_not_answer() {
    run(async {
        let world = World::builder().behind_network().start().await;
        let set = |world: &World, network| world.network.as_ref().unwrap().set(network);
        survives(
            &world,
            async |world: &World| set(world, Network::Silent),
            async |world: &World| set(world, Network::Up),
        )
        .await;
    });
}

/// What must hold while the database is away, and after.
async fn survives(world: &World, cut: impl AsyncFnOnce(&World), restore: impl AsyncFnOnce(&World)) {
    let (job, house, ada) = (world.client("job"), world.client("house"), world.person("ada"));
    let flow = world.flow(&house).scope("openid offline_access read");
    let mut browser = world.signed_in(&ada).await;
    let tokens = flow.tokens(&mut browser, &ada).await;
    let unspent = flow.authorize(&mut browser, &ada).await;
    let sign_in = sign_in_call(world, &flow).await;
    let authorize = world.get(&flow.url()[world.issuer().len()..]).header("cookie", browser.cookie_header());
    let jwks = world.get("/.well-known/jwks.json").send().await;
    cut(world).await;

    let writing = || {
        vec![
            ("client_credentials", world.token_call(&job, &[("grant_type", "client_credentials")])),
            (
                "an assertion",
                world.token_call(&world.client("signer"), &[("grant_type", "client_credentials"), ("scope", "read")]),
            ),
            ("a code", flow.redemption(unspent.code())),
            ("refresh", world.refresh_call(&house, tokens.refresh())),
            ("revocation", world.revoke_call(&house, tokens.access())),
            ("sign-in", sign_in.clone()),
            ("authorize with a session", authorize.clone()),
        ]
    };
    // From the first moment on, and all of them at once.
    all_unavailable(writing()).await;
    serves_documents(world).await;
    let ready = format!("http://127.0.0.1:{}/readyz", world.servers[0].ports.management);
    until("it is not ready", Duration::from_secs(4), async || {
        let reply = crate::harness::http::client().get(&ready).send().await.unwrap();
        (reply.status() == 503).then_some(())
    })
    .await;
    let live = ready.replace("readyz", "livez");
    assert_eq!(crate::harness::http::client().get(&live).send().await.unwrap().status(), 200, "it lives");
    // What is remembered cannot be confirmed, and is not used when it is older than a second.
    until("what is remembered is too old", Duration::from_millis(2500), async || {
        let reply = world.introspect_call(&house, tokens.access()).may_be_unavailable().send().await;
        (reply.status == 503).then_some(())
    })
    .await;
    // A crowd is answered in time as well as one.
    let mut crowd = Vec::new();
    for _ in 0..8 {
        crowd.extend(writing());
        crowd.push(("introspection", world.introspect_call(&house, tokens.access())));
        crowd.push(("userinfo", world.get("/oauth2/userinfo").bearer(tokens.access())));
    }
    all_unavailable(crowd).await;
    serves_documents(world).await;
    assert_eq!(world.get("/.well-known/jwks.json").send().await.body, jwks.body);

    restore(world).await;
    until("it recovers without a restart", Duration::from_secs(10), async || {
        let reply = world.token_call(&job, &[("grant_type", "client_credentials")]).may_be_unavailable().send().await;
        (reply.status == 200).then_some(())
    })
    .await;
    until("what was issued counts again", Duration::from_secs(10), async || {
        let reply = world.introspect_call(&house, tokens.access()).may_be_unavailable().send().await;
        (reply.status == 200).then(|| reply.active())
    })
    .await;
    // Nothing was spent by an attempt that was answered with 503.
    world.refresh_call(&house, tokens.refresh()).send().await.ok();
    flow.redemption(unspent.code()).send().await.ok();
    assert!(world.servers[0].is_running());
}

async fn all_unavailable(calls: Vec<(&'static str, Call)>) {
    let tasks = calls.into_iter().map(|(what, call)| crate::harness::spawn(unavailable(what, call)));
    for task in futures_util::future::join_all(tasks).await {
        task.unwrap();
    }
}

async fn serves_documents(world: &World) {
    for path in
        ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"]
    {
        let begun = Instant::now();
        assert_eq!(world.get(path).send().await.status, 200, "{path}");
        assert!(begun.elapsed() < Duration::from_millis(300), "{path} took {:?}", begun.elapsed());
    }
}

/// Name and password in the sign-in form, ready to be sent.
async fn sign_in_call(world: &World, flow: &Flow<'_>) -> Call {
    let ada = world.person("ada");
    let mut browser = world.browser();
    let page = flow.begin(&mut browser).await.page();
    let form = page.form("login-submit");
    let mut fields = form.fields("login-submit");
    for (field, value) in [("username", &ada.username), ("password", &ada.password)] {
        let name = form.name_of(field).unwrap().to_owned();
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value.clone()));
    }
    let action = page.action(&form)[world.issuer().len()..].to_owned();
    let body = crate::harness::http::form_encode(fields.iter().map(|(name, value)| (name, value)));
    world.post(&action).header("cookie", browser.cookie_header()).header("origin", world.issuer()).raw_form(body)
}

/// Connections that die in between (a failover, an operator's `pg_terminate_backend`) cost at most a retry.
#[test]
fn lost_connections_are_made_anew() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (job, house) = (world.client("job"), world.client("house"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&world.person("ada")).await;
        for _ in 0..3 {
            world.database.hang_up().await;
            until("tokens flow again", Duration::from_secs(3), async || {
                let reply =
                    world.token_call(&job, &[("grant_type", "client_credentials")]).may_be_unavailable().send().await;
                (reply.status == 200).then_some(())
            })
            .await;
        }
        // The connection that listens for withdrawals was lost as well; they are followed all the same.
        world.revoke_call(&house, tokens.access()).send().await;
        until("the withdrawal arrives", Duration::from_secs(2), async || {
            let reply = world.introspect_call_at(1, &house, tokens.access()).may_be_unavailable().send().await;
            (reply.status == 200 && reply.json()["active"] == false).then_some(())
        })
        .await;
    });
}

/// A withdrawal made while an instance could not hear of it counts as soon as it answers again.
#[test]
fn what_was_withdrawn_meanwhile_is_not_missed() {
    run(async {
        let world = World::builder().start().await;
        let house = world.client("house");
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&world.person("ada")).await;
        world.introspect_call(&house, tokens.access()).send().await.active();
        world.servers[0].signal("STOP");
        world.command(["client", "disable", "house"]).await.ok();
        world.servers[0].signal("CONT");
        // Whatever it answers with now, it must not be what it remembers from before.
        let reply =
            world.introspect_call(&world.client("example-api"), tokens.access()).may_be_unavailable().send().await;
        if reply.status == 200 {
            let begun = Instant::now();
            if reply.json()["active"] == true {
                assert!(begun.elapsed() < Duration::from_secs(1));
            }
        }
        world.until_inactive(0, &world.client("example-api"), tokens.access()).await;
    });
}

/// Hashing is bounded: a crowd that signs in does not keep machines waiting, and whoever cannot be served in time is
/// told when to come back.
#[test]
fn a_crowd_that_signs_in() {
    run(async {
        let world = World::builder()
            .setting("passwords", "memory", "\"64MiB\"")
            .setting("passwords", "threads", "1")
            .setting("passwords", "queue_wait", "\"4s\"")
            // They are all one person, and none of them is a guess.
            .setting("throttle", "free_attempts", "100")
            .start()
            .await;
        let flow = world.flow(&world.client("house")).scope("openid");
        let call = sign_in_call(&world, &flow).await;
        let crowd: Vec<_> = (0..60)
            .map(|_| {
                let call = call.clone();
                crate::harness::spawn(async move {
                    let begun = Instant::now();
                    let reply = call.may_be_unavailable().send().await;
                    (reply, begun.elapsed())
                })
            })
            .collect();
        let job = world.client("job");
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            world.own_token(&job).await;
            world.jwks().await;
            times.push(begun.elapsed());
        }
        // Passwords wait for four seconds. (How fast tokens are meanwhile is measured, by script/bench.)
        times.sort_unstable();
        assert!(times[10] < Duration::from_millis(700) && times[19] < Duration::from_secs(2), "{times:?}");
        let mut codes = std::collections::HashSet::new();
        for task in crowd {
            let (reply, took) = task.await.unwrap();
            if reply.status == 503 {
                assert!(reply.header("retry-after").is_some(), "{reply:?}");
                assert!(took < Duration::from_millis(6500), "503 after {took:?}");
            } else {
                assert!(matches!(reply.status, 303 | 400 | 409), "{reply:?}");
                let code = reply.header("location").and_then(|location| location.split("code=").nth(1));
                codes.extend(code.and_then(|code| code.split('&').next()).map(str::to_owned));
            }
        }
        // They all sent one form: one request has one answer.
        assert_eq!(codes.len(), 1);
    });
}
