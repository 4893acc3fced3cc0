//! Starting and stopping: what `serve` refuses, in one line that says which line of the configuration is to blame;
//! what a stop leaves undone (nothing).

use std::time::Duration;

use crate::harness::{
    World,
    binary::Said,
    database::{Content, Database, execute},
    raw::{self, Raw},
    run,
    server::{Ports, Server},
    until,
    world::{Home, Setting},
};

async fn refused(home: &Home) -> Said {
    let mut command = home.command(["serve"]);
    command.stdin(std::process::Stdio::null());
    let said = tokio::time::timeout(Duration::from_secs(20), crate::harness::binary::run(command)).await;
    let said = said.expect("serve should have refused, and runs");
    assert_ne!(said.code, Some(0), "{said:?}");
    said
}

#[test]
fn unsafe_configurations_are_refused_with_their_line() {
    run(async {
        let database = Database::new(Content::Schema).await;
        let cases: [(&str, Setting); 17] = [
            ("server.issuer", ("server", "issuer", "\"http://id.example.com\"".into())),
            ("server.issuer", ("server", "issuer", "\"https://id.example.com/\"".into())),
            ("server.issuer", ("server", "issuer", "\"\"".into())),
            ("server.issuer", ("server", "issuer", "\"https://id.example.com?x=1\"".into())),
            ("secrets.sealing_keys", ("secrets", "sealing_keys", "\"\"".into())),
            (
                "secrets.sealing_keys",
                ("secrets", "sealing_keys", "\"1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"".into()),
            ),
            ("secrets.sealing_keys", ("secrets", "sealing_keys", "\"1:c2hvcnQ=\"".into())),
            ("lifetimes.code", ("lifetimes", "code", "\"5m\"".into())),
            ("server.trusted_proxies", ("server", "trusted_proxies", "[\"0.0.0.0/0\"]".into())),
            ("outbound.allowed_networks", ("outbound", "allowed_networks", "[\"0.0.0.0/0\"]".into())),
            ("passwords.memory", ("passwords", "memory", "\"64KiB\"".into())),
            ("theme.accent", ("theme", "accent", "\"#ffcc00\"".into())),
            ("theme.logo", ("theme", "logo", "\"/etc/hostname\"".into())),
            ("theme.corner", ("theme", "corner", "99".into())),
            ("lifetimes.colour", ("lifetimes", "colour", "1".into())),
            ("colours", ("colours", "red", "1".into())),
            ("server.body_limit", ("server", "body_limit", "\"lots\"".into())),
        ];
        for (key, setting) in cases {
            let home = Home::new(&database.url, std::slice::from_ref(&setting));
            let said = refused(&home).await;
            let text = std::fs::read_to_string(&home.config).unwrap();
            let assignment = format!("{} = ", setting.1);
            let line = text.lines().position(|line| line.starts_with(&assignment)).unwrap() + 1;
            let about: Vec<&str> = said.err.lines().filter(|said| said.contains(key)).collect();
            assert!(!about.is_empty(), "{key} is not named: {said:?}");
            let place = format!(":{line}");
            let section = format!(":{}", line - 1);
            assert!(
                about.iter().any(|said| said.contains(&place) || said.contains(&section)),
                "{key}: line {line} is not named: {said:?}"
            );
            // Found without starting anything.
            let checked = home.run(["config", "check"]).await;
            assert!(checked.code != Some(0) && checked.text().contains(key), "config check: {checked:?}");
        }
        // A missing key has no line, and is named all the same.
        let home = Home::new(&database.url, &[]);
        for key in ["sealing_keys", "issuer"] {
            let text = std::fs::read_to_string(&home.config).unwrap();
            let other = home.folder.join("missing.toml");
            let without: Vec<&str> = text.lines().filter(|line| !line.starts_with(key)).collect();
            std::fs::write(&other, without.join("\n")).unwrap();
            let mut command = crate::harness::binary::command(["serve", "--config"]);
            command.arg(&other);
            let said = crate::harness::binary::run(command).await;
            assert!(said.code != Some(0) && said.err.contains(key), "{said:?}");
        }
    });
}

#[test]
fn a_demo_database_is_refused() {
    run(async {
        let database = Database::new(Content::Schema).await;
        let home = Home::new(&database.url, &[]);
        execute(&mut database.connect().await, "update deployment set demo = true").await;
        let said = refused(&home).await;
        assert!(said.err.contains("demo"), "{said:?}");
    });
}

#[test]
fn schemas_out_of_range_are_refused() {
    run(async {
        let empty = Database::new(Content::Nothing).await;
        let home = Home::new(&empty.url, &[]);
        let said = refused(&home).await;
        assert!(said.err.contains("migrate"), "{said:?}");
        // It did not migrate by itself.
        let tables = empty.count("select count(*) from pg_tables where schemaname = 'public'").await;
        assert_eq!(tables, 0, "serve changed the schema without --migrate");

        let newer = Database::new(Content::Schema).await;
        let columns = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                       values (99990101000000, 'from the future', true, 'x', 0)";
        execute(&mut newer.connect().await, columns).await;
        let said = refused(&Home::new(&newer.url, &[])).await;
        assert!(
            said.err.contains("schema") || said.err.contains("newer") || said.err.contains("migration"),
            "{said:?}"
        );
    });
}

#[test]
fn migrating_is_explicit_and_may_be_done_by_many_at_once() {
    run(async {
        let empty = Database::new(Content::Nothing).await;
        let home = Home::new(&empty.url, &[]);
        let both = futures_util::future::join_all((0..3).map(|_| home.run(["migrate"]))).await;
        for said in both {
            said.ok();
        }
        home.run(["migrate"]).await.ok();
        let server = Server::start(&home, home.ports).await;
        assert_eq!(server.stop().await, Some(0));

        let other = Database::new(Content::Nothing).await;
        let home = Home::new(&other.url, &[]);
        let server = Server::spawn(home.command(["serve", "--migrate"]), home.ports);
        server.wait_until_ready().await;
        assert_eq!(server.stop().await, Some(0));
    });
}

#[test]
fn a_port_in_use_is_one_clear_line() {
    run(async {
        let database = Database::new(Content::Schema).await;
        let home = Home::new(&database.url, &[]);
        let taken = std::net::TcpListener::bind(("127.0.0.1", home.ports.public)).unwrap();
        let said = refused(&home).await;
        assert!(said.err.contains(&home.ports.public.to_string()), "{said:?}");
        drop(taken);
    });
}

#[test]
fn an_unreachable_database_is_one_clear_line_without_its_password() {
    run(async {
        let home = Home::new("postgres://chancery:secret-password@127.0.0.1:1/nothing", &[]);
        let said = refused(&home).await;
        assert!(said.err.to_lowercase().contains("database"), "{said:?}");
        assert!(!said.text().contains("secret-password"), "{said:?}");
    });
}

/// The issuer is the deployment's: a second one over the same database would sign in the other's name.
#[test]
fn health_is_on_the_second_listener_alone() {
    run(async {
        let world = World::shared().await;
        let management = world.servers[0].ports.management;
        let client = crate::harness::http::client();
        for (path, status) in [
            ("/livez", 200),
            ("/readyz", 200),
            ("/metrics", 200),
            ("/oauth2/token", 404),
            ("/.well-known/jwks.json", 404),
        ] {
            let reply = client.get(format!("http://127.0.0.1:{management}{path}")).send().await.unwrap();
            assert_eq!(reply.status().as_u16(), status, "{path}");
        }
        let metrics =
            client.get(format!("http://127.0.0.1:{management}/metrics")).send().await.unwrap().text().await.unwrap();
        assert!(metrics.lines().any(|line| line.starts_with("# TYPE")), "{metrics}");
        world.command(["health"]).await.ok();
    });
}

/// A graceful stop: requests that are under way finish, new ones are not taken, then it exits.
#[test]
fn a_stop_finishes_what_is_under_way() {
    run(async {
        let world = World::builder().start().await;
        let server = &world.servers[0];
        let job = world.client("job");
        let body = "grant_type=client_credentials";
        let credentials = {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", job.id, job.secret()))
        };
        let head = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut under_way = Raw::connect(server.address()).await;
        under_way.send(format!("{head}{}", &body[..10])).await;
        let mut idle = Raw::connect(server.address()).await;
        idle.send("GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(raw::status(&idle.read_head(Duration::from_secs(5)).await), Some(200));
        server.signal("TERM");
        until("it takes nobody new", Duration::from_secs(5), async || {
            tokio::net::TcpStream::connect(server.address()).await.is_err().then_some(())
        })
        .await;
        assert!(server.is_running(), "it stopped with a request under way:\n{}", server.log());
        under_way.send(&body[10..]).await;
        let answer = under_way.read_to_end(Duration::from_secs(5)).await;
        assert_eq!(raw::status(&answer), Some(200), "{answer}");
        assert_eq!(server.wait().await, Some(0), "{}", server.log());
    });
}

#[test]
fn a_stop_does_not_wait_for_idle_connections() {
    run(async {
        for signal in ["TERM", "INT"] {
            let world = World::builder().start().await;
            let _idle = Raw::connect(world.servers[0].address()).await;
            let mut kept = Raw::connect(world.servers[0].address()).await;
            kept.send("GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
            kept.read_head(Duration::from_secs(5)).await;
            let begun = std::time::Instant::now();
            world.servers[0].signal(signal);
            assert_eq!(world.servers[0].wait().await, Some(0), "{}", world.servers[0].log());
            assert!(begun.elapsed() < Duration::from_secs(8), "it took {:?}", begun.elapsed());
        }
    });
}

/// What was acknowledged survives `kill -9`: every token that a client received is in the journal.
#[test]
fn a_kill_loses_nothing_that_was_acknowledged() {
    run(async {
        let mut world = World::builder().instances(2).start().await;
        let (job, house, ada) = (world.client("job"), world.client("house"), world.person("ada"));
        let tokens = world.flow(&house).scope("openid offline_access read").tokens_of(&ada).await;
        let received = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
        let hammers: Vec<_> = (0..8)
            .map(|_| {
                let received = std::sync::Arc::clone(&received);
                let call = world.token_call(&job, &[("grant_type", "client_credentials")]);
                crate::harness::spawn(async move {
                    // Until the server is gone.
                    while let Ok(reply) = call.clone().may_be_unavailable().try_send().await {
                        if reply.status == 200 {
                            received.lock().unwrap().push(reply.ok()["access_token"].as_str().unwrap().to_owned());
                        }
                    }
                })
            })
            .collect();
        until("tokens are flowing", Duration::from_secs(10), async || {
            (received.lock().unwrap().len() > 100).then_some(())
        })
        .await;
        // A revocation that was acknowledged, in the middle of it.
        assert_eq!(world.revoke_call(&house, tokens.refresh()).send().await.status, 200);
        world.servers[0].kill();
        for hammer in hammers {
            hammer.await.unwrap();
        }
        let received = std::mem::take(&mut *received.lock().unwrap());
        let mut connection = world.database.connect().await;
        let known: Vec<uuid::Uuid> =
            sqlx::query_scalar("select jti from trail where jti is not null").fetch_all(&mut connection).await.unwrap();
        let known: std::collections::HashSet<uuid::Uuid> = known.into_iter().collect();
        for token in &received {
            let jti: uuid::Uuid = crate::harness::jwt::decode(token).claims["jti"].as_str().unwrap().parse().unwrap();
            assert!(known.contains(&jti), "a token was handed out that the journal does not know");
        }
        world.until_inactive(1, &house, tokens.access()).await;
        world.introspect_call_at(1, &job, received.last().unwrap()).send().await.active();
        let ports = Ports::pick();
        let again = Server::start(&world.home, ports).await;
        world.servers.push(again);
        world.introspect_call_at(2, &house, tokens.access()).send().await.inactive();
    });
}
