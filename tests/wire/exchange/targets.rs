//! Where to, what, and for how long.

use super::{adas_token, adas_token_with, exchange};
use crate::harness::{API, DOCS, FILES, World, flow::Tokens, json, run};

/// A resource that both the client is allowed to reach and the subject's grant covers.
#[test]
fn both_must_reach_it() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let api = world.client("example-api");
        let ask = |resource: &str| exchange(world, &api, parent.access()).also(&[("resource", resource)]);
        assert_eq!(Tokens::of(&ask(FILES).send().await).claims()["aud"], FILES);
        for resource in [
            API,                            // Covered by the grant, and not the client's.
            DOCS,                           // Neither.
            "https://nowhere.example.test", // Nobody's.
            "https://files.example.test/",
            "files",
            world.issuer(),
        ] {
            ask(resource).send().await.refused(400, "invalid_target");
        }
        // The client's, and not covered by the grant.
        let narrow = world
            .flow(&world.client("shop"))
            .scope("openid read")
            .with("resource", API)
            .tokens_of(&world.person("ada"))
            .await;
        exchange(world, &api, narrow.access()).also(&[("resource", FILES)]).send().await.refused(400, "invalid_target");
        exchange(world, &api, narrow.access()).send().await.refused(400, "invalid_target");
        // One API per token.
        ask(FILES).also(&[("resource", API)]).send().await.refused(400, "invalid_target");
        // `audience` names it as well (RFC 8693 section 2.1), but nothing else.
        exchange(world, &api, parent.access()).also(&[("audience", DOCS)]).send().await.refused(400, "invalid_target");
        exchange(world, &api, parent.access())
            .also(&[("audience", "nonsense")])
            .send()
            .await
            .refused(400, "invalid_target");
    });
}

/// More than the ceiling is `invalid_scope`, never trimmed in silence.
#[test]
fn more_is_refused_and_not_trimmed() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token_with(world, "openid read list").await;
        let ask = |client: &str, resource: &str, scope: &str| {
            exchange(world, &world.client(client), parent.access()).also(&[("resource", resource), ("scope", scope)])
        };
        for (client, resource, scope) in [
            ("shop", API, "write"), // Of the client, and not in the token.
            ("shop", API, "read write"),
            ("shop", API, "list"), // At another API.
            ("shop", FILES, "write"),
            ("example-api", FILES, "read write"),
            ("example-api", FILES, "nonsense"),
            ("example-api", FILES, "re\"ad"),
            ("shop", API, "read offline_access"),
            ("shop", API, "read email"),
        ] {
            ask(client, resource, scope).send().await.refused(400, "invalid_scope");
        }
        assert_eq!(Tokens::of(&ask("shop", API, "read").send().await).scope(), ["read"]);
        assert_eq!(Tokens::of(&ask("example-api", FILES, "list").send().await).scope(), ["list"]);
    });
}

/// Asking for nothing gives what is left of the parent for that target, never the client's defaults.
#[test]
fn nothing_said_gives_what_is_left() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token_with(world, "openid read").await;
        // The client's registered scope is `read list`; the person gave `read`.
        let child = Tokens::of(
            &exchange(world, &world.client("example-api"), parent.access()).also(&[("resource", FILES)]).send().await,
        );
        assert_eq!(child.scope(), ["read"]);
        // An exchange never widens again what an exchange narrowed.
        let wide = adas_token(world).await;
        let shop = world.client("shop");
        let narrow = Tokens::of(
            &exchange(world, &shop, wide.access()).also(&[("resource", API), ("scope", "read")]).send().await,
        );
        let again = Tokens::of(&exchange(world, &shop, narrow.access()).also(&[("resource", API)]).send().await);
        assert_eq!(again.scope(), ["read"]);
        exchange(world, &shop, narrow.access())
            .also(&[("resource", API), ("scope", "write")])
            .send()
            .await
            .refused(400, "invalid_scope");
    });
}

/// A refresh that narrowed the token narrows what it may be exchanged for.
#[test]
fn a_narrow_token_stays_narrow() {
    run(async {
        let world = World::shared().await;
        let shop = world.client("shop");
        let wide = adas_token(world).await;
        let narrow = Tokens::of(&world.refresh_call(&shop, wide.refresh()).also(&[("scope", "read")]).send().await);
        let reply = exchange(world, &shop, narrow.access()).also(&[("resource", API), ("scope", "write")]).send().await;
        reply.refused(400, "invalid_scope");
        let reply =
            exchange(world, &shop, narrow.access()).also(&[("resource", FILES), ("scope", "list")]).send().await;
        assert!(matches!(reply.json()["error"].as_str(), Some("invalid_scope" | "invalid_target")), "{reply:?}");
        assert_eq!(reply.status, 400);
    });
}

/// No longer than the parent.
#[test]
fn no_longer_than_the_parent() {
    run(async {
        let world = World::builder().start().await;
        // The parent lives five minutes; this API's own tokens would live an hour.
        let long = json!({ "resource": [{
            "identifier": FILES, "name": "Example files", "resource_server": "files-api", "access_token_lifetime": "1h",
            "scopes": { "read": "Read your files", "list": "List your files" },
        }] });
        world.home.apply(&long).await.ok();
        let parent = adas_token(&world).await;
        let child = Tokens::of(
            &exchange(&world, &world.client("example-api"), parent.access()).also(&[("resource", FILES)]).send().await,
        );
        let (old, new) = (parent.claims()["exp"].as_i64().unwrap(), child.claims()["exp"].as_i64().unwrap());
        assert!(new <= old, "{new} is later than {old}");
        let left = child.body["expires_in"].as_i64().unwrap();
        assert!(left <= 300 && (new - crate::harness::now() - left).abs() <= 1, "expires_in is what is left: {left}");
        // A direct token for that API does live an hour.
        let direct = world.own_token(&world.client("example-api")).await;
        assert_eq!(direct.body["expires_in"], 3600);
    });
}
