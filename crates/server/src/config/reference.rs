//! The reference documentation and the commented example, written from the sections themselves.

use std::fmt::Write;

use super::{Config, section::Kind};

/// `docs/configuration.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         <!-- Written by `chancery config reference`; a test fails when it is out of date. -->\n\n\
         `chancery serve --config FILE` reads one TOML file. A commented file with every default is\n\
         [config/chancery.toml](../config/chancery.toml).\n\n\
         - Every key can be overridden by a variable: `[server] issuer` by `CHANCERY__SERVER__ISSUER`. Lists are\n  \
           written as in TOML or separated by commas.\n\
         - A key marked *secret* can be read from a file: `<key>_file` in TOML, or `CHANCERY__SECTION__KEY_FILE`.\n\
         - An unknown key or variable stops the start and is named, with its line.\n\
         - Durations are written as `\"90s\"`, `\"5m\"`, `\"2h\"`, `\"14d\"`; sizes as `\"64KiB\"` or a number of bytes.\n\
         - `chancery config check` says what production would refuse; `chancery config dump` shows what is in force\n  \
           and where it was said, secrets redacted.\n\n\
         Only `server.issuer`, `database.url` and `secrets.sealing_keys` must be set.\n",
    );
    for section in Config::sections() {
        let _ = write!(out, "\n## `[{}]`\n\n{}\n\n", section.name, paragraph(section.doc));
        out.push_str("| key | default | meaning |\n|---|---|---|\n");
        for field in &section.fields {
            let default = field.default.as_ref().map_or("none".to_owned(), |default| format!("`{default}`"));
            let secret = if field.kind == Kind::Secret { " *Secret.*" } else { "" };
            let example = field.example.map(|example| format!(" Example: `{}`.", shown(field.name, example)));
            let meaning = paragraph(field.doc);
            let _ =
                writeln!(out, "| `{}` | {default} | {meaning}{secret}{} |", field.name, example.unwrap_or_default());
        }
    }
    out
}

/// `config/chancery.toml`: every key with its default; those without one commented out.
pub fn example() -> String {
    let mut out = String::from(
        "# Chancery's configuration, with every key at its default. Only those that are commented out below and have\n\
         # no default (server.issuer, database.url, secrets.sealing_keys) must be set.\n\
         #\n\
         # Every key can be overridden by a variable (CHANCERY__SERVER__ISSUER=…), and a secret read from a file of\n\
         # its own (url_file = \"…\", CHANCERY__DATABASE__URL_FILE=…). Unknown keys are errors.\n\
         # See what is in force: chancery config dump. What production would refuse: chancery config check.\n",
    );
    for section in Config::sections() {
        out.push('\n');
        comment(&mut out, section.doc);
        let _ = writeln!(out, "[{}]", section.name);
        for field in &section.fields {
            out.push('\n');
            comment(&mut out, field.doc);
            if let Some(example) = field.example {
                let _ = writeln!(out, "# {} = {}", field.name, toml_example(example));
            }
            // An empty list says nothing that its example does not say better.
            if let Some(default) = field.default.as_ref().filter(|default| field.example.is_none() || *default != "[]")
            {
                let _ = writeln!(out, "{} = {default}", field.name);
            }
        }
    }
    out
}

fn comment(out: &mut String, lines: &[&str]) {
    for line in lines {
        let _ = writeln!(out, "#{line}");
    }
}

fn paragraph(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Lists are written as they are; texts need their quotes.
fn toml_example(example: &str) -> String {
    if example.starts_with('[') { example.to_owned() } else { format!("{example:?}") }
}

fn shown(name: &str, example: &str) -> String {
    format!("{name} = {}", toml_example(example))
}
