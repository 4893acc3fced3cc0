//! An issuer with a path (RFC 8414 section 3.1).

use crate::harness::{World, jwt, run};

#[test]
fn everything_is_below_the_path() {
    run(async {
        let world = World::builder().path("/tenants/one").start().await;
        let issuer = world.issuer().to_owned();
        assert!(issuer.ends_with("/tenants/one"));
        let documents = [
            "/tenants/one/.well-known/openid-configuration",
            "/tenants/one/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/tenants/one",
            "/.well-known/openid-configuration/tenants/one",
        ];
        let first = world.get(documents[0]).send().await.ok();
        assert_eq!(first["issuer"], issuer);
        for document in documents {
            assert_eq!(world.get(document).send().await.ok(), first, "{document}");
        }
        for name in
            ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"]
        {
            assert!(first[name].as_str().unwrap().starts_with(&format!("{issuer}/")), "{name}");
        }
        for elsewhere in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
            "/oauth2/authorize",
            "/tenants/two/.well-known/openid-configuration",
        ] {
            assert_eq!(world.get(elsewhere).send().await.status, 404, "{elsewhere}");
        }
        assert_eq!(world.post("/oauth2/token").form(&[("grant_type", "client_credentials")]).send().await.status, 404);
    });
}

#[test]
fn a_whole_sign_in_below_the_path() {
    run(async {
        let world = World::builder().path("/tenants/one").start().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let mut browser = world.browser();
        let flow = world.flow(&shop).scope("openid email offline_access read");
        let answer = flow.authorize(&mut browser, &ada).await;
        let call = |path: &str| world.post(&format!("/tenants/one{path}"));
        let redeem = call("/oauth2/token").basic(&shop.id, shop.secret()).form(&[
            ("grant_type", "authorization_code"),
            ("code", answer.code()),
            ("redirect_uri", shop.redirect_uri()),
            ("code_verifier", &flow.pkce.as_ref().unwrap().verifier),
        ]);
        let body = redeem.send().await.ok();
        let jwks = world.get("/tenants/one/.well-known/jwks.json").send().await.ok();
        let id = jwt::verify(body["id_token"].as_str().unwrap(), &jwks);
        assert_eq!(id.claims["iss"], world.issuer());
        let access = body["access_token"].as_str().unwrap();
        assert!(jwt::verify(access, &jwks).claims["aud"].as_array().unwrap().contains(&world.issuer().into()));
        world.get("/tenants/one/oauth2/userinfo").bearer(access).send().await.ok();
        call("/oauth2/introspect").basic(&shop.id, shop.secret()).form(&[("token", access)]).send().await.active();
        // The cookies' names tell two issuers on one host apart.
        for name in browser.cookies.keys() {
            assert!(!matches!(name.as_str(), "chancery-browser" | "chancery-session"), "{name}");
        }
        // The pages find their own stylesheet.
        let page = world.flow(&shop).begin(&mut world.browser()).await.page();
        for tag in crate::harness::html::tags(&page.reply.text()) {
            if let Some(link) = tag.get("href").or(tag.get("src")).filter(|link| link.starts_with('/')) {
                let reply = world.get(link).send().await;
                assert_eq!(reply.status, 200, "{link}");
            }
        }
        let out = browser
            .open(&world.url(&format!("/oauth2/logout?id_token_hint={}", body["id_token"].as_str().unwrap())))
            .await
            .page();
        assert_eq!(out.heading(), "Signed out");
    });
}
