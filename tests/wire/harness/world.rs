//! A deployment: a database, one or more instances over it, and those who use them.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{
    binary::{self, Said},
    browser::Browser,
    database::{Content, Database},
    fixture,
    flow::Flow,
    http::Call,
    proxy::Proxy,
    server::{Ports, Server},
};

pub use super::fixture::{Client, Person};

/// A setting of the configuration file: section, key, value as TOML writes it.
pub type Setting = (&'static str, &'static str, String);

/// What every command needs to know of a deployment: its configuration file.
#[derive(Debug)]
pub struct Home {
    /// The issuer.
    pub issuer: String,
    /// The ports of the first instance; the issuer names them.
    pub ports: Ports,
    /// A folder of its own.
    pub folder: PathBuf,
    /// The configuration file.
    pub config: PathBuf,
}

/// The key that seals everything in the tests. Random enough for `serve`, the same for all of them, so that a
/// copy of a database can be opened.
pub fn sealing_key() -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, b"the sealing key of the wire tests");
    format!("1:{}", STANDARD.encode(digest.as_ref()))
}

impl Home {
    /// Writes the configuration.
    pub fn new(database_url: &str, settings: &[Setting]) -> Self {
        Self::with_issuer_path(database_url, settings, "")
    }

    /// Writes the configuration of an issuer with a path.
    pub fn with_issuer_path(database_url: &str, settings: &[Setting], path: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let ports = Ports::pick();
        let issuer = format!("http://localhost:{}{path}", ports.public);
        let mut all: Vec<Setting> = vec![
            ("server", "issuer", format!("{issuer:?}")),
            ("server", "listen", format!("\"127.0.0.1:{}\"", ports.public)),
            ("server", "management_listen", format!("\"127.0.0.1:{}\"", ports.management)),
            ("database", "url", format!("{database_url:?}")),
            ("secrets", "sealing_keys", format!("{:?}", sealing_key())),
            ("passwords", "memory", "\"7MiB\"".to_owned()),
            ("passwords", "iterations", "5".to_owned()),
            ("outbound", "allowed_networks", "[\"127.0.0.0/8\"]".to_owned()),
            ("telemetry", "filter", "\"info\"".to_owned()),
        ];
        for setting in settings {
            all.retain(|(section, key, _)| (*section, *key) != (setting.0, setting.1));
            all.push(setting.clone());
        }
        let folder = scratch().join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        let config = folder.join("chancery.toml");
        std::fs::write(&config, render(&all)).expect("the configuration file");
        Self { issuer, ports, folder, config }
    }

    /// A command on this deployment.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = binary::command(arguments);
        command.arg("--config").arg(&self.config);
        command
    }

    /// Runs a command to its end.
    pub async fn run<const N: usize>(&self, arguments: [&str; N]) -> Said {
        binary::run(self.command(arguments)).await
    }

    /// `chancery apply` of a file in TOML.
    pub async fn apply(&self, document: &Value) -> Said {
        self.apply_with(document, []).await
    }

    /// `chancery apply` with options.
    pub async fn apply_with<const N: usize>(&self, document: &Value, options: [&str; N]) -> Said {
        let text = toml::to_string(document).expect("TOML");
        self.apply_text(&text, "toml", options).await
    }

    /// `chancery apply` of a file as it stands.
    pub async fn apply_text<const N: usize>(&self, text: &str, extension: &str, options: [&str; N]) -> Said {
        let file = self.folder.join(format!("{}.{extension}", super::unique("apply")));
        std::fs::write(&file, text).expect("the file to apply");
        let mut command = self.command(["apply"]);
        command.arg(&file).args(options);
        binary::run(command).await
    }
}

/// The configuration file's text, section by section.
fn render(settings: &[Setting]) -> String {
    let mut sections: Vec<&str> = settings.iter().map(|(section, _, _)| *section).collect();
    sections.dedup();
    sections.sort_unstable();
    sections.dedup();
    let mut text = String::new();
    for section in sections {
        text += &format!("[{section}]\n");
        for (_, key, value) in settings.iter().filter(|(name, _, _)| *name == section) {
            text += &format!("{key} = {value}\n");
        }
    }
    text
}

/// A folder of this run; those of runs that are over go.
pub fn scratch() -> PathBuf {
    static SWEPT: std::sync::Once = std::sync::Once::new();
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("wire");
    SWEPT.call_once(|| {
        for entry in std::fs::read_dir(&all).into_iter().flatten().flatten() {
            if !PathBuf::from("/proc").join(entry.file_name()).exists() {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    });
    all.join(std::process::id().to_string())
}

/// A deployment.
#[derive(Debug)]
pub struct World {
    /// Its configuration.
    pub home: Home,
    /// Its instances. The first one is the issuer's address.
    pub servers: Vec<Server>,
    /// What stands between instances and database, where that was asked for.
    pub network: Option<Proxy>,
    /// Its database. Last, so that it is dropped after the servers.
    pub database: Database,
}

/// How a deployment is made.
#[derive(Clone, Debug)]
pub struct Builder {
    content: Content,
    instances: usize,
    settings: Vec<Setting>,
    path: &'static str,
    behind_network: bool,
}

impl Builder {
    /// So many instances over the one database.
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances;
        self
    }

    /// What the database holds at first.
    pub fn content(mut self, content: Content) -> Self {
        self.content = content;
        self
    }

    /// One setting; the value as TOML writes it.
    pub fn setting(mut self, section: &'static str, key: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((section, key, value.into()));
        self
    }

    /// The issuer's path.
    pub fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// With a network to the database that can be cut.
    pub fn behind_network(mut self) -> Self {
        self.behind_network = true;
        self
    }

    /// Makes it.
    pub async fn start(self) -> World {
        let database = Database::new(self.content).await;
        let network = if self.behind_network { Some(Proxy::to(&database.url).await) } else { None };
        let url = network.as_ref().map_or(&database.url, |network| &network.url);
        let home = Home::with_issuer_path(url, &self.settings, self.path);
        let ports: Vec<Ports> =
            (0..self.instances).map(|index| if index == 0 { home.ports } else { Ports::pick() }).collect();
        let servers = futures_util::future::join_all(ports.into_iter().map(|ports| Server::start(&home, ports))).await;
        World { home, servers, network, database }
    }
}

impl World {
    /// A deployment of one's own.
    pub fn builder() -> Builder {
        Builder { content: Content::Fixture, instances: 1, settings: Vec::new(), path: "", behind_network: false }
    }

    /// Two instances that all tests share which change nothing but what is theirs.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<World> = OnceCell::const_new();
        SHARED.get_or_init(|| Self::builder().instances(2).start()).await
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.home.issuer
    }

    /// An absolute URL as clients know it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.home.issuer)
    }

    /// A client of the fixture.
    pub fn client(&self, client_id: &str) -> Client {
        fixture::client(client_id)
    }

    /// A person of the fixture.
    pub fn person(&self, username: &str) -> Person {
        fixture::person(username)
    }

    /// Registers a client of the test's own, made like one of the fixture and then changed.
    pub async fn add_client(&self, like: &str, changes: Value) -> Client {
        let client = Client::like(like, &super::unique(like), changes);
        self.home.apply(&serde_json::json!({ "client": [client.registration.clone()] })).await.ok();
        client
    }

    /// Registers a person of the test's own.
    pub async fn add_person(&self) -> Person {
        let person = Person::named(&super::unique("p").replace('-', "")[..16]);
        self.home.apply(&serde_json::json!({ "user": [person.registration()] })).await.ok();
        person
    }

    /// A request to the first instance.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.call_at(0, method, path)
    }

    /// A request to one of the instances, as a proxy would hand it on: with the issuer's `Host`.
    pub fn call_at(&self, instance: usize, method: &str, path: &str) -> Call {
        let host = self.home.issuer.split('/').nth(2).expect("the issuer's host");
        Call::new(self.servers[instance].address(), host, method, path)
    }

    /// `GET` from the first instance.
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// `POST` to the first instance.
    pub fn post(&self, path: &str) -> Call {
        self.call("POST", path)
    }

    /// A new browser.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// A browser in which somebody signed in.
    pub async fn signed_in(&self, person: &Person) -> Browser<'_> {
        let mut browser = self.browser();
        browser.sign_in(person).await;
        browser
    }

    /// A code flow of a client.
    pub fn flow(&self, client: &Client) -> Flow<'_> {
        Flow::new(self, client)
    }

    /// A command of the binary on this deployment, as JSON.
    pub async fn command<const N: usize>(&self, arguments: [&str; N]) -> Said {
        self.home.run(arguments).await
    }
}
