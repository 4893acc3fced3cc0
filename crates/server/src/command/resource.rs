//! `chancery resource …`

use std::{collections::BTreeMap, time::Duration};

use clap::{Args, Subcommand};
use provider::resources::{self, Registration, ResourceView};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Paging, administer, duration, yes};
use crate::{
    location::Location,
    output::{Output, table},
};

/// APIs that tokens are for.
#[derive(Debug, Subcommand)]
pub enum Resource {
    /// List APIs.
    List(List),
    /// Show one API.
    Show(One),
    /// Make an API.
    Create(Create),
    /// Let tokens be issued for an API again.
    Enable(One),
    /// Stop tokens being issued for an API. Those that are live run out.
    Disable(One),
    /// Delete an API; clients lose it.
    Delete(One),
}

/// Which APIs.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which API.
#[derive(Args, Debug)]
pub struct One {
    identifier: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What the API registers.
#[derive(Args, Debug)]
pub struct Create {
    /// The `resource` parameter and the `aud` of its tokens: an absolute URI.
    identifier: String,
    /// Its name for people.
    #[arg(long)]
    name: Option<String>,
    /// A scope and what it means in plain words: read="Read your things".
    #[arg(long = "scope", value_name = "SCOPE=WORDS", value_parser = scope)]
    scopes: Vec<(String, String)>,
    /// How long its access tokens live.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    access_token_lifetime: Option<Duration>,
    /// What signs them: ES256, RS256 or EdDSA.
    #[arg(long, value_name = "ALGORITHM", default_value = "ES256")]
    access_token_signed_response_alg: String,
    /// The client with which it introspects and exchanges.
    #[arg(long, value_name = "CLIENT")]
    resource_server: Option<String>,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

fn scope(text: &str) -> Result<(String, String), String> {
    let (scope, words) = text.split_once('=').ok_or("write it as read=\"Read your things\"")?;
    Ok((scope.to_owned(), words.to_owned()))
}

impl Resource {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(one) => {
                let id = &one.identifier;
                let resource = administer(&one.location, async |a| Ok(resources::show(&a, id).await?)).await?;
                one.output.print(&resource, lines)
            }
            Self::Create(create) => create.run().await,
            Self::Enable(one) => {
                let id = &one.identifier;
                let changed = administer(&one.location, async |a| Ok(resources::enable(&a, id).await?)).await?;
                one.said(changed, "enabled")
            }
            Self::Disable(one) => {
                let id = &one.identifier;
                let changed = administer(&one.location, async |a| Ok(resources::disable(&a, id).await?)).await?;
                one.said(changed, "disabled")
            }
            Self::Delete(one) => {
                let id = &one.identifier;
                administer(&one.location, async |a| Ok(resources::delete(&a, id).await?)).await?;
                one.said(true, "deleted")
            }
        }
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let Self { paging, location, output } = self;
        let found = administer(&location, async |a| {
            let read = async |after: Option<String>, limit| Ok(resources::list(&a, after.as_deref(), limit).await?);
            paging.collect(read, |resource: &ResourceView| resource.identifier.clone()).await
        });
        output.print(&found.await?, |resources| {
            let row = |resource: &ResourceView| {
                vec![
                    resource.identifier.clone(),
                    resource.registration.name.clone(),
                    yes(resource.enabled),
                    resource.registration.scopes.keys().cloned().collect::<Vec<_>>().join(" "),
                ]
            };
            table(&["RESOURCE", "NAME", "ENABLED", "SCOPES"], &resources.iter().map(row).collect::<Vec<_>>())
        })
    }
}

impl One {
    fn said(&self, changed: bool, state: &str) -> anyhow::Result<()> {
        let report = json!({ "identifier": self.identifier, "changed": changed });
        self.output.print(&report, |_| match changed {
            true => format!("The API {} is {state}.", self.identifier),
            false => format!("The API {} was {state} already.", self.identifier),
        })
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let Self { identifier, location, output, .. } = &self;
        let registration = Registration {
            name: self.name.clone().unwrap_or_else(|| identifier.clone()),
            scopes: self.scopes.iter().cloned().collect::<BTreeMap<_, _>>(),
            required_acr: BTreeMap::new(),
            access_token_lifetime: self.access_token_lifetime,
            access_token_signed_response_alg: self.access_token_signed_response_alg.clone(),
            resource_server: self.resource_server.clone(),
        };
        let made = administer(location, async |a| Ok(resources::create(&a, identifier, registration).await?));
        output.print(&made.await?, lines)
    }
}

/// Every member of something that is set, one a line.
pub fn lines<T: Serialize>(value: &T) -> String {
    let Ok(Value::Object(members)) = serde_json::to_value(value) else { return String::new() };
    let width = members.keys().map(String::len).max().unwrap_or_default();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    members.iter().map(|(name, value)| format!("{name:width$}  {}", shown(value))).collect::<Vec<_>>().join("\n")
}
