//! Every endpoint × every refusal. A row is a name, a call, and what the RFC says it must be answered with.

mod authorize;
mod introspect;
mod logout;
mod pages;
mod revoke;
mod token;
mod userinfo;

use crate::harness::{
    http::Call,
    table::{Expect, Row, bad, row},
};

/// What every endpoint that takes a form must refuse alike. `good` is a complete request that would succeed but for
/// `token`-like fields; `field` is one of its fields.
fn form_rows(good: &Call, field: &str) -> Vec<Row> {
    let form = |body: &[u8]| good.clone().raw_form(body);
    let big = format!("{field}={}", "x".repeat(64 * 1024));
    let many: String = (0..600).map(|i| format!("p{i}=1&")).collect();
    let json = br#"{"grant_type":"client_credentials"}"#;
    vec![
        bad("no body", form(b""), "invalid_request"),
        bad("JSON", good.clone().body("application/json", json), "invalid_request"),
        bad("multipart", good.clone().body("multipart/form-data; boundary=x", "--x--"), "invalid_request"),
        bad("text", good.clone().body("text/plain", "grant_type=client_credentials"), "invalid_request"),
        bad("a broken content type", good.clone().body("application/", "a=b"), "invalid_request"),
        bad("half a percent sign", form(format!("{field}=%4").as_bytes()), "invalid_request"),
        bad("a percent sign and no hex", form(format!("{field}=%zz").as_bytes()), "invalid_request"),
        bad("bytes that are no UTF-8", form(format!("{field}=%ff%fe").as_bytes()), "invalid_request"),
        bad("raw bytes that are no UTF-8", form(&[field.as_bytes(), b"=\xff\xfe"].concat()), "invalid_request"),
        bad("a NUL", form(format!("{field}=a%00b").as_bytes()), "invalid_request"),
        bad("600 parameters", form(many.as_bytes()), "invalid_request"),
        row("a body over 64 KiB", form(big.as_bytes()), Expect::Error(413, &["invalid_request"])),
    ]
}

/// The methods that an endpoint does not have.
fn method_rows(calls: impl IntoIterator<Item = (&'static str, Call)>) -> Vec<Row> {
    calls.into_iter().map(|(method, call)| row(method, call, Expect::Status(405))).collect()
}
