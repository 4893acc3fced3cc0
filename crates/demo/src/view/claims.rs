//! Tokens and claims as rows that a person can read.

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::explain::{self, Document};
use crate::jwt::Jwt;

/// Times of today need no date.
const TIME: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second] UTC");
const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");

/// Claims in the order in which they make sense; all others follow by name.
const ORDER: [&str; 24] = [
    "active",
    "iss",
    "sub",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "email",
    "email_verified",
    "aud",
    "client_id",
    "azp",
    "scope",
    "act",
    "iat",
    "exp",
    "auth_time",
    "acr",
    "amr",
    "nonce",
    "at_hash",
    "sid",
    "jti",
    "token_type",
];

/// One row of a table of claims.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The value as it is written, or as indented JSON.
    pub(crate) value: String,
    /// A time in words.
    pub(crate) note: String,
    pub(crate) meaning: &'static str,
    /// Whether the value has several lines.
    pub(crate) block: bool,
}

/// A JWT, ready to be shown.
#[derive(Clone, Debug)]
pub(crate) struct TokenView {
    pub(crate) header: Vec<Row>,
    pub(crate) claims: Vec<Row>,
    /// The three parts of the raw token.
    pub(crate) raw: [String; 3],
    /// "in 4 min 10 s", or "2 min ago".
    pub(crate) expires: String,
    pub(crate) expired: bool,
}

impl TokenView {
    /// `None` where the token is not a JWT.
    pub(crate) fn new(token: &str, document: Document, now: i64) -> Option<Self> {
        let jwt = Jwt::parse(token).ok()?;
        let mut parts = token.splitn(3, '.').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let exp = jwt.seconds("exp").unwrap_or_default();
        let header = jwt.header.iter();
        Some(Self {
            header: header.map(|(name, value)| row(name, value, explain::header(name))).collect(),
            claims: rows(&jwt.claims, document, now),
            raw: [part(), part(), part()],
            expires: relative(exp, now),
            expired: exp <= now,
        })
    }
}

/// The rows of a set of claims.
pub(crate) fn rows(claims: &Map<String, Value>, document: Document, now: i64) -> Vec<Row> {
    let rank = |name: &str| ORDER.iter().position(|it| *it == name).unwrap_or(ORDER.len());
    let mut sorted: Vec<_> = claims.iter().collect();
    sorted.sort_by_key(|(name, _)| (rank(name), name.as_str()));
    let show = |(name, value): (&String, &Value)| {
        let mut row = row(name, value, explain::claim(document, name));
        if let Some(seconds) = value.as_i64().filter(|_| is_time(name)) {
            row.note = format!("{}, {}", clock(seconds, now), relative(seconds, now));
        }
        row
    };
    sorted.into_iter().map(show).collect()
}

fn row(name: &str, value: &Value, meaning: &'static str) -> Row {
    let (value, block) = match value {
        Value::String(text) => (text.clone(), false),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            (items.join("\n"), items.len() > 1)
        }
        Value::Object(_) | Value::Array(_) => (serde_json::to_string_pretty(value).unwrap_or_default(), true),
        other => (other.to_string(), false),
    };
    Row { name: name.to_owned(), value, note: String::new(), meaning, block }
}

fn is_time(name: &str) -> bool {
    matches!(name, "exp" | "iat" | "nbf" | "auth_time" | "updated_at")
}

fn clock(seconds: i64, now: i64) -> String {
    let format = if seconds / 86_400 == now / 86_400 { TIME } else { CLOCK };
    OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|time| time.format(format).ok()).unwrap_or_default()
}

/// "in 4 min 10 s", "now", "2 h ago".
pub(crate) fn relative(seconds: i64, now: i64) -> String {
    let distance = seconds.saturating_sub(now);
    let words = duration(distance.unsigned_abs());
    match distance {
        0 => "now".to_owned(),
        1.. => format!("in {words}"),
        _ => format!("{words} ago"),
    }
}

fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600, seconds / 60);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 if !seconds.is_multiple_of(60) => format!("{minutes} min {} s", seconds % 60),
        60..7200 => format!("{minutes} min"),
        7200..172_800 => format!("{hours} h"),
        _ => format!("{days} days"),
    }
}
