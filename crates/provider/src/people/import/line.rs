//! One line of a file: a person as JSON.

use std::path::Path;

use base32::Alphabet;
use protocol::client_metadata::FieldError;
use serde_json::{Map, Value};
use storage::id::UserId;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use zeroize::Zeroizing;

use crate::{
    administration::AdminError,
    apply::members::Members,
    people::{Desired, Names, Password, check},
};

/// What `import` notes in a line that it refused. It is read over, so that a mended line can be sent again as it is.
pub const REFUSED: &str = "_refused";
/// The seed of an authenticator app, in bytes, as signing in takes it.
const SEED: usize = 20;
/// How far ahead the other server's clock may be.
const AHEAD: Duration = Duration::MINUTE;

/// A person of a file. What is `None` was not said.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub id: Option<UserId>,
    pub username: String,
    pub email: Option<Option<String>>,
    pub email_verified: Option<bool>,
    pub claims: Option<Map<String, Value>>,
    pub password: Option<Password>,
    pub enabled: Option<bool>,
    pub require_factor: Option<bool>,
    pub created_at: Option<OffsetDateTime>,
    pub seed: Option<Zeroizing<Vec<u8>>>,
    pub names: Names,
}

/// Reads a line and checks all that can be checked without the database.
pub(super) fn parse(line: &[u8], now: OffsetDateTime) -> Result<Person, Vec<FieldError>> {
    let members = object(line).map_err(|message| vec![FieldError { field: String::new(), message }])?;
    let mut members = Members::new(members, Path::new(""));
    members.take(REFUSED);
    let username = members.required_text("username");
    // Many a server writes `null` for what it does not know.
    for name in ["id", "email_verified", "password", "password_hash", "enabled", "require_factor", "claims", "totp"] {
        if members.is_null(name) {
            members.take(name);
        }
    }
    let id = members.text("id");
    let id = id.and_then(|text| members.note("id", user_id(&text)));
    let email = members.nullable_text("email");
    let email_verified = members.typed("email_verified", "true or false");
    let claims: Option<Map<String, Value>> = members.typed("claims", "an object such as {\"name\": \"Ada Lovelace\"}");
    let enabled = members.typed("enabled", "true or false");
    let require_factor = members.typed("require_factor", "true or false");
    let created_at = members.nullable_text("created_at").flatten();
    let created_at = created_at.and_then(|text| members.note("created_at", moment(&text, now)));
    let seed = members.text("totp").map(Zeroizing::new);
    let seed = seed.and_then(|text| members.note("totp", decode(&text)));
    let password = password(&mut members);
    let mut problems = Vec::new();
    members.finish("", &[], &mut problems);
    let mut problems: Vec<_> = problems.into_iter().map(|problem| problem.error).collect();

    let desired = Desired {
        username: username.as_deref().unwrap_or_default(),
        entry: "",
        email: email.clone().flatten(),
        email_verified: email_verified.unwrap_or_default(),
        claims: claims.clone().unwrap_or_default(),
    };
    let names = match check(&desired) {
        Ok(names) => Some(names),
        Err(AdminError::Invalid(more)) => {
            let more = more.into_iter().map(|problem| problem.error);
            // What is missing or no text is not wrong in other ways too.
            problems.extend(more.filter(|error| error.field != "username" || username.is_some()));
            None
        }
        Err(error) => {
            problems.push(FieldError { field: String::new(), message: error.to_string() });
            None
        }
    };
    match (username, names) {
        (Some(username), Some(names)) if problems.is_empty() => Ok(Person {
            id,
            username,
            email,
            email_verified,
            claims,
            password,
            enabled,
            require_factor,
            created_at,
            seed,
            names,
        }),
        _ => Err(problems),
    }
}

fn object(line: &[u8]) -> Result<Map<String, Value>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8")?;
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("is not an object".to_owned()),
        Err(error) => Err(format!("is not JSON: {error}")),
    }
}

fn password(members: &mut Members<'_>) -> Option<Password> {
    let plain = members.text("password").map(|plain| Password::Plain(plain.into()));
    let hash = members.text("password_hash").map(Password::Hash);
    if plain.is_some() && hash.is_some() {
        members.problem("password_hash", "cannot be combined with password");
    }
    let password = plain.or(hash)?;
    if let Err((field, message)) = password.check() {
        members.problem(field, message);
    }
    Some(password)
}

fn user_id(text: &str) -> Result<UserId, String> {
    match text.parse::<UserId>() {
        Ok(id) if !id.uuid().is_nil() && !id.uuid().is_max() => Ok(id),
        _ => Err("is not a UUID".to_owned()),
    }
}

fn moment(text: &str, now: OffsetDateTime) -> Result<OffsetDateTime, String> {
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "is not a time as in RFC 3339, such as 2024-05-31T12:00:00Z".to_owned())?;
    if moment < OffsetDateTime::UNIX_EPOCH {
        return Err("is before 1970".to_owned());
    }
    if moment > now + AHEAD {
        return Err("is in the future".to_owned());
    }
    Ok(crate::context::as_stored(moment))
}

/// The seed of an authenticator app, as people are shown it: base32, in any case, in groups or not.
fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase();
    let plain = Zeroizing::new(plain);
    let plain = plain.trim_end_matches('=');
    let seed = base32::decode(Alphabet::Rfc4648 { padding: false }, plain).map(Zeroizing::new);
    let seed = seed.ok_or("is not base32")?;
    if seed.len() == SEED {
        Ok(seed)
    } else {
        Err(format!("has {} bytes, and a seed has {SEED} here: without it, they set up another app", seed.len()))
    }
}

/// A seed as `decode` reads it.
pub(in crate::people) fn encode(seed: &[u8]) -> String {
    base32::encode(Alphabet::Rfc4648 { padding: false }, seed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
    }

    fn fields(line: &str) -> Vec<String> {
        parse(line.as_bytes(), now()).err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn the_least_and_the_most_that_a_line_may_say() {
        let person = parse(br#"{"username":"Ada"}"#, now()).unwrap();
        assert_eq!(person.names.login, "ada");
        assert_eq!((person.id, person.email, person.enabled), (None, None, None));
        let line = r#"{"id":"0192f0c1-0000-7000-8000-000000000001","username":"ada","email":"Ada@Example.Test",
            "email_verified":true,"password_hash":"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "enabled":false,"require_factor":true,"claims":{"name":"Ada"},"created_at":"2020-01-02T03:04:05.123456789+01:00",
            "totp":"gezd gnbv gy3t qojq gezd gnbv gy3t qojq"}"#;
        let person = parse(line.as_bytes(), now()).unwrap();
        assert_eq!(person.names.email_login.as_deref(), Some("ada@example.test"));
        assert_eq!(&**person.seed.as_ref().unwrap(), b"12345678901234567890");
        assert_eq!(person.created_at.unwrap().nanosecond(), 123_456_000);
        assert_eq!(encode(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(fields("{}"), ["username"]);
        assert_eq!(fields(r#"{"username":5}"#), ["username"]);
        assert_eq!(fields(r#"{"username":"a","colour":1,"enabled":"yes"}"#), ["enabled", "colour"]);
        assert_eq!(fields(r#"{"username":"a","password":"long enough","password_hash":"x"}"#), ["password_hash"]);
        assert_eq!(fields(r#"{"username":"a","password":"short"}"#), ["password"]);
        assert_eq!(fields(r#"{"username":"a","password_hash":"5f4dcc3b5aa765d61d8327deb882cf99"}"#), ["password_hash"]);
        assert_eq!(
            fields(r#"{"username":"a@b","email":"nobody","claims":{"sub":1}}"#),
            ["username", "email", "claims.sub"]
        );
        assert_eq!(fields(r#"{"username":"a","claims":{"x":{"y":["\u0000"]}}}"#), ["claims.x"]);
        assert_eq!(fields(r#"{"username":"a","email_verified":true}"#), ["email_verified"]);
        assert_eq!(fields(r#"{"username":"a","created_at":"2100-01-01T00:00:00Z"}"#), ["created_at"]);
        assert_eq!(fields(r#"{"username":"a","created_at":"yesterday"}"#), ["created_at"]);
        assert_eq!(fields(r#"{"username":"a","totp":"0189"}"#), ["totp"]);
        assert_eq!(fields(r#"{"username":"a","totp":"GEZDGNBV"}"#), ["totp"]);
        assert_eq!(fields(r#"{"username":"a","id":"00000000-0000-0000-0000-000000000000"}"#), ["id"]);
        for line in ["", "x", "[]", "5", "{\"username\":\"a\"} x", "{\"username\":\"a\""] {
            assert_eq!(fields(line), [""], "{line}");
        }
        assert!(parse(b"{\"username\":\"\xff\"}", now()).is_err());
    }

    #[test]
    fn what_is_null_was_not_said_and_a_mended_line_is_read_as_it_is() {
        let line = r#"{"username":"a","id":null,"claims":null,"totp":null,"created_at":null,"email":null,
            "_refused":{"line":3,"problems":[]}}"#;
        let person = parse(line.as_bytes(), now()).unwrap();
        assert_eq!(person.email, Some(None));
        assert!(person.claims.is_none() && person.seed.is_none() && person.created_at.is_none());
    }
}
