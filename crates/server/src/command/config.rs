//! `chancery config check|dump|reference`

use std::{fmt::Write, path::Path, process::ExitCode};

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::{
    config::{self, reference},
    location::Location,
    output::{Output, say},
};

/// Looks at the configuration.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Say what production would refuse.
    Check(Look),
    /// Print what is in force and where it was said, secrets redacted.
    Dump(Look),
    /// Print the reference documentation.
    Reference(Reference),
}

/// Which configuration.
#[derive(Args, Debug)]
pub struct Look {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    output: Output,
}

/// What to print of the reference.
#[derive(Args, Debug)]
pub struct Reference {
    /// The commented example file instead.
    #[arg(long)]
    toml: bool,
    /// Write docs/configuration.md and config/chancery.toml, in a checkout.
    #[arg(long, hide = true)]
    write: bool,
}

impl Config {
    /// Does it.
    ///
    /// # Errors
    /// One line that says what is wrong, and where.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check(look) => check(&look),
            Self::Dump(look) => {
                let config = look.location.config()?;
                look.output.print(&as_json(&config), |_| as_toml(&config))?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Reference(Reference { write: true, .. }) => {
                std::fs::write(Path::new("docs/configuration.md"), reference::markdown())?;
                std::fs::write(Path::new("config/chancery.toml"), reference::example())?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Reference(Reference { toml, .. }) => {
                say(&if toml { reference::example() } else { reference::markdown() })?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn check(look: &Look) -> anyhow::Result<ExitCode> {
    let problems = look.location.config()?.problems();
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    look.output.print(&serde_json::json!({ "problems": lines }), |_| match lines.len() {
        0 => "The configuration is fit for production.".to_owned(),
        _ => lines.join("\n"),
    })?;
    Ok(if lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_toml(config: &config::Config) -> String {
    let mut out = String::new();
    for (section, keys) in config.shown() {
        let _ = writeln!(out, "[{section}]");
        for (key, value) in keys {
            let origin = config.origin(&format!("{section}.{key}"));
            let origin = origin.map_or_else(|| "default".to_owned(), ToString::to_string);
            let _ = match value {
                Some(value) => writeln!(out, "{key} = {value}  # {origin}"),
                None => writeln!(out, "# {key} is not set"),
            };
        }
        out.push('\n');
    }
    out
}

fn as_json(config: &config::Config) -> Value {
    let section = |(name, keys): (&str, Vec<(&str, Option<toml::Value>)>)| {
        let keys = keys.into_iter().map(|(key, value)| {
            let origin = config.origin(&format!("{name}.{key}")).map(ToString::to_string);
            let value = value.and_then(|value| serde_json::to_value(value).ok());
            (key.to_owned(), serde_json::json!({ "value": value, "origin": origin }))
        });
        (name.to_owned(), Value::Object(keys.collect()))
    };
    Value::Object(config.shown().into_iter().map(section).collect::<Map<_, _>>())
}
