//! What is spent, for what, and what is not: nothing for a refusal, nothing by whoever hangs up.

use std::time::{Duration, Instant};

use sqlx::AssertSqlSafe;

use crate::harness::{
    API, Client, FILES, World,
    database::execute,
    flow::Tokens,
    http::{Call, form_encode},
    json,
    raw::{self, Raw},
    run, spawn, until,
};

const SCOPE: &str = "openid offline_access read write list";

fn refresh(world: &World, client: &Client, token: &str, fields: &[(&str, &str)]) -> Call {
    world.refresh_call(client, token).also(fields)
}

/// An administrator takes a scope away from an API.
async fn narrow(world: &World, identifier: &str, scopes: &[&str]) {
    let scopes: serde_json::Map<_, _> = scopes.iter().map(|scope| ((*scope).to_owned(), json!("words"))).collect();
    world.home.apply(&json!({ "resource": [{ "identifier": identifier, "scopes": scopes }] })).await.ok();
}

/// What client and API are registered for no more is refused before anything is spent, and so a second try is no reuse.
#[test]
fn a_refresh_for_what_is_given_no_more() {
    run(async {
        let world = World::builder().start().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let flow = world.flow(&shop).scope(SCOPE).and("resource", API).and("resource", FILES);
        let first = flow.tokens_of(&ada).await;
        let write = &[("scope", "read write")];
        let second = Tokens::of(&refresh(&world, &shop, first.refresh(), write).send().await);
        narrow(&world, API, &["read"]).await;
        narrow(&world, FILES, &["other"]).await;
        until("the API's scope is gone", Duration::from_secs(2), async || {
            let reply = refresh(&world, &shop, second.refresh(), write).send().await;
            (reply.status == 400).then(|| reply.refused(400, "invalid_scope"))
        })
        .await;
        for _ in 0..2 {
            refresh(&world, &shop, second.refresh(), write).send().await.refused(400, "invalid_scope");
            let files = &[("resource", FILES)];
            refresh(&world, &shop, second.refresh(), files).send().await.refused(400, "invalid_target");
        }
        // The retry of what was served before is no theft either.
        refresh(&world, &shop, first.refresh(), write).send().await.refused(400, "invalid_scope");
        let third = Tokens::of(&refresh(&world, &shop, second.refresh(), &[]).send().await);
        assert_eq!(third.claims()["scope"].as_str().map(|scope| scope.contains("write")), Some(false));
    });
}

/// The same for a code.
#[test]
fn a_code_for_what_is_given_no_more() {
    run(async {
        let world = World::builder().start().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let flow = world.flow(&shop).scope(SCOPE).and("resource", API).and("resource", FILES);
        let mut browser = world.signed_in(&ada).await;
        narrow(&world, FILES, &["list", "read"]).await;
        let answer = flow.authorize(&mut browser, &ada).await;
        narrow(&world, FILES, &["other"]).await;
        let at_files = || flow.redemption(answer.code()).also(&[("resource", FILES)]);
        at_files().send().await.refused(400, "invalid_target");
        at_files().send().await.refused(400, "invalid_target");
        let tokens = Tokens::of(&flow.redemption(answer.code()).send().await);
        assert_eq!(tokens.claims()["aud"], json!([API, world.issuer()]));
    });
}

/// The audit trail says what was handed out.
#[test]
fn the_trail_names_resource_and_scope() {
    run(async {
        let world = World::shared().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let flow = world.flow(&shop).scope(SCOPE).and("resource", API).and("resource", FILES);
        let first = flow.tokens_of(&ada).await;
        let narrow = &[("resource", FILES), ("scope", "list openid")];
        let second = Tokens::of(&refresh(world, &shop, first.refresh(), narrow).send().await);
        let retry = Tokens::of(&refresh(world, &shop, first.refresh(), narrow).send().await);
        let mut connection = world.database.connect().await;
        for (tokens, resource) in [(&first, API), (&second, FILES), (&retry, FILES)] {
            let jti: uuid::Uuid = tokens.claims()["jti"].as_str().unwrap().parse().unwrap();
            let told: (String, String) =
                sqlx::query_as("select detail ->> 'resource', detail ->> 'scope' from trail where jti = $1")
                    .bind(jti)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
            let sorted = |scopes: Vec<&str>| {
                let mut scopes: Vec<_> = scopes.into_iter().map(str::to_owned).collect();
                scopes.sort_unstable();
                scopes
            };
            assert_eq!(told.0, resource);
            assert_eq!(sorted(told.1.split(' ').collect()), sorted(tokens.scope()));
        }
    });
}

/// A dead token costs nothing more, however often it is posted.
#[test]
fn a_dead_refresh_token_is_withdrawn_once() {
    run(async {
        let world = World::builder().start().await;
        let house = world.client("house");
        let tokens = world.flow(&house).scope("openid offline_access").tokens_of(&world.person("ada")).await;
        for _ in 0..3 {
            assert_eq!(world.revoke_call(&house, tokens.refresh()).send().await.status, 200);
        }
        assert_eq!(world.database.count("select count(*) from trail where event = 'token.revoked'").await, 1);
    });
}

/// Withdrawing a client takes one row, whatever it holds; and what it held stays dead when it is enabled again.
#[test]
fn a_client_is_disabled_by_its_one_root() {
    run(async {
        let world = World::builder().start().await;
        let house = world.client("house");
        let mut browser = world.signed_in(&world.person("ada")).await;
        let flow = world.flow(&house).scope("openid offline_access");
        let held = flow.tokens(&mut browser, &world.person("ada")).await;
        let unspent = flow.authorize(&mut browser, &world.person("ada")).await;
        world.command(["client", "disable", &house.id]).await.ok();
        let gone = "select count(*) from grants where revoked_at is not null";
        assert_eq!(world.database.count(gone).await, 1);
        world.command(["client", "enable", &house.id]).await.ok();
        until("the client is back", Duration::from_secs(2), async || {
            let reply = world.introspect_call(&house, held.access()).send().await;
            (reply.status == 200).then(|| reply.inactive())
        })
        .await;
        world.introspect_call(&house, held.refresh()).send().await.inactive();
        world.refresh_call(&house, held.refresh()).send().await.refused(400, "invalid_grant");
        flow.redemption(unspent.code()).send().await.refused(400, "invalid_grant");
        world.get("/oauth2/userinfo").bearer(held.access()).send().await.refused_as_token();
        flow.tokens(&mut browser, &world.person("ada")).await;
    });
}

/// The clock is read when the request is there, not when it begins.
#[test]
fn a_code_does_not_live_longer_in_a_slow_body() {
    run(async {
        let world = World::builder().setting("lifetimes", "code", "\"1s\"").start().await;
        let (spa, ada) = (world.client("spa"), world.person("ada"));
        let flow = world.flow(&spa).scope("openid");
        let mut browser = world.signed_in(&ada).await;
        let answer = flow.authorize(&mut browser, &ada).await;
        let begun = Instant::now();
        let verifier = &flow.pkce.as_ref().expect("a verifier").verifier;
        let body = form_encode([
            ("grant_type", "authorization_code"),
            ("client_id", spa.id.as_str()),
            ("redirect_uri", spa.redirect_uri()),
            ("code_verifier", verifier),
            ("code", answer.code()),
        ]);
        let mut connection = Raw::connect(world.servers[0].address()).await;
        let head = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        connection.send(head).await;
        until("the code has expired", Duration::from_secs(3), async || {
            (begun.elapsed() > Duration::from_millis(1300)).then_some(())
        })
        .await;
        connection.send(body).await;
        let reply = connection.read_to_end(Duration::from_secs(5)).await;
        assert_eq!(raw::status(&reply), Some(400), "{reply}");
        assert!(reply.contains("invalid_grant"), "{reply}");
    });
}

/// Whoever hangs up while the database works costs no connection, and what was begun is finished.
#[test]
fn callers_that_hang_up() {
    run(async {
        let world = World::builder().start().await;
        let house = world.client("house");
        let tokens = world.flow(&house).scope("openid offline_access").tokens_of(&world.person("ada")).await;
        let ours = format!("from pg_stat_activity where datname = '{}'", world.database.name);
        let mut holder = world.database.connect().await;
        execute(&mut holder, "begin; lock table refresh_family in exclusive mode").await;
        let call = || refresh(&world, &house, tokens.refresh(), &[]).may_be_unavailable();
        let callers: Vec<_> = (0..3).map(|_| spawn(call().send())).collect();
        until("they wait for the lock", Duration::from_secs(2), async || {
            let waiting = format!("select count(*) {ours} and wait_event_type = 'Lock'");
            // However many statements three callers share.
            (world.database.count(&waiting).await >= 1).then_some(())
        })
        .await;
        let waiting = format!("select array_agg(pid) {ours} and wait_event_type = 'Lock'");
        let waiting: Vec<i32> = sqlx::query_scalar(AssertSqlSafe(waiting)).fetch_one(&mut holder).await.unwrap();
        for caller in callers {
            caller.abort();
            assert!(caller.await.unwrap_err().is_cancelled());
        }
        // Enough for the server to see that they are gone.
        world.jwks().await;
        execute(&mut holder, "commit").await;
        until("one of them has spent it", Duration::from_secs(3), async || {
            (world.database.count("select generation::bigint from refresh_family").await == 1).then_some(())
        })
        .await;
        until("the connections are free again", Duration::from_secs(3), async || {
            let kept = format!("select count(*) {ours} and state = 'idle' and pid = any('{waiting:?}')");
            let kept = kept.replace('[', "{").replace(']', "}");
            (world.database.count(&kept).await == waiting.len() as i64).then_some(())
        })
        .await;
        // And whoever it was gets their answer now.
        Tokens::of(&call().send().await);
    });
}
