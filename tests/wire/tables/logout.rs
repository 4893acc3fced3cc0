//! `/oauth2/logout` (OpenID Connect RP-Initiated Logout).

use super::method_rows;
use crate::harness::{
    World, jwt, run,
    table::{Expect, check, row},
};

#[test]
fn requests_that_lead_nowhere() {
    run(async {
        let world = World::shared().await;
        let (house, ada) = (world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid").tokens_of(&ada).await;
        let home = "https://house.example.test/";
        let ask = |pairs: &[(&str, &str)]| world.get("/oauth2/logout").query(pairs);
        let page = |name: &str, pairs: &[(&str, &str)]| row(name, ask(pairs), Expect::Page(400));
        let hint = tokens.id();
        let mut rows = vec![
            page(
                "a post_logout_redirect_uri that is not registered",
                &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.test/")],
            ),
            page(
                "a post_logout_redirect_uri with a path more",
                &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://house.example.test/x")],
            ),
            page(
                "a post_logout_redirect_uri of another client",
                &[("id_token_hint", hint), ("post_logout_redirect_uri", "https://shop.example.test/")],
            ),
            page(
                "a redirect_uri is no post_logout_redirect_uri",
                &[("id_token_hint", hint), ("post_logout_redirect_uri", house.redirect_uri())],
            ),
            page("client_id unknown", &[("client_id", "nobody"), ("post_logout_redirect_uri", home)]),
            page("client_id of another client than the hint's", &[("client_id", "shop"), ("id_token_hint", hint)]),
            page("nobody says which client", &[("post_logout_redirect_uri", home)]),
            page("id_token_hint twice", &[("id_token_hint", hint), ("id_token_hint", hint)]),
            page(
                "post_logout_redirect_uri twice",
                &[("id_token_hint", hint), ("post_logout_redirect_uri", home), ("post_logout_redirect_uri", home)],
            ),
            page("client_id twice", &[("client_id", "house"), ("client_id", "house")]),
            page("state twice", &[("id_token_hint", hint), ("state", "a"), ("state", "b")]),
            page(
                "an access token as a hint",
                &[("id_token_hint", tokens.access()), ("post_logout_redirect_uri", home)],
            ),
        ];
        rows.extend(jwt::mutilated(hint).into_iter().map(|(name, token)| {
            row(
                format!("hint {name}"),
                ask(&[("id_token_hint", &token), ("post_logout_redirect_uri", home)]),
                Expect::Page(400),
            )
        }));
        rows.push(row("bad encoding", world.get("/oauth2/logout?state=%zz"), Expect::Page(400)));
        rows.extend(method_rows(["PUT", "DELETE"].map(|method| (method, world.call(method, "/oauth2/logout")))));
        check("logout", world.issuer(), rows).await;
    });
}
