//! A request that passed the gate, and how its parts are read.

use http::StatusCode;
use protocol::{Params, client_metadata::FieldError};
use provider::{
    Context,
    administration::{AdminError, Administration, Search},
    idempotency::{Before, Once},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Answer, lists, problem::Problem};

/// The most rows of one page.
const LONGEST_PAGE: i64 = 200;
/// How many there are where nobody says.
const PAGE: i64 = 50;

/// A request that passed the gate.
pub(crate) struct Request {
    pub(super) context: Context,
    /// By whom, and on what condition.
    pub(super) administration: Administration,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Params,
    pub(super) body: Map<String, Value>,
    pub(super) once: Option<Once>,
}

impl Request {
    /// A part of the path.
    pub(super) fn part(&self, name: &str) -> Result<&str, Problem> {
        let found = self.path.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.contains('\0')).ok_or_else(Problem::missing)
    }

    /// The person of the path: by id alone, for names may change hands.
    pub(super) fn person(&self) -> Result<&str, Problem> {
        let id = self.part("person")?;
        if id.parse::<provider::id::UserId>().is_ok() { Ok(id) } else { Err(Problem::missing()) }
    }

    /// The body as a type.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(self.body.clone())
    }

    /// Which part of a list is asked for.
    pub(super) fn page(&self) -> Result<Page, Problem> {
        let limit = match self.query.get_once("limit")? {
            None => PAGE,
            Some(text) => match text.parse() {
                Ok(limit) if (1..=LONGEST_PAGE).contains(&limit) => limit,
                _ => return Err(wrong("limit", "must be a number from 1 to 200")),
            },
        };
        let enabled = match self.query.get_once("enabled")? {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(wrong("enabled", "must be true or false")),
        };
        let text = |name| -> Result<String, Problem> {
            let text = self.query.get_once(name)?.unwrap_or_default();
            if text.contains('\0') || text.len() > 512 {
                Err(wrong(name, "is no such text"))
            } else {
                Ok(text.to_owned())
            }
        };
        let cursor = text("cursor")?;
        let after = match cursor.as_str() {
            "" => String::new(),
            cursor => lists::open(cursor).ok_or_else(|| wrong("cursor", "is none that this list gave"))?,
        };
        Ok(Page { after, prefix: text("prefix")?, enabled, limit })
    }

    /// For a creation, which happens once where that was asked for.
    pub(super) fn making(&self) -> Administration {
        self.administration.clone().once(self.once.clone())
    }

    /// What became of it.
    pub(super) async fn made(&self, outcome: Result<Value, AdminError>) -> Result<Answer, Problem> {
        match outcome {
            Ok(made) => Ok(Answer::made(made)),
            // The same request may have been faster.
            Err(error @ (AdminError::Taken { .. } | AdminError::Repeated | AdminError::Invalid(_))) => {
                self.made_before().await?.ok_or_else(|| error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The answer to the same request, if there was one.
    pub(super) async fn made_before(&self) -> Result<Option<Answer>, Problem> {
        let Some(once) = &self.once else { return Ok(None) };
        match once.before(&self.context).await? {
            Before::Nothing => Ok(None),
            Before::Made(made) => Ok(Some(Answer::made(made))),
            Before::Other => {
                let detail = "This Idempotency-Key was used for another request";
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail))
            }
        }
    }
}

/// Which part of a list is asked for.
pub(super) struct Page {
    after: String,
    prefix: String,
    pub(super) enabled: Option<bool>,
    pub(super) limit: i64,
}

impl Page {
    /// As the operations take it.
    pub(super) fn search(&self) -> Search<'_> {
        Search { after: &self.after, prefix: &self.prefix, enabled: self.enabled, limit: self.limit }
    }

    /// The same with one row more, which says whether there is another page.
    pub(super) fn search_and_one(&self) -> Search<'_> {
        Search { limit: self.limit + 1, ..self.search() }
    }

    pub(super) fn has_prefix(&self) -> bool {
        !self.prefix.is_empty()
    }
}

/// Reads an object as a type, and names the field that does not fit.
pub(super) fn read<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let field = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        Problem::invalid(vec![FieldError { field, message: error.into_inner().to_string() }])
    })
}

/// A parameter of the query is wrong.
pub(super) fn wrong(name: &str, detail: &str) -> Problem {
    Problem::bad("invalid_parameter", format!("{name}: {detail}"))
}
