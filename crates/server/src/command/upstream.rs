//! `chancery upstream …`

use std::{io::IsTerminal, path::PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};
use provider::upstream::{
    administer::{self, UpstreamView},
    registration::{Registration, SignUp},
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Paging, administer as with, read_text, resource::lines, yes};
use crate::{
    location::Location,
    output::{Output, table},
};

/// Other OpenID providers that people may sign in with.
#[derive(Debug, Subcommand)]
pub enum Upstream {
    /// List upstream providers.
    List(List),
    /// Show one, with the redirect URI to register there.
    Show(One),
    /// Let people sign in with a provider.
    Create(Box<Create>),
    /// Let people sign in with a provider again.
    Enable(One),
    /// Stop people signing in with a provider. Who is signed in stays so.
    Disable(One),
    /// Delete a provider, and forget whose accounts there are whose.
    Delete(One),
}

/// Which providers.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which provider.
#[derive(Args, Debug)]
pub struct One {
    slug: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What the provider is.
#[derive(Args, Debug)]
pub struct Create {
    /// Its name in addresses, files and commands: small letters, digits and hyphens.
    slug: String,
    /// Its issuer, exactly as its discovery document says it.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Who we are there.
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// A file with our secret there; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// How we authenticate there: client_secret_basic, client_secret_post, private_key_jwt (with the keys of our own
    /// JWK Set) or none.
    #[arg(long, value_name = "METHOD", default_value = "client_secret_basic")]
    token_endpoint_auth_method: String,
    /// Its name for people.
    #[arg(long)]
    name: Option<String>,
    /// What we ask for.
    #[arg(long, default_value = "openid profile email")]
    scope: String,
    /// A mail domain that it speaks for: people with such an address are sent there.
    #[arg(long = "domain", value_name = "DOMAIN")]
    domains: Vec<String>,
    /// Who becomes a person that is not known yet: off (nobody), domains (those with a verified address in its
    /// domains) or on (everybody).
    #[arg(long, value_name = "WHO", default_value = "off")]
    sign_up: SignUp,
    /// No button on the sign-in page: it is found by the mail domain.
    #[arg(long)]
    no_button: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Upstream {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(one) => {
                let slug = &one.slug;
                let upstream = with(&one.location, async |a| Ok(administer::show(&a, slug).await?)).await?;
                one.output.print(&upstream, lines)
            }
            Self::Create(create) => create.run().await,
            Self::Enable(one) => {
                let slug = &one.slug;
                let changed = with(&one.location, async |a| Ok(administer::enable(&a, slug).await?)).await?;
                one.said(changed, "enabled")
            }
            Self::Disable(one) => {
                let slug = &one.slug;
                let changed = with(&one.location, async |a| Ok(administer::disable(&a, slug).await?)).await?;
                one.said(changed, "disabled")
            }
            Self::Delete(one) => {
                let slug = &one.slug;
                let links = with(&one.location, async |a| Ok(administer::delete(&a, slug).await?)).await?;
                let report = json!({ "slug": slug, "changed": true, "links": links });
                one.output.print(&report, |_| {
                    format!("The upstream provider {slug} is deleted; {links} accounts there were linked.")
                })
            }
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let Self { paging, location, output } = self;
        let found = with(&location, async |a| {
            let read = async |after: Option<String>, limit| Ok(administer::list(&a, after.as_deref(), limit).await?);
            paging.collect(read, |upstream: &UpstreamView| upstream.slug.clone()).await
        });
        output.print(&found.await?, |upstreams| {
            let row = |upstream: &UpstreamView| {
                vec![
                    upstream.slug.clone(),
                    upstream.registration.issuer.clone(),
                    yes(upstream.enabled),
                    upstream.registration.sign_up.as_str().to_owned(),
                    upstream.registration.domains.join(" "),
                ]
            };
            let rows = upstreams.iter().map(row).collect::<Vec<_>>();
            table(&["UPSTREAM", "ISSUER", "ENABLED", "SIGN-UP", "DOMAINS"], &rows)
        })
    }
}

impl One {
    fn said(&self, changed: bool, state: &str) -> anyhow::Result<()> {
        let report = json!({ "slug": self.slug, "changed": changed });
        self.output.print(&report, |_| match changed {
            true => format!("The upstream provider {} is {state}.", self.slug),
            false => format!("The upstream provider {} was {state} already.", self.slug),
        })
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let Self { slug, location, output, .. } = &self;
        let method = serde_json::from_value(Value::String(self.token_endpoint_auth_method.clone()));
        let Ok(token_endpoint_auth_method) = method else {
            bail!(
                "token_endpoint_auth_method: is not client_secret_basic, client_secret_post, private_key_jwt or none"
            );
        };
        let defaults = Registration::new(slug, &self.issuer, &self.client_id);
        let registration = Registration {
            token_endpoint_auth_method,
            name: self.name.clone().unwrap_or_else(|| slug.clone()),
            scope: self.scope.clone(),
            domains: self.domains.clone(),
            sign_up: self.sign_up,
            button: !self.no_button,
            ..defaults
        };
        let secret = self.client_secret_file.as_deref().map(secret).transpose()?;
        let made = with(location, async |a| Ok(administer::create(&a, slug, registration, secret).await?));
        output.print(&made.await?, lines)
    }
}

fn secret(file: &std::path::Path) -> anyhow::Result<SecretString> {
    if file == std::path::Path::new("-") && std::io::stdin().is_terminal() {
        bail!("a typed secret would be seen: name a file with --client-secret-file, or pipe it in");
    }
    Ok(read_text(file)?.trim().into())
}
