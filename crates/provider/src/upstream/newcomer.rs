//! A new person, as far as a provider tells of them: a username that nobody has, and a few claims.

use protocol::claims::is_standard_claim;
use serde_json::{Map, Value};
use storage::{Database, StorageError, sealed::random, users};

use super::{Identity, Upstream, registration::USERNAME};
use crate::people::login_name;

/// The longest text of a claim, in characters.
const LONGEST_CLAIM: usize = 200;
/// The longest username that is made, in bytes, before a number follows.
const LONGEST_BASE: usize = 60;
/// How many numbers are tried.
const NUMBERS: u32 = 8;
/// Names that say something about their bearer (RFC 2142, and what people believe): nobody gets one by typing it
/// somewhere else.
const RESERVED: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "chancery",
    "help",
    "hostmaster",
    "info",
    "mail",
    "moderator",
    "noc",
    "noreply",
    "operator",
    "postmaster",
    "root",
    "security",
    "service",
    "staff",
    "superuser",
    "support",
    "system",
    "webmaster",
];

impl Identity {
    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The address that the provider names, normalized; and whether it says that it was verified. Some providers
    /// write that as a text.
    pub(super) fn email(&self) -> Option<(String, bool)> {
        let email = login_name::email(self.text("email")?).ok()?;
        let verified = match self.claims.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        Some((email, verified))
    }
}

/// The claims of a new person, by our names.
pub(super) fn claims(upstream: &Upstream, identity: &Identity) -> Map<String, Value> {
    let mut claims = Map::new();
    for (ours, theirs) in upstream.claims.iter().filter(|(ours, _)| is_standard_claim(ours)) {
        let told = identity.text(theirs).filter(|text| !text.contains(char::is_control));
        if let Some(text) = told.filter(|text| text.chars().count() <= LONGEST_CLAIM) {
            claims.insert(ours.clone(), text.into());
        }
    }
    claims
}

/// A username for a new person: as the provider calls them, or like their address, with a number where that is
/// somebody's already.
pub(super) async fn username(
    database: &Database,
    upstream: &Upstream,
    identity: &Identity,
) -> Result<String, StorageError> {
    let candidates = candidates(upstream, identity);
    let taken = users::by_login_names(database, &candidates).await?;
    let free = candidates.iter().find(|name| taken.iter().all(|(taken, _)| taken != *name));
    Ok(match free {
        Some(free) => free.clone(),
        // Nobody guesses, and nobody waits: 40 random bits.
        None => format!("{}-{}", base(upstream, identity), hex(random::<5>())),
    })
}

fn hex(bytes: [u8; 5]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is tried, in this order, each in its normal form.
fn candidates(upstream: &Upstream, identity: &Identity) -> Vec<String> {
    let base = base(upstream, identity);
    let numbered = (2..2 + NUMBERS).map(|number| format!("{base}-{number}"));
    let first = (!RESERVED.contains(&base.as_str())).then(|| base.clone());
    first.into_iter().chain(numbered).collect()
}

fn base(upstream: &Upstream, identity: &Identity) -> String {
    let told = upstream.claims.get(USERNAME).and_then(|theirs| identity.text(theirs));
    let told = told.into_iter().chain(identity.text("email"));
    told.filter_map(|told| simplify(told.split('@').next().unwrap_or_default()))
        .next()
        .unwrap_or_else(|| upstream.slug.clone())
}

/// What is left of a name: letters, digits, and single dots, hyphens and underscores between them; normalized. `None`
/// when nothing is.
fn simplify(name: &str) -> Option<String> {
    let mut simple = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() {
            simple.push(c);
        } else if simple.ends_with(char::is_alphanumeric) {
            simple.push(if "._".contains(c) { c } else { '-' });
        }
        if simple.len() >= LONGEST_BASE {
            break;
        }
    }
    let simple = simple.trim_end_matches(|c: char| !c.is_alphanumeric());
    // Names that look alike are one name, or none at all.
    login_name::username(simple).ok().filter(|normal| normal.len() <= 2 * LONGEST_BASE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::client_metadata::AuthMethod;
    use serde_json::json;
    use storage::id::UpstreamId;

    use super::{super::registration::Registration, *};

    fn upstream() -> Upstream {
        let registration = Registration::new("acme", "https://a.test", "chancery");
        Upstream {
            id: UpstreamId::new(),
            slug: "acme".to_owned(),
            issuer: registration.issuer,
            name: registration.name,
            button: true,
            client_id: registration.client_id,
            auth: AuthMethod::None,
            secret: None,
            scope: registration.scope,
            domains: vec!["acme.test".to_owned()],
            sign_up: registration.sign_up,
            claims: registration.claims,
        }
    }

    fn identity(claims: Value) -> Identity {
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        Identity { subject: "1".to_owned(), claims }
    }

    fn first(claims: Value) -> String {
        candidates(&upstream(), &identity(claims)).remove(0)
    }

    #[test]
    fn usernames_are_safe() {
        for (told, username) in [
            ("ada", "ada"),
            ("Ada.Lovelace", "ada.lovelace"),
            ("ada@acme.test", "ada"),
            ("ACME\\ada", "acme-ada"),
            ("  ada  lovelace ", "ada-lovelace"),
            ("../../etc/passwd", "etc-passwd"),
            ("<b>ada</b>", "b-ada-b"),
            ("Z\u{fc}rich", "z\u{fc}rich"),
            ("ada\u{202e}nimda", "ada-nimda"),
            ("admin", "admin-2"),
            ("R\u{ff2f}OT", "root-2"),
            ("!!!", "acme"),
            ("@", "acme"),
            ("0192f0c1-0000-7000-8000-000000000000", "acme"),
        ] {
            assert_eq!(first(json!({ "preferred_username": told })), username, "{told:?}");
        }
        assert_eq!(first(json!({ "email": "grace@acme.test" })), "grace");
        assert_eq!(first(json!({ "preferred_username": 7, "email": "grace@acme.test" })), "grace");
        assert_eq!(first(json!({})), "acme");
        let long = first(json!({ "preferred_username": "\u{1f1e6}a".repeat(5000) }));
        assert!(long.len() < 128, "{long}");
        for name in candidates(&upstream(), &identity(json!({ "preferred_username": "x".repeat(5000) }))) {
            assert_eq!(login_name::username(&name).as_deref(), Ok(name.as_str()), "candidates are in normal form");
        }
    }

    #[test]
    fn addresses_are_verified_only_where_that_is_said() {
        let email = |claims| identity(claims).email();
        assert_eq!(email(json!({ "email": "Ada@Acme.test", "email_verified": true })), some("ada@acme.test", true));
        assert_eq!(email(json!({ "email": "ada@acme.test", "email_verified": "true" })), some("ada@acme.test", true));
        for unverified in [json!(false), json!(null), json!("false"), json!("True"), json!(1), json!([true])] {
            let claims = json!({ "email": "ada@acme.test", "email_verified": unverified });
            assert_eq!(email(claims), some("ada@acme.test", false));
        }
        assert_eq!(email(json!({ "email": "ada@acme.test" })), some("ada@acme.test", false));
        for none in [json!("ada"), json!(""), json!("a b@acme.test"), json!(7), json!(null)] {
            assert_eq!(email(json!({ "email": none, "email_verified": true })), None);
        }
    }

    fn some(email: &str, verified: bool) -> Option<(String, bool)> {
        Some((email.to_owned(), verified))
    }

    #[test]
    fn claims_are_mapped_and_bounded() {
        let mapping = [("name", "displayName"), ("username", "login"), ("locale", "lang"), ("nickname", "nick")];
        let mapping = mapping.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
        let upstream = Upstream { claims: BTreeMap::from(mapping), ..upstream() };
        let told = identity(json!({
            "displayName": " Ada Lovelace ", "login": "ada", "lang": 7, "nick": "x".repeat(201), "name": "ignored",
            "admin": true,
        }));
        assert_eq!(Value::Object(claims(&upstream, &told)), json!({ "name": "Ada Lovelace" }));
        assert_eq!(candidates(&upstream, &told)[0], "ada");
    }
}
