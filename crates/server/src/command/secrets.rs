//! `chancery secrets generate`

use clap::{Args, Subcommand};

use crate::{config::setting::SealingKeyList, output::Output};

/// Secrets from outside the database.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Make a sealing key: a line for secrets.sealing_keys, or for the file that sealing_keys_file names.
    Generate(Generate),
}

/// Makes a sealing key.
#[derive(Args, Debug)]
pub struct Generate {
    /// Its id. Each key of a deployment needs its own.
    #[arg(long, default_value_t = 1)]
    id: u8,
    /// Print it as the configuration file takes it.
    #[arg(long, conflicts_with = "json")]
    toml: bool,
    #[command(flatten)]
    output: Output,
}

impl Secrets {
    /// Does it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn run(self) -> anyhow::Result<()> {
        let Self::Generate(Generate { id, toml, output }) = self;
        let line = SealingKeyList::generate(id);
        let key = line.split_once(':').map_or("", |(_, key)| key);
        if toml {
            return crate::output::say(&format!("sealing_keys = [{{ id = {id}, key = \"{key}\" }}]"));
        }
        output.print(&serde_json::json!({ "id": id, "key": key }), |_| line.to_string())
    }
}
