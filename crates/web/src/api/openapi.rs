//! The OpenAPI 3.1 document and the metadata of the API as a protected resource (RFC 9728), both made from the tables.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use provider::{Issuer, api, roles::Permission};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Condition, Route, problem, routes};
use crate::{App, paths};

/// How long both may be cached.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// `GET /api/v1/openapi.json`: for anybody.
pub(super) async fn document(State(app): State<App>) -> Response {
    published(&write(app.provider.settings.issuer.as_str()))
}

/// `GET /.well-known/oauth-protected-resource…`: for anybody.
pub async fn resource_metadata(State(app): State<App>) -> Response {
    let issuer = &app.provider.settings.issuer;
    published(&json!({
        "resource": api::identifier(issuer),
        "authorization_servers": [issuer.as_str()],
        "bearer_methods_supported": ["header"],
        "scopes_supported": Permission::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "resource_name": "Management of this server",
        "resource_documentation": issuer.endpoint(&format!("{}{}", api::PATH, super::DOCUMENT)),
    }))
}

fn published(document: &Value) -> Response {
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), (header::CACHE_CONTROL, CACHE)];
    (headers, HeaderMap::new(), document.to_string()).into_response()
}

/// Where the metadata is (RFC 9728 section 3.1): the well-known part comes before the path.
pub(super) fn metadata_url(issuer: &Issuer) -> String {
    format!("{}{}{}{}", issuer.origin(), paths::PROTECTED_RESOURCE, issuer.path(), api::PATH)
}

/// Writes the document.
pub(super) fn write(issuer: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut incoming = settings.clone().for_deserialize().into_generator();
    let mut outgoing = settings.for_serialize().into_generator();
    let problem = problem::schema(&mut outgoing).to_value();
    let mut all: Map<String, Value> = Map::new();
    for route in routes() {
        let operation = operation(route, &mut incoming, &mut outgoing);
        let path = all.entry(route.path).or_insert_with(|| json!({ "parameters": parts(route.path) }));
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    let mut schemas = incoming.take_definitions(true);
    schemas.extend(outgoing.take_definitions(true));
    let scopes: Map<String, Value> =
        Permission::ALL.iter().map(|one| (one.as_str().to_owned(), one.words().into())).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Management API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "For administrators and their programs. Access tokens come from this server itself: name this \
                API as the `resource`. What counts is the scope of the token, as far as the client and the person hold it \
                by their roles. People must have signed in with two factors.",
        },
        "servers": [{ "url": format!("{issuer}{}", api::PATH) }],
        "paths": all,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "What is wrong (RFC 9457)",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
            "securitySchemes": {
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": format!("{issuer}{}", paths::AUTHORIZE),
                            "tokenUrl": format!("{issuer}{}", paths::TOKEN),
                            "scopes": scopes,
                        },
                        "clientCredentials": {
                            "tokenUrl": format!("{issuer}{}", paths::TOKEN),
                            "scopes": scopes,
                        },
                    },
                },
            },
        },
    })
}

/// The parameters of a path.
fn parts(path: &str) -> Vec<Value> {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect()
}

fn operation(route: &Route, incoming: &mut SchemaGenerator, outgoing: &mut SchemaGenerator) -> Value {
    let header = |name: &str, required: bool, words: &str| {
        json!({ "name": name, "in": "header", "required": required, "description": words,
                "schema": { "type": "string" } })
    };
    let mut parameters: Vec<Value> = route
        .query
        .iter()
        .map(|one| json!({ "name": one.name, "in": "query", "description": one.words, "schema": { "type": one.kind } }))
        .collect();
    if route.condition != Condition::None {
        let required = route.condition == Condition::Must;
        parameters.push(header("If-Match", required, "The `ETag` of what is to be changed"));
    }
    if route.creates {
        let words =
            "A creation that is asked for twice with the same key happens once, and is answered alike for a day";
        parameters.push(header("Idempotency-Key", false, words));
    }
    let (status, schema) = route.answer;
    let mut answer = json!({ "description": if status == 201 { "It was made" } else { "Done" } });
    if let Some(schema) = schema {
        answer["content"] = json!({ "application/json": { "schema": schema(outgoing) } });
    }
    let mut responses = Map::new();
    responses.insert(status.to_string(), answer);
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.path.split('/').nth(1).unwrap_or_default()],
        "security": [{ "oauth": [route.permission.as_str()] }],
        "responses": responses,
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = route.body {
        let content = json!({ "application/json": { "schema": schema(incoming) } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}
