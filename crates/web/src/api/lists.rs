//! Lists, page after page: each goes on after the last key of the one before, however the table changes meanwhile.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Answer, Parameter, problem::Problem, request::Page};

/// One page of a list.
#[derive(JsonSchema)]
pub(super) struct List<T> {
    /// What is on it.
    #[allow(dead_code)]
    items: Vec<T>,
    /// The `cursor` of the next page; `null` when this is the last.
    #[allow(dead_code)]
    next: Option<String>,
}

const LIMIT: Parameter = Parameter { name: "limit", kind: "integer", words: "The most items, 1 to 200; 50 else" };
const CURSOR: Parameter = Parameter { name: "cursor", kind: "string", words: "`next` of the page before" };
const ENABLED: Parameter = Parameter { name: "enabled", kind: "boolean", words: "Only those that are, or are not" };
const PREFIX: Parameter = Parameter { name: "prefix", kind: "string", words: "What the name begins with" };
const ROLE: Parameter = Parameter { name: "role", kind: "string", words: "Only those who hold this role" };

/// What lists are asked with.
pub(super) const PARAMETERS: &[Parameter] = &[LIMIT, CURSOR, PREFIX, ENABLED];
/// And that of people.
pub(super) const PEOPLE_PARAMETERS: &[Parameter] = &[LIMIT, CURSOR, PREFIX, ENABLED, ROLE];

/// Answers with one page. There may be one item more than asked for: then there is another page. `key` is what the next
/// one goes on after.
pub(super) fn answer<T: Serialize>(
    page: &Page,
    mut items: Vec<T>,
    key: impl FnOnce(&T) -> String,
) -> Result<Answer, Problem> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| close(&key(last)));
    render(&items, next)
}

pub(super) fn render<T: Serialize>(items: &[T], next: Option<String>) -> Result<Answer, Problem> {
    let items = to_json(&items)?;
    Ok(Answer::ok(json!({ "items": items, "next": next })))
}

/// Something as JSON.
pub(super) fn to_json(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|error| provider::Refusal::internal(error.to_string()).into())
}

pub(super) fn close(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The key in a cursor.
pub(super) fn open(cursor: &str) -> Option<String> {
    let key = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (!key.is_empty() && !key.contains('\0')).then_some(key)
}
