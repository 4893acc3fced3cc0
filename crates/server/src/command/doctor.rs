//! `chancery doctor`

use std::{io, process::ExitCode, time::Duration};

use clap::Args;
use outbound::mail::Sender;
use provider::doctor::{self, Finding, Verdict};
use serde_json::Value;

use crate::{
    config::Config,
    location::{Deployment, Location, check_schema},
    output::{Output, wants_color},
};

/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks for what is wrong with a deployment, and says what to do. The exit status says whether something is.
#[derive(Args, Debug)]
pub struct Doctor {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Doctor {
    /// Looks.
    ///
    /// # Errors
    /// One line when the configuration cannot even be read.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.location.config()?;
        let mut findings = configuration(&config);
        match self.location.find_unmigrated().await {
            Ok(deployment) => {
                findings.extend(database(&deployment).await);
                findings.extend(issuer(&config).await);
                deployment.close().await;
            }
            Err(error) => {
                findings.push(Finding::failure("database", format!("{error:#}")));
                findings.extend(issuer(&config).await);
            }
        }
        findings.extend(proxies(&config));
        findings.push(mail(&config).await);
        let sick = findings.iter().any(|finding| finding.verdict == Verdict::Failure);
        self.output.print(&findings, |findings| text(findings))?;
        Ok(if sick { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn configuration(config: &Config) -> Vec<Finding> {
    let problems = config.problems();
    if problems.is_empty() {
        return vec![Finding::ok("configuration", "fit for production")];
    }
    problems.iter().map(|problem| Finding::failure("configuration", problem.to_string())).collect()
}

async fn database(deployment: &Deployment) -> Vec<Finding> {
    let database = &deployment.database;
    if let Err(error) = check_schema(database, "chancery migrate").await {
        return vec![Finding::failure("database", format!("{error:#}"))];
    }
    let mut findings = vec![Finding::ok("database", "reachable, with a schema that this version can work with")];
    match storage::deployment::read(database).await {
        Ok(known) if known.demo => {
            let message = "holds demo data, whose secrets were printed: `chancery serve` refuses it";
            findings.push(Finding::warning("database", message));
        }
        Ok(_) => {}
        Err(error) => findings.push(Finding::failure("database", error.to_string())),
    }
    let sealing = deployment.config.sealing_keys().ok();
    findings.extend(doctor::examine(database, sealing.as_ref()).await);
    findings
}

/// Whether clients reach the issuer as it calls itself.
async fn issuer(config: &Config) -> Option<Finding> {
    let issuer = config.issuer().ok()?;
    let url = issuer.endpoint("/.well-known/openid-configuration");
    Some(match fetch_issuer(config, &url).await {
        Ok(found) if found == issuer.as_str() => Finding::ok("issuer", format!("answers at {url}")),
        Ok(found) => {
            let message = format!("{url} is another server's: it calls itself {found:?}; look at DNS and the proxy");
            Finding::failure("issuer", message)
        }
        Err(error) => {
            let message = format!("{url} does not answer ({error:#}): is the server running, and the proxy before it?");
            Finding::warning("issuer", message)
        }
    })
}

async fn fetch_issuer(config: &Config, url: &str) -> anyhow::Result<String> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    let mut store = rustls::RootCertStore { roots: roots.collect() };
    for path in &config.outbound.extra_ca_files {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        for certificate in CertificateDer::pem_file_iter(path)? {
            store.add(certificate?)?;
        }
    }
    let tls = rustls::ClientConfig::builder().with_root_certificates(store).with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(PATIENCE).build()?;
    let document: Value = client.get(url).send().await.map_err(reqwest::Error::without_url)?.json().await?;
    Ok(document["issuer"].as_str().unwrap_or_default().to_owned())
}

fn proxies(config: &Config) -> Option<Finding> {
    let issuer = config.issuer().ok()?;
    if !issuer.is_https() {
        return Some(Finding::warning("proxy", "the issuer is http: for this machine only"));
    }
    if config.server.trusted_proxies.is_empty() {
        let message = "the issuer is https, so a proxy stands before this server, and server.trusted_proxies is empty: \
                       the audit trail shows the proxy's address for everybody";
        return Some(Finding::warning("proxy", message));
    }
    Some(Finding::ok("proxy", format!("{} networks are believed", config.server.trusted_proxies.len())))
}

/// Goes to the mail host as for a mail, and sends none.
async fn mail(config: &Config) -> Finding {
    let host = &config.mail.host;
    if host.is_empty() {
        let message = "is off: nobody can reset a password or confirm an address; set mail.host";
        return Finding::warning("mail", message);
    }
    let sender = match Sender::new(&config.mail_options()) {
        Ok(sender) => sender,
        Err(error) => return Finding::failure("mail", error),
    };
    match sender.check().await {
        Ok(()) => Finding::ok("mail", format!("{host} lets us in; `chancery mail test ADDRESS` sends one")),
        Err(error) => Finding::failure("mail", format!("{host}: {error}")),
    }
}

fn text(findings: &[Finding]) -> String {
    let color = wants_color(&io::stdout());
    let line = |finding: &Finding| {
        let (sign, code) = match finding.verdict {
            Verdict::Ok => ("ok  ", "32"),
            Verdict::Warning => ("warn", "33"),
            Verdict::Failure => ("FAIL", "31"),
        };
        let sign = if color { format!("\u{1b}[{code}m{sign}\u{1b}[0m") } else { sign.to_owned() };
        format!("{sign}  {:14}  {}", finding.check, finding.message)
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}
