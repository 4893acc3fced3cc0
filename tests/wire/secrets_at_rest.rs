//! Nothing replayable at rest, and nothing secret in the logs: what a thief of a database dump, or a reader of the
//! logs, finds.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use crate::harness::{ACCESS_TOKEN, TOKEN_EXCHANGE, World, flow::Tokens, jwt, run};

/// The ways in which a text may stand in a database: as it is, in base64, in hex (as `bytea` is shown).
fn disguises(secret: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut all =
        vec![secret.to_owned(), hex(secret.as_bytes()), STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
    // What a prefixed token carries, in its bytes.
    let body = secret.split_once('_').map_or(secret, |(_, body)| body);
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(body)
        && bytes.len() >= 32
    {
        // The secret part is the last 32 bytes; what stands before may be an id.
        let tail = &bytes[bytes.len() - 32..];
        all.extend([hex(tail), STANDARD.encode(tail), URL_SAFE_NO_PAD.encode(tail)]);
    }
    all
}

#[test]
fn a_dump_of_the_database_is_of_no_use() {
    run(async {
        let world = World::builder().setting("telemetry", "filter", "\"debug\"").start().await;
        let (shop, ada) = (world.client("shop"), world.person("ada"));
        let mut browser = world.browser();
        let flow = world.flow(&shop).scope("openid offline_access read").with("nonce", "a-nonce-that-is-public");
        let spent = flow.authorize(&mut browser, &ada).await;
        let first = Tokens::of(&flow.redemption(spent.code()).send().await);
        let second = Tokens::of(&world.refresh_call(&shop, first.refresh()).send().await);
        let unspent = flow.authorize(&mut browser, &ada).await;
        let own = world.own_token(&world.client("signer")).await;
        let assertion = jwt::assertion("signer", world.issuer());
        world
            .post("/oauth2/token")
            .form(&[
                ("grant_type", "client_credentials"),
                ("scope", "read"),
                ("client_assertion_type", crate::harness::fixture::ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ])
            .send()
            .await
            .ok();
        let exchanged = Tokens::of(
            &world
                .token_call(
                    &shop,
                    &[
                        ("grant_type", TOKEN_EXCHANGE),
                        ("subject_token", second.access()),
                        ("subject_token_type", ACCESS_TOKEN),
                    ],
                )
                .send()
                .await,
        );
        let rotated = world.command(["client", "rotate-secret", "job", "--json"]).await.ok().json();
        // Attempts that failed leave no trace of what was tried either.
        let mut stranger = world.browser();
        let page = world.flow(&shop).scope("openid").begin(&mut stranger).await.page();
        stranger.press(&page, "login-submit", &[("username", "ada"), ("password", "a-wrong-password-attempt")]).await;
        world
            .post("/oauth2/token")
            .form(&[("grant_type", "client_credentials")])
            .basic("job", "a-wrong-secret-attempt")
            .send()
            .await;

        let session_cookies: Vec<String> = browser.cookies.values().map(|cookie| cookie.value.clone()).collect();
        let mut secrets: Vec<(&str, String)> = vec![
            ("a spent code", spent.code().into()),
            ("an unspent code", unspent.code().into()),
            ("an access token", first.access().into()),
            ("a refreshed access token", second.access().into()),
            ("an ID token", first.id().into()),
            ("a spent refresh token", first.refresh().into()),
            ("a refresh token", second.refresh().into()),
            ("an exchanged token", exchanged.access().into()),
            ("a service's token", own.access().into()),
            ("an assertion", assertion),
            ("a verifier", flow.pkce.as_ref().unwrap().verifier.clone()),
            ("a password", ada.password.clone()),
            ("a client's secret", shop.secret().into()),
            ("a wrong password", "a-wrong-password-attempt".into()),
            ("a wrong secret", "a-wrong-secret-attempt".into()),
            ("a rotated secret", rotated["client_secret"].as_str().unwrap().into()),
        ];
        secrets.extend(session_cookies.into_iter().map(|value| ("a cookie", value)));
        for token in [first.access(), second.access(), first.id(), own.access()] {
            secrets.push(("a token's signature", token.rsplit('.').next().unwrap().to_owned()));
        }

        let dump = world.database.dump().await;
        assert!(dump.contains("ada@example.test") && dump.contains("signing_key: "), "the dump is not one");
        let log = world.servers[0].log();
        assert!(!log.is_empty());
        for (what, secret) in &secrets {
            assert!(secret.len() > 15, "{what} is no secret");
            for disguise in disguises(secret) {
                assert!(!dump.contains(&disguise), "{what} is in the database");
                assert!(!log.contains(&disguise), "{what} is in the log");
            }
        }
        assert!(!dump.contains("PRIVATE KEY") && !dump.contains("\"d\":"), "a private key in clear");
        // ada's hash is argon2id, salted: two people with one password differ.
        assert!(dump.contains("$argon2id$v=19$"), "passwords are argon2id");
    });
}

/// A copy of the database is no server: without the sealing key nothing of it can be used.
#[test]
fn every_sealed_key_is_sealed() {
    run(async {
        let world = World::shared().await;
        let mut connection = world.database.connect().await;
        let rows: Vec<(String, Vec<u8>)> =
            sqlx::query_as("select kid, private_sealed from signing_key").fetch_all(&mut connection).await.unwrap();
        for (kid, sealed) in rows {
            // PKCS#8 begins with a SEQUENCE and holds one of these object identifiers.
            for oid in [
                &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d][..],
                &[0x2a, 0x86, 0x48, 0xce, 0x3d][..],
                &[0x2b, 0x65, 0x70][..],
            ] {
                assert!(!sealed.windows(oid.len()).any(|window| window == oid), "{kid} is not sealed");
            }
        }
    });
}
