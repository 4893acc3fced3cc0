//! `/oauth2/revoke` (RFC 7009).

use super::{form_rows, method_rows};
use crate::harness::{
    World, jwt, run,
    table::{Expect, bad, check, row},
};

#[test]
fn refusals() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let good = world.revoke_call(&house, "unknown");
        let open = |token: &str| world.post("/oauth2/revoke").form(&[("token", token)]);
        let nobody = |name: &str, call| row(name, call, Expect::Error(401, &["invalid_client"]));
        let mut rows = form_rows(&good, "token");
        rows.extend(method_rows(["GET", "PUT", "DELETE"].map(|method| (method, world.call(method, "/oauth2/revoke")))));
        rows.extend([
            bad("token missing", good.clone().without("token"), "invalid_request"),
            bad("token empty", good.clone().with("token", ""), "invalid_request"),
            bad("token twice", good.clone().also(&[("token", "x")]), "invalid_request"),
            nobody("nobody asks", open(tokens.refresh())),
            nobody("a confidential client by name only", open(tokens.refresh()).also(&[("client_id", "house")])),
            nobody("a wrong secret", open(tokens.refresh()).basic("house", "wrong")),
            nobody("an unknown client", open(tokens.refresh()).also(&[("client_id", "nobody")])),
        ]);
        check("revoke_refusals", world.issuer(), rows).await;
        world.introspect_call(&house, tokens.access()).send().await.active();
        world.introspect_call(&house, tokens.refresh()).send().await.active();
    });
}

#[test]
fn what_cannot_be_revoked_is_answered_all_the_same() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let ask = |token: &str| world.revoke_call(&house, token);
        // RFC 7009 section 2.2: an invalid token is no error.
        let mut rows = vec![
            row("unknown", ask("unknown"), Expect::Status(200)),
            row("an ID token", ask(tokens.id()), Expect::Status(200)),
            row(
                "with a hint that nobody knows",
                ask("unknown").also(&[("token_type_hint", "nonsense")]),
                Expect::Status(200),
            ),
            row("refresh token cut short", ask(&tokens.refresh()[..40]), Expect::Status(200)),
        ];
        rows.extend(
            jwt::mutilated(tokens.access())
                .into_iter()
                .map(|(name, token)| row(name, ask(&token), Expect::Status(200))),
        );
        check("revoke_unknown", world.issuer(), rows).await;
        world.introspect_call(&house, tokens.access()).send().await.active();
        world.introspect_call(&house, tokens.refresh()).send().await.active();
    });
}

#[test]
fn somebody_elses_token_stays() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        // The API may introspect it, and yet not end it.
        for stranger in ["spa", "job", "example-api"] {
            for token in [tokens.access(), tokens.refresh()] {
                let reply = world.revoke_call(&world.client(stranger), token).send().await;
                assert!(matches!(reply.status, 200 | 400), "{reply:?}");
            }
        }
        world.introspect_call(&house, tokens.access()).send().await.active();
        world.refresh_call(&house, tokens.refresh()).send().await.ok();
    });
}
