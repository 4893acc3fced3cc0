//! The Demo API's own data: a short list of things for each subject, kept in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::json;

use super::{answer, bearer::Refusal};
use crate::state::SharedState;

const MAX_SUBJECTS: usize = 1000;
const MAX_THINGS: usize = 12;
const MAX_NAME: usize = 60;
const FIRST_THINGS: [&str; 3] = ["A brass key", "A sealed letter", "A map of the archive"];

/// Lists of things by subject. Bounded: the oldest thing makes room for a new one.
#[derive(Default)]
pub(crate) struct Things(Mutex<HashMap<String, Vec<String>>>);

impl Things {
    fn of(&self, subject: &str) -> Vec<String> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.get(subject).cloned().unwrap_or_else(first_things)
    }

    fn clear(&self, subject: &str) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() < MAX_SUBJECTS || lists.contains_key(subject) {
            lists.insert(subject.to_owned(), Vec::new());
        }
    }

    fn add(&self, subject: &str, name: String) -> Vec<String> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MAX_SUBJECTS && !lists.contains_key(subject) {
            lists.clear();
        }
        let list = lists.entry(subject.to_owned()).or_insert_with(first_things);
        if list.len() >= MAX_THINGS {
            list.remove(0);
        }
        list.push(name);
        list.clone()
    }
}

fn first_things() -> Vec<String> {
    FIRST_THINGS.map(str::to_owned).to_vec()
}

/// `GET /api/things`: needs `read`.
pub(super) async fn list(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let token = state.demo_api.authorize(&state.jwks, &headers, "read").await?;
    let things = state.things.of(&token.subject);
    Ok(answer(StatusCode::OK, json!({ "owner": token.subject, "things": things })))
}

#[derive(Deserialize)]
struct NewThing {
    name: String,
}

/// `POST /api/things` with `{"name": "..."}`: needs `write`.
pub(super) async fn add(
    State(state): State<SharedState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let token = state.demo_api.authorize(&state.jwks, &headers, "write").await?;
    let name = serde_json::from_slice::<NewThing>(&body).ok().map(|thing| thing.name);
    let Some(name) = name.filter(|name| (1..=MAX_NAME).contains(&name.trim().chars().count())) else {
        let text = format!("send {{\"name\": \"...\"}} with 1 to {MAX_NAME} characters");
        let body = json!({ "error": "invalid_request", "error_description": text });
        return Ok(answer(StatusCode::BAD_REQUEST, body));
    };
    let things = state.things.add(&token.subject, name.trim().to_owned());
    let body = json!({ "owner": token.subject, "added": name.trim(), "things": things });
    Ok(answer(StatusCode::CREATED, body))
}

/// `DELETE /api/things`: needs `write`, and a person who signed in with more than a password.
pub(super) async fn clear(State(state): State<SharedState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let token = state.demo_api.authorize_strongly(&state.jwks, &headers, "write").await?;
    state.things.clear(&token.subject);
    Ok(answer(StatusCode::OK, json!({ "owner": token.subject, "things": [] })))
}
