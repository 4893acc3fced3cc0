//! The commands: verbs under nouns, `--json` everywhere, one clear line when something is wrong.

use crate::harness::{Value, World, json, run};

fn list_of<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value.as_array().or_else(|| value[name].as_array()).unwrap_or_else(|| panic!("no list: {value}"))
}

#[test]
fn lists_and_single_ones_are_json() {
    run(async {
        let world = World::shared().await;
        for (noun, plural, id, key) in [
            ("client", "clients", "shop", "client_id"),
            ("user", "users", "ada", "username"),
            ("resource", "resources", crate::harness::API, "identifier"),
        ] {
            let list = world.command([noun, "list", "--json"]).await.ok().json();
            assert!(list_of(&list, plural).iter().any(|item| item[key] == id), "{noun} list: {list}");
            let one = world.command([noun, "show", id, "--json"]).await.ok();
            assert_eq!(one.json()[key], id);
            assert_eq!(one.json()["enabled"], true, "{noun}");
            let human = world.command([noun, "list"]).await.ok();
            assert!(human.out.contains(id), "{}", human.out);
            // Whoever may look at it learns no secret.
            for secret in ["thirty-two", "argon2", "digest", "password_hash"] {
                assert!(!one.out.contains(secret), "{secret}: {}", one.out);
            }
            for verb in ["show", "disable", "enable", "delete"] {
                let said = world.command([noun, verb, "nobody-of-that-name"]).await;
                let line = said.one_line_of_failure();
                assert!(line.contains("nobody-of-that-name"), "{noun} {verb}: {line}");
            }
        }
        // Members by the names of RFC 7591, as `apply` takes them.
        let shop = world.command(["client", "show", "shop", "--json"]).await.ok().json();
        let registered = world.client("shop").registration;
        for name in ["client_name", "redirect_uris", "grant_types", "scope", "resources"] {
            assert_eq!(shop[name], registered[name], "{name}: {shop}");
        }
        let resource = world.command(["resource", "show", crate::harness::API, "--json"]).await.ok().json();
        assert_eq!(resource["resource_server"], "example-api");
    });
}

#[test]
fn clients_and_people_can_be_made_by_command() {
    run(async {
        let world = World::shared().await;
        let id = crate::harness::unique("made");
        let said = world
            .command([
                "client",
                "create",
                &id,
                "--grant-type",
                "client_credentials",
                "--scope",
                "read",
                "--resource",
                crate::harness::API,
                "--json",
            ])
            .await
            .ok()
            .json();
        let secret = said["client_secret"].as_str().unwrap_or_else(|| panic!("no secret: {said}"));
        assert!(secret.len() >= 43, "256 bits: {said}");
        assert_eq!(said["client_id"], id);
        world.post("/oauth2/token").form(&[("grant_type", "client_credentials")]).basic(&id, secret).send().await.ok();
        // It is told once.
        let shown = world.command(["client", "show", &id, "--json"]).await.ok();
        assert!(!shown.out.contains(secret));
        let again = world.command(["client", "create", &id, "--grant-type", "client_credentials", "--json"]).await;
        assert!(again.one_line_of_failure().contains(&id));
    });
}

/// What is disabled or deleted on the command line is so in the list, and saying it twice is no catastrophe.
#[test]
fn verbs_do_what_they_say() {
    run(async {
        let world = World::shared().await;
        let job = world.add_client("job", json!({})).await;
        let person = world.add_person().await;
        for (noun, id) in [("client", &job.id), ("user", &person.username)] {
            let enabled = async || world.command([noun, "show", id, "--json"]).await.ok().json()["enabled"].clone();
            world.command([noun, "disable", id, "--json"]).await.ok().json();
            assert_eq!(enabled().await, false);
            world.command([noun, "disable", id]).await.ok();
            world.command([noun, "enable", id, "--json"]).await.ok().json();
            assert_eq!(enabled().await, true);
            world.command([noun, "delete", id, "--json"]).await.ok().json();
            assert!(!world.command([noun, "show", id]).await.one_line_of_failure().is_empty());
        }
    });
}

#[test]
fn an_api_can_be_disabled_and_deleted() {
    run(async {
        let world = World::builder().instances(2).start().await;
        let job = world.client("job");
        world.own_token(&job).await;
        world.command(["resource", "disable", crate::harness::API]).await.ok();
        for instance in [0, 1] {
            crate::harness::until("no token for a disabled API", crate::harness::WITHIN_A_SECOND, async || {
                let reply = world.token_call_at(instance, &job, &[("grant_type", "client_credentials")]).send().await;
                (reply.status == 400).then(|| reply.refused(400, "invalid_target"))
            })
            .await;
        }
        world.command(["resource", "enable", crate::harness::API]).await.ok();
        crate::harness::until("tokens again", crate::harness::WITHIN_A_SECOND, async || {
            let reply = world.token_call(&job, &[("grant_type", "client_credentials")]).send().await;
            (reply.status == 200).then_some(())
        })
        .await;
        world.command(["resource", "delete", crate::harness::API]).await.ok();
        crate::harness::until("no token for an API that is gone", crate::harness::WITHIN_A_SECOND, async || {
            let reply = world.token_call(&job, &[("grant_type", "client_credentials")]).send().await;
            (reply.status == 400).then_some(())
        })
        .await;
    });
}

#[test]
fn the_configuration_can_be_checked_and_shown() {
    run(async {
        let world = World::shared().await;
        world.command(["config", "check"]).await.ok();
        let dump = world.command(["config", "dump"]).await.ok();
        assert!(dump.out.contains(world.issuer()), "{}", dump.out);
        let key = std::fs::read_to_string(&world.home.config).unwrap();
        let key = key
            .lines()
            .find_map(|line| line.strip_prefix("sealing_keys = \"1:"))
            .unwrap()
            .trim_end_matches('"')
            .to_owned();
        assert!(!dump.text().contains(&key), "the dump tells the sealing key");
    });
}

#[test]
fn the_doctor_says_what_is_wrong() {
    run(async {
        let world = World::shared().await;
        let well = world.command(["doctor"]).await.ok();
        assert!(!well.text().is_empty());
        let broken = crate::harness::world::Home::new("postgres://nobody:secret-password@127.0.0.1:1/nothing", &[]);
        let said = broken.run(["doctor"]).await;
        assert_ne!(said.code, Some(0), "{said:?}");
        assert!(said.text().to_lowercase().contains("database"), "{said:?}");
        assert!(!said.text().contains("secret-password"), "{said:?}");
        for command in [["client", "list"], ["keys", "list"]] {
            let said = broken.run(command).await;
            assert!(!said.one_line_of_failure().contains("secret-password"), "{said:?}");
        }
    });
}

#[test]
fn help_and_nonsense() {
    run(async {
        for arguments in [vec!["--help"], vec!["serve", "--help"], vec!["client", "--help"], vec!["--version"]] {
            let said = crate::harness::binary::run(crate::harness::binary::command(&arguments)).await.ok();
            assert!(!said.out.is_empty());
        }
        for arguments in [vec!["nonsense"], vec!["client", "nonsense"], vec!["serve", "--nonsense"], vec!["apply"]] {
            let said = crate::harness::binary::run(crate::harness::binary::command(&arguments)).await;
            assert_ne!(said.code, Some(0), "{arguments:?}");
            assert!(!said.err.is_empty(), "{arguments:?}");
        }
    });
}
