//! `/oauth2/introspect` (RFC 7662).

use super::{form_rows, method_rows};
use crate::harness::{
    World, jwt, run,
    table::{Expect, bad, check, row},
};

#[test]
fn refusals() {
    run(async {
        let world = World::shared().await;
        let job = world.client("job");
        let token = world.own_token(&job).await;
        let good = world.introspect_call(&job, token.access());
        let open = || world.post("/oauth2/introspect").form(&[("token", token.access())]);
        let nobody = |name: &str, call| row(name, call, Expect::Error(401, &["invalid_client"]));
        let mut rows = form_rows(&good, "token");
        rows.extend(method_rows(
            ["GET", "PUT", "DELETE"].map(|method| (method, world.call(method, "/oauth2/introspect"))),
        ));
        rows.extend([
            bad("token missing", good.clone().without("token"), "invalid_request"),
            bad("token empty", good.clone().with("token", ""), "invalid_request"),
            bad("token twice", good.clone().also(&[("token", token.access())]), "invalid_request"),
            bad(
                "hint twice",
                good.clone().also(&[("token_type_hint", "a"), ("token_type_hint", "b")]),
                "invalid_request",
            ),
            nobody("nobody asks", open()),
            nobody("a public client asks", open().also(&[("client_id", "spa")])),
            nobody("a wrong secret", open().basic("job", "wrong")),
            nobody("the token itself as authentication", open().bearer(token.access())),
            bad(
                "two methods",
                open().basic("job", job.secret()).also(&[("client_secret", job.secret())]),
                "invalid_request",
            ),
        ]);
        check("introspect_refusals", world.issuer(), rows).await;
        // With all this, the token is what it was.
        good.send().await.active();
    });
}

#[test]
fn what_is_no_token() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let flow = world.flow(&house).scope("openid offline_access read");
        let mut browser = world.signed_in(&ada).await;
        let tokens = flow.tokens(&mut browser, &ada).await;
        let code = flow.authorize(&mut browser, &ada).await.code().to_owned();
        let ask = |token: &str| world.introspect_call(&house, token);
        let mut rows = vec![
            row("an ID token", ask(tokens.id()), Expect::Inactive),
            row("a code", ask(&code), Expect::Inactive),
            row("a refresh token cut short", ask(&tokens.refresh()[..30]), Expect::Inactive),
            row("a secret", ask(house.secret()), Expect::Inactive),
            row("60 KiB of letters", ask(&"a".repeat(60_000)), Expect::Inactive),
            row("letters of another alphabet", ask("жетон"), Expect::Inactive),
        ];
        rows.extend(
            jwt::mutilated(tokens.access()).into_iter().map(|(name, token)| row(name, ask(&token), Expect::Inactive)),
        );
        for (name, token) in [("access", tokens.access()), ("refresh", tokens.refresh())] {
            // Only the token's own client and its API may know of it. An API never learns of a refresh token.
            for stranger in ["job", "files-api", "agent"] {
                let call = world.introspect_call(&world.client(stranger), token);
                rows.push(row(format!("{name} token, asked by {stranger}"), call, Expect::Inactive));
            }
        }
        let by_api = world.introspect_call(&world.client("example-api"), tokens.refresh());
        rows.push(row("refresh token, asked by the API", by_api, Expect::Inactive));
        check("introspect_inactive", world.issuer(), rows).await;
        ask(tokens.access()).send().await.active();
        ask(tokens.refresh()).send().await.active();
    });
}
