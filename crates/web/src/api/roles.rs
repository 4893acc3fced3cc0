//! `/roles`: what administrators may do.

use http::Method;
use provider::roles::{self, NewRole, Permission, RoleView};

use super::{
    Answer, Route,
    lists::{self, List},
    problem::Problem,
    request::Request,
};

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::GET, "/roles", Permission::RolesRead, |r| Box::pin(list(r)))
        .called("listRoles", "List roles: all of them")
        .gives(200, |g| g.subschema_for::<List<RoleView>>()),
    Route::new(Method::POST, "/roles", Permission::RolesWrite, |r| Box::pin(create(r)))
        .called("createRole", "Make a role, within what one holds oneself")
        .takes(|g| g.subschema_for::<NewRole>())
        .gives(201, |g| g.subschema_for::<RoleView>()),
    Route::new(Method::GET, "/roles/{role}", Permission::RolesRead, |r| Box::pin(show(r)))
        .called("showRole", "Show a role")
        .gives(200, |g| g.subschema_for::<RoleView>()),
    Route::new(Method::DELETE, "/roles/{role}", Permission::RolesWrite, |r| Box::pin(delete(r)))
        .called("deleteRole", "Delete a role that nobody holds"),
];

async fn list(request: &Request) -> Result<Answer, Problem> {
    lists::render(&roles::list(&request.administration).await?, None)
}

async fn show(request: &Request) -> Result<Answer, Problem> {
    Ok(Answer::ok(lists::to_json(&roles::show(&request.administration, request.part("role")?).await?)?))
}

async fn create(request: &Request) -> Result<Answer, Problem> {
    let role: NewRole = request.body()?;
    Ok(Answer::made(lists::to_json(&roles::create(&request.administration, &role).await?)?))
}

async fn delete(request: &Request) -> Result<Answer, Problem> {
    roles::delete(&request.administration, request.part("role")?).await?;
    Ok(Answer::nothing())
}
