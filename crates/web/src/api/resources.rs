//! `/resources`: the APIs that tokens are for. Their identifiers are URLs: in a path they are percent-encoded.

use std::{collections::BTreeMap, time::Duration};

use http::Method;
use protocol::{Acr, client_metadata::FieldError};
use provider::{
    administration::version,
    apply::duration,
    resources::{self, Registration, ResourceView},
    roles::Permission,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::{
    Answer, Condition, Route,
    clients::{Changed, changed},
    lists::{self, List},
    people::named,
    problem::Problem,
    request::{Request, read},
};

#[derive(JsonSchema)]
#[allow(dead_code)]
struct NewResource {
    /// The `resource` parameter and the `aud` of its tokens.
    identifier: String,
    #[serde(flatten)]
    members: ResourceChange,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ResourceChange {
    /// Its name for people.
    #[serde(default)]
    name: Option<String>,
    /// Scope → description in plain words.
    #[serde(default)]
    scopes: Option<BTreeMap<String, String>>,
    /// Scope → how strongly a person must sign in for it at least.
    #[serde(default)]
    required_acr: Option<BTreeMap<String, Acr>>,
    /// How long its access tokens live, such as `5m`; `null`: the server's default.
    #[serde(default, deserialize_with = "lifetime")]
    #[schemars(with = "Option<String>")]
    access_token_lifetime: Option<Option<Duration>>,
    /// What signs them.
    #[serde(default)]
    access_token_signed_response_alg: Option<String>,
    /// The `client_id` of the client with which it introspects and exchanges; `null`: none.
    #[serde(default, deserialize_with = "named")]
    resource_server: Option<Option<String>>,
}

impl ResourceChange {
    fn over(self, base: Registration) -> Registration {
        Registration {
            name: self.name.unwrap_or(base.name),
            scopes: self.scopes.unwrap_or(base.scopes),
            required_acr: self.required_acr.unwrap_or(base.required_acr),
            access_token_lifetime: self.access_token_lifetime.unwrap_or(base.access_token_lifetime),
            access_token_signed_response_alg: self
                .access_token_signed_response_alg
                .unwrap_or(base.access_token_signed_response_alg),
            resource_server: self.resource_server.unwrap_or(base.resource_server),
        }
    }
}

fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Duration>>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(|text| duration::parse(&text).map_err(D::Error::custom)).transpose().map(Some)
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::GET, "/resources", Permission::ResourcesRead, |r| Box::pin(list(r)))
        .called("listResources", "List APIs by their identifier")
        .query(lists::PARAMETERS)
        .gives(200, |g| g.subschema_for::<List<ResourceView>>()),
    Route::new(Method::POST, "/resources", Permission::ResourcesWrite, |r| Box::pin(create(r)))
        .called("createResource", "Make an API")
        .takes(|g| g.subschema_for::<NewResource>())
        .gives(201, |g| g.subschema_for::<ResourceView>())
        .creates(),
    Route::new(Method::GET, "/resources/{resource}", Permission::ResourcesRead, |r| Box::pin(show(r)))
        .called("showResource", "Show an API")
        .gives(200, |g| g.subschema_for::<ResourceView>()),
    Route::new(Method::PATCH, "/resources/{resource}", Permission::ResourcesWrite, |r| Box::pin(change(r)))
        .called("changeResource", "Change an API")
        .takes(|g| g.subschema_for::<ResourceChange>())
        .gives(200, |g| g.subschema_for::<ResourceView>())
        .conditional(Condition::Must),
    Route::new(Method::DELETE, "/resources/{resource}", Permission::ResourcesWrite, |r| Box::pin(delete(r)))
        .called("deleteResource", "Delete an API; clients lose it")
        .conditional(Condition::May),
    Route::new(Method::POST, "/resources/{resource}/disable", Permission::ResourcesWrite, |r| Box::pin(disable(r)))
        .called("disableResource", "Stop tokens being issued for an API; those that are live run out")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
    Route::new(Method::POST, "/resources/{resource}/enable", Permission::ResourcesWrite, |r| Box::pin(enable(r)))
        .called("enableResource", "Let tokens be issued for an API again")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
];

fn shown(resource: &ResourceView) -> Result<Answer, Problem> {
    Ok(Answer::ok(lists::to_json(resource)?).of_version(version(resource)?))
}

async fn list(request: &Request) -> Result<Answer, Problem> {
    let page = request.page()?;
    let found = resources::search(&request.administration, page.search_and_one()).await?;
    lists::answer(&page, found, |resource| resource.identifier.clone())
}

async fn show(request: &Request) -> Result<Answer, Problem> {
    shown(&resources::show(&request.administration, request.part("resource")?).await?)
}

async fn create(request: &Request) -> Result<Answer, Problem> {
    let mut members = request.body.clone();
    let identifier = members.remove("identifier").and_then(|value| value.as_str().map(str::to_owned));
    let missing = || {
        let message = "must be a text".to_owned();
        Problem::invalid(vec![FieldError { field: "identifier".to_owned(), message }])
    };
    let identifier = identifier.ok_or_else(missing)?;
    let registration = read::<ResourceChange>(members)?.over(Registration::new(&identifier));
    if let Some(answer) = request.made_before().await? {
        return Ok(answer);
    }
    let made = resources::create(&request.making(), &identifier, registration).await;
    request.made(made.and_then(|made| made.to_json())).await
}

async fn change(request: &Request) -> Result<Answer, Problem> {
    let identifier = request.part("resource")?;
    let change: ResourceChange = request.body()?;
    shown(&resources::change(&request.administration, identifier, |base| change.over(base)).await?)
}

async fn delete(request: &Request) -> Result<Answer, Problem> {
    resources::delete(&request.administration, request.part("resource")?).await?;
    Ok(Answer::nothing())
}

async fn disable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(resources::disable(&request.administration, request.part("resource")?).await?))
}

async fn enable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(resources::enable(&request.administration, request.part("resource")?).await?))
}
