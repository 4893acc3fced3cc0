//! Pages and notes about what went wrong, each with the next step.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::render;
use crate::{
    DemoConfig,
    relying_party::RpError,
    sessions::Problem,
    state::SharedState,
    view::{ErrorPage, Layout},
};

/// Why a page cannot be shown. Everything it holds may be shown to the person.
pub(crate) enum PageError {
    /// Nobody is signed in: back to the start.
    NotSignedIn,
    /// A page that says so.
    Page(StatusCode, Box<ErrorPage>),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::NotSignedIn => Redirect::to("/").into_response(),
            Self::Page(status, page) => render(status, &*page),
        }
    }
}

impl PageError {
    /// A request that this app did not expect.
    pub(super) fn unexpected(config: &DemoConfig, heading: &str, text: &str) -> Self {
        let page = ErrorPage {
            layout: Layout::new(config, heading, None),
            heading: heading.to_owned(),
            text: text.to_owned(),
            detail: String::new(),
            command: String::new(),
            action: ("/", "Back to the start"),
        };
        Self::Page(StatusCode::BAD_REQUEST, Box::new(page))
    }

    /// The issuer did not do what a sign-in needs.
    pub(super) fn issuer(config: &DemoConfig, error: &RpError) -> Self {
        let problem = problem(config, error);
        let (status, command, action) = match error {
            RpError::Unreachable(_) => (StatusCode::BAD_GATEWAY, config.start_command.clone(), "Try again"),
            _ => (StatusCode::BAD_GATEWAY, String::new(), "Sign in again"),
        };
        let page = ErrorPage {
            layout: Layout::new(config, &problem.title, None),
            heading: problem.title,
            text: match error {
                RpError::Unreachable(_) => "Nothing answers there. Start it with:".to_owned(),
                _ => problem.text,
            },
            detail: match error {
                RpError::Unreachable(cause) => cause.clone(),
                _ => String::new(),
            },
            command,
            action: ("/sign-in", action),
        };
        Self::Page(status, Box::new(page))
    }
}

/// The same beside a step of the page.
pub(super) fn problem(config: &DemoConfig, error: &RpError) -> Problem {
    let (title, text) = match error {
        RpError::Unreachable(cause) => (
            format!("Could not reach the issuer at {}", config.issuer),
            format!("{cause}. Start it with: {}", config.start_command),
        ),
        RpError::Refused { error, description } if description.is_empty() => {
            ("Chancery refused".to_owned(), error.clone())
        }
        RpError::Refused { error, description } => ("Chancery refused".to_owned(), format!("{error}: {description}")),
        RpError::Unacceptable(cause) => ("The answer of the issuer cannot be believed".to_owned(), cause.clone()),
    };
    Problem { title, text }
}

/// No such page.
pub(super) async fn not_found(State(state): State<SharedState>) -> PageError {
    let text = "The demo has only a few pages, and this is none of them.";
    match PageError::unexpected(&state.config, "There is nothing here", text) {
        PageError::Page(_, page) => PageError::Page(StatusCode::NOT_FOUND, page),
        other => other,
    }
}

/// A page that was asked for in the wrong way, such as a reloaded form.
pub(super) async fn wrong_method(State(state): State<SharedState>) -> PageError {
    let text = "This address only takes forms. Go back and use the button.";
    match PageError::unexpected(&state.config, "That is a form’s address", text) {
        PageError::Page(_, page) => PageError::Page(StatusCode::METHOD_NOT_ALLOWED, page),
        other => other,
    }
}
