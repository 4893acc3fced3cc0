//! `/`: what the app knows about the person in front of it.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{render, session_id};
use crate::{
    clock,
    sessions::{Notice, same},
    state::SharedState,
    view::{Chain, HomePage, Layout, WelcomePage},
};

/// What the issuer adds when it sends the browser back after a sign-out.
#[derive(Deserialize)]
pub(super) struct Return {
    state: Option<String>,
}

/// The guided page for those who are signed in, the welcome page for everyone else.
pub(super) async fn home(
    State(demo): State<SharedState>,
    jar: CookieJar,
    returned: Result<Query<Return>, QueryRejection>,
) -> Response {
    let now = clock::now();
    let id = session_id(&demo.config, &jar).unwrap_or_default();
    if let Some(state) = returned.ok().and_then(|Query(it)| it.state) {
        let known = demo.sessions.with(&id, now, |session| {
            let expected = session.logout_state.take();
            let good = expected.is_some_and(|expected| same(&expected, &state));
            session.notice = Some(if good { Notice::SignedOut } else { Notice::UnexpectedSignOut });
        });
        if known.is_some() {
            // The answer is used up: a reload must not repeat it.
            return Redirect::to("/").into_response();
        }
        return welcome(&demo, Some(Notice::UnexpectedSignOut));
    }
    let seen = demo.sessions.with(&id, now, |session| {
        let notice = session.notice.take();
        (session.signed_in.clone(), session.csrf.clone(), notice)
    });
    match seen {
        Some((Some(person), csrf, _)) => render(StatusCode::OK, &HomePage::new(&demo.config, csrf, &person, now)),
        Some((None, _, notice)) => welcome(&demo, notice),
        None => welcome(&demo, None),
    }
}

fn welcome(demo: &SharedState, notice: Option<Notice>) -> Response {
    let page = WelcomePage {
        layout: Layout::new(&demo.config, "Chancery demo", notice),
        username: demo.config.person_username.clone(),
        password: demo.config.person_password.clone(),
        chain: Chain::promise(),
    };
    render(StatusCode::OK, &page)
}
