//! Spent once: N attempts at the same moment on two instances over one database, exactly one success.

use futures_util::future::join_all;

use crate::harness::{
    Reply, World,
    fixture::ASSERTION_TYPE,
    flow::{Answer, Tokens},
    http::Call,
    json, jwt, run,
};

const ATTEMPTS: usize = 16;

/// Sends them all at once, each on a task of its own.
async fn all_at_once(calls: Vec<Call>) -> Vec<Reply> {
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(calls.len()));
    let tasks = calls.into_iter().map(|call| {
        let barrier = std::sync::Arc::clone(&barrier);
        crate::harness::spawn(async move {
            barrier.wait().await;
            call.send().await
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

fn winners(replies: &[Reply]) -> Vec<&Reply> {
    replies.iter().filter(|reply| reply.status == 200).collect()
}

#[test]
fn a_code() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.signed_in(&ada).await;
        for _ in 0..3 {
            let flow = world.flow(&house).scope("openid offline_access read");
            let answer = flow.authorize(&mut browser, &ada).await;
            let calls = (0..ATTEMPTS).map(|i| flow.redemption_at(i % 2, answer.code())).collect();
            let replies = all_at_once(calls).await;
            let winners = winners(&replies);
            assert_eq!(winners.len(), 1, "{replies:#?}");
            for reply in replies.iter().filter(|reply| reply.status != 200) {
                reply.refused(400, "invalid_grant");
            }
            // The others were proper replays: what the one had got is withdrawn (RFC 6749 section 4.1.2).
            let tokens = Tokens::of(winners[0]);
            world.until_inactive(0, &house, tokens.access()).await;
            world.until_inactive(1, &house, tokens.access()).await;
            world.refresh_call(&house, tokens.refresh()).send().await.refused(400, "invalid_grant");
        }
    });
}

#[test]
fn a_refresh_token_without_a_window() {
    run(async {
        let world = World::shared().await;
        let client = world.add_client("house", json!({ "refresh_token_retry_window": 0 })).await;
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        for _ in 0..3 {
            let tokens = world.flow(&client).scope("openid offline_access read").tokens(&mut browser, &ada).await;
            let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
            let calls = (0..ATTEMPTS).map(|i| world.token_call_at(i % 2, &client, &fields)).collect();
            let replies = all_at_once(calls).await;
            let winners = winners(&replies);
            assert_eq!(winners.len(), 1, "{replies:#?}");
            let successor = Tokens::of(winners[0]);
            world.refresh_call(&client, successor.refresh()).send().await.refused(400, "invalid_grant");
            world.until_inactive(0, &client, successor.access()).await;
            world.until_inactive(1, &client, successor.access()).await;
        }
    });
}

/// With a window, a crowd of retries gets one successor, and nobody is signed out.
#[test]
fn a_refresh_token_with_a_window() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
        let calls = (0..ATTEMPTS).map(|i| world.token_call_at(i % 2, &house, &fields)).collect();
        let successors: std::collections::HashSet<String> =
            all_at_once(calls).await.iter().map(|reply| Tokens::of(reply).refresh().to_owned()).collect();
        assert_eq!(successors.len(), 1);
        let successor = successors.into_iter().next().unwrap();
        let next = Tokens::of(&world.refresh_call(&house, &successor).send().await);
        world.introspect_call(&house, next.access()).send().await.active();
    });
}

#[test]
fn an_assertion() {
    run(async {
        let world = World::shared().await;
        for _ in 0..3 {
            let assertion = jwt::assertion("signer", world.issuer());
            let fields = [
                ("grant_type", "client_credentials"),
                ("scope", "read"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", assertion.as_str()),
            ];
            let calls = (0..ATTEMPTS).map(|i| world.call_at(i % 2, "POST", "/oauth2/token").form(&fields)).collect();
            let replies = all_at_once(calls).await;
            assert_eq!(winners(&replies).len(), 1, "{replies:#?}");
            for reply in replies.iter().filter(|reply| reply.status != 200) {
                reply.refused(401, "invalid_client");
            }
        }
    });
}

/// One authorization request gives one code, however often its form is sent.
#[test]
fn an_authorization_request() {
    run(async {
        let world = World::shared().await;
        let ada = world.person("ada");
        let flow = world.flow(&world.client("shop")).scope("openid read").with("prompt", "consent");
        let mut browser = world.signed_in(&ada).await;
        let page = flow.begin(&mut browser).await.page();
        assert!(page.has("consent-allow"), "{page:#?}");
        let tasks = (0..ATTEMPTS).map(|i| {
            let (mut browser, page) = (browser.clone(), page.clone());
            browser.instance = i % 2;
            async move { browser.press(&page, "consent-allow", &[]).await.1 }
        });
        let replies = join_all(tasks).await;
        let codes: std::collections::HashSet<String> = replies
            .iter()
            .filter_map(|reply| reply.header("location"))
            .filter(|location| location.contains("code="))
            .map(|location| {
                let landing = crate::harness::browser::Landing::Away(location.to_owned());
                Answer::of(landing).code().to_owned()
            })
            .collect();
        assert_eq!(codes.len(), 1, "{replies:#?}");
        let grants = world
            .database
            .count("select count(*) from (select request_id from authorization_code group by 1 having count(*) > 1) x")
            .await;
        assert_eq!(grants, 0);
        flow.redemption(codes.iter().next().unwrap()).send().await.ok();
    });
}

/// A retry is a retry also while administrators change things: nobody is taken for a thief because of them.
#[test]
fn retries_while_the_registry_moves() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mover = {
            let (done, url) = (std::sync::Arc::clone(&done), world.database.url.clone());
            crate::harness::spawn(async move {
                let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    // What each administrative change does, without its command.
                    sqlx::query("update deployment set revision = revision + 1")
                        .execute(&mut connection)
                        .await
                        .unwrap();
                    sqlx::query("select pg_notify('chancery', '')").execute(&mut connection).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                }
            })
        };
        let mut current = tokens.refresh().to_owned();
        for _ in 0..15 {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", current.as_str())];
            // The answer is lost, and asked for again, here and there.
            let calls = (0..4).map(|i| world.token_call_at(i % 2, &house, &fields).may_be_unavailable()).collect();
            let replies = all_at_once(calls).await;
            let successors: std::collections::HashSet<String> = replies
                .iter()
                .filter(|reply| reply.status != 503)
                .map(|reply| Tokens::of(reply).refresh().to_owned())
                .collect();
            assert!(successors.len() <= 1, "{replies:#?}");
            current = successors.into_iter().next().unwrap_or(current);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        mover.await.unwrap();
    });
}

/// Revoking at the same moment as refreshing: afterwards nothing of the family lives.
#[test]
fn a_refresh_against_a_revocation() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.signed_in(&ada).await;
        for _ in 0..5 {
            let tokens = world.flow(&house).scope("openid offline_access read").tokens(&mut browser, &ada).await;
            let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
            let mut calls = vec![world.revoke_call(&house, tokens.refresh())];
            calls.extend((0..3).map(|i| world.token_call_at(i % 2, &house, &fields)));
            let replies = all_at_once(calls).await;
            assert_eq!(replies[0].status, 200);
            for reply in replies[1..].iter().filter(|reply| reply.status == 200) {
                let got = Tokens::of(reply);
                world.until_inactive(0, &house, got.access()).await;
                world.until_inactive(1, &house, got.access()).await;
                world.refresh_call(&house, got.refresh()).send().await.refused(400, "invalid_grant");
            }
        }
    });
}

/// Once an administrator's command has returned, no instance issues anything on what was before: not within a second,
/// but never. The request that was decided a moment earlier is decided anew.
#[test]
fn issuing_is_never_stale() {
    run(async {
        let world = World::shared().await;
        let (job, app) = (world.add_client("job", json!({})).await, world.add_client("house", json!({})).await);
        let ada = world.person("ada");
        let mut browser = world.signed_in(&ada).await;
        let flow = world.flow(&app).scope("openid offline_access read");
        let mut families = Vec::new();
        for _ in 0..4 {
            families.push(flow.tokens(&mut browser, &ada).await.refresh().to_owned());
        }
        let ended: std::sync::Arc<std::sync::Mutex<Option<std::time::Instant>>> = std::sync::Arc::default();
        let hammers: Vec<_> = (0..8)
            .map(|i| {
                let ended = std::sync::Arc::clone(&ended);
                let own = world.token_call_at(i % 2, &job, &[("grant_type", "client_credentials")]);
                let mut refresh = families.get(i).cloned();
                let (issuer, address) = (world.issuer().to_owned(), world.servers[i % 2].address());
                let app = app.clone();
                crate::harness::spawn(async move {
                    let mut last = Vec::new();
                    loop {
                        let begun = std::time::Instant::now();
                        let call = match &refresh {
                            None => own.clone(),
                            Some(token) => {
                                let host = issuer.split('/').nth(2).unwrap();
                                let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
                                app.authenticate(Call::new(address, host, "POST", "/oauth2/token").form(&form), &issuer)
                            }
                        };
                        let reply = call.send().await;
                        if reply.status == 200 {
                            let ended = *ended.lock().unwrap();
                            assert!(ended.is_none_or(|ended| begun < ended), "issued after the command had returned");
                            let tokens = Tokens::of(&reply);
                            last.push(tokens.access().to_owned());
                            if refresh.is_some() {
                                refresh = Some(tokens.refresh().to_owned());
                            }
                        } else if ended.lock().unwrap().is_some_and(|ended| begun > ended) {
                            return last;
                        }
                    }
                })
            })
            .collect();
        let disabling =
            [world.home.command(["client", "disable", &job.id]), world.home.command(["client", "disable", &app.id])];
        for command in disabling {
            crate::harness::binary::run(command).await.ok();
        }
        *ended.lock().unwrap() = Some(std::time::Instant::now());
        for hammer in hammers {
            let tokens = hammer.await.unwrap();
            assert!(!tokens.is_empty());
            for token in tokens.iter().rev().take(3) {
                for instance in [0, 1] {
                    world.until_inactive(instance, &world.client("example-api"), token).await;
                }
            }
        }
    });
}

/// Two administrators rotate at the same moment: one set comes of it.
#[test]
fn two_rotations() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let both = join_all((0..2).map(|_| world.command(["keys", "rotate", "--now", "--json"]))).await;
        for said in both {
            said.ok();
        }
        let job = world.client("job");
        for instance in [0, 1] {
            let token =
                crate::harness::until("the rotation is followed", crate::harness::WITHIN_A_SECOND, async || {
                    let jwks = world.call_at(1 - instance, "GET", "/.well-known/jwks.json").send().await.ok();
                    let body =
                        world.token_call_at(instance, &job, &[("grant_type", "client_credentials")]).send().await.ok();
                    let token = body["access_token"].as_str().unwrap().to_owned();
                    let kid = jwt::decode(&token).header["kid"].clone();
                    let keys = jwks["keys"].as_array().unwrap();
                    (keys.len() == 3 && keys.iter().any(|key| key["kid"] == kid)).then_some(token)
                })
                .await;
            world.introspect_call_at(1 - instance, &job, &token).send().await.active();
        }
    });
}
