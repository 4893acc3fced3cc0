//! Two tokens beside each other.

use serde_json::Value;

use crate::jwt::Jwt;

/// One fact about two tokens.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) changed: bool,
}

impl Difference {
    pub(crate) fn new(name: &'static str, before: String, after: String) -> Self {
        let changed = before != after;
        Self { name, before, after, changed }
    }
}

/// The claims `names` of two tokens. A claim that neither has is left out.
pub(crate) fn claims(names: &[&'static str], before: &str, after: &str) -> Vec<Difference> {
    let (before, after) = (Jwt::parse(before), Jwt::parse(after));
    let value = |jwt: &Result<Jwt, _>, name: &str| match jwt {
        Ok(jwt) => jwt.claims.get(name).map(show).unwrap_or_default(),
        Err(_) => String::new(),
    };
    names
        .iter()
        .map(|name| Difference::new(name, value(&before, name), value(&after, name)))
        .filter(|it| !(it.before.is_empty() && it.after.is_empty()))
        .collect()
}

/// A few letters that tell secrets apart without telling them.
pub(crate) fn fingerprint(secret: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    digest.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
