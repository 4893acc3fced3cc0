//! Signing keys: made once, sealed, published before they sign, followed everywhere, and ended.

use std::time::Duration;

use crate::harness::{
    Reply, Value, WITHIN_A_SECOND, World,
    database::Content,
    fixture, json, jwt, run,
    server::{Ports, Server},
    until,
};

fn kids(jwks: &Value) -> Vec<String> {
    let mut kids: Vec<String> =
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    kids.sort();
    kids
}

async fn jwks_at(world: &World, instance: usize) -> Value {
    world.call_at(instance, "GET", "/.well-known/jwks.json").send().await.ok()
}

fn kid(token: &str) -> String {
    jwt::decode(token).header["kid"].as_str().unwrap().to_owned()
}

/// Two instances that start at once on an empty database agree on one set.
#[test]
fn instances_that_start_together_agree() {
    run(async {
        let world = World::builder().content(Content::Schema).instances(3).start().await;
        let first = jwks_at(&world, 0).await;
        assert_eq!(kids(&first).len(), 3);
        assert_eq!(kids(&first), kids(&jwks_at(&world, 1).await));
        assert_eq!(kids(&first), kids(&jwks_at(&world, 2).await));
        assert_eq!(world.database.count("select count(*) from signing_key").await, 3);
        // And they verify each other's tokens.
        world.home.apply(&fixture::everything()).await.ok();
        let job = world.client("job");
        let token = until("the new client is known", WITHIN_A_SECOND, async || {
            let reply = world.token_call_at(1, &job, &[("grant_type", "client_credentials")]).send().await;
            (reply.status == 200).then(|| reply.ok()["access_token"].as_str().unwrap().to_owned())
        })
        .await;
        jwt::verify(&token, &first);
        world.until_active(2, &job, &token).await;
    });
}

impl World {
    async fn until_active(&self, instance: usize, client: &crate::harness::Client, token: &str) {
        until("the token is active", WITHIN_A_SECOND, async || {
            let reply: Reply = self.introspect_call_at(instance, client, token).send().await;
            (reply.status == 200 && reply.json()["active"] == true).then_some(())
        })
        .await;
    }
}

/// A rotation: the new key is published at once and signs once every cache can know it; the old one is served on.
#[test]
fn a_rotation_is_followed_within_a_second() {
    run(async {
        let world = World::builder()
            .instances(2)
            .setting("lifetimes", "jwks_max_age", "\"1s\"")
            .setting("lifetimes", "key_margin", "\"1s\"")
            .start()
            .await;
        let job = world.client("job");
        let before = jwks_at(&world, 0).await;
        let old = world.own_token(&job).await;
        let rotated = std::time::Instant::now();
        let said = world.command(["keys", "rotate", "--json"]).await.ok();
        assert_eq!(keys_in(&said.json()).len(), 3, "it says what it made");
        for instance in [0, 1] {
            let now = until("the new keys are published", WITHIN_A_SECOND, async || {
                let jwks = jwks_at(&world, instance).await;
                (kids(&jwks).len() == 6).then_some(jwks)
            })
            .await;
            assert!(kids(&before).iter().all(|kid| kids(&now).contains(kid)), "an old key is gone");
        }
        // Not before the time that a cache may be old, and a margin, has passed.
        let next = world.own_token(&job).await;
        if rotated.elapsed() < Duration::from_millis(1800) {
            assert_eq!(kid(next.access()), kid(old.access()), "a key signs that nobody can know yet");
        }
        for instance in [0, 1] {
            let token = until("the new key signs", Duration::from_secs(4), async || {
                let reply =
                    world.token_call_at(instance, &job, &[("grant_type", "client_credentials")]).send().await.ok();
                let token = reply["access_token"].as_str().unwrap().to_owned();
                (kid(&token) != kid(old.access())).then_some(token)
            })
            .await;
            assert!(rotated.elapsed() >= Duration::from_secs(2), "a key signed before it could be known");
            jwt::verify(&token, &jwks_at(&world, 1 - instance).await);
            world.introspect_call_at(1 - instance, &job, &token).send().await.active();
        }
        // What the old one signed counts until it expires.
        jwt::verify(old.access(), &jwks_at(&world, 0).await);
        world.introspect_call(&job, old.access()).send().await.active();
        world.introspect_call_at(1, &job, old.access()).send().await.active();
        // Without a restart, and the operator sees it.
        let list = world.command(["keys", "list", "--json"]).await.ok().json();
        assert_eq!(keys_in(&list).len(), 6, "{list}");
    });
}

fn keys_in(list: &Value) -> &Vec<Value> {
    list.as_array().or_else(|| list["keys"].as_array()).unwrap_or_else(|| panic!("no list: {list}"))
}

/// After a compromise: the new key signs at once, and nothing that the old one signed counts.
#[test]
fn a_compromised_key_is_out_at_once() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let (job, house, ada) = (world.client("job"), world.client("house"), world.person("ada"));
        let before = kids(&jwks_at(&world, 0).await);
        let own = world.own_token(&job).await;
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        world.command(["keys", "rotate", "--now", "--json"]).await.ok();
        for instance in [0, 1] {
            until("the old keys are gone", WITHIN_A_SECOND, async || {
                let now = kids(&jwks_at(&world, instance).await);
                (now.len() == 3 && !now.iter().any(|kid| before.contains(kid))).then_some(())
            })
            .await;
            world.until_inactive(instance, &job, own.access()).await;
            world.until_inactive(instance, &house, tokens.access()).await;
            let reply = world.call_at(instance, "GET", "/oauth2/userinfo").bearer(tokens.access()).send().await;
            reply.refused_as_token();
            let fresh = world.token_call_at(instance, &job, &[("grant_type", "client_credentials")]).send().await.ok();
            jwt::verify(fresh["access_token"].as_str().unwrap(), &jwks_at(&world, 1 - instance).await);
        }
        // Refresh tokens are not signed with these keys: people stay signed in.
        let next = world.refresh_call(&house, tokens.refresh()).send().await.ok();
        world.introspect_call(&house, next["access_token"].as_str().unwrap()).send().await.active();
        let journal = world.database.count("select count(*) from trail where event like 'key%'").await;
        assert!(journal > 0, "a rotation that nobody wrote down");
    });
}

/// Sealed with a key from outside the database: another one opens nothing, a second one beside it opens all.
#[test]
fn sealing_keys_can_be_rotated() {
    run(async {
        let world = World::builder().start().await;
        let text = std::fs::read_to_string(&world.home.config).unwrap();
        let old = text
            .lines()
            .find_map(|line| line.strip_prefix("sealing_keys = \""))
            .unwrap()
            .trim_end_matches('"')
            .to_owned();
        let new = format!("2:{}", {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD
                .encode(ring::digest::digest(&ring::digest::SHA256, b"another sealing key"))
        });
        let token = world.own_token(&world.client("job")).await;
        let kid_before = kid(token.access());
        let person = world.add_person().await;
        let shop = world.add_client("shop", json!({ "required_acr": "aal2" })).await;
        let flow = world.flow(&shop).scope("openid");
        let mut browser = world.browser();
        let equipped = flow.equip(&mut browser, &person).await;
        world.servers[0].stop().await;

        // With another key alone it says so and does not start, rather than making new keys.
        std::fs::write(&world.home.config, text.replace(&old, &new)).unwrap();
        let wrong = world.command(["serve"]).await;
        assert_ne!(wrong.code, Some(0), "it serves without being able to open its keys");
        assert_eq!(world.database.count("select count(*) from signing_key").await, 3);

        // With both it starts; resealed, it needs only the new one.
        std::fs::write(&world.home.config, text.replace(&old, &format!("{new} {old}"))).unwrap();
        world.command(["keys", "reseal", "--json"]).await.ok();
        let sealed =
            world.database.count("select count(*) from signing_key where get_byte(private_sealed, 1) = 2").await;
        assert_eq!(sealed, 3);
        for (table, column) in [("user_account", "trail_key"), ("totp", "seed_sealed")] {
            let query = format!("select count(*) from {table} where get_byte({column}, 1) <> 2");
            assert_eq!(world.database.count(&query).await, 0, "{table}");
        }
        assert_eq!(world.command(["keys", "reseal", "--json"]).await.ok().json()["resealed"], 0);
        let server = Server::start(&world.home, world.home.ports).await;
        let again = world.own_token(&world.client("job")).await;
        assert_eq!(kid(again.access()), kid_before);
        world.introspect_call(&world.client("job"), token.access()).send().await.active();
        // The second factor still counts, and what the trail says of the person can still be read to them.
        let mut again = world.browser();
        let page = flow.with_password(&mut again, &person).await.page();
        let landing = again.submit(&page, "verify-submit", &[("code", &equipped.app.code(1))]).await;
        flow.answer(landing);
        let activity = again.open(&world.url("/account/activity")).await.page();
        assert!(activity.text().contains("127.0.0.1"), "{activity:#?}");
        drop(server);
    });
}

/// An instance that starts later serves the same keys; so does one that starts again.
#[test]
fn keys_outlive_instances() {
    run(async {
        let mut world = World::builder().start().await;
        let before = kids(&jwks_at(&world, 0).await);
        let token = world.own_token(&world.client("job")).await;
        world.servers[0].kill();
        let ports = world.home.ports;
        world.servers[0] = Server::start(&world.home, ports).await;
        assert_eq!(kids(&jwks_at(&world, 0).await), before);
        world.introspect_call(&world.client("job"), token.access()).send().await.active();
        let late = Server::start(&world.home, Ports::pick()).await;
        world.servers.push(late);
        assert_eq!(kids(&jwks_at(&world, 1).await), before);
    });
}

/// Every command that changes keys can be read by programs.
#[test]
fn the_list_tells_what_an_operator_asks() {
    run(async {
        let world = World::shared().await;
        let said = world.command(["keys", "list", "--json"]).await.ok();
        let list = said.json();
        for key in keys_in(&list) {
            for name in ["kid", "algorithm", "state"] {
                assert!(key[name].is_string(), "{name} in {key}");
            }
        }
        for secret in ["private", "\"d\"", "pkcs8", "sealed\":\""] {
            assert!(!said.out.contains(secret), "{}", said.out);
        }
    });
}
