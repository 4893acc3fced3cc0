//! `/clients`: the apps and services that get tokens.

use http::Method;
use protocol::client_metadata::{ClientMetadata, FieldError};
use provider::{
    administration::version,
    apply::duration,
    clients::{self, ClientView},
    id::ClientKey,
    roles::{self, Permission},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Answer, Condition, Route,
    lists::{self, List},
    problem::Problem,
    request::Request,
};

/// What is made. Every member but `client_id` is one of RFC 7591, or ours.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct NewClient {
    /// What the wire will call it; left out: one is made up.
    client_id: Option<String>,
    #[serde(flatten)]
    metadata: ClientMetadata,
}

/// A client, with its secret where it has one: it is shown this once.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct MadeClient {
    #[serde(flatten)]
    client: ClientView,
    /// The secret.
    client_secret: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RotateSecret {
    /// For how long the present secrets go on working, such as `1h`; not at all where it is left out.
    #[serde(default)]
    grace: Option<String>,
}

/// Whether anything changed: it may have been so already.
#[derive(Serialize, JsonSchema)]
pub(super) struct Changed {
    /// Whether it was otherwise before.
    pub(super) changed: bool,
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::GET, "/clients", Permission::ClientsRead, |r| Box::pin(list(r)))
        .called("listClients", "List clients by their `client_id`")
        .query(lists::PARAMETERS)
        .gives(200, |g| g.subschema_for::<List<ClientView>>()),
    Route::new(Method::POST, "/clients", Permission::ClientsWrite, |r| Box::pin(create(r)))
        .called("createClient", "Make a client")
        .takes(|g| g.subschema_for::<NewClient>())
        .gives(201, |g| g.subschema_for::<MadeClient>())
        .creates(),
    Route::new(Method::GET, "/clients/{client}", Permission::ClientsRead, |r| Box::pin(show(r)))
        .called("showClient", "Show a client")
        .gives(200, |g| g.subschema_for::<ClientView>()),
    Route::new(Method::PATCH, "/clients/{client}", Permission::ClientsWrite, |r| Box::pin(change(r)))
        .called("changeClient", "Change members of a client; `null` is a member's default")
        .takes(|g| g.subschema_for::<ClientMetadata>())
        .gives(200, |g| g.subschema_for::<ClientView>())
        .conditional(Condition::Must),
    Route::new(Method::DELETE, "/clients/{client}", Permission::ClientsWrite, |r| Box::pin(delete(r)))
        .called("deleteClient", "Delete a client; a later one of the same name inherits nothing")
        .conditional(Condition::May),
    Route::new(Method::POST, "/clients/{client}/disable", Permission::ClientsWrite, |r| Box::pin(disable(r)))
        .called("disableClient", "Stop a client: what it holds counts no more")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
    Route::new(Method::POST, "/clients/{client}/enable", Permission::ClientsWrite, |r| Box::pin(enable(r)))
        .called("enableClient", "Let a client work again; what it held before stays withdrawn")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
    Route::new(Method::POST, "/clients/{client}/secret", Permission::ClientsWrite, |r| Box::pin(rotate(r)))
        .called("rotateClientSecret", "Give a client a new secret, which is shown this once")
        .takes(|g| g.subschema_for::<RotateSecret>())
        .gives(200, |g| g.subschema_for::<MadeClient>())
        .conditional(Condition::May),
    Route::new(Method::PUT, "/clients/{client}/roles/{role}", Permission::RolesWrite, |r| Box::pin(grant(r)))
        .called("grantRoleToClient", "Give a client a role, within what one holds oneself")
        .gives(200, |g| g.subschema_for::<Changed>()),
    Route::new(Method::DELETE, "/clients/{client}/roles/{role}", Permission::RolesWrite, |r| Box::pin(revoke(r)))
        .called("revokeRoleFromClient", "Take a role from a client")
        .gives(200, |g| g.subschema_for::<Changed>()),
];

pub(super) fn changed(changed: bool) -> Answer {
    Answer::ok(json!({ "changed": changed }))
}

fn shown(client: &ClientView) -> Result<Answer, Problem> {
    Ok(Answer::ok(lists::to_json(client)?).of_version(version(client)?))
}

async fn list(request: &Request) -> Result<Answer, Problem> {
    let page = request.page()?;
    let found = clients::search(&request.administration, page.search_and_one()).await?;
    lists::answer(&page, found, |client| client.client_id.clone())
}

async fn show(request: &Request) -> Result<Answer, Problem> {
    shown(&clients::show(&request.administration, request.part("client")?).await?)
}

async fn create(request: &Request) -> Result<Answer, Problem> {
    let mut members = request.body.clone();
    let client_id = match members.remove("client_id") {
        // No plain UUID: people have those.
        None => format!("client-{}", ClientKey::new().uuid().simple()),
        Some(Value::String(text)) => text,
        Some(_) => {
            let message = "must be a text".to_owned();
            return Err(Problem::invalid(vec![FieldError { field: "client_id".to_owned(), message }]));
        }
    };
    let metadata = clients::metadata_of(&members)?;
    if let Some(answer) = request.made_before().await? {
        return Ok(answer);
    }
    let made = clients::create(&request.making(), &client_id, metadata).await;
    request.made(made.and_then(|made| made.to_json())).await
}

async fn change(request: &Request) -> Result<Answer, Problem> {
    shown(&clients::change(&request.administration, request.part("client")?, &request.body).await?)
}

async fn delete(request: &Request) -> Result<Answer, Problem> {
    clients::delete(&request.administration, request.part("client")?).await?;
    Ok(Answer::nothing())
}

async fn disable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(clients::disable(&request.administration, request.part("client")?).await?))
}

async fn enable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(clients::enable(&request.administration, request.part("client")?).await?))
}

async fn rotate(request: &Request) -> Result<Answer, Problem> {
    let RotateSecret { grace } = request.body()?;
    let grace = grace.as_deref().map(duration::parse).transpose();
    let wrong = |message| Problem::invalid(vec![FieldError { field: "grace".to_owned(), message }]);
    let grace = grace.map_err(wrong)?.unwrap_or_default();
    let made = clients::rotate_secret(&request.administration, request.part("client")?, grace).await?;
    Ok(Answer::ok(made.to_json()?))
}

async fn grant(request: &Request) -> Result<Answer, Problem> {
    let (client, role) = (request.part("client")?, request.part("role")?);
    Ok(changed(roles::grant_to_client(&request.administration, client, role).await?))
}

async fn revoke(request: &Request) -> Result<Answer, Problem> {
    let (client, role) = (request.part("client")?, request.part("role")?);
    Ok(changed(roles::revoke_from_client(&request.administration, client, role).await?))
}
