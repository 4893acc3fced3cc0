//! The database goes away and comes back.

use std::time::{Duration, Instant};

use crate::harness::{World, http::Call, run, until};

/// 503 with `Retry-After` within two seconds; what the test machine's scheduling costs comes on top.
async fn unavailable(what: &str, call: Call) {
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

#[test]
fn without_its_database_it_says_so_and_recovers() {
    run(async {
        let world = World::builder().start().await;
        let (job, house, ada) = (world.client("job"), world.client("house"), world.person("ada"));
        let flow = world.flow(&house).scope("openid offline_access read");
        let mut browser = world.signed_in(&ada).await;
        let tokens = flow.tokens(&mut browser, &ada).await;
        let unspent = flow.authorize(&mut browser, &ada).await;
        let mut newcomer = world.browser();
        let sign_in = flow.begin(&mut newcomer).await.page();
        let form = sign_in.form("login-submit");
        let mut fields = form.fields("login-submit");
        for (field, value) in [("username", &ada.username), ("password", &ada.password)] {
            let name = form.name_of(field).unwrap().to_owned();
            fields.retain(|(known, _)| *known != name);
            fields.push((name, value.clone()));
        }
        let action = sign_in.action(&form)[world.issuer().len()..].to_owned();
        let jwks = world.get("/.well-known/jwks.json").send().await;

        world.database.cut().await;
        // From the first moment, and after every memory has grown too old to be believed.
        for round in 0..2 {
            unavailable("client_credentials", world.token_call(&job, &[("grant_type", "client_credentials")])).await;
            unavailable("a code", flow.redemption(unspent.code())).await;
            unavailable("refresh", world.refresh_call(&house, tokens.refresh())).await;
            unavailable("revocation", world.revoke_call(&house, tokens.access())).await;
            unavailable(
                "sign-in",
                world
                    .post(&action)
                    .header("cookie", newcomer.cookie_header())
                    .header("origin", world.issuer())
                    .raw_form(crate::harness::http::form_encode(fields.iter().map(|(name, value)| (name, value)))),
            )
            .await;
            unavailable(
                "authorize with a session",
                world.get(&flow.url()[world.issuer().len()..]).header("cookie", browser.cookie_header()),
            )
            .await;
            for path in [
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
                "/.well-known/jwks.json",
            ] {
                let begun = Instant::now();
                assert_eq!(world.get(path).send().await.status, 200, "{path}");
                assert!(begun.elapsed() < Duration::from_millis(300), "{path} took {:?}", begun.elapsed());
            }
            if round == 0 {
                let ready = format!("http://127.0.0.1:{}/readyz", world.servers[0].ports.management);
                until("it is not ready", Duration::from_secs(4), async || {
                    let reply = crate::harness::http::client().get(&ready).send().await.unwrap();
                    (reply.status() == 503).then_some(())
                })
                .await;
                let live = ready.replace("readyz", "livez");
                assert_eq!(crate::harness::http::client().get(&live).send().await.unwrap().status(), 200, "it lives");
            }
        }
        assert_eq!(world.get("/.well-known/jwks.json").send().await.body, jwks.body);
        // What is remembered is older than a second by now, and cannot be confirmed: it is not used.
        unavailable("introspection", world.introspect_call(&house, tokens.access())).await;
        unavailable("userinfo", world.get("/oauth2/userinfo").bearer(tokens.access())).await;

        world.database.restore().await;
        until("it recovers without a restart", Duration::from_secs(5), async || {
            let reply =
                world.token_call(&job, &[("grant_type", "client_credentials")]).may_be_unavailable().send().await;
            (reply.status == 200).then_some(())
        })
        .await;
        until("everything works again", Duration::from_secs(5), async || {
            let reply = world.introspect_call(&house, tokens.access()).may_be_unavailable().send().await;
            (reply.status == 200).then(|| reply.active())
        })
        .await;
        // Nothing was spent by an attempt that was answered with 503.
        world.refresh_call(&house, tokens.refresh()).send().await.ok();
        flow.redemption(unspent.code()).send().await.ok();
        // And its revocation did not happen.
        world.introspect_call(&house, tokens.access()).send().await.active();
        assert!(world.servers[0].is_running());
    });
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
