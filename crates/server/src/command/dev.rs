//! `chancery dev`

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use demo::{DemoConfig, DemoSecrets};
use provider::{
    administration::Administration,
    apply::{self, File, Options},
    settings::SignUpMode,
};
use serde::{Deserialize, Serialize};
use storage::schema;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    config::{Config, setting::LogFormat},
    data_folder::DataFolder,
    embedded_postgres::Cluster,
    listen,
    location::{self, check_schema, connect, reach, start_provider},
    output::{say, wants_color},
    server::{self, Listeners},
    telemetry,
};

/// Serves on this machine with everything set up: a private PostgreSQL, keys, a demo app and a demo person.
/// With DATABASE_URL set, it uses that database instead.
#[derive(Args, Debug)]
pub struct Dev {
    /// Where everything is kept. A second start goes on from there.
    #[arg(long, value_name = "DIR", default_value = ".data/dev")]
    data: PathBuf,
    /// Where to serve.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where to serve the demo app.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    demo_listen: SocketAddr,
    /// Where to serve health and metrics.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9090", alias = "health-listen")]
    management_listen: SocketAddr,
    /// No demo app, no demo clients, no demo person.
    #[arg(long)]
    no_demo: bool,
}

/// What the demo's clients and person prove themselves with: made once, kept in the data folder.
#[derive(Serialize, Deserialize)]
struct Secrets {
    app: String,
    api: String,
    service: String,
    person_password: String,
}

impl Secrets {
    fn generate() -> Self {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let secret = || URL_SAFE_NO_PAD.encode(storage::sealed::random::<32>());
        // Short enough to type, of 80 random bits: Crockford's letters and digits.
        let letters = b"0123456789abcdefghjkmnpqrstvwxyz";
        let word: Vec<u8> =
            storage::sealed::random::<16>().iter().map(|byte| letters[usize::from(byte % 32)]).collect();
        let word = String::from_utf8_lossy(&word).into_owned();
        let person_password = [&word[..4], &word[4..8], &word[8..12], &word[12..]].join("-");
        Self { app: secret(), api: secret(), service: secret(), person_password }
    }
}

/// The demo, before it serves.
struct Demo {
    listener: TcpListener,
    config: DemoConfig,
    secrets: Secrets,
}

impl Dev {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// One line that says what is in the way and what to do.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut config = self.config()?;
        telemetry::start(&config)?;
        let metrics = telemetry::metrics()?;
        server::raise_file_limit();
        let stop = server::stop_on_signals()?;
        let folder = DataFolder::create(&self.data)?;
        let held = folder.hold()?;
        // First of all, so that a port in use is said before anything slow is begun.
        let listeners = Listeners::bind(&config, ("--listen", "--management-listen")).await?;
        let issuer = format!("http://localhost:{}", listeners.public.local_addr()?.port());
        config.server.issuer.clone_from(&issuer);
        let demo = self.demo(&folder, &issuer).await?;

        let cluster = open_database(&folder, &mut config).await?;
        config.secrets.sealing_keys = folder.sealing_keys()?;
        folder.write_config(&issuer, config.database.url.expose())?;
        let outcome = serve(&config, listeners, demo, metrics, stop).await;
        if let Some(cluster) = cluster {
            cluster.stop().await;
        }
        drop(held);
        outcome
    }

    /// Defaults for one machine. Variables may change what has no option here.
    fn config(&self) -> anyhow::Result<Config> {
        let variables = location::environment();
        let mut config = Config::load(None, &variables)?;
        config.server.listen = self.listen;
        config.server.management_listen = self.management_listen;
        if config.origin("telemetry.format").is_none() {
            config.telemetry.format = LogFormat::Human;
        }
        if config.origin("telemetry.filter").is_none() {
            config.telemetry.filter = "warn,chancery=info".to_owned();
        }
        // The demo is told of the end of sessions, and its keys are fetched, on this machine.
        let loopback =
            ["127.0.0.0/8", "::1/128"].into_iter().filter_map(|network| network.parse::<ipnet::IpNet>().ok());
        config.outbound.allowed_networks.extend(loopback);
        config.trap_mail = true;
        if config.origin("sign_up.mode").is_none() {
            config.sign_up.mode = SignUpMode::Open;
        }
        Ok(config)
    }

    async fn demo(&self, folder: &DataFolder, issuer: &str) -> anyhow::Result<Option<Demo>> {
        if self.no_demo {
            return Ok(None);
        }
        let listener = listen::bind(self.demo_listen, "--demo-listen (or leave it out with --no-demo)").await?;
        let secrets: Secrets = folder.remember("demo.json", Secrets::generate)?;
        let url = format!("http://localhost:{}", listener.local_addr()?.port());
        let config = DemoConfig::new(issuer, &url, secrets.for_demo());
        Ok(Some(Demo { listener, config, secrets }))
    }
}

impl Secrets {
    fn for_demo(&self) -> DemoSecrets {
        DemoSecrets {
            app: self.app.clone(),
            api: self.api.clone(),
            service: self.service.clone(),
            person_password: self.person_password.clone(),
        }
    }
}

/// `DATABASE_URL` if it is set, else the private PostgreSQL of the folder.
async fn open_database(folder: &DataFolder, config: &mut Config) -> anyhow::Result<Option<Cluster>> {
    let cluster = if config.database.url.is_set() {
        None
    } else {
        let cluster = folder.start_cluster().await?;
        config.database.url = cluster.url().to_owned().into();
        schema::ensure_database(cluster.url()).await.context("cannot make the database")?;
        Some(cluster)
    };
    let database = connect(config, 2, location::COMMAND)?;
    reach(&database).await?;
    schema::migrate(&database).await.with_context(|| {
        format!(
            "cannot migrate the database (one of a development version is made anew by deleting {})",
            folder.join("").display()
        )
    })?;
    check_schema(&database, "chancery dev").await?;
    let known = storage::deployment::read(&database).await?;
    if let Some(issuer) = known.issuer.filter(|issuer| !issuer.starts_with("http://localhost") && !known.demo) {
        bail!("the database serves {issuer}: `chancery dev` would put demo data into it; unset DATABASE_URL");
    }
    database.close().await;
    Ok(cluster)
}

async fn serve(
    config: &Config,
    listeners: Listeners,
    demo: Option<Demo>,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let database = connect(config, config.database.max_connections, location::REQUEST)?;
    let provider = start_provider(config, database.clone()).await?;
    storage::deployment::set_issuer(&database, &config.server.issuer).await?;
    let mut summary = Summary { config, address: listeners.public.local_addr()?, demo: None };
    let demo = match demo {
        Some(demo) => {
            seed(config, &database, &demo.config).await?;
            summary.demo = Some((demo.config, demo.secrets));
            Some(demo.listener)
        }
        None => None,
    };
    let text = summary.text();
    let demo = demo.zip(summary.demo).map(|(listener, (config, _))| {
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = demo::serve(config, listener, stopped).await {
                warn!(%error, "the demo stopped");
            }
        })
    });
    say(&text)?;
    server::run(config, provider, listeners, metrics, stop).await;
    if let Some(demo) = demo {
        let _ = demo.await;
    }
    database.close().await;
    Ok(())
}

/// The demo's clients and its person, through the same door as everybody's.
async fn seed(config: &Config, database: &storage::Database, demo: &DemoConfig) -> anyhow::Result<()> {
    let file = File::parse(std::path::Path::new("demo.toml"), &demo::seed(demo)).context("the demo's data")?;
    let administration = Administration::of_command(database.clone(), Some(config.sealing_keys()?), &config.hashing()?);
    let options = Options { demo: true, ..Options::default() };
    apply::apply(&administration, file, options).await.context("the demo's data")?;
    Ok(())
}

/// What is printed once everything runs.
struct Summary<'a> {
    config: &'a Config,
    address: SocketAddr,
    demo: Option<(DemoConfig, Secrets)>,
}

impl Summary<'_> {
    fn text(&self) -> String {
        let color = wants_color(&std::io::stdout());
        let paint =
            |code: &str, text: &str| if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
        let bold = |text: &str| paint("1", text);
        let dim = |text: &str| paint("2", text);
        let issuer = &self.config.server.issuer;
        let mut out = format!("\n  {}  {}\n\n", bold("Chancery"), dim(concat!("dev ", env!("CARGO_PKG_VERSION"))));
        let mut row = |name: &str, value: &str| {
            out += &format!("  {}{value}\n", dim(&format!("{name:12}")));
        };
        if let Some((demo, secrets)) = &self.demo {
            row("Demo app", &bold(&format!("{}/", demo.public_url)));
            row("Sign in as", &format!("{}  with the password  {}", demo.person_username, secrets.person_password));
        }
        row("Issuer", &bold(issuer));
        row("Discovery", &format!("{issuer}/.well-known/openid-configuration"));
        row("Keys", &format!("{issuer}/.well-known/jwks.json"));
        if self.config.mail.host.is_empty() {
            row("Mail", &format!("{issuer}/dev/mail"));
        }
        row("Health", &format!("http://{}/readyz", self.config.server.management_listen));
        if let Some((demo, _)) = &self.demo {
            out += &format!("\n  {}\n", dim("Paste these into a shell, in this order:"));
            for example in demo::curl_examples(demo) {
                out += &format!("\n{}\n{}\n", dim(&format!("# {}", example.title)), example.command);
            }
        }
        out += &format!("\n  {}\n", dim(&format!("listening on http://{}, stop with Ctrl-C", self.address)));
        out
    }
}
