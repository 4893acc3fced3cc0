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
