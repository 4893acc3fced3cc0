//! Who may exchange, and who then acts for whom.

use super::{adas_token, exchange};
use crate::harness::{ACCESS_TOKEN, API, FILES, ID_TOKEN, TOKEN_EXCHANGE, World, flow::Tokens, json, jwt, run};

/// `sub` stays the person, the exchanging client becomes the outermost `act`.
#[test]
fn delegation_names_both() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        // The resource server of the audience passes it on.
        let api = world.client("example-api");
        let reply = exchange(world, &api, parent.access()).also(&[("resource", FILES)]).send().await;
        let child = Tokens::of(&reply);
        let mut names: Vec<&str> = child.body.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["access_token", "expires_in", "issued_token_type", "scope", "token_type"],
            "and no refresh token"
        );
        assert_eq!(child.body["issued_token_type"], ACCESS_TOKEN);
        let jwt = jwt::verify(child.access(), &world.jwks().await);
        assert_eq!(jwt.header["typ"], "at+jwt");
        let (old, new) = (parent.claims(), jwt.claims);
        assert_eq!(new["sub"], old["sub"]);
        assert_eq!(new["client_id"], "example-api");
        assert_eq!(new["act"]["sub"], "example-api");
        assert_eq!(new["act"].get("act"), None);
        assert_eq!(new["aud"], FILES);
        assert_eq!(child.scope(), ["list", "read"]);
        for name in ["auth_time", "acr", "amr"] {
            assert_eq!(new[name], old[name], "{name}");
        }
        // The next API learns of both.
        let body = world.introspect_call(&world.client("files-api"), child.access()).send().await.active();
        assert_eq!((&body["sub"], &body["act"]), (&new["sub"], &new["act"]));
        assert_eq!(body.get("chancery"), None);
    });
}

#[test]
fn the_client_that_it_was_issued_to_may_exchange_it() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let child = Tokens::of(
            &exchange(world, &world.client("shop"), parent.access()).also(&[("scope", "read")]).send().await,
        );
        assert_eq!(child.claims()["sub"], parent.claims()["sub"]);
        assert_eq!(child.claims()["act"]["sub"], "shop");
        assert_eq!(child.scope(), ["read"]);
    });
}

/// An existing chain is kept whole inside the new `act`.
#[test]
fn the_chain_is_kept_whole() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let first = Tokens::of(
            &exchange(world, &world.client("shop"), parent.access()).also(&[("resource", API)]).send().await,
        );
        let second = Tokens::of(
            &exchange(world, &world.client("example-api"), first.access()).also(&[("resource", FILES)]).send().await,
        );
        let act = second.claims()["act"].clone();
        assert_eq!((&act["sub"], &act["act"]["sub"]), (&json!("example-api"), &json!("shop")));
        assert_eq!(act["act"].get("act"), None);
    });
}

/// The chain has an end.
#[test]
fn the_chain_is_limited() {
    run(async {
        let world = World::builder().setting("limits", "actor_chain", "2").start().await;
        let parent = adas_token(&world).await;
        let shop = world.client("shop");
        let first = Tokens::of(&exchange(&world, &shop, parent.access()).send().await);
        let second = Tokens::of(&exchange(&world, &shop, first.access()).send().await);
        exchange(&world, &shop, second.access()).send().await.refused(400, "invalid_request");
    });
}

/// Anyone else is a confused deputy.
#[test]
fn nobody_else_may_exchange_it() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        for stranger in ["agent", "files-api", "double"] {
            exchange(world, &world.client(stranger), parent.access()).send().await.refused(400, "invalid_request");
        }
        // Not even when it acts for the one who may: an actor token must name the authenticated client.
        let api_token = world.own_token(&world.client("example-api")).await;
        let call = exchange(world, &world.client("agent"), parent.access())
            .also(&[("actor_token", api_token.access()), ("actor_token_type", ACCESS_TOKEN)]);
        call.send().await.refused(400, "invalid_request");
    });
}

#[test]
fn public_clients_and_clients_without_the_grant_are_refused() {
    run(async {
        let world = World::shared().await;
        let spa = world.client("spa");
        let parent = world.flow(&spa).scope("openid read").tokens_of(&world.person("ada")).await;
        exchange(world, &spa, parent.access()).send().await.refused(400, "unauthorized_client");
        let job = world.client("no-exchange");
        let own = world.own_token(&job).await;
        exchange(world, &job, own.access()).send().await.refused(400, "unauthorized_client");
    });
}

/// An actor token says who acts, and that can only be the one who asks.
#[test]
fn an_actor_token_must_name_the_client() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let api = world.client("example-api");
        let (own, other) = (world.own_token(&api).await, world.own_token(&world.client("job")).await);
        let with_actor = |actor: &str, kind: &str| {
            exchange(world, &api, parent.access()).also(&[
                ("resource", FILES),
                ("actor_token", actor),
                ("actor_token_type", kind),
            ])
        };
        let child = Tokens::of(&with_actor(own.access(), ACCESS_TOKEN).send().await);
        assert_eq!(child.claims()["act"]["sub"], "example-api");
        // A person's token is no client's, even where the client holds it.
        for (actor, kind) in [
            (other.access(), ACCESS_TOKEN),
            (parent.access(), ACCESS_TOKEN),
            (child.access(), ACCESS_TOKEN),
            (parent.id(), ID_TOKEN),
            (own.access(), ID_TOKEN),
            ("nonsense", ACCESS_TOKEN),
            (parent.refresh(), ACCESS_TOKEN),
        ] {
            with_actor(actor, kind).send().await.refused(400, "invalid_request");
        }
    });
}

/// An ID token stands for its grant and session.
#[test]
fn an_id_token_may_be_exchanged_by_the_client_that_it_was_issued_to() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let ask = |client: &str| {
            world.token_call(
                &world.client(client),
                &[
                    ("grant_type", TOKEN_EXCHANGE),
                    ("subject_token", parent.id()),
                    ("subject_token_type", ID_TOKEN),
                    ("resource", FILES),
                ],
            )
        };
        let child = Tokens::of(&ask("shop").send().await);
        assert_eq!(child.claims()["sub"], parent.claims()["sub"]);
        assert_eq!(child.claims()["act"]["sub"], "shop");
        assert_eq!(child.claims()["aud"], FILES);
        for stranger in ["example-api", "agent", "double"] {
            ask(stranger).send().await.refused(400, "invalid_request");
        }
    });
}

/// A service's own token may be passed on like a person's.
#[test]
fn a_service_may_be_the_subject() {
    run(async {
        let world = World::shared().await;
        let agent = world.client("agent");
        let own = world.own_token(&agent).await;
        let child = Tokens::of(&exchange(world, &agent, own.access()).send().await);
        assert_eq!(child.claims()["sub"], "agent");
        assert_eq!(child.claims()["act"]["sub"], "agent");
        let api = Tokens::of(
            &exchange(world, &world.client("shop"), world.own_token(&world.client("shop")).await.access()).send().await,
        );
        assert_eq!(api.claims()["act"]["sub"], "shop");
    });
}

/// Dropping `act` is impossible by any combination of parameters; impersonation is a permission of a client.
#[test]
fn act_cannot_be_dropped() {
    run(async {
        let world = World::shared().await;
        let parent = adas_token(world).await;
        let shop = world.client("shop");
        let own = world.own_token(&shop).await;
        let delegated = Tokens::of(&exchange(world, &shop, parent.access()).send().await);
        let extras: [&[(&str, &str)]; 9] = [
            &[],
            &[("requested_token_type", ACCESS_TOKEN)],
            &[("requested_token_type", "urn:ietf:params:oauth:token-type:jwt")],
            &[("actor_token", own.access()), ("actor_token_type", ACCESS_TOKEN)],
            &[("scope", "read")],
            &[("resource", API)],
            &[("audience", API)],
            &[("act", ""), ("impersonate", "true"), ("may_act", "shop"), ("delegation", "false")],
            &[("actor_token", ""), ("actor_token_type", "")],
        ];
        for subject in [parent.access(), delegated.access()] {
            let depth = |claims: &crate::harness::Value| {
                let mut depth = 0;
                let mut act = &claims["act"];
                while act.is_object() {
                    (depth, act) = (depth + 1, &act["act"]);
                }
                depth
            };
            let before = depth(&jwt::decode(subject).claims);
            for extra in extras {
                let reply = exchange(world, &shop, subject).also(extra).send().await;
                if reply.status == 200 {
                    let claims = Tokens::of(&reply).claims();
                    assert_eq!(depth(&claims), before + 1, "with {extra:?}: {claims}");
                    assert_eq!(claims["act"]["sub"], "shop");
                } else {
                    let body = reply.json();
                    assert!(
                        matches!(body["error"].as_str(), Some("invalid_request" | "invalid_target")),
                        "{extra:?}: {reply:?}"
                    );
                }
            }
        }
    });
}

/// Impersonation exists only as an explicit, audited permission of a client.
#[test]
fn impersonation_is_explicit_and_audited() {
    run(async {
        let world = World::shared().await;
        let client = world.add_client("shop", json!({ "impersonation_allowed": true, "first_party": true })).await;
        let parent = world.flow(&client).scope("openid read").tokens_of(&world.person("ada")).await;
        let reply = exchange(world, &client, parent.access()).send().await;
        let child = Tokens::of(&reply);
        let jti: uuid::Uuid = child.claims()["jti"].as_str().unwrap().parse().unwrap();
        let mut connection = world.database.connect().await;
        let row: String = sqlx::query_scalar("select to_jsonb(j)::text from trail j where jti = $1")
            .bind(jti)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if child.claims().get("act").is_none() {
            assert!(row.contains("impersonat"), "an impersonation that the journal does not name: {row}");
        }
        // What an impersonator got is no less traceable: its end comes with the parent's.
        world.revoke_call(&client, parent.refresh()).send().await;
        world.until_inactive(1, &client, child.access()).await;
    });
}
