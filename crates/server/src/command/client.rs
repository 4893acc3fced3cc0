//! `chancery client …`

use std::time::Duration;

use clap::{Args, Subcommand};
use protocol::{
    client_metadata::{ApplicationType, AuthMethod, ClientMetadata},
    scope::Scope,
};
use provider::{
    clients::{self, ClientView, Made},
    roles,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Paging, administer, duration, role::Holding, yes};
use crate::{
    location::Location,
    output::{Output, table},
};

/// Clients: the apps and services that get tokens.
#[derive(Debug, Subcommand)]
pub enum Client {
    /// List clients.
    List(List),
    /// Show one client.
    Show(One),
    /// Make a client. Its secret is printed once.
    Create(Box<Create>),
    /// Let a disabled client work again. What it held before stays withdrawn.
    Enable(One),
    /// Stop a client: no new tokens, and its live ones count no more.
    Disable(One),
    /// Delete a client. A later one of the same name inherits nothing.
    Delete(One),
    /// Give a client a role: the management API, as far as the role goes.
    GrantRole(Holding),
    /// Take a role from a client.
    RevokeRole(Holding),
    /// Give a client a new secret, which is printed once.
    RotateSecret(RotateSecret),
}

/// Which clients.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which client.
#[derive(Args, Debug)]
pub struct One {
    client_id: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What the client registers. All that RFC 7591 knows can be said with `chancery apply`.
#[derive(Args, Debug)]
pub struct Create {
    client_id: String,
    /// Its name for people.
    #[arg(long)]
    name: Option<String>,
    /// Where authorization responses go.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// Where people go after signing out.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// A grant that it may use: authorization_code, refresh_token, client_credentials, token_exchange. Without any:
    /// authorization_code and refresh_token.
    #[arg(long = "grant-type", value_name = "GRANT")]
    grant_types: Vec<String>,
    /// client_secret_basic, client_secret_post, private_key_jwt or none.
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic")]
    auth_method: String,
    /// Where its keys are fetched, for private_key_jwt.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// The scopes that it may ask for, separated by spaces.
    #[arg(long, default_value = "")]
    scope: String,
    /// An API that it may ask for; the first is its default.
    #[arg(long = "resource", value_name = "IDENTIFIER")]
    resources: Vec<String>,
    /// It runs on people's devices (RFC 8252).
    #[arg(long)]
    native: bool,
    /// People are not asked for consent.
    #[arg(long)]
    first_party: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which client's secret, and what of the present ones.
#[derive(Args, Debug)]
pub struct RotateSecret {
    client_id: String,
    /// For how long the present secrets go on working.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    grace: Duration,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Client {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(one) => {
                let id = one.client_id;
                let client = administer(&one.location, async |a| Ok(clients::show(&a, &id).await?)).await?;
                one.output.print(&client, describe)
            }
            Self::Create(create) => create.run().await,
            Self::Enable(one) => {
                let id = &one.client_id;
                let changed = administer(&one.location, async |a| Ok(clients::enable(&a, id).await?)).await?;
                one.said(changed, "enabled")
            }
            Self::Disable(one) => {
                let id = &one.client_id;
                let changed = administer(&one.location, async |a| Ok(clients::disable(&a, id).await?)).await?;
                one.said(changed, "disabled")
            }
            Self::Delete(one) => {
                let id = &one.client_id;
                administer(&one.location, async |a| Ok(clients::delete(&a, id).await?)).await?;
                one.said(true, "deleted")
            }
            Self::GrantRole(holding) => holding.run(roles::grant_to_client, "has", "had").await,
            Self::RevokeRole(holding) => holding.run(roles::revoke_from_client, "no longer has", "did not have").await,
            Self::RotateSecret(rotate) => {
                let RotateSecret { client_id, grace, location, output } = rotate;
                let made = administer(&location, async |a| Ok(clients::rotate_secret(&a, &client_id, grace).await?));
                print_made(output, &made.await?)
            }
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let Self { paging, location, output } = self;
        let found = administer(&location, async |a| {
            let read = async |after: Option<String>, limit| Ok(clients::list(&a, after.as_deref(), limit).await?);
            paging.collect(read, |client: &ClientView| client.client_id.clone()).await
        });
        output.print(&found.await?, |clients| {
            let row = |client: &ClientView| {
                vec![
                    client.client_id.clone(),
                    client.metadata.client_name.clone().unwrap_or_default(),
                    yes(client.enabled),
                    client.metadata.token_endpoint_auth_method.as_str().to_owned(),
                    client.metadata.grant_types.iter().map(|grant| short(grant)).collect::<Vec<_>>().join(" "),
                ]
            };
            let rows: Vec<_> = clients.iter().map(row).collect();
            table(&["CLIENT", "NAME", "ENABLED", "AUTHENTICATION", "GRANTS"], &rows)
        })
    }
}

impl One {
    fn said(&self, changed: bool, state: &str) -> anyhow::Result<()> {
        let report = json!({ "client_id": self.client_id, "changed": changed });
        self.output.print(&report, |_| match changed {
            true => format!("The client {} is {state}.", self.client_id),
            false => format!("The client {} was {state} already.", self.client_id),
        })
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let metadata = self.metadata()?;
        let id = &self.client_id;
        let made = administer(&self.location, async |a| Ok(clients::create(&a, id, metadata).await?)).await?;
        print_made(self.output, &made)
    }

    fn metadata(&self) -> anyhow::Result<ClientMetadata> {
        let method: AuthMethod = serde_json::from_value(Value::String(self.auth_method.clone()))
            .map_err(|_| anyhow::anyhow!("--auth-method: there is no {:?}", self.auth_method))?;
        let scope = Scope::parse(&self.scope).map_err(|error| anyhow::anyhow!("--scope: {error}"))?;
        let mut grant_types: Vec<_> = self.grant_types.iter().map(|grant| long(grant)).collect();
        if grant_types.is_empty() {
            grant_types = vec!["authorization_code".to_owned(), "refresh_token".to_owned()];
        }
        let code = grant_types.iter().any(|grant| grant == "authorization_code");
        Ok(ClientMetadata {
            client_name: self.name.clone(),
            redirect_uris: self.redirect_uris.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            response_types: if code { vec!["code".to_owned()] } else { Vec::new() },
            grant_types,
            token_endpoint_auth_method: method,
            jwks_uri: self.jwks_uri.clone(),
            scope,
            resources: self.resources.clone(),
            application_type: if self.native { ApplicationType::Native } else { ApplicationType::Web },
            first_party: self.first_party,
            ..ClientMetadata::default()
        })
    }
}

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

fn long(grant: &str) -> String {
    if matches!(grant, "token_exchange" | "token-exchange") { EXCHANGE } else { grant }.to_owned()
}

fn short(grant: &str) -> &str {
    if grant == EXCHANGE { "token_exchange" } else { grant }
}

fn print_made(output: Output, made: &Made) -> anyhow::Result<()> {
    output.print(&made.to_json()?, |_| match &made.secret {
        Some(secret) => format!(
            "client_id      {}\nclient_secret  {}\n\nThe secret is shown this once.",
            made.client.client_id,
            secret.expose_secret()
        ),
        None => format!("client_id      {}", made.client.client_id),
    })
}

/// Every member that is set, one a line.
fn describe(client: &ClientView) -> String {
    super::resource::lines(client)
}
