//! Configuration as data.

use crate::harness::{Client, World, binary::Said, database::Content, fixture, flow::Tokens, json, run, world::Home};

async fn empty() -> (crate::harness::database::Database, Home) {
    let database = crate::harness::database::Database::new(Content::Schema).await;
    let home = Home::new(&database.url, &[]);
    (database, home)
}

async fn state(database: &crate::harness::database::Database) -> String {
    database.dump().await
}

#[test]
fn a_second_run_changes_nothing() {
    run(async {
        let (database, home) = empty().await;
        let first = home.apply(&fixture::everything()).await.ok();
        for name in ["shop", "ada", "https://api.example.test"] {
            assert!(first.out.contains(name), "what changed is printed: {}", first.out);
        }
        let before = state(&database).await;
        let second = home.apply(&fixture::everything()).await.ok();
        assert_eq!(state(&database).await, before, "the second run changed something: {second:?}");
        assert!(!second.out.contains("shop") || second.out.to_lowercase().contains("unchanged"), "{}", second.out);
    });
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_would() {
    run(async {
        let (database, home) = empty().await;
        let before = state(&database).await;
        let dry = home.apply_with(&fixture::everything(), ["--dry-run"]).await.ok();
        assert_eq!(state(&database).await, before);
        assert!(dry.out.contains("shop") && dry.out.contains("ada"), "{}", dry.out);
        let wet = home.apply(&fixture::everything()).await.ok();
        let lines = |said: &Said| said.out.lines().filter(|line| line.contains("shop")).count();
        assert_eq!(lines(&dry), lines(&wet), "the dry run says the same:\n{}\n{}", dry.out, wet.out);
        // Secrets are told by neither.
        for said in [&dry, &wet] {
            assert!(
                !said.text().contains("thirty-two-characters") && !said.text().contains("the long password"),
                "{said:?}"
            );
        }
    });
}

#[test]
fn json_is_read_as_well() {
    run(async {
        let (_database, home) = empty().await;
        home.apply_text(&fixture::everything().to_string(), "json", []).await.ok();
        let said = home.run(["client", "list", "--json"]).await.ok();
        assert!(said.out.contains("\"shop\""));
    });
}

/// One transaction: all of it or nothing.
#[test]
fn a_file_with_one_error_changes_nothing() {
    run(async {
        let (database, home) = empty().await;
        let before = state(&database).await;
        let wrong = |document: serde_json::Value| (document, &home);
        for (name, (document, home)) in [
            (
                "redirect_uris",
                wrong(
                    json!({ "user": [fixture::person("ada").registration()], "client": [Client::like("house", "bad", json!({ "redirect_uris": ["http://evil.test/"] })).registration] }),
                ),
            ),
            (
                "resources",
                wrong(
                    json!({ "client": [Client::like("house", "bad", json!({ "resources": ["https://nowhere.example.test"] })).registration] }),
                ),
            ),
            (
                "client_secret",
                wrong(
                    json!({ "client": [Client::like("house", "bad", json!({ "client_secret": "short" })).registration] }),
                ),
            ),
            (
                "grant_types",
                wrong(
                    json!({ "client": [Client::like("house", "bad", json!({ "grant_types": ["password"] })).registration] }),
                ),
            ),
            (
                "jwks",
                wrong(
                    json!({ "client": [Client::like("house", "bad", json!({ "token_endpoint_auth_method": "private_key_jwt", "client_secret": null })).registration] }),
                ),
            ),
            (
                "resource_server",
                wrong(
                    json!({ "resource": [{ "identifier": "https://x.example.test", "name": "X", "scopes": {}, "resource_server": "nobody" }] }),
                ),
            ),
        ] {
            let said = home.apply(&document).await;
            assert_ne!(said.code, Some(0), "{name}: {said:?}");
            assert!(said.err.contains(name), "it does not name {name}: {said:?}");
            assert_eq!(state(&database).await, before, "{name}: half of it was done");
        }
    });
}

#[test]
fn unknown_keys_are_named() {
    run(async {
        let (database, home) = empty().await;
        let before = state(&database).await;
        for (key, text) in [
            ("redirect_uri", "[[client]]\nclient_id = \"x\"\nredirect_uri = \"https://x.test/\"\n"),
            ("clients", "[[clients]]\nclient_id = \"x\"\n"),
            (
                "lifetime",
                "[[resource]]\nidentifier = \"https://x.test\"\nname = \"X\"\nscopes = {}\nlifetime = \"5m\"\n",
            ),
            ("pasword", "[[user]]\nusername = \"x\"\npasword = \"a long password indeed\"\n"),
            ("colour", "colour = 1\n"),
        ] {
            let said = home.apply_text(text, "toml", []).await;
            let line = said.one_line_of_failure();
            assert!(line.contains(key), "{key}: {line}");
        }
        for text in [
            "not toml at all [",
            "[[client]]\nclient_id = 5\n",
            "[[client]]\nclient_id = \"a\"\n[[client]]\nclient_id = \"a\"\n",
        ] {
            assert_ne!(home.apply_text(text, "toml", []).await.code, Some(0), "{text}");
        }
        assert_ne!(home.apply_text("{", "json", []).await.code, Some(0));
        assert_eq!(state(&database).await, before);
    });
}

/// It never undoes what people did meanwhile.
#[test]
fn what_people_did_stays() {
    run(async {
        let world = World::builder().start().await;
        let (job, ada) = (world.client("job"), world.person("ada"));
        world.command(["client", "disable", "job"]).await.ok();
        world.command(["user", "disable", "bob"]).await.ok();
        let rotated = world.command(["client", "rotate-secret", "poster", "--json"]).await.ok().json();
        let hash = async || {
            let mut connection = world.database.connect().await;
            let hash: String = sqlx::query_scalar("select password_hash from user_account where username = 'ada'")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            hash
        };
        let before = hash().await;
        let mut again = fixture::everything();
        again["user"][0]["password"] = json!("another password, from the file");
        world.home.apply(&again).await.ok();
        // A password applies at creation only.
        assert_eq!(hash().await, before);
        world.signed_in(&ada).await;
        // Nothing disabled is enabled again.
        world.token_call(&job, &[("grant_type", "client_credentials")]).send().await.refused(401, "invalid_client");
        let bob = world.command(["user", "show", "bob", "--json"]).await.ok().json();
        assert_eq!(bob["enabled"], false, "{bob}");
        // Rotated secrets stay.
        let secret = rotated["client_secret"].as_str().unwrap();
        let fields = [("grant_type", "client_credentials"), ("client_id", "poster"), ("client_secret", secret)];
        Tokens::of(&world.post("/oauth2/token").form(&fields).send().await);
    });
}

#[test]
fn pruning_is_explicit() {
    run(async {
        let world = World::builder().start().await;
        let ids = async || {
            let list = world.command(["client", "list", "--json"]).await.ok().json();
            let list = list.as_array().cloned().or_else(|| list["clients"].as_array().cloned()).unwrap();
            list.iter().map(|client| client["client_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = ids().await;
        let mut fewer = fixture::everything();
        fewer["client"].as_array_mut().unwrap().retain(|client| client["client_id"] != "job");
        fewer["user"].as_array_mut().unwrap().retain(|user| user["username"] != "grace");
        world.home.apply(&fewer).await.ok();
        assert_eq!(ids().await, all, "without --prune nothing goes");
        let token = world.own_token(&world.client("job")).await;
        let dry = world.home.apply_with(&fewer, ["--prune", "--dry-run"]).await.ok();
        assert!(dry.out.contains("job"), "{}", dry.out);
        assert_eq!(ids().await, all);
        world.home.apply_with(&fewer, ["--prune"]).await.ok();
        assert_eq!(ids().await, all.into_iter().filter(|id| id != "job").collect::<Vec<_>>());
        world.until_inactive(0, &world.client("example-api"), token.access()).await;
    });
}

/// What it changes counts on every instance within a second, and is in the journal.
#[test]
fn changes_are_followed() {
    run(async {
        let world = World::shared().await;
        let job = world.add_client("job", json!({})).await;
        world.own_token(&job).await;
        let changed = Client::like("job", &job.id, json!({ "scope": "read" }));
        world.home.apply(&json!({ "client": [changed.registration] })).await.ok();
        for instance in [0, 1] {
            crate::harness::until("the scope is gone", crate::harness::WITHIN_A_SECOND, async || {
                let call =
                    world.token_call_at(instance, &job, &[("grant_type", "client_credentials"), ("scope", "write")]);
                (call.send().await.status == 400).then_some(())
            })
            .await;
        }
        let mut connection = world.database.connect().await;
        let rows: i64 =
            sqlx::query_scalar("select count(*) from trail where client_id = $1 and event not like '%token%'")
                .bind(&job.id)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        assert!(rows >= 2, "made and changed, and {rows} rows in the journal");
    });
}

/// A password may come as a hash, a secret from a file beside the configuration.
#[test]
fn secrets_may_come_from_elsewhere() {
    run(async {
        let world = World::builder().start().await;
        let mut connection = world.database.connect().await;
        let hash: String = sqlx::query_scalar("select password_hash from user_account where username = 'ada'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        std::fs::write(world.home.folder.join("secret.txt"), "a secret from a file, of thirty-two characters\n")
            .unwrap();
        std::fs::write(world.home.folder.join("password.txt"), "a password from a file\n").unwrap();
        let client = Client::like("job", "filed", json!({ "client_secret": null, "client_secret_file": "secret.txt" }))
            .registration;
        let document = json!({ "client": [client], "user": [
            { "username": "hashed", "password_hash": hash },
            { "username": "filed", "password_file": "password.txt" },
        ] });
        world.home.apply(&document).await.ok();
        world
            .post("/oauth2/token")
            .form(&[("grant_type", "client_credentials")])
            .basic("filed", "a secret from a file, of thirty-two characters")
            .send()
            .await
            .ok();
        let mut hashed = fixture::Person::named("hashed");
        hashed.password = world.person("ada").password;
        world.signed_in(&hashed).await;
        let mut filed = fixture::Person::named("filed");
        filed.password = "a password from a file".to_owned();
        world.signed_in(&filed).await;
    });
}
