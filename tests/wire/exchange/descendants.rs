//! Revoking any ancestor makes every descendant inactive, on every instance.

use super::{adas_token, exchange};
use crate::harness::{API, Client, FILES, ID_TOKEN, TOKEN_EXCHANGE, World, flow::Tokens, json, run};

/// Person → shop → example-api → files-api: a chain of three, in a world of its own.
struct Chain {
    world: World,
    parent: Tokens,
    child: Tokens,
    grandchild: Tokens,
}

impl Chain {
    async fn new() -> Self {
        let world = World::builder().instances(2).start().await;
        // So that the last one may go on with it.
        let reach =
            Client::like("files-api", "files-api", json!({ "resources": [API, FILES], "scope": "read write list" }));
        world.home.apply(&json!({ "client": [reach.registration] })).await.ok();
        let parent = adas_token(&world).await;
        let child = Tokens::of(
            &exchange(&world, &world.client("example-api"), parent.access()).also(&[("resource", FILES)]).send().await,
        );
        let grandchild = Tokens::of(
            &exchange(&world, &world.client("files-api"), child.access()).also(&[("resource", FILES)]).send().await,
        );
        let chain = Self { world, parent, child, grandchild };
        for instance in [0, 1] {
            chain
                .world
                .introspect_call_at(instance, &chain.client("files-api"), chain.child.access())
                .send()
                .await
                .active();
            chain
                .world
                .introspect_call_at(instance, &chain.client("files-api"), chain.grandchild.access())
                .send()
                .await
                .active();
        }
        chain
    }

    fn client(&self, id: &str) -> Client {
        self.world.client(id)
    }

    async fn is_dead(&self, tokens: &[&Tokens]) {
        for instance in [0, 1] {
            for token in tokens {
                self.world.until_inactive(instance, &self.client("files-api"), token.access()).await;
            }
        }
        exchange(&self.world, &self.client("files-api"), self.grandchild.access())
            .send()
            .await
            .refused(400, "invalid_request");
    }
}

#[test]
fn revoking_the_first_access_token_ends_what_came_of_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.revoke_call(&chain.client("shop"), chain.parent.access()).send().await;
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
    });
}

#[test]
fn revoking_one_in_the_middle_ends_only_what_came_of_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.revoke_call(&chain.client("example-api"), chain.child.access()).send().await;
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
        chain.world.introspect_call(&chain.client("shop"), chain.parent.access()).send().await.active();
    });
}

#[test]
fn revoking_the_refresh_token_ends_all_of_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.revoke_call(&chain.client("shop"), chain.parent.refresh()).send().await;
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
        chain.world.until_inactive(1, &chain.client("shop"), chain.parent.access()).await;
    });
}

#[test]
fn disabling_the_person_ends_all_of_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.command(["user", "disable", "ada"]).await.ok();
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
    });
}

#[test]
fn disabling_an_actor_ends_what_went_through_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.command(["client", "disable", "example-api"]).await.ok();
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
        chain.world.introspect_call(&chain.client("shop"), chain.parent.access()).send().await.active();
        // Enabled again, it starts anew: what was dead stays dead.
        chain.world.command(["client", "enable", "example-api"]).await.ok();
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
    });
}

#[test]
fn disabling_the_first_client_ends_all_of_it() {
    run(async {
        let chain = Chain::new().await;
        chain.world.command(["client", "disable", "shop"]).await.ok();
        chain.is_dead(&[&chain.child, &chain.grandchild]).await;
    });
}

/// ID tokens die with their session, and so does what was made of them.
#[test]
fn an_id_token_dies_with_its_session() {
    run(async {
        let world = World::shared().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let mut browser = world.browser();
        let flow = world.flow(&shop).scope("openid read list").and("resource", API).and("resource", FILES);
        let parent = flow.tokens(&mut browser, &ada).await;
        let ask = || {
            world.token_call(
                &shop,
                &[
                    ("grant_type", TOKEN_EXCHANGE),
                    ("subject_token", parent.id()),
                    ("subject_token_type", ID_TOKEN),
                    ("resource", FILES),
                ],
            )
        };
        let child = Tokens::of(&ask().send().await);
        let url = world
            .url(&format!("/oauth2/logout?{}", crate::harness::http::form_encode([("id_token_hint", parent.id())])));
        browser.open(&url).await.page();
        world.until_inactive(0, &world.client("files-api"), child.access()).await;
        world.until_inactive(1, &world.client("files-api"), child.access()).await;
        ask().send().await.refused(400, "invalid_request");
    });
}
