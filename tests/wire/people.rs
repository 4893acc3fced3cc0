//! People in bulk: `chancery user import` and `export`; and what else an operator does to one of them.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::harness::{
    Value, World,
    binary::{self, Said},
    database::{Content, Database},
    fixture::Person,
    json, run, unique, until,
    world::Home,
};

/// Of the reference implementation's test suite: argon2id of "password".
const HASH: &str = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn file(home: &Home, lines: &[impl ToString]) -> PathBuf {
    let path = home.folder.join(format!("{}.jsonl", unique("people")));
    let text: String = lines.iter().map(|line| format!("{}\n", line.to_string())).collect();
    std::fs::write(&path, text).unwrap();
    path
}

fn refused_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.refused.jsonl", file.display()))
}

async fn import(home: &Home, file: &Path, options: &[&str]) -> Said {
    let mut command = home.command(["user", "import", "--json"]);
    command.arg(file).args(options);
    binary::run(command).await
}

/// created, updated, unchanged, refused
fn counts(said: &Said) -> [u64; 4] {
    let summary = said.json();
    ["created", "updated", "unchanged", "refused"].map(|name| summary[name].as_u64().unwrap())
}

fn people(prefix: &str, count: usize) -> Vec<Value> {
    let person = |index| {
        let name = format!("{prefix}{index}");
        json!({ "username": name, "email": format!("{name}@example.test"), "email_verified": true,
                "password_hash": HASH, "claims": { "name": name, "locale": "en" } })
    };
    (0..count).map(person).collect()
}

async fn empty() -> (Database, Home) {
    let database = Database::new(Content::Schema).await;
    let home = Home::new(&database.url, &[]);
    (database, home)
}

/// What must hold whatever was imported: everybody is there with all of their names and once in the journal.
async fn everybody_is_whole(database: &Database) -> i64 {
    let people = database.count("select count(*) from user_account").await;
    let broken = "select count(*) from user_account u where
        (select count(*) from login_name n where n.user_id = u.id) <> 1 + (u.email is not null and u.email_verified)::int
        or (select count(*) from trail j where j.user_id = u.id and j.event = 'user.created') <> 1";
    assert_eq!(database.count(broken).await, 0, "somebody is there by half");
    let strangers = "select count(*) from trail j where j.event = 'user.created'
        and not exists (select from user_account u where u.id = j.user_id)";
    assert_eq!(database.count(strangers).await, 0, "the journal tells of somebody who is not there");
    people
}

#[test]
fn good_lines_come_in_and_bad_ones_are_named() {
    run(async {
        let world = World::builder().start().await;
        let id = "0192f0c1-0000-7000-8000-0000000000aa";
        let lines = [
            json!({ "username": "Hopper", "email": "hopper@example.test", "email_verified": true, "password_hash": HASH,
                    "claims": { "name": "Grace Hopper" }, "created_at": "2001-02-03T04:05:06Z", "id": id })
            .to_string(),
            json!({ "username": "turing", "password": "a password to be hashed" }).to_string(),
            String::new(),
            json!({ "username": "ada2", "email": "ADA@example.test", "email_verified": true }).to_string(),
            json!({ "username": "colors", "colour": 1, "password": "short" }).to_string(),
            "this is {not} JSON".to_owned(),
            json!({ "username": "with space" }).to_string(),
            json!({ "username": "nul", "claims": { "name": "a\0b" } }).to_string(),
            json!({ "username": "long", "claims": { "x": "x".repeat(70_000) } }).to_string(),
            json!({ "username": "HOPPER" }).to_string(),
            json!({ "username": "other", "id": id }).to_string(),
            json!({ "username": "off", "password_hash": HASH, "enabled": false, "require_factor": true }).to_string(),
        ];
        let file = file(&world.home, &lines);
        let before = world.database.count("select revision from deployment").await;
        let said = import(&world.home, &file, &[]).await;
        let line = said.one_line_of_failure();
        assert!(line.contains("6 of 11") && line.contains(refused_of(&file).to_str().unwrap()), "{line}");
        // The person whose id is taken was made by the first line; whoever has a name already is left alone.
        assert_eq!(counts(&said), [3, 0, 2, 6], "{said:?}");
        assert!(world.database.count("select revision from deployment").await > before);
        for secret in ["a password to be hashed", "argon2", "short"] {
            assert!(!said.text().contains(secret), "{said:?}");
        }
        // What is wrong, with the line's number, the line itself, and for nobody else to read.
        let report = refused_of(&file);
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&report.metadata().unwrap().permissions()) & 0o777, 0o600);
        let refused: Vec<Value> =
            std::fs::read_to_string(&report).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let named: Vec<(u64, Vec<&str>)> = refused
            .iter()
            .map(|line| {
                let problems = line["_refused"]["problems"].as_array().unwrap();
                let fields = problems.iter().map(|problem| problem["field"].as_str().unwrap()).collect();
                (line["_refused"]["line"].as_u64().unwrap(), fields)
            })
            .collect();
        let expected: [(u64, Vec<&str>); 6] = [
            (4, vec!["email"]),
            (5, vec!["colour", "password"]),
            (6, vec![""]),
            (7, vec!["username"]),
            (8, vec!["claims.name"]),
            (9, vec![""]),
        ];
        let mut named = named;
        named.iter_mut().for_each(|(_, fields)| fields.sort_unstable());
        assert_eq!(named, expected);

        // They can sign in, with what they signed in with elsewhere.
        for (username, password) in
            [("hopper", "password"), ("hopper@example.test", "password"), ("turing", "a password to be hashed")]
        {
            let mut person = Person::named(username);
            person.password = password.to_owned();
            world.signed_in(&person).await;
        }
        let hopper = world.command(["user", "show", "hopper", "--json"]).await.ok().json();
        assert_eq!((&hopper["id"], &hopper["created_at"]), (&json!(id), &json!("2001-02-03T04:05:06Z")));
        let off = world.command(["user", "show", "off", "--json"]).await.ok().json();
        assert_eq!((&off["enabled"], &off["require_factor"]), (&json!(false), &json!(true)), "{off}");

        // Mended, the report is a file to be imported.
        let mended: Vec<Value> = refused
            .into_iter()
            .filter_map(|mut line| {
                match line["_refused"]["line"].as_u64().unwrap() {
                    4 => line["email"] = json!("ada2@example.test"),
                    7 => line["username"] = json!("without-space"),
                    _ => return None,
                }
                Some(line)
            })
            .collect();
        let mended = self::file(&world.home, &mended);
        let said = import(&world.home, &mended, &[]).await.ok();
        assert_eq!(counts(&said), [2, 0, 0, 0]);
        assert!(!refused_of(&mended).exists());
        assert_eq!(
            world.database.count("select count(*) from trail where detail @> '{\"imported\": true}'").await,
            5,
            "each of them is in the audit trail"
        );
    });
}

#[test]
fn a_file_that_cannot_be_read_is_one_line_of_failure() {
    run(async {
        let (_database, home) = empty().await;
        let said = import(&home, Path::new("/nowhere/people.jsonl"), &[]).await;
        assert!(said.one_line_of_failure().contains("/nowhere/people.jsonl"));
        assert!(!import(&home, &home.folder.clone(), &[]).await.one_line_of_failure().is_empty());
        let good = file(&home, &people("p", 1));
        let said = import(&home, &good, &["--report", good.to_str().unwrap()]).await;
        assert!(said.one_line_of_failure().contains("--report"), "its own lines would be gone: {said:?}");
        assert_eq!(counts(&import(&home, &good, &[]).await.ok()), [1, 0, 0, 0]);
        let nothing = file(&home, &[""; 3]);
        assert_eq!(counts(&import(&home, &nothing, &[]).await.ok()), [0, 0, 0, 0]);
    });
}

/// Killed in the middle, it leaves whole batches; the second run makes the rest.
#[test]
fn an_import_survives_its_end() {
    run(async {
        let (database, home) = empty().await;
        let lines = people("p", 6000);
        let all = file(&home, &lines);
        let mut command = home.command(["user", "import", "-", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        for line in &lines[..3500] {
            writeln!(input, "{line}").unwrap();
        }
        input.flush().unwrap();
        until("a batch is there", Duration::from_secs(30), async || {
            (database.count("select count(*) from user_account").await > 0).then_some(())
        })
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        let there = everybody_is_whole(&database).await;
        assert!(there > 0 && there <= 3000 && there % 1000 == 0, "{there}");
        let said = import(&home, &all, &[]).await.ok();
        let there = u64::try_from(there).unwrap();
        assert_eq!(counts(&said), [6000 - there, 0, there, 0]);
        assert_eq!(everybody_is_whole(&database).await, 6000);
        // A third run has nothing to do, and writes nothing.
        let before = database.count("select revision from deployment").await;
        assert_eq!(counts(&import(&home, &all, &[]).await.ok()), [0, 0, 6000, 0]);
        assert_eq!(database.count("select revision from deployment").await, before);
    });
}

/// Two at once, one of them from the end: everybody is made once, and nobody waits for ever.
#[test]
fn two_imports_at_once_make_everybody_once() {
    run(async {
        let (database, home) = empty().await;
        let mut lines = people("p", 3000);
        let forward = file(&home, &lines);
        lines.reverse();
        let backward = file(&home, &lines);
        let (one, two) = tokio::join!(import(&home, &forward, &[]), import(&home, &backward, &[]));
        let (one, two) = (counts(&one.ok()), counts(&two.ok()));
        assert_eq!(one[0] + two[0], 3000, "{one:?} {two:?}");
        assert_eq!(one[2] + two[2], 3000, "{one:?} {two:?}");
        assert_eq!(everybody_is_whole(&database).await, 3000);
    });
}

/// Names that clash across lines: whoever comes first has them, whichever process or batch that is in.
#[test]
fn names_are_given_once() {
    run(async {
        let (database, home) = empty().await;
        let mail = |index: usize, name: &str| {
            json!({ "username": format!("{name}{index}"), "email": format!("shared{index}@example.test"),
                    "email_verified": true })
        };
        let lines: Vec<Value> = (0..600).flat_map(|index| [mail(index, "a"), mail(index, "b")]).collect();
        let (first, second) = (file(&home, &lines), file(&home, &lines.iter().rev().collect::<Vec<_>>()));
        let (one, two) = tokio::join!(import(&home, &first, &[]), import(&home, &second, &[]));
        for said in [&one, &two] {
            assert!(said.one_line_of_failure().contains("of 1200"), "{said:?}");
            assert_eq!(counts(said)[3], 600, "of each pair one has the address: {said:?}");
        }
        assert_eq!(everybody_is_whole(&database).await, 600);
    });
}

/// import(export(x)) = x, to the letter.
#[test]
fn what_is_exported_can_be_imported() {
    run(async {
        let (_database, home) = empty().await;
        let lines = [
            json!({ "username": "Ada", "email": "Ada@Example.test", "email_verified": true, "password_hash": HASH,
                    "claims": { "name": "Ada", "address": { "country": "GB" }, "n": [1, 2.5, null, "ü"] },
                    "created_at": "2001-02-03T04:05:06.123456Z", "totp": SEED, "require_factor": true }),
            json!({ "username": "bob", "email": "not-verified@example.test", "enabled": false }),
            json!({ "username": "züe" }),
        ];
        import(&home, &file(&home, &lines), &[]).await.ok();
        let export = async |home: &Home, options: &[&str]| {
            let mut command = home.command(["user", "export"]);
            command.args(options);
            binary::run(command).await.ok().out
        };
        let whole = ["--with-password-hashes", "--with-totp-seeds"];
        let first = export(&home, &whole).await;
        let read: Vec<Value> = first.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read.len(), 3);
        for (line, given) in read.iter().zip(&lines) {
            for (name, value) in given.as_object().unwrap() {
                assert_eq!(&line[name], value, "{name}");
            }
        }
        // No secret unless it was asked for, and who asked is in the audit trail.
        let plain = export(&home, &[]).await;
        assert!(!plain.contains("argon2") && !plain.contains("totp") && !plain.contains(SEED), "{plain}");
        assert!(!export(&home, &["--with-password-hashes"]).await.contains(SEED));
        let (other, elsewhere) = empty().await;
        let path = elsewhere.folder.join("export.jsonl");
        std::fs::write(&path, &first).unwrap();
        assert_eq!(counts(&import(&elsewhere, &path, &[]).await.ok()), [3, 0, 0, 0]);
        assert_eq!(export(&elsewhere, &whole).await, first);
        assert_eq!(counts(&import(&elsewhere, &path, &["--update"]).await.ok()), [0, 0, 3, 0], "nothing differs");
        let told = "select count(*) from trail where event = 'users.exported'
                    and detail @> '{\"password_hashes\": true, \"totp\": true, \"people\": 3}'";
        assert_eq!(other.count(told).await, 1);
        // To a file, which nobody else may read.
        let out = elsewhere.folder.join("out.jsonl");
        let said = binary::run({
            let mut command = elsewhere.command(["user", "export", "--json"]);
            command.arg(&out).args(whole);
            command
        });
        assert_eq!(said.await.ok().json()["people"], 3);
        assert_eq!(std::fs::read_to_string(&out).unwrap(), first);
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&out.metadata().unwrap().permissions()) & 0o777, 0o600);
        // The seed is sealed for its own row.
        assert!(!other.dump().await.contains("12345678901234567890"), "a seed in clear");
    });
}

/// `--update` brings people to what their lines say, and undoes neither password nor second factor.
#[test]
fn people_are_updated_when_that_is_asked_for() {
    run(async {
        let world = World::builder().start().await;
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let house = world.client("house");
        let bobs = world.flow(&house).scope("openid offline_access").tokens_of(&bob).await;
        let id = world.command(["user", "show", "grace", "--json"]).await.ok().json()["id"].clone();
        let lines = [
            json!({ "username": "ada", "email": "new@example.test", "password_hash": HASH, "claims": { "name": "A" } }),
            json!({ "username": "bob", "enabled": false, "require_factor": true, "totp": SEED }),
            json!({ "username": "grace-hopper", "id": id }),
            json!({ "username": "new" }),
            json!({ "username": "bob", "email": "grace@example.test", "email_verified": true }),
        ];
        let file = file(&world.home, &lines);
        // Not asked for: nothing changes.
        let before = world.database.count("select count(*) from trail").await;
        let said = import(&world.home, &file, &[]).await.ok();
        assert_eq!(counts(&said), [1, 0, 4, 0]);
        assert_eq!(world.database.count("select count(*) from trail").await, before + 1);

        let said = import(&world.home, &file, &["--update"]).await;
        assert_eq!(counts(&said), [0, 3, 1, 1], "{said:?}");
        let show = async |name: &str| world.command(["user", "show", name, "--json"]).await.ok().json();
        let after = show("ada").await;
        assert_eq!((&after["email"], &after["email_verified"]), (&json!("new@example.test"), &json!(false)));
        assert_eq!(after["claims"], json!({ "name": "A" }));
        world.signed_in(&ada).await; // with her own password
        assert_eq!(show("grace-hopper").await["id"], id);
        let bob = show("bob").await;
        assert_eq!((&bob["enabled"], &bob["require_factor"]), (&json!(false), &json!(true)));
        assert_eq!(bob["factors"], json!({ "passkeys": 0, "totp": true, "recovery_codes": 0 }));
        assert_eq!(bob["email"], "bob@example.test", "what was refused was refused as a whole");
        // Whoever is disabled so has lost what they had.
        world.until_inactive(0, &house, bobs.access()).await;
        world.refresh_call(&house, bobs.refresh()).send().await.refused(400, "invalid_grant");
        let said = import(&world.home, &file, &["--update"]).await;
        assert_eq!(counts(&said), [0, 0, 4, 1], "a second run changes nothing: {said:?}");
    });
}

#[test]
fn a_second_factor_can_be_required() {
    run(async {
        let world = World::shared().await;
        let person = world.add_person().await;
        let required = async || {
            world.command(["user", "show", &person.username, "--json"]).await.ok().json()["require_factor"].clone()
        };
        assert_eq!(required().await, false);
        for (off, changed) in [(false, true), (false, false), (true, true), (true, false)] {
            let said = match off {
                false => world.command(["user", "require-factor", &person.username, "--json"]).await,
                true => world.command(["user", "require-factor", &person.username, "--off", "--json"]).await,
            };
            assert_eq!(said.ok().json()["changed"], changed);
            assert_eq!(required().await, !off);
        }
        let told = format!(
            "select count(*) from trail j join user_account u on u.id = j.user_id
             where u.username = '{}' and j.event in ('user.factor_required', 'user.factor_not_required')",
            person.username
        );
        assert_eq!(world.database.count(&told).await, 2);
        let said = world.command(["user", "require-factor", "nobody-of-that-name"]).await;
        assert!(said.one_line_of_failure().contains("nobody-of-that-name"), "{said:?}");
    });
}

/// Every session ends with what hangs on it, and the apps are told; what outlives a session goes on.
#[test]
fn somebody_is_signed_out_everywhere() {
    run(async {
        let world = World::shared().await;
        let receiver = MockServer::builder().start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
        let uri = format!("{}/backchannel", receiver.uri());
        let client = world.add_client("house", json!({ "backchannel_logout_uri": uri })).await;
        let (person, other) = (world.add_person().await, world.add_person().await);
        let mut browsers = [world.browser(), world.browser()];
        let flow = world.flow(&client).scope("openid read");
        let first = flow.tokens(&mut browsers[0], &person).await;
        let second = flow.tokens(&mut browsers[1], &person).await;
        let offline = world.flow(&client).scope("openid offline_access read").tokens(&mut browsers[1], &person).await;
        let others = flow.tokens_of(&other).await;

        let said = world.command(["user", "end-sessions", &person.username, "--json"]).await.ok().json();
        assert_eq!(said, json!({ "sessions": 2, "grants": 2, "told": 2 }));
        for instance in [0, 1] {
            world.until_inactive(instance, &client, first.access()).await;
            world.until_inactive(instance, &client, second.access()).await;
        }
        world.refresh_call(&client, offline.refresh()).send().await.ok();
        world.introspect_call(&client, others.access()).send().await.active();
        for browser in &mut browsers {
            assert!(flow.begin(browser).await.page().has("login-submit"), "still signed in");
        }
        until("both ends are told", Duration::from_secs(15), async || {
            (receiver.received_requests().await.unwrap().len() == 2).then_some(())
        })
        .await;
        let told = format!(
            "select count(*) from trail j join user_account u on u.id = j.user_id where u.username = '{}'
             and j.event = 'session.ended' and j.session_id is not null and j.detail ->> 'why' = 'administrator'",
            person.username
        );
        assert_eq!(world.database.count(&told).await, 2);
        let again = world.command(["user", "end-sessions", &person.username, "--json"]).await.ok().json();
        assert_eq!(again, json!({ "sessions": 0, "grants": 0, "told": 0 }));
        world.signed_in(&person).await;
        let said = world.command(["user", "end-sessions", "nobody-of-that-name"]).await;
        assert!(said.one_line_of_failure().contains("nobody-of-that-name"), "{said:?}");
    });
}
