//! `/people`: who signs in, and where they are signed in.

use http::Method;
use provider::{
    id::SessionId,
    people::{self, Change, EndedSessions, NewUser, Password, SessionView, UserView},
    roles::{self, Permission},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{
    Answer, Condition, Route,
    clients::{Changed, changed},
    lists::{self, List},
    problem::Problem,
    request::{Request, wrong},
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    /// The name to sign in with.
    username: String,
    /// The mail address.
    #[serde(default)]
    email: Option<String>,
    /// Whether the address is known to be the person's. Only then one can sign in with it.
    #[serde(default)]
    email_verified: bool,
    /// Claims about the person, by name.
    #[serde(default)]
    claims: Map<String, Value>,
    /// The password; without one the person cannot sign in with one.
    #[serde(default)]
    password: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    /// The name to sign in with.
    #[serde(default)]
    username: Option<String>,
    /// The mail address; `null` takes it away.
    #[serde(default, deserialize_with = "named")]
    email: Option<Option<String>>,
    /// Whether the address is known to be the person's. One that is new is not until this says so.
    #[serde(default)]
    email_verified: Option<bool>,
    /// Claims about the person: all of them.
    #[serde(default)]
    claims: Option<Map<String, Value>>,
    /// Whether the person signs in with a second factor only.
    #[serde(default)]
    require_factor: Option<bool>,
}

/// What is named counts, `null` as well.
pub(super) fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::GET, "/people", Permission::PeopleRead, |r| Box::pin(list(r)))
        .called("listPeople", "List people in the order of their making, or, with `prefix`, by what they sign in with")
        .query(lists::PEOPLE_PARAMETERS)
        .gives(200, |g| g.subschema_for::<List<UserView>>()),
    Route::new(Method::POST, "/people", Permission::PeopleWrite, |r| Box::pin(create(r)))
        .called("createPerson", "Make an account")
        .takes(|g| g.subschema_for::<NewPerson>())
        .gives(201, |g| g.subschema_for::<UserView>())
        .creates(),
    Route::new(Method::GET, "/people/{person}", Permission::PeopleRead, |r| Box::pin(show(r)))
        .called("showPerson", "Show a person")
        .gives(200, |g| g.subschema_for::<UserView>()),
    Route::new(Method::PATCH, "/people/{person}", Permission::PeopleWrite, |r| Box::pin(change(r)))
        .called("changePerson", "Change a person")
        .takes(|g| g.subschema_for::<PersonChange>())
        .gives(200, |g| g.subschema_for::<UserView>())
        .conditional(Condition::Must),
    Route::new(Method::DELETE, "/people/{person}", Permission::PeopleWrite, |r| Box::pin(delete(r)))
        .called("deletePerson", "Delete a person with everything that is theirs")
        .conditional(Condition::May),
    Route::new(Method::POST, "/people/{person}/disable", Permission::PeopleWrite, |r| Box::pin(disable(r)))
        .called("disablePerson", "Keep a person out: what they have ends everywhere")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
    Route::new(Method::POST, "/people/{person}/enable", Permission::PeopleWrite, |r| Box::pin(enable(r)))
        .called("enablePerson", "Let a person sign in again; what they had stays ended")
        .gives(200, |g| g.subschema_for::<Changed>())
        .conditional(Condition::May),
    Route::new(Method::GET, "/people/{person}/sessions", Permission::SessionsRead, |r| Box::pin(sessions(r)))
        .called("listSessions", "List where a person is signed in")
        .gives(200, |g| g.subschema_for::<List<SessionView>>()),
    Route::new(Method::DELETE, "/people/{person}/sessions", Permission::SessionsWrite, |r| Box::pin(end_all(r)))
        .called("endSessions", "Sign a person out everywhere")
        .gives(200, |g| g.subschema_for::<EndedSessions>()),
    Route::new(Method::DELETE, "/people/{person}/sessions/{session}", Permission::SessionsWrite, |r| Box::pin(end(r)))
        .called("endSession", "End one of a person's sessions")
        .gives(200, |g| g.subschema_for::<EndedSessions>()),
    Route::new(Method::PUT, "/people/{person}/roles/{role}", Permission::RolesWrite, |r| Box::pin(grant(r)))
        .called("grantRoleToPerson", "Give a person a role, within what one holds oneself")
        .gives(200, |g| g.subschema_for::<Changed>()),
    Route::new(Method::DELETE, "/people/{person}/roles/{role}", Permission::RolesWrite, |r| Box::pin(revoke(r)))
        .called("revokeRoleFromPerson", "Take a role from a person")
        .gives(200, |g| g.subschema_for::<Changed>()),
];

fn shown(person: &UserView) -> Result<Answer, Problem> {
    Ok(Answer::ok(lists::to_json(person)?).of_version(people::version(person)?))
}

async fn list(request: &Request) -> Result<Answer, Problem> {
    let page = request.page()?;
    let role = request.query.get_once("role")?;
    if page.has_prefix() && (role.is_some() || page.enabled.is_some()) {
        return Err(wrong("prefix", "cannot be combined with enabled or role"));
    }
    if role.is_some_and(|role| role.contains('\0')) {
        return Err(wrong("role", "is no such text"));
    }
    let (found, next) = people::search(&request.administration, role, page.search()).await?;
    lists::render(&found, next.map(|key| lists::close(&key)))
}

async fn show(request: &Request) -> Result<Answer, Problem> {
    shown(&people::show(&request.administration, request.person()?).await?)
}

async fn create(request: &Request) -> Result<Answer, Problem> {
    let NewPerson { username, email, email_verified, claims, password } = request.body()?;
    let password = password.map(|plain| Password::Plain(plain.into()));
    let user = NewUser { username, email, email_verified, claims, password };
    if let Some(answer) = request.made_before().await? {
        return Ok(answer);
    }
    let made = people::create(&request.making(), user).await;
    request.made(made.and_then(|made| made.to_json())).await
}

async fn change(request: &Request) -> Result<Answer, Problem> {
    let PersonChange { username, email, email_verified, claims, require_factor } = request.body()?;
    let change = Change { username, email, email_verified, claims, require_factor };
    shown(&people::change(&request.administration, request.person()?, change).await?)
}

async fn delete(request: &Request) -> Result<Answer, Problem> {
    people::delete(&request.administration, request.person()?).await?;
    Ok(Answer::nothing())
}

async fn disable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(people::disable(&request.administration, request.person()?).await?))
}

async fn enable(request: &Request) -> Result<Answer, Problem> {
    Ok(changed(people::enable(&request.administration, request.person()?).await?))
}

async fn sessions(request: &Request) -> Result<Answer, Problem> {
    let found = people::sessions(&request.administration, request.person()?).await?;
    lists::render(&found, None)
}

async fn end_all(request: &Request) -> Result<Answer, Problem> {
    let ended = people::end_sessions(&request.administration, request.person()?).await?;
    Ok(Answer::ok(lists::to_json(&ended)?))
}

async fn end(request: &Request) -> Result<Answer, Problem> {
    let session: SessionId = request.part("session")?.parse().map_err(|_| Problem::missing())?;
    let ended = people::end_session(&request.administration, request.person()?, session).await?;
    Ok(Answer::ok(lists::to_json(&ended)?))
}

async fn grant(request: &Request) -> Result<Answer, Problem> {
    let (person, role) = (request.person()?, request.part("role")?);
    Ok(changed(roles::grant_to_person(&request.administration, person, role).await?))
}

async fn revoke(request: &Request) -> Result<Answer, Problem> {
    let (person, role) = (request.person()?, request.part("role")?);
    Ok(changed(roles::revoke_from_person(&request.administration, person, role).await?))
}
