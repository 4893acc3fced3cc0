//! `chancery dev`: one command, nothing configured, and what it prints works as printed.

use std::{path::PathBuf, time::Duration};

use crate::harness::{
    Value, binary,
    database::{Content, Database},
    http::client,
    run,
    server::{Ports, Server, free_port},
    until,
};

struct Dev {
    folder: PathBuf,
    ports: Ports,
    demo: u16,
}

impl Dev {
    fn new() -> Self {
        let folder = within_reach().join(crate::harness::unique("dev"));
        std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
        Self { folder, ports: Ports::pick(), demo: free_port() }
    }

    fn command(&self, extra: &[&str]) -> std::process::Command {
        let at = |port: u16| format!("127.0.0.1:{port}");
        let mut command = binary::command(["dev", "--data"]);
        command.arg(&self.folder).args([
            "--listen",
            &at(self.ports.public),
            "--management-listen",
            &at(self.ports.management),
        ]);
        command.args(["--demo-listen", &at(self.demo)]).args(extra);
        command
    }

    async fn start(&self, database: Option<&Database>, extra: &[&str]) -> Server {
        let mut command = self.command(extra);
        if let Some(database) = database {
            command.env("DATABASE_URL", &database.url);
        }
        let server = Server::spawn(command, self.ports);
        server.wait_until_ready().await;
        until("it says that it listens", Duration::from_secs(5), async || {
            server.log().contains("listening on").then_some(())
        })
        .await;
        server
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL does not run as root. Where its user cannot come to the checkout, its folder is elsewhere.
fn within_reach() -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let scratch = crate::harness::world::scratch();
    let passable = |folder: &std::path::Path| match std::fs::metadata(folder) {
        Ok(metadata) => metadata.permissions().mode() & 0o001 != 0,
        Err(_) => true, // It will be made.
    };
    if scratch.ancestors().all(passable) { scratch } else { std::env::temp_dir() }
}

/// The lines between "Paste these into a shell" and the end, run by a shell. Gives what each printed.
async fn paste(log: &str) -> String {
    let (_, after) = log.split_once("Paste these into a shell").expect("lines to paste");
    let script: String = after
        .lines()
        .skip(1)
        .take_while(|line| !line.contains("listening on"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-euc", &script]).env_remove("http_proxy").env("no_proxy", "localhost");
    let output = shell.output().await.unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_printed_lines_work_as_printed() {
    run(async {
        let database = Database::new(Content::Nothing).await;
        let dev = Dev::new();
        let server = dev.start(Some(&database), &[]).await;
        // The API's JSON ends without a new line.
        let printed = paste(&server.log()).await.replace("}eyJ", "}\neyJ");
        let tokens: Vec<&str> = printed.lines().filter(|line| crate::harness::jwt::is_jwt(line)).collect();
        assert_eq!(tokens.len(), 2, "{printed}");
        let narrow = crate::harness::jwt::decode(tokens[1]).claims;
        assert!(narrow["act"].is_object() && narrow["scope"] == "read", "{narrow}");
        assert!(printed.contains("HTTP/1.1 200"), "the API was called: {printed}");
        let introspection: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
        assert_eq!(introspection["active"], true);
        // Each address that it prints by itself answers.
        let log = server.log();
        let (above, _) = log.split_once("Paste these").unwrap();
        for word in above.split_whitespace().filter(|word| word.starts_with("http://")) {
            let reply = client().get(word).send().await.unwrap();
            assert!(
                reply.status().as_u16() < 400 || word.ends_with(&dev.ports.public.to_string()),
                "{word}: {reply:?}"
            );
        }
        mail_is_trapped(&dev, &database).await;
        assert_eq!(server.stop().await, Some(0), "{}", server.log());

        // What holds demo data is not for production.
        let home = crate::harness::world::Home::new(&database.url, &[]);
        let said = home.run(["serve"]).await;
        assert!(said.code != Some(0) && said.err.contains("demo"), "{said:?}");
    });
}

/// Mail is kept and shown, and its HTML can do nothing to the page around it.
async fn mail_is_trapped(dev: &Dev, database: &Database) {
    let issuer = format!("http://localhost:{}", dev.ports.public);
    let get = async |path: &str| client().get(format!("{issuer}{path}")).send().await.unwrap();
    assert!(get("/dev/mail").await.text().await.unwrap().contains("There is no mail yet"));
    let mut connection = database.connect().await;
    crate::harness::database::execute(
        &mut connection,
        "insert into outbox (id, kind, payload, next_attempt_at, created_at)
         values (gen_random_uuid(), 'mail', '{\"to\": \"ada@example.test\", \"locale\": \"en\", \"letter\":
                 {\"kind\": \"notice\", \"notice\": \"passkey_added\", \"name\": \"<b>Laptop</b>\"}}', now(), now())",
    )
    .await;
    let path = until("the mail is trapped", Duration::from_secs(10), async || {
        let page = get("/dev/mail").await.text().await.unwrap();
        let (_, after) = page.split_once("class=\"choice\" href=\"")?;
        assert!(page.contains("A passkey was added") && page.contains("ada@example.test"), "{page}");
        Some(after.split('"').next().unwrap().to_owned())
    })
    .await;
    let page = get(&path).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.ends_with("frame-src 'self'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(page.contains(&format!("src=\"{path}/html\"")) && page.contains("sandbox=\""), "{page}");
    assert!(page.contains("&#60;b&#62;Laptop") && !page.contains("<b>"), "{page}");
    let html = get(&format!("{path}/html")).await;
    let policy = html.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    assert!(html.text().await.unwrap().contains("<bdi>&#60;b&#62;Laptop"));
    assert_eq!(get("/dev/mail/nothing").await.status(), 404);
}

/// With a PostgreSQL of its own: started, kept, used again, and gone when it stops.
#[test]
fn it_stands_alone() {
    run(async {
        let dev = Dev::new();
        let server = dev.start(None, &["--no-demo"]).await;
        let issuer = format!("http://localhost:{}", dev.ports.public);
        let kids = async || {
            let jwks: Value =
                client().get(format!("{issuer}/.well-known/jwks.json")).send().await.unwrap().json().await.unwrap();
            jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].to_string()).collect::<Vec<_>>()
        };
        let first = kids().await;
        // A second one in the same folder is told so.
        let other = Dev { folder: dev.folder.clone(), ports: Ports::pick(), demo: free_port() };
        let said = binary::run(other.command(&["--no-demo"])).await;
        assert!(!said.one_line_of_failure().is_empty());
        // Commands find it by its folder.
        let mut list = binary::command(["client", "list", "--json", "--data"]);
        list.arg(&dev.folder);
        binary::run(list).await.ok().json();
        assert_eq!(server.stop().await, Some(0), "{}", server.log());
        assert_eq!(processes_of(&dev.folder), Vec::<String>::new(), "a process stays behind");

        let server = dev.start(None, &["--no-demo"]).await;
        assert_eq!(kids().await, first, "the second start goes on from the first");
        server.kill();
        // Even pulled out, it starts again, and leaves nothing behind when it is stopped.
        let server = dev.start(None, &["--no-demo"]).await;
        assert_eq!(kids().await, first);
        assert_eq!(server.stop().await, Some(0), "{}", server.log());
        assert_eq!(processes_of(&dev.folder), Vec::<String>::new(), "a process stays behind");
    });
}

/// The processes whose command line names a folder.
fn processes_of(folder: &std::path::Path) -> Vec<String> {
    let name = folder.to_str().unwrap();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok())
        .filter(|line| line.contains(name))
        .map(|line| line.replace('\0', " "))
        .collect()
}

#[test]
fn what_is_in_the_way_is_said_in_one_line() {
    run(async {
        let database = Database::new(Content::Nothing).await;
        let dev = Dev::new();
        let taken = std::net::TcpListener::bind(("127.0.0.1", dev.ports.public)).unwrap();
        let mut command = dev.command(&["--no-demo"]);
        command.env("DATABASE_URL", &database.url);
        let said = binary::run(command).await;
        assert!(said.one_line_of_failure().contains(&dev.ports.public.to_string()), "{said:?}");
        drop(taken);
        let broken = Dev::new();
        std::fs::write(&broken.folder, "not a folder").unwrap();
        assert!(!binary::run(broken.command(&["--no-demo"])).await.one_line_of_failure().is_empty());
        let mut command = Dev::new().command(&["--no-demo"]);
        command.env("DATABASE_URL", "postgres://nobody:secret-word@127.0.0.1:1/nothing");
        let said = binary::run(command).await;
        assert!(!said.one_line_of_failure().contains("secret-word"));
    });
}
