//! Upstream providers as configuration: `chancery apply` and `chancery upstream`.

use crate::harness::{
    Value, World,
    database::{Content, Database},
    json, run,
    world::Home,
};

const SECRET: &str = "the-secret-of-chancery-at-acme-0123456789";

fn acme() -> Value {
    json!({
        "slug": "acme", "name": "Acme", "issuer": "https://login.acme.test", "client_id": "chancery",
        "client_secret": SECRET, "domains": ["Acme.test", "m\u{fc}nchen.test"], "sign_up": "domains",
    })
}

fn like_acme(changes: Value) -> Value {
    let mut entry = acme();
    let members = entry.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    entry
}

/// A database without a server: commands are enough.
async fn empty() -> (Database, Home) {
    let database = Database::new(Content::Fixture).await;
    let home = Home::new(&database.url, &[]);
    (database, home)
}

async fn shown(home: &Home, slug: &str) -> Value {
    home.run(["upstream", "show", slug, "--json"]).await.ok().json()
}

#[test]
fn apply_makes_what_the_file_says() {
    run(async {
        let world = World::builder().start().await;
        let said = world.home.apply(&json!({ "upstream": [acme()] })).await.ok();
        assert!(said.out.contains("+ upstream acme"), "{}", said.out);
        let found = shown(&world.home, "acme").await;
        assert_eq!(found["issuer"], "https://login.acme.test");
        assert_eq!(found["domains"], json!(["acme.test", "xn--mnchen-3ya.test"]));
        assert_eq!(found["sign_up"], "domains");
        assert_eq!(
            (&found["enabled"], &found["has_secret"], &found["button"]),
            (&json!(true), &json!(true), &json!(true))
        );
        assert_eq!(found["scope"], "openid profile email");
        let redirect_uri = format!("{}/login/upstream/acme/callback", world.issuer());
        assert_eq!(found["redirect_uri"], redirect_uri.as_str(), "what is to be registered there");
        assert!(!found.to_string().contains(SECRET));
        // Again: nothing to do.
        let said = world.home.apply(&json!({ "upstream": [acme()] })).await.ok();
        assert!(!said.out.contains("upstream"), "{}", said.out);
        // What is not named stays; another secret is a change.
        let next = like_acme(json!({ "name": "ACME", "domains": null, "client_secret": "another-secret-at-acme" }));
        let said = world.home.apply(&json!({ "upstream": [next] })).await.ok();
        assert!(said.out.contains("~ upstream acme: name, client_secret"), "{}", said.out);
        assert!(!said.text().contains("another-secret"), "{said:?}");
        assert_eq!(shown(&world.home, "acme").await["domains"], found["domains"]);
        // The secret itself need not be repeated.
        world.home.apply(&json!({ "upstream": [like_acme(json!({ "client_secret": null }))] })).await.ok();
        assert_eq!(shown(&world.home, "acme").await["has_secret"], true);
        // What was disabled stays so.
        world.command(["upstream", "disable", "acme"]).await.ok();
        world.home.apply(&json!({ "upstream": [acme()] })).await.ok();
        assert_eq!(shown(&world.home, "acme").await["enabled"], false);
        let events: i64 = world.database.count("select count(*) from trail where event like 'upstream.%'").await;
        assert!(events >= 4, "made, changed, disabled: {events}");
        let dump = world.database.dump().await;
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(SECRET) && !dump.contains(&hex), "the secret is sealed");
    });
}

#[test]
fn what_is_wrong_is_named_and_nothing_changes() {
    run(async {
        let (database, home) = empty().await;
        let other = like_acme(json!({ "slug": "other", "issuer": "https://other.test", "domains": ["other.test"] }));
        home.apply(&json!({ "upstream": [acme(), other] })).await.ok();
        let before = shown(&home, "acme").await;
        for (field, changes) in [
            ("issuer", json!({ "issuer": "https://elsewhere.test" })),
            ("issuer", json!({ "slug": "third", "domains": null })),
            ("issuer", json!({ "slug": "third", "domains": null, "issuer": "http://third.test" })),
            ("issuer", json!({ "slug": "third", "issuer": null })),
            ("client_id", json!({ "client_id": null })),
            ("client_id", json!({ "client_id": "" })),
            (
                "client_secret",
                json!({ "slug": "third", "domains": null, "issuer": "https://t.test", "client_secret": null }),
            ),
            ("client_secret", json!({ "token_endpoint_auth_method": "none" })),
            ("token_endpoint_auth_method", json!({ "token_endpoint_auth_method": "client_secret_jwt" })),
            ("domains", json!({ "domains": ["other.test"] })),
            ("domains[0]", json!({ "domains": ["*.acme.test"] })),
            ("sign_up", json!({ "sign_up": "everybody" })),
            ("sign_up", json!({ "sign_up": true })),
            ("sign_up", json!({ "domains": [] })),
            ("scope", json!({ "scope": "email" })),
            ("claims.email", json!({ "claims": { "email": "mail" } })),
            ("slug", json!({ "slug": "Third", "issuer": "https://third.test", "domains": null })),
            ("domain", json!({ "domain": "acme.test" })),
            ("button", json!({ "button": "no" })),
        ] {
            let said = home.apply(&json!({ "upstream": [like_acme(changes.clone())] })).await;
            let line = said.one_line_of_failure();
            assert!(line.contains(field) && line.contains("upstream[0]"), "{changes}: {line}");
            assert!(!line.contains(SECRET), "{line}");
        }
        assert_eq!(shown(&home, "acme").await, before);
        assert_eq!(database.count("select count(*) from upstream").await, 2);
        // Twice the same issuer, or the same domain, in one file.
        let twin = like_acme(json!({ "slug": "twin", "domains": ["twin.test"] }));
        home.apply(&json!({ "upstream": [acme(), twin] })).await.one_line_of_failure();
    });
}

#[test]
fn domains_move_and_pruning_is_explicit() {
    run(async {
        let (database, home) = empty().await;
        let other = |domains: Value| {
            like_acme(json!({ "slug": "other", "issuer": "https://other.test", "domains": domains, "sign_up": "off" }))
        };
        home.apply(&json!({ "upstream": [acme(), other(json!(["other.test"]))] })).await.ok();
        // Whichever stands first in the file.
        let acme_gets = like_acme(json!({ "domains": ["acme.test", "other.test"] }));
        home.apply(&json!({ "upstream": [acme_gets, other(json!([]))] })).await.ok();
        assert_eq!(shown(&home, "other").await["domains"], json!([]));
        let ada = database.count("select count(*) from user_account").await;
        database
            .count(
                "with linked as (insert into upstream_account (upstream_id, subject, user_id, linked_at)
                 select p.id, 'subject', u.id, now() from upstream p, user_account u
                 where p.slug = 'other' and u.username = 'ada' returning 1) select count(*) from linked",
            )
            .await;
        home.apply_with(&json!({ "client": [] }), ["--prune", "--dry-run"]).await.ok();
        let said = home.apply_with(&json!({ "upstream": [acme()] }), ["--prune"]).await.ok();
        assert!(said.out.contains("- upstream other"), "{}", said.out);
        assert_eq!(shown(&home, "acme").await["has_secret"], true, "a secret is no member that falls back");
        assert_eq!(database.count("select count(*) from upstream_account").await, 0);
        assert_eq!(database.count("select count(*) from user_account").await, ada, "people stay");
        // A new one of the same name and issuer inherits nobody.
        home.apply(&json!({ "upstream": [other(json!([]))] })).await.ok();
        assert_eq!(database.count("select count(*) from upstream_account").await, 0);
    });
}

#[test]
fn verbs_under_the_noun() {
    run(async {
        let (database, home) = empty().await;
        std::fs::write(home.folder.join("secret"), format!("{SECRET}\n")).unwrap();
        let file = home.folder.join("secret");
        let create = |slug: &'static str, issuer: &'static str| {
            let mut command = home.command(["upstream", "create", slug]);
            command.args(["--issuer", issuer, "--client-id", "me", "--client-secret-file"]).arg(&file).arg("--json");
            crate::harness::binary::run(command)
        };
        let made = create("acme", "https://login.acme.test").await.ok().json();
        assert_eq!((&made["sign_up"], &made["client_id"]), (&json!("off"), &json!("me")));
        assert!(create("acme", "https://login.acme.test").await.one_line_of_failure().contains("acme"));
        assert!(create("next", "https://login.acme.test").await.one_line_of_failure().contains("issuer"));
        assert!(create("Next", "https://next.test").await.one_line_of_failure().contains("slug"));
        let list = home.run(["upstream", "list", "--json"]).await.ok().json();
        assert_eq!(list[0]["slug"], "acme", "{list}");
        assert!(home.run(["upstream", "list"]).await.ok().out.contains("https://login.acme.test"));
        for (verb, changed) in [("disable", true), ("disable", false), ("enable", true), ("enable", false)] {
            let said = home.run(["upstream", verb, "acme", "--json"]).await.ok().json();
            assert_eq!(said["changed"], changed, "{verb}");
        }
        for verb in ["show", "disable", "enable", "delete"] {
            let said = home.run(["upstream", verb, "nobody-of-that-name"]).await;
            assert!(said.one_line_of_failure().contains("nobody-of-that-name"), "{verb}");
        }
        home.run(["upstream", "delete", "acme"]).await.ok();
        assert_eq!(database.count("select count(*) from upstream").await, 0);
        // Nothing can be sealed without a key, so nothing is kept.
        let none = |slug: &'static str| {
            let mut command = home.command(["upstream", "create", slug]);
            command.args(["--issuer", "https://public.test", "--client-id", "me"]);
            command.args(["--token-endpoint-auth-method", "none", "--domain", "public.test", "--no-button"]);
            crate::harness::binary::run(command)
        };
        none("public").await.ok();
        let shown = shown(&home, "public").await;
        assert_eq!((&shown["button"], &shown["has_secret"]), (&json!(false), &json!(false)));
    });
}
