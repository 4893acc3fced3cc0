//! Where values come from: the file with its lines, and the environment.

use std::{collections::BTreeMap, path::Path};

use toml::{
    Spanned, Value,
    de::{DeTable, DeValue},
};

use super::{Config, ConfigError, Origin, section::Kind};

const PREFIX: &str = "CHANCERY__";

/// The variables of the process, or of a test.
pub type Environment = BTreeMap<String, String>;

/// One key that was said, and where.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub section: String,
    pub key: String,
    /// What it may mean: the first that its type accepts counts. (A variable has no quotes to tell `1` from `"1"`.)
    pub candidates: Vec<Value>,
    pub origin: Origin,
}

/// Reads a configuration file's text.
pub fn file(path: &Path, text: &str) -> Result<Vec<Assignment>, ConfigError> {
    let shown = path.display().to_string();
    let at = |offset: usize| Origin::File { path: shown.clone(), line: line_of(text, offset) };
    let document = DeTable::parse(text).map_err(|error| ConfigError {
        origin: Some(at(error.span().map_or(0, |span| span.start))),
        what: error.message().replace('\n', ", "),
    })?;
    // Values are taken from here; the other document only knows the lines.
    let values: toml::Table =
        text.parse().map_err(|error: toml::de::Error| ConfigError { origin: None, what: error.to_string() })?;
    let mut assignments = Vec::new();
    for (name, table) in in_order(document.get_ref()) {
        let section: &str = name.get_ref();
        let DeValue::Table(table) = table.get_ref() else {
            let what = format!("unknown key {section}: keys stand in sections such as [server]");
            return Err(ConfigError { origin: Some(at(name.span().start)), what });
        };
        for (key, _) in in_order(table) {
            let origin = at(key.span().start);
            let value = values[section][&**key.get_ref()].clone();
            assignments.push(assignment(section, key.get_ref(), value, origin, path.parent())?);
        }
        if table.is_empty() {
            known_section(section, &at(name.span().start))?;
        }
    }
    no_key_twice(assignments)
}

fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Reads the variables.
pub fn environment(variables: &Environment) -> Result<Vec<Assignment>, ConfigError> {
    let mut assignments = Vec::new();
    if let Some(url) = variables.get("DATABASE_URL").filter(|url| !url.is_empty()) {
        let origin = Origin::Variable("DATABASE_URL".to_owned());
        assignments.push(assignment("database", "url", Value::String(url.clone()), origin, None)?);
    }
    let mut ours = Vec::new();
    for (name, value) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let origin = Origin::Variable(name.clone());
        let lower = rest.to_ascii_lowercase();
        let Some((section, key)) = lower.split_once("__") else {
            let what = format!("unknown variable: write it as {PREFIX}SECTION__KEY");
            return Err(ConfigError { origin: Some(origin), what });
        };
        ours.push(assignment(section, key, Value::String(value.clone()), origin, None)?);
    }
    for assignment in &mut ours {
        with_other_readings(assignment);
    }
    assignments.extend(no_key_twice(ours)?);
    Ok(assignments)
}

/// A variable's text may also mean a number, or a list: as TOML writes it, or separated by commas.
fn with_other_readings(assignment: &mut Assignment) {
    let Some(Value::String(text)) = assignment.candidates.first().cloned() else { return };
    if let Ok(mut table) = format!("value = {text}").parse::<toml::Table>() {
        assignment.candidates.extend(table.remove("value"));
    }
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    assignment.candidates.push(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()));
}

fn assignment(
    section: &str,
    key: &str,
    value: Value,
    origin: Origin,
    folder: Option<&Path>,
) -> Result<Assignment, ConfigError> {
    let fields = known_section(section, &origin)?;
    let owned = |key: &str, value, origin| Assignment {
        section: section.to_owned(),
        key: key.to_owned(),
        candidates: vec![value],
        origin,
    };
    if fields.iter().any(|field| field.name == key) {
        return Ok(owned(key, value, origin));
    }
    let from_file = key.strip_suffix("_file");
    let secret = from_file.and_then(|key| fields.iter().find(|f| f.name == key && f.kind == Kind::Secret));
    if let Some(field) = secret {
        let value = Value::String(read_secret(section, key, &value, folder, &origin)?);
        return Ok(owned(field.name, value, origin));
    }
    let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let what = format!("unknown key {section}.{key} ([{section}] has: {})", known.join(", "));
    Err(ConfigError { origin: Some(origin), what })
}

fn known_section(section: &str, origin: &Origin) -> Result<Vec<super::Field>, ConfigError> {
    let mut sections = Config::sections();
    if let Some(index) = sections.iter().position(|known| known.name == section) {
        return Ok(sections.swap_remove(index).fields);
    }
    let known: Vec<&str> = sections.iter().map(|section| section.name).collect();
    let what = format!("unknown section {section} (there are: {})", known.join(", "));
    Err(ConfigError { origin: Some(origin.clone()), what })
}

/// Reads a secret from its file; a relative name starts at the configuration file's folder.
fn read_secret(
    section: &str,
    key: &str,
    value: &Value,
    folder: Option<&Path>,
    origin: &Origin,
) -> Result<String, ConfigError> {
    let fail = |what: String| ConfigError { origin: Some(origin.clone()), what: format!("{section}.{key}: {what}") };
    let Value::String(name) = value else { return Err(fail("not the name of a file".to_owned())) };
    let path = folder.map_or_else(|| name.into(), |folder| folder.join(name));
    let text =
        std::fs::read_to_string(&path).map_err(|error| fail(format!("cannot read {}: {error}", path.display())))?;
    Ok(text.trim().to_owned())
}

/// A key and its `_file` twin in one place: nobody can say which was meant.
fn no_key_twice(assignments: Vec<Assignment>) -> Result<Vec<Assignment>, ConfigError> {
    for (index, later) in assignments.iter().enumerate() {
        if let Some(earlier) = assignments[..index].iter().find(|a| a.section == later.section && a.key == later.key) {
            let what = format!("{}.{}: said twice, here and at {}", later.section, later.key, earlier.origin);
            return Err(ConfigError { origin: Some(later.origin.clone()), what });
        }
    }
    Ok(assignments)
}
