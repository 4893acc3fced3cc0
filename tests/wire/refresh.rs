//! Refresh tokens: rotation, retries, reuse, narrowing, and their end.

use std::time::Duration;

use crate::harness::{API, Client, Value, World, browser::Browser, flow::Tokens, json, jwt, run, until};

const SCOPE: &str = "openid offline_access read write";

async fn start(world: &World, client: &Client) -> Tokens {
    world.flow(client).scope(SCOPE).tokens_of(&world.person("ada")).await
}

async fn refresh(world: &World, client: &Client, token: &str) -> Tokens {
    Tokens::of(&world.refresh_call(client, token).send().await)
}

/// A client that gets no second chance.
async fn strict(world: &World) -> Client {
    world.add_client("house", json!({ "refresh_token_retry_window": 0 })).await
}

#[test]
fn a_refresh_gives_the_same_authority_anew() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        let second = refresh(world, &house, first.refresh()).await;
        assert_ne!(first.refresh(), second.refresh(), "rotated");
        assert_ne!(first.access(), second.access());
        assert_eq!(first.scope(), second.scope());
        let (old, new) = (first.claims(), second.claims());
        for name in ["iss", "sub", "aud", "client_id", "scope", "auth_time", "acr", "amr"] {
            assert_eq!(old[name], new[name], "{name}");
        }
        assert_ne!(old["jti"], new["jti"]);
        // OpenID Connect Core section 12.2, where an ID token comes out.
        if let Some(id) = second.body["id_token"].as_str() {
            let (old, new) = (jwt::decode(first.id()).claims, jwt::verify(id, &world.jwks().await).claims);
            for name in ["iss", "sub", "aud", "auth_time", "azp", "sid"] {
                assert_eq!(old.get(name), new.get(name), "{name}");
            }
            assert_eq!(new["at_hash"], jwt::half_hash(second.access(), "RS256"));
        }
        // The old access token lives on; a rotation is no revocation.
        world.introspect_call(&house, first.access()).send().await.active();
        // And so on.
        let mut token = second.refresh().to_owned();
        for _ in 0..5 {
            token = refresh(world, &house, &token).await.refresh().to_owned();
        }
    });
}

/// A lost response never signs anyone out.
#[test]
fn a_retry_gets_the_same_successor_on_any_instance() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        let second = refresh(world, &house, first.refresh()).await;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", first.refresh())];
        for instance in [0, 1, 0] {
            let again = Tokens::of(&world.token_call_at(instance, &house, &fields).send().await);
            assert_eq!(again.refresh(), second.refresh(), "the same successor");
        }
        // Once the successor was used, the first one is spent for good, window or not.
        let third = refresh(world, &house, second.refresh()).await;
        world.refresh_call(&house, first.refresh()).send().await.refused(400, "invalid_grant");
        // That was a reuse: the family is gone.
        world.refresh_call(&house, third.refresh()).send().await.refused(400, "invalid_grant");
    });
}

#[test]
fn a_retry_for_another_scope_is_none() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        refresh(world, &house, first.refresh()).await;
        let other = world.refresh_call(&house, first.refresh()).also(&[("scope", "openid read")]);
        other.send().await.refused(400, "invalid_grant");
    });
}

/// A stranger's attempt with somebody else's token changes nothing.
#[test]
fn somebody_elses_reuse_is_not_held_against_the_client() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        let second = refresh(world, &house, first.refresh()).await;
        let third = refresh(world, &house, second.refresh()).await;
        world.refresh_call(&world.client("spa"), first.refresh()).send().await.refused(400, "invalid_grant");
        world.refresh_call(&house, first.refresh()).basic("house", "wrong").send().await.refused(401, "invalid_client");
        refresh(world, &house, third.refresh()).await;
    });
}

#[test]
fn reuse_revokes_the_family_and_its_access_tokens_everywhere() {
    run(async {
        let world = World::shared().await;
        let house = strict(world).await;
        let first = start(world, &house).await;
        let second = refresh(world, &house, first.refresh()).await;
        // Another sign-in of the same person at the same client is another family.
        let other = start(world, &house).await;
        world.introspect_call_at(1, &house, second.access()).send().await.active();
        world.refresh_call(&house, first.refresh()).send().await.refused(400, "invalid_grant");
        world.refresh_call(&house, second.refresh()).send().await.refused(400, "invalid_grant");
        for token in [first.access(), second.access(), second.refresh()] {
            for instance in [0, 1] {
                world.until_inactive(instance, &house, token).await;
            }
        }
        world.get("/oauth2/userinfo").bearer(second.access()).send().await.refused_as_token();
        world.introspect_call(&house, other.access()).send().await.active();
        refresh(world, &house, other.refresh()).await;
    });
}

#[test]
fn a_window_of_nothing_gives_no_second_chance() {
    run(async {
        let world = World::shared().await;
        let house = strict(world).await;
        let first = start(world, &house).await;
        refresh(world, &house, first.refresh()).await;
        world.refresh_call(&house, first.refresh()).send().await.refused(400, "invalid_grant");
    });
}

#[test]
fn the_window_closes() {
    run(async {
        let world = World::builder().setting("lifetimes", "refresh_retry_window", "\"1s\"").start().await;
        let house = world.client("house");
        let first = start(&world, &house).await;
        let second = refresh(&world, &house, first.refresh()).await;
        assert_eq!(refresh(&world, &house, first.refresh()).await.refresh(), second.refresh());
        until("the window is closed", Duration::from_secs(4), async || {
            let reply = world.refresh_call(&house, first.refresh()).send().await;
            (reply.status != 200).then(|| reply.refused(400, "invalid_grant"))
        })
        .await;
        world.refresh_call(&house, second.refresh()).send().await.refused(400, "invalid_grant");
    });
}

#[test]
fn a_narrower_scope_narrows_the_access_token_and_not_the_refresh_token() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        let narrow = Tokens::of(&world.refresh_call(&house, first.refresh()).also(&[("scope", "read")]).send().await);
        assert_eq!(narrow.scope(), ["read"]);
        assert_eq!(narrow.claims()["aud"], API, "without openid no userinfo");
        assert_eq!(narrow.body.get("id_token"), None);
        let wide = refresh(world, &house, narrow.refresh()).await;
        assert_eq!(wide.scope(), first.scope());
    });
}

#[test]
fn a_public_client_refreshes_too() {
    run(async {
        let world = World::shared().await;
        let spa = world.client("spa");
        let first = world.flow(&spa).scope("openid offline_access read").tokens_of(&world.person("ada")).await;
        let second = refresh(world, &spa, first.refresh()).await;
        assert_ne!(first.refresh(), second.refresh());
    });
}

async fn sign_out(world: &World, browser: &mut Browser<'_>, hint: &str) {
    let url = world.url(&format!("/oauth2/logout?{}", crate::harness::http::form_encode([("id_token_hint", hint)])));
    let page = browser.open(&url).await.page();
    assert_eq!(page.heading(), "Signed out", "{page:#?}");
}

/// With `offline_access` they outlive the session, without they end with it.
#[test]
fn what_ends_with_the_session() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let bound = world.flow(&house).scope("openid read").tokens(&mut browser, &ada).await;
        let offline = world.flow(&house).scope("openid offline_access read").tokens(&mut browser, &ada).await;
        sign_out(world, &mut browser, bound.id()).await;
        world.refresh_call(&house, bound.refresh()).send().await.refused(400, "invalid_grant");
        world.until_inactive(0, &house, bound.refresh()).await;
        world.until_inactive(1, &house, bound.refresh()).await;
        refresh(world, &house, offline.refresh()).await;
    });
}

#[test]
fn sessions_that_time_out_take_their_refresh_tokens_along() {
    run(async {
        let world = World::builder()
            .setting("sessions", "absolute", "\"2s\"")
            .setting("sessions", "idle", "\"2s\"")
            .start()
            .await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let mut browser = world.browser();
        let bound = world.flow(&house).scope("openid read").tokens(&mut browser, &ada).await;
        let offline = world.flow(&house).scope("openid offline_access read").tokens(&mut browser, &ada).await;
        let mut token = bound.refresh().to_owned();
        until("the session is over", Duration::from_secs(5), async || {
            let reply = world.refresh_call(&house, &token).send().await;
            if reply.status == 200 {
                token = Tokens::of(&reply).refresh().to_owned();
                return None;
            }
            Some(reply.refused(400, "invalid_grant"))
        })
        .await;
        refresh(&world, &house, offline.refresh()).await;
        assert!(browser.open(&world.flow(&house).scope("openid").url()).await.page().has("login-submit"));
    });
}

#[test]
fn idle_and_absolute_lifetimes_end_a_family() {
    run(async {
        let settings =
            |key: &'static str, value: &str| World::builder().setting("lifetimes", key, format!("\"{value}\""));
        let idle = settings("refresh_idle", "2s").start().await;
        let house = idle.client("house");
        let first = start(&idle, &house).await;
        // Used meanwhile, it lives on beyond two seconds.
        let mut used = start(&idle, &house).await.refresh().to_owned();
        let begun = std::time::Instant::now();
        until("the unused one has expired", Duration::from_secs(6), async || {
            used = refresh(&idle, &house, &used).await.refresh().to_owned();
            (begun.elapsed() > Duration::from_millis(2200)).then_some(())
        })
        .await;
        idle.refresh_call(&house, first.refresh()).send().await.refused(400, "invalid_grant");
        refresh(&idle, &house, &used).await;

        let absolute = World::builder()
            .setting("lifetimes", "refresh_absolute", "\"2s\"")
            .setting("lifetimes", "refresh_idle", "\"2s\"")
            .start()
            .await;
        let house = absolute.client("house");
        let mut token = start(&absolute, &house).await.refresh().to_owned();
        until("the family has expired, however much it is used", Duration::from_secs(6), async || {
            let reply = absolute.refresh_call(&house, &token).send().await;
            if reply.status == 200 {
                token = Tokens::of(&reply).refresh().to_owned();
                return None;
            }
            Some(reply.refused(400, "invalid_grant"))
        })
        .await;
    });
}

#[test]
fn introspection_of_a_refresh_token() {
    run(async {
        let world = World::shared().await;
        let house = world.client("house");
        let first = start(world, &house).await;
        let body: Value = world.introspect_call(&house, first.refresh()).send().await.active();
        assert_eq!(body["client_id"], "house");
        assert_eq!(body.get("token_type"), None, "it is no bearer token");
        let second = refresh(world, &house, first.refresh()).await;
        world.introspect_call(&house, second.refresh()).send().await.active();
        // Looking is not using: the successor is not spent by it.
        refresh(world, &house, second.refresh()).await;
    });
}
