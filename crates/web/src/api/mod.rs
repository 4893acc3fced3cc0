//! The management API: JSON under `/api/v1`, for administrators and their programs.
//!
//! One table ([`ROUTES`]) says which methods and paths there are, what permission each needs, and what comes in and goes
//! out. The router, the OpenAPI document and the test of every route by every kind of caller are made from it, and every
//! request passes the one gate in [`gate`]: a route that is not in the table is not there, and one that is cannot forget
//! to ask. The operations are those of `provider`, which the commands call as well.

mod clients;
mod gate;
mod lists;
mod openapi;
mod people;
mod problem;
mod request;
mod resources;
mod roles;

use std::{future::Future, pin::Pin};

use axum::{
    Router,
    routing::{MethodFilter, get, on},
};
use http::{Method, StatusCode};
use provider::roles::Permission;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

pub use openapi::resource_metadata;

use self::{problem::Problem, request::Request};
use crate::App;

/// Where the OpenAPI document is, below the API.
const DOCUMENT: &str = "/openapi.json";

/// What a handler gives back.
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    /// The version of what is shown.
    version: Option<String>,
}

impl Answer {
    fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), version: None }
    }

    fn made(body: Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }
    }

    fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, version: None }
    }

    fn of_version(self, version: String) -> Self {
        Self { version: Some(version), ..self }
    }
}

type Handled<'a> = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send + 'a>>;
type Handler = for<'a> fn(&'a Request) -> Handled<'a>;
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A parameter of the query.
#[derive(Clone, Copy)]
struct Parameter {
    name: &'static str,
    kind: &'static str,
    words: &'static str,
}

/// What a request to a route may, or must, say about versions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// `If-Match` is heeded.
    May,
    /// Without `If-Match` it is refused: two administrators must not overwrite each other.
    Must,
    /// There is nothing to compare.
    None,
}

/// One route.
pub(crate) struct Route {
    method: Method,
    /// Below the API.
    path: &'static str,
    permission: Permission,
    /// Its `operationId`.
    name: &'static str,
    summary: &'static str,
    query: &'static [Parameter],
    /// What comes in.
    body: Option<SchemaOf>,
    /// What goes out, and with which status.
    answer: (u16, Option<SchemaOf>),
    condition: Condition,
    /// Whether `Idempotency-Key` is heeded.
    creates: bool,
    handle: Handler,
}

impl Route {
    const fn new(method: Method, path: &'static str, permission: Permission, handle: Handler) -> Self {
        Self {
            method,
            path,
            permission,
            name: "",
            summary: "",
            query: &[],
            body: None,
            answer: (204, None),
            condition: Condition::None,
            creates: false,
            handle,
        }
    }

    const fn called(mut self, name: &'static str, summary: &'static str) -> Self {
        self.name = name;
        self.summary = summary;
        self
    }

    const fn query(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    const fn takes(mut self, body: SchemaOf) -> Self {
        self.body = Some(body);
        self
    }

    const fn gives(mut self, status: u16, answer: SchemaOf) -> Self {
        self.answer = (status, Some(answer));
        self
    }

    const fn conditional(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    const fn creates(mut self) -> Self {
        self.creates = true;
        self
    }
}

/// Every table: one for each kind of thing.
static ROUTES: [&[Route]; 4] = [clients::ROUTES, people::ROUTES, resources::ROUTES, roles::ROUTES];

fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().flatten()
}

/// The API, to be nested below its path.
pub fn router() -> Router<App> {
    let mut router = Router::new().route(DOCUMENT, get(openapi::document));
    for route in routes() {
        let filter = MethodFilter::try_from(route.method.clone()).expect("a method that axum knows");
        let handler = move |call, app, parameters, request| gate::pass(route, call, app, parameters, request);
        router = router.route(route.path, on(filter, handler));
    }
    router.fallback(problem::not_found).method_not_allowed_fallback(problem::method_not_allowed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let mut names = HashSet::new();
        let mut places = HashSet::new();
        for route in routes() {
            assert!(names.insert(route.name) && !route.summary.is_empty(), "{}", route.path);
            assert!(places.insert((route.method.clone(), route.path)), "{}", route.path);
            let reads = route.method == Method::GET;
            assert_eq!(reads, route.permission.as_str().ends_with(":read"), "{}: {}", route.name, route.permission);
            assert_eq!(route.condition == Condition::Must, route.method == Method::PATCH, "{}", route.name);
        }
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = openapi::write("https://id.test");
        assert_eq!(document["openapi"], "3.1.0");
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap_or_default();
            assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
        }
        let operations: usize = document["paths"]
            .as_object()
            .expect("paths")
            .values()
            .map(|path| path.as_object().map_or(0, |path| path.keys().filter(|key| *key != "parameters").count()))
            .sum();
        assert_eq!(operations, routes().count());
    }
}
