//! The names that people sign in with, under one normal form.
//!
//! A username is what RFC 8265 section 3.3 (UsernameCaseMapped) says, without `@`; a mail address is lower-cased.
//! So the two never collide, and what looks alike in another case or width is the same name.

use precis_profiles::{UsernameCaseMapped, precis_core::profile::PrecisFastInvocation};

/// The longest username, in bytes of its normal form.
pub const LONGEST_USERNAME: usize = 128;
/// The longest mail address (RFC 5321 section 4.5.3.1.3, without the brackets).
pub const LONGEST_EMAIL: usize = 254;

/// The normal form of what somebody typed to sign in; `None` when nobody can have such a name.
#[must_use]
pub fn normalize(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.contains('@') { email(typed).ok() } else { username(typed).ok() }
}

/// The normal form of a username.
///
/// # Errors
/// What is wrong with it.
pub fn username(given: &str) -> Result<String, &'static str> {
    if given.is_empty() {
        return Err("must not be empty");
    }
    if given.contains('@') {
        return Err("must not contain @, which is for mail addresses");
    }
    // Before the tables are asked: normalizing may make it longer, but not shorter by much.
    if given.len() > 4 * LONGEST_USERNAME {
        return Err("must be at most 128 bytes long");
    }
    let normal = UsernameCaseMapped::enforce(given)
        .map_err(|_| "must consist of letters, digits and punctuation, without spaces")?;
    if normal.len() > LONGEST_USERNAME {
        return Err("must be at most 128 bytes long");
    }
    // Commands and the console take either, and must know which is meant.
    if uuid::Uuid::try_parse(&normal).is_ok() {
        return Err("must not be a UUID: those are ids");
    }
    Ok(normal.into_owned())
}

/// The normal form of a mail address. Not all that RFC 5321 allows: quoted local parts are refused.
///
/// # Errors
/// What is wrong with it.
pub fn email(given: &str) -> Result<String, &'static str> {
    if given.len() > LONGEST_EMAIL {
        return Err("must be at most 254 bytes long");
    }
    let malformed = "must be a mail address such as ada@example.com";
    let (local, domain) = given.split_once('@').ok_or(malformed)?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>()[]\\,;:\"".contains(c))
    };
    if plain(local) && plain(domain) { Ok(given.to_lowercase()) } else { Err(malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_one_name() {
        for typed in ["ada", "Ada", "ADA", " ada ", "\u{ff21}da"] {
            assert_eq!(normalize(typed).as_deref(), Some("ada"), "{typed}");
        }
        assert_eq!(normalize("Ada@Example.TEST").as_deref(), Some("ada@example.test"));
        assert_eq!(normalize("Z\u{fc}rich").as_deref(), Some("z\u{fc}rich"));
        assert_eq!(normalize("Zu\u{308}rich").as_deref(), Some("z\u{fc}rich"));
    }

    #[test]
    fn names_that_nobody_has() {
        for typed in ["", " ", "a b", "a\0b", "a\u{200b}b", "a@", "@b", "a@b@c", "a b@c", "a@.b", "a..b@c"] {
            assert_eq!(normalize(typed), None, "{typed:?}");
        }
        assert_eq!(normalize("0192f0c1-0000-7000-8000-000000000000"), None);
        assert_eq!(normalize(&"x".repeat(129)), None);
        assert_eq!(normalize(&format!("{}@b", "x".repeat(300))), None);
    }
}
