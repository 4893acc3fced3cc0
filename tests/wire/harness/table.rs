//! Tables of refusals: what each row must be answered with is written beside it, from the RFC; how exactly it is
//! answered (description, headers) is kept in a snapshot.

use serde_json::Value;

use super::{
    http::{Call, Reply},
    jwt,
};

/// What a row must be answered with.
#[derive(Clone, Debug)]
pub enum Expect {
    /// An OAuth error as JSON: the status, and one of these codes.
    Error(u16, &'static [&'static str]),
    /// A Bearer challenge without an error code (RFC 6750 section 3.1).
    BareChallenge,
    /// A Bearer challenge with status and error code.
    Challenge(u16, &'static str),
    /// Exactly `{"active":false}`.
    Inactive,
    /// Just a status.
    Status(u16),
    /// An error page: status, HTML, no redirect, not to be stored.
    Page(u16),
    /// A redirect to the client with this error.
    Redirect(&'static [&'static str]),
}

/// One row.
#[derive(Debug)]
pub struct Row {
    name: String,
    call: Call,
    expect: Expect,
}

/// A row.
pub fn row(name: impl Into<String>, call: Call, expect: Expect) -> Row {
    Row { name: name.into(), call, expect }
}

/// A row that must be refused with 400 and this code.
pub fn bad(name: impl Into<String>, call: Call, error: &'static str) -> Row {
    row(name, call, Expect::Error(400, Box::leak(Box::new([error]))))
}

impl Expect {
    fn check(&self, reply: &Reply, issuer: &str) -> Result<(), String> {
        let same = |what: &str, got: &str, want: &str| {
            if got == want { Ok(()) } else { Err(format!("{what} is {got:?}, not {want:?}")) }
        };
        let status = |want: u16| same("the status", &reply.status.to_string(), &want.to_string());
        match self {
            Self::Status(want) => status(*want),
            Self::Inactive => status(200).and_then(|()| same("the body", &reply.text(), r#"{"active":false}"#)),
            Self::Error(want, codes) => {
                status(*want)?;
                let body: Value = serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}"))?;
                let code = body["error"].as_str().unwrap_or("nothing");
                if !codes.contains(&code) {
                    return Err(format!("the error is {code}, not {}", codes.join(" or ")));
                }
                if *want == 401 && reply.header("www-authenticate").is_none() {
                    return Err("401 without WWW-Authenticate (RFC 9110 section 15.5.2)".into());
                }
                same("cache-control", reply.header("cache-control").unwrap_or_default(), "no-store")
            }
            Self::BareChallenge => {
                status(401)?;
                let challenge = reply.header("www-authenticate").unwrap_or_default();
                let bare = challenge.starts_with("Bearer") && !challenge.contains("error");
                if bare { Ok(()) } else { Err(format!("the challenge is {challenge:?}")) }
            }
            Self::Challenge(want, code) => {
                status(*want)?;
                let challenge = reply.header("www-authenticate").unwrap_or_default();
                let named = challenge.starts_with("Bearer") && challenge.contains(&format!("error=\"{code}\""));
                if named { Ok(()) } else { Err(format!("the challenge is {challenge:?}, not {code}")) }
            }
            Self::Page(want) => {
                status(*want)?;
                if reply.header("location").is_some() {
                    return Err("an error page with a redirect".into());
                }
                same("content-type", reply.header("content-type").unwrap_or_default(), "text/html; charset=utf-8")
            }
            Self::Redirect(codes) => check_redirect(reply, codes, issuer),
        }
    }
}

fn check_redirect(reply: &Reply, codes: &[&str], issuer: &str) -> Result<(), String> {
    let location = reply.header("location").ok_or_else(|| format!("no redirect but {}", reply.status))?;
    let url = url::Url::parse(location).map_err(|error| format!("{location}: {error}"))?;
    if !matches!(reply.status, 302 | 303) || location.starts_with(issuer) || url.fragment().is_some() {
        return Err(format!("{} to {location}", reply.status));
    }
    let get = |name: &str| {
        let values: Vec<String> = url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect();
        values.join(" and ")
    };
    let error = get("error");
    if !codes.contains(&error.as_str()) {
        return Err(format!("the error is {error}, not {}", codes.join(" or ")));
    }
    if get("iss") != issuer {
        return Err(format!("iss is {:?}", get("iss")));
    }
    if !get("code").is_empty() {
        return Err("a code beside the error".into());
    }
    Ok(())
}

/// Sends every row, tells of all that were answered otherwise, and compares the answers with the snapshot.
pub async fn check(name: &str, issuer: &str, rows: Vec<Row>) {
    let mut snapshot = String::new();
    let mut wrong = Vec::new();
    let count = rows.len();
    for Row { name, call, expect } in rows {
        let reply = call.send().await;
        if let Err(why) = expect.check(&reply, issuer) {
            wrong.push(format!("• {name}: {why}\n{reply:?}\n"));
        }
        snapshot += &format!("# {name}\n{}\n", summary(&reply, issuer));
    }
    assert!(wrong.is_empty(), "{} of {count} rows of {name} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    compare(name, &snapshot);
}

/// Compares a text with the snapshot of that name.
pub fn compare(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The headers that a client can tell apart.
const HEADERS: [&str; 7] =
    ["allow", "cache-control", "content-type", "location", "pragma", "retry-after", "www-authenticate"];

/// What a client sees, with what differs each time replaced by its shape.
pub fn summary(reply: &Reply, issuer: &str) -> String {
    let mut text = format!("{}\n", reply.status);
    for name in HEADERS {
        if let Some(value) = reply.header(name) {
            text += &format!("{name}: {}\n", value.replace(issuer, "[issuer]"));
        }
    }
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) => text += &format!("{}\n", shape(&body, issuer)),
        Err(_) if reply.body.is_empty() => {}
        Err(_) => text += &format!("{}\n", super::html::heading(&reply.text())),
    }
    let query = text.replace(&super::http::form_encode([("", issuer)])[1..], "[issuer]");
    hide_states(&query)
}

/// `state` differs each time.
fn hide_states(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("state=state-") {
        out += &rest[..at];
        out += "state=[state]";
        rest = &rest[at + 12..];
        rest = &rest[rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())..];
    }
    out + rest
}

/// JSON with what differs each time replaced by its shape.
pub fn shape(value: &Value, issuer: &str) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shape(value, issuer)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| shape(item, issuer)).collect(),
        Value::String(text) if jwt::is_jwt(text) => {
            let header = jwt::decode(text).header;
            format!("[{} {}]", header["typ"].as_str().unwrap_or("JWT"), header["alg"].as_str().unwrap_or("?")).into()
        }
        Value::String(text) if uuid::Uuid::try_parse(text).is_ok() => "[uuid]".into(),
        Value::String(text) => text.replace(issuer, "[issuer]").into(),
        Value::Number(number) if number.as_i64().is_some_and(|n| (n - super::now()).abs() < 100_000_000) => {
            "[time]".into()
        }
        other => other.clone(),
    }
}
