//! `chancery audit explain`, `checkpoint`, `seal` and `prune`.

use anyhow::bail;
use clap::Args;
use provider::audit::{checkpoint, explain, list::Shown, retention, seal};
use serde_json::json;

use super::list::rows;
use crate::{
    command::{
        keys::{refused, with_context},
        read_text,
    },
    location::Location,
    output::Output,
};

/// Which token.
#[derive(Args, Debug)]
pub struct Explain {
    /// An access token, a refresh token, or a `jti`; `-` reads it from standard input, where no list of processes shows
    /// it.
    token: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which deployment.
#[derive(Args, Debug)]
pub struct Checkpoint {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which deployment.
#[derive(Args, Debug)]
pub struct Seal {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// Which deployment.
#[derive(Args, Debug)]
pub struct Prune {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Explain {
    pub async fn run(self) -> anyhow::Result<()> {
        let token = if self.token == "-" { read_text("-".as_ref())? } else { self.token.clone() };
        let told = with_context(&self.location, async |context| refused(explain::run(context, &token).await)).await?;
        let Some(told) = told else {
            bail!("this is no token of this server, and no jti that its audit trail knows");
        };
        self.output.print(&told, text)
    }
}

fn text(told: &explain::Explained) -> String {
    let mut lines = Vec::new();
    let mut say = |name: &str, value: String| lines.push(format!("{name:14}{value}"));
    say("kind", told.kind.replace('_', " "));
    if let Some(genuine) = told.genuine {
        say("signature", if genuine { "right" } else { "NOT RIGHT under any key that counts" }.to_owned());
    }
    if let Some(expired) = told.expired {
        say("expired", if expired { "yes" } else { "no" }.to_owned());
    }
    if let Some(jti) = told.jti {
        say("jti", jti.to_string());
    }
    if let Some(person) = &told.person {
        let name = person.username.as_deref().unwrap_or("gone");
        say("person", format!("{name} ({})", person.id));
    }
    if let Some(client) = &told.client_id {
        say("client", client.clone());
    }
    if let Some(actors) = &told.actors {
        say("actors", actors.to_string());
    }
    if let Some(grant) = &told.grant {
        say("grant", grant.to_string());
    }
    let withdrawn: Vec<_> = told.withdrawn.iter().map(ToString::to_string).collect();
    say("withdrawn", if withdrawn.is_empty() { "no".to_owned() } else { withdrawn.join(", ") });
    let mut text = lines.join("\n");
    let parts: [(&str, &[Shown]); 6] = [
        ("Itself", &told.records),
        ("How they signed in", &told.session),
        ("What they allowed", &told.consent),
        ("What it was exchanged for", &told.ancestors),
        ("What was exchanged for it", &told.descendants),
        ("Withdrawals", &told.withdrawals),
    ];
    for (title, records) in parts.into_iter().filter(|(_, records)| !records.is_empty()) {
        text += &format!("\n\n{title}\n{}", rows(records));
    }
    text
}

impl Checkpoint {
    pub async fn run(self) -> anyhow::Result<()> {
        let newest = with_context(&self.location, async |context| {
            refused(checkpoint::sign_now(context).await)?;
            refused(checkpoint::newest(context).await)
        })
        .await?;
        let Some(newest) = newest else { bail!("there is no checkpoint yet: nothing was sealed") };
        self.output.print(&newest, |newest| newest.checkpoint.clone())
    }
}

impl Seal {
    pub async fn run(self) -> anyhow::Result<()> {
        let sealed = with_context(&self.location, async |context| refused(seal::run(context).await)).await?;
        self.output.print(&json!({ "sealed": sealed }), |_| format!("{sealed} records were sealed."))
    }
}

impl Prune {
    pub async fn run(self) -> anyhow::Result<()> {
        let dropped = with_context(&self.location, async |context| refused(retention::run(context).await)).await?;
        self.output.print(&json!({ "dropped": dropped }), |_| match &dropped {
            Some(dropped) => {
                format!("Dropped {}: records {} to {}.", dropped.months.join(", "), dropped.first, dropped.last)
            }
            None => "No month is old enough.".to_owned(),
        })
    }
}
