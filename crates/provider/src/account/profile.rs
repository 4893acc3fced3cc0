//! What a person says of themselves.

use messages::Locale;
use serde_json::{Map, Value};
use storage::users::{self, UserRecord, UserRef};

use super::refused;
use crate::{
    Context,
    mail::{self, Notice},
    people::{Desired, write},
    refusal::Refusal,
    sessions::SignedIn,
};

/// The longest that a value may be, in characters.
pub const LONGEST: usize = 100;

/// A claim that people edit themselves (OpenID Connect Core section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The whole name, as it is shown.
    Name,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// What friends call them.
    Nickname,
    /// The language.
    Locale,
    /// The time zone.
    Zoneinfo,
}

impl Field {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::GivenName, Self::FamilyName, Self::Nickname, Self::Locale, Self::Zoneinfo];

    /// The name of the claim, and of the field in the form.
    #[must_use]
    pub fn claim(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Nickname => "nickname",
            Self::Locale => "locale",
            Self::Zoneinfo => "zoneinfo",
        }
    }

    /// Whether it may be that, beside what it is now.
    fn check(self, value: &str, now: Option<&str>) -> Result<(), Wrong> {
        if value.chars().count() > LONGEST {
            return Err(Wrong::TooLong);
        }
        if value.chars().any(|c| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
            return Err(Wrong::Characters);
        }
        match self {
            _ if value.is_empty() || now == Some(value) => Ok(()),
            Self::Locale if Locale::tagged(value).is_none() => Err(Wrong::Characters),
            Self::Zoneinfo if !is_zone(value) => Err(Wrong::Zone),
            _ => Ok(()),
        }
    }
}

/// A name of the IANA Time Zone Database, by its looks: `UTC`, `Europe/Berlin`, `America/Argentina/Ushuaia`.
fn is_zone(value: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
    };
    value.split('/').count() <= 3 && value.split('/').all(part)
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is longer than [`LONGEST`].
    TooLong,
    /// It holds what cannot be shown, or is none of the choices.
    Characters,
    /// It is no time zone.
    Zone,
}

/// A person, as they see themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name to sign in with.
    pub username: String,
    /// The mail address.
    pub email: Option<String>,
    /// Whether it is known to be theirs.
    pub email_verified: bool,
    /// What they may edit; empty where nothing is said.
    pub values: Vec<(Field, String)>,
}

/// Reads it; `None` when the person is gone.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn read(context: &Context, session: &SignedIn) -> Result<Option<Profile>, Refusal> {
    let whole = storage::account::whole(&context.database, session.user_id).await?;
    Ok(whole.map(|whole| Profile {
        username: whole.username,
        email: whole.email,
        email_verified: whole.email_verified,
        values: Field::ALL.map(|field| (field, said(&whole.claims, field).unwrap_or_default().to_owned())).into(),
    }))
}

fn said(claims: &Value, field: Field) -> Option<&str> {
    claims.get(field.claim()).and_then(Value::as_str)
}

/// Changes it; the inner error says what is wrong with which field, and nothing was changed then.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn update(
    context: &Context,
    session: &SignedIn,
    values: &[(Field, String)],
) -> Result<Result<(), Vec<(Field, Wrong)>>, Refusal> {
    let administration = context.own_account();
    let mut tx = context.database.begin().await?;
    let record = users::lock(&mut tx, UserRef::Id(session.user_id)).await?;
    let Some(record) = record.filter(|record| record.enabled && record.epoch == session.user_epoch) else {
        return Err(Refusal::unavailable("the person is gone, or not the same any more"));
    };
    let claims = match changed(&record, values) {
        Ok(claims) => claims,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let desired = Desired {
        username: &record.username,
        entry: "",
        email: record.email.clone(),
        email_verified: record.email_verified,
        claims,
    };
    let changed = write(&administration, &mut tx, Some(&record), desired, None).await.map_err(refused)?;
    if changed.is_some_and(|changed| !changed.is_empty()) {
        // In the language that they chose here, if that is what they changed.
        mail::notify(context, &mut tx, record.id, context.request.language, Notice::ProfileChanged).await?;
        administration.commit(tx).await.map_err(refused)?;
        mail::deliver_soon(context);
    }
    Ok(Ok(()))
}

/// The claims with what was typed. What was left as it is shown stays as it is.
fn changed(record: &UserRecord, values: &[(Field, String)]) -> Result<Map<String, Value>, Vec<(Field, Wrong)>> {
    let mut claims = record.claims.as_object().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    for (field, value) in values {
        let value = value.trim();
        let now = said(&record.claims, *field);
        if let Err(what) = field.check(value, now) {
            wrong.push((*field, what));
        } else if value == now.unwrap_or_default() {
            // As it was.
        } else if value.is_empty() {
            claims.remove(field.claim());
        } else {
            claims.insert(field.claim().to_owned(), value.into());
        }
    }
    if wrong.is_empty() { Ok(claims) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5", "America/Port-au-Prince"] {
            assert!(is_zone(zone), "{zone}");
        }
        for other in ["", "/", "Europe/", "../etc/passwd", "Europe/Ber lin", "a/b/c/d", "+1", "Europa/Z\u{fc}rich"] {
            assert!(!is_zone(other), "{other}");
        }
    }

    #[test]
    fn what_may_be_said() {
        let check = |field: Field, value: &str| field.check(value, Some("tlh"));
        assert_eq!(check(Field::Name, &"é".repeat(LONGEST)), Ok(()));
        assert_eq!(check(Field::Name, &"é".repeat(LONGEST + 1)), Err(Wrong::TooLong));
        for odd in ["a\0b", "a\nb", "\u{202E}adA"] {
            assert_eq!(check(Field::Name, odd), Err(Wrong::Characters), "{odd:?}");
        }
        assert_eq!(check(Field::Locale, "de"), Ok(()));
        assert_eq!(check(Field::Locale, "tlh"), Ok(()), "what it was may stay");
        assert_eq!(check(Field::Locale, "xx"), Err(Wrong::Characters));
        assert_eq!(check(Field::Zoneinfo, "nowhere at all"), Err(Wrong::Zone));
        assert_eq!(check(Field::Zoneinfo, ""), Ok(()));
    }
}
