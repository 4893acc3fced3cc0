//! `chancery health`

use std::{net::IpAddr, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::{location::Location, output::Output};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a running server whether it is ready. The exit status says so.
#[derive(Args, Debug)]
pub struct Health {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Health {
    /// Asks.
    ///
    /// # Errors
    /// One line when nobody answers.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.location.config()?;
        let mut address = config.server.management_listen;
        // Whoever listens everywhere listens here, too.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        let url = format!("http://{address}/readyz");
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let answer = client.get(&url).send().await.map_err(reqwest::Error::without_url);
        let answer = answer.with_context(|| format!("no server answers at {url}"))?;
        let ready = answer.status().is_success();
        let body: Value = answer.json().await.unwrap_or_default();
        let problems: Vec<_> = body["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if ready || self.output.json {
            self.output.print(&body, |_| "ready".to_owned())?;
            return Ok(if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        anyhow::bail!("not ready: {}", problems.join("; "))
    }
}
