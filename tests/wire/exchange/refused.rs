//! What is not accepted, as a table.

use super::{adas_token, exchange};
use crate::harness::{
    ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN, TOKEN_EXCHANGE, World,
    http::Call,
    jwt, run,
    table::{Row, bad, check},
};

#[test]
fn tokens_that_do_not_count() {
    run(async {
        let world = World::shared().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let parent = adas_token(world).await;
        let house = world.flow(&world.client("house")).scope("openid read").tokens_of(&ada).await;
        let good = exchange(world, &shop, parent.access());
        let subject =
            |token: &str, kind: &str| good.clone().with("subject_token", token).with("subject_token_type", kind);
        let invalid = |name: &str, call: Call| bad(name, call, "invalid_request");
        let extra = |pairs: &[(&str, &str)]| good.clone().also(pairs);
        let other = format!("{}0", &ACCESS_TOKEN[..ACCESS_TOKEN.len() - 1]);
        let mut rows: Vec<Row> = vec![
            invalid("subject_token missing", good.clone().without("subject_token")),
            invalid("subject_token empty", good.clone().with("subject_token", "")),
            invalid("subject_token twice", extra(&[("subject_token", parent.access())])),
            invalid("subject_token_type missing", good.clone().without("subject_token_type")),
            invalid("subject_token_type twice", extra(&[("subject_token_type", ACCESS_TOKEN)])),
            invalid("subject_token_type unknown", subject(parent.access(), &other)),
            invalid("subject_token_type without its URN", subject(parent.access(), "access_token")),
            invalid("subject_token_type of SAML", subject(parent.access(), "urn:ietf:params:oauth:token-type:saml2")),
            invalid("subject_token_type jwt", subject(parent.access(), "urn:ietf:params:oauth:token-type:jwt")),
            invalid("an access token called ID token", subject(parent.access(), ID_TOKEN)),
            invalid("an ID token called access token", subject(parent.id(), ACCESS_TOKEN)),
            invalid("a refresh token", subject(parent.refresh(), REFRESH_TOKEN)),
            invalid("a refresh token called access token", subject(parent.refresh(), ACCESS_TOKEN)),
            invalid("somebody else's access token", subject(house.access(), ACCESS_TOKEN)),
            invalid("somebody else's ID token", subject(house.id(), ID_TOKEN)),
            invalid("requested_token_type unknown", extra(&[("requested_token_type", "urn:x")])),
            invalid("requested_token_type refresh_token", extra(&[("requested_token_type", REFRESH_TOKEN)])),
            invalid("requested_token_type id_token", extra(&[("requested_token_type", ID_TOKEN)])),
            invalid(
                "requested_token_type twice",
                extra(&[("requested_token_type", ACCESS_TOKEN), ("requested_token_type", ACCESS_TOKEN)]),
            ),
            invalid("actor_token without its type", extra(&[("actor_token", parent.access())])),
            invalid("actor_token_type without the token", extra(&[("actor_token_type", ACCESS_TOKEN)])),
            invalid(
                "actor_token twice",
                extra(&[("actor_token", "a"), ("actor_token", "b"), ("actor_token_type", ACCESS_TOKEN)]),
            ),
            invalid("scope twice", extra(&[("scope", "read"), ("scope", "read")])),
            bad("scope of strange letters", extra(&[("scope", "r\"ead")]), "invalid_scope"),
            bad("resource relative", extra(&[("resource", "api")]), "invalid_target"),
        ];
        rows.extend(
            jwt::mutilated(parent.access())
                .into_iter()
                .map(|(name, token)| invalid(&format!("access token {name}"), subject(&token, ACCESS_TOKEN))),
        );
        rows.extend(
            jwt::mutilated(parent.id())
                .into_iter()
                .map(|(name, token)| invalid(&format!("ID token {name}"), subject(&token, ID_TOKEN))),
        );
        check("token_exchange", world.issuer(), rows).await;
        // And the good one is good.
        good.send().await.ok();
    });
}

/// Tokens of another server with the same names.
#[test]
fn a_foreign_servers_token_is_nothing() {
    run(async {
        let world = World::shared().await;
        let other = World::builder().content(crate::harness::database::Content::Schema).start().await;
        other.home.apply(&crate::harness::fixture::everything()).await.ok();
        let foreign = adas_token(&other).await;
        let shop = world.client("shop");
        exchange(world, &shop, foreign.access()).send().await.refused(400, "invalid_request");
        world.introspect_call(&shop, foreign.access()).send().await.inactive();
        world.introspect_call(&shop, foreign.refresh()).send().await.inactive();
        world.get("/oauth2/userinfo").bearer(foreign.access()).send().await.refused_as_token();
        world.refresh_call(&shop, foreign.refresh()).send().await.refused(400, "invalid_grant");
        let call = world.token_call(
            &shop,
            &[("grant_type", TOKEN_EXCHANGE), ("subject_token", foreign.id()), ("subject_token_type", ID_TOKEN)],
        );
        call.send().await.refused(400, "invalid_request");
    });
}

/// Expired ones, with a server whose tokens live a second.
#[test]
fn an_expired_token_is_nothing() {
    run(async {
        let world = World::builder()
            .setting("lifetimes", "access_token", "\"1s\"")
            .setting("lifetimes", "id_token", "\"1s\"")
            .start()
            .await;
        let (client, ada) = (world.client("shop"), world.person("ada"));
        let short =
            world.flow(&client).scope("openid read").with("resource", crate::harness::FILES).tokens_of(&ada).await;
        crate::harness::until("the token has expired", std::time::Duration::from_secs(4), async || {
            let body = world.introspect_call(&client, short.access()).send().await.ok();
            (body["active"] == false).then_some(())
        })
        .await;
        exchange(&world, &client, short.access()).send().await.refused(400, "invalid_request");
        world.get("/oauth2/userinfo").bearer(short.access()).send().await.refused_as_token();
        let id = world.token_call(
            &client,
            &[("grant_type", TOKEN_EXCHANGE), ("subject_token", short.id()), ("subject_token_type", ID_TOKEN)],
        );
        id.send().await.refused(400, "invalid_request");
    });
}
