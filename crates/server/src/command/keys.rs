//! `chancery keys …`

use clap::{Args, Subcommand};
use provider::{
    Context,
    keys::{self, ALGORITHMS, KeyInfo, Rotation},
};
use serde_json::json;

use crate::{
    location::{Location, command_request},
    output::{Output, table},
    progress::Progress,
};

/// Signing keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// List the keys that sign, will sign or have signed.
    List(Look),
    /// Make new keys. They sign once every cache of JWKS can know them; the present ones retire then.
    Rotate(Rotate),
    /// Seal every secret anew under the first sealing key: private keys, providers' secrets, what is sealed for people.
    Reseal(Look),
}

/// Which deployment.
#[derive(Args, Debug)]
pub struct Look {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// How to rotate.
#[derive(Args, Debug)]
pub struct Rotate {
    /// After a compromise: the new keys sign at once, and nothing that the old ones signed counts any more.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

impl Keys {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what went wrong.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(Look { location, output }) => {
                let found = with_context(&location, async |context| refused(keys::list(context).await)).await?;
                output.print(&found, |keys| text(keys))
            }
            Self::Rotate(Rotate { now, location, output }) => {
                let rotation = if now { Rotation::Now } else { Rotation::Planned };
                let rotate = async |context: &Context| refused(keys::rotate(context, &ALGORITHMS, rotation).await);
                let made = with_context(&location, rotate).await?;
                output.print(&made, |keys| text(keys))
            }
            Self::Reseal(Look { location, output }) => {
                let mut bar = Progress::new();
                let reseal = async |context: &Context| {
                    let update = |people: usize| bar.update(people as u64, None, people as u64);
                    refused(keys::reseal(context, update).await)
                };
                let count = with_context(&location, reseal).await?;
                drop(bar);
                output.print(&json!({ "resealed": count }), |_| format!("{count} secrets were sealed anew."))
            }
        }
    }
}

/// Finds the deployment and its keys, does something with them, and ends what was started for it.
pub(super) async fn with_context<T>(
    location: &Location,
    act: impl AsyncFnOnce(&Context) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let deployment = location.find().await?;
    let outcome = match deployment.provider().await {
        Ok(provider) => act(&provider.begin(command_request())).await,
        Err(error) => Err(error),
    };
    deployment.close().await;
    outcome
}

/// What the operator may know of a refusal: everything.
pub(super) fn refused<T>(outcome: Result<T, provider::Refusal>) -> anyhow::Result<T> {
    outcome.map_err(|refusal| match refusal {
        provider::Refusal::Unavailable { reason, .. } | provider::Refusal::Internal(reason) => anyhow::anyhow!(reason),
        refused => anyhow::anyhow!(refused.reason()),
    })
}

fn text(keys: &[KeyInfo]) -> String {
    let time = |at: time::OffsetDateTime| {
        at.format(&time::format_description::well_known::Rfc3339)
            .unwrap_or_default()
            .split('.')
            .next()
            .map(str::to_owned)
    };
    let row = |key: &KeyInfo| {
        vec![
            key.kid.clone(),
            key.algorithm.clone(),
            key.state.to_owned(),
            time(key.activates_at).unwrap_or_default(),
            key.retires_at.and_then(time).unwrap_or_default(),
            key.removes_at.and_then(time).unwrap_or_default(),
            key.sealing_key_id.to_string(),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    table(&["KEY", "ALGORITHM", "STATE", "SIGNS FROM", "UNTIL", "PUBLISHED UNTIL", "SEALED BY"], &rows)
}
