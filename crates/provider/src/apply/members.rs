//! The members of one entry: taken one by one, so that what is left is unknown and can be named.

use std::path::Path;

use protocol::client_metadata::ClientMetadata;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::invalid;
use crate::administration::{AdminError, Invalid};

/// Every member of a client that RFC 7591 or we define, besides its identifier and secret.
pub(super) const CLIENT_MEMBERS: &[&str] = &[
    "application_type",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "client_name",
    "client_uri",
    "contacts",
    "default_acr_values",
    "default_max_age",
    "first_party",
    "grant_types",
    "id_token_signed_response_alg",
    "impersonation_allowed",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "refresh_token_retry_window",
    "require_auth_time",
    "require_pkce",
    "required_acr",
    "resources",
    "response_types",
    "scope",
    "sector_identifier_uri",
    "software_id",
    "software_version",
    "subject_type",
    "theme",
    "token_endpoint_audience_allowed",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "userinfo_signed_response_alg",
];

/// One entry's members, and what was found wrong with them.
pub(crate) struct Members<'a> {
    members: Map<String, Value>,
    folder: &'a Path,
    known: Vec<&'static str>,
    problems: Vec<(String, String)>,
}

impl<'a> Members<'a> {
    pub(crate) fn new(members: Map<String, Value>, folder: &'a Path) -> Self {
        Self { members, folder, known: Vec::new(), problems: Vec::new() }
    }

    pub(crate) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.members.remove(name)
    }

    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(Value::is_null)
    }

    pub(crate) fn put_back(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push((name.to_owned(), message.into()));
    }

    /// The value, or its problem noted.
    pub(crate) fn note<T>(&mut self, name: &str, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|message| self.problem(name, message)).ok()
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.typed(name, "a text")
    }

    pub(crate) fn required_text(&mut self, name: &'static str) -> Option<String> {
        let given = self.members.contains_key(name);
        let text = self.text(name);
        if !given {
            self.problem(name, "is missing");
        }
        text
    }

    /// A text that may also be taken away: `""`, or `null` in JSON.
    pub(crate) fn nullable_text(&mut self, name: &'static str) -> Option<Option<String>> {
        match self.take(name)? {
            Value::Null => Some(None),
            Value::String(text) if text.is_empty() => Some(None),
            Value::String(text) => Some(Some(text)),
            _ => {
                self.problem(name, "is not a text");
                None
            }
        }
    }

    pub(crate) fn typed<T: DeserializeOwned>(&mut self, name: &'static str, expected: &str) -> Option<T> {
        let value = self.take(name)?;
        self.note(name, serde_json::from_value(value).map_err(|_| format!("is not {expected}")))
    }

    /// A text from the file itself, or from the file that `<name>_file` names, without the white space around it.
    /// Anything else but a text stays where it is; `null` is nothing.
    pub(crate) fn secret_text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let file = self.members.remove(&format!("{name}_file"));
        let Some(file) = file else {
            return match self.members.get(name)? {
                Value::String(_) => self.text(name),
                Value::Null => {
                    self.members.remove(name);
                    None
                }
                _ => None,
            };
        };
        let file_name = format!("{name}_file");
        if self.members.remove(name).is_some_and(|given| !given.is_null()) {
            self.problem(&file_name, format!("cannot be combined with {name}"));
            return None;
        }
        let Value::String(path) = file else {
            self.problem(&file_name, "is not the name of a file");
            return None;
        };
        let path = self.folder.join(path);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()));
        self.note(&file_name, text).map(|text| text.trim().to_owned())
    }

    /// Says what was wrong, and which members are unknown. Returns those that are left; `None` when anything was.
    pub(crate) fn finish(
        mut self,
        entry: &str,
        more: &[&'static str],
        problems: &mut Vec<Invalid>,
    ) -> Option<Map<String, Value>> {
        let known: Vec<_> = self.known.iter().chain(more).copied().collect();
        let unknown: Vec<_> = self.members.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            let message = match closest(&key, &known) {
                Some(similar) => format!("unknown key (did you mean {similar}?)"),
                None => "unknown key".to_owned(),
            };
            self.problems.push((key, message));
        }
        if self.problems.is_empty() {
            return Some(self.members);
        }
        problems.extend(self.problems.into_iter().map(|(field, message)| invalid(entry, &field, message)));
        None
    }
}

/// The known name that differs least, if it is not another word altogether.
fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let best = known.iter().map(|candidate| (distance(name, candidate), *candidate)).min()?;
    (best.0 <= 1 + name.len() / 4).then_some(best.1)
}

/// How many letters must be changed, added or removed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// What an entry names over what there is. A member that is `null` falls back to its default.
pub(crate) fn overlay(
    base: &ClientMetadata,
    members: &Map<String, Value>,
    entry: &str,
) -> Result<ClientMetadata, AdminError> {
    let Ok(Value::Object(mut merged)) = serde_json::to_value(base) else {
        return Err(AdminError::Invalid(vec![invalid(entry, "", "cannot be read")]));
    };
    let mut problems = Vec::new();
    for (name, value) in members {
        if value.is_null() {
            merged.remove(name);
            continue;
        }
        // Each on its own, so that an error names its member.
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        match serde_path_to_error::deserialize::<_, ClientMetadata>(Value::Object(alone)) {
            Ok(_) => {
                merged.insert(name.clone(), value.clone());
            }
            Err(error) => {
                let path = error.path().to_string();
                problems.push(invalid(entry, &path, error.into_inner().to_string()));
            }
        }
    }
    if problems.is_empty() {
        serde_json::from_value(Value::Object(merged)).map_err(|error| AdminError::field(entry, "", error.to_string()))
    } else {
        Err(AdminError::Invalid(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_a_client_is_known() {
        for name in CLIENT_MEMBERS {
            let alone = Map::from_iter([((*name).to_owned(), Value::Object(Map::new()))]);
            let error = serde_json::from_value::<ClientMetadata>(Value::Object(alone)).err().map(|e| e.to_string());
            assert!(!error.unwrap_or_default().contains("unknown field"), "{name} is no member");
        }
        // And the other way round: serde lists all that it knows.
        let error = serde_json::from_str::<ClientMetadata>("{\"?\":1}").expect_err("unknown").to_string();
        let known: Vec<_> = error.split('`').skip(3).step_by(2).collect();
        assert!(known.len() > 30, "{error}");
        for name in known {
            assert!(CLIENT_MEMBERS.contains(&name), "{name} is missing in the list");
        }
    }

    #[test]
    fn typing_errors_are_guessed() {
        assert_eq!(closest("redirect_uri", CLIENT_MEMBERS), Some("redirect_uris"));
        assert_eq!(closest("clientname", CLIENT_MEMBERS), Some("client_name"));
        assert_eq!(closest("colour", CLIENT_MEMBERS), None);
    }
}
