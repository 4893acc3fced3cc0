//! The page of what went wrong.

use std::time::Duration;

use askama::Template;
use http::StatusCode;
use messages::Text;

use super::{Frame, Link};

/// What can go wrong on a page, as a person understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The authorization request is malformed, and there is nobody trusted to tell.
    InvalidRequest,
    /// No such client, or it is disabled.
    UnknownClient,
    /// The redirect URI is not the client's.
    RedirectUri,
    /// The sealed state of the request is too old.
    Expired,
    /// The sealed state belongs to another browser, or no cookie came.
    OtherBrowser,
    /// The authorization request was answered before.
    Used,
    /// The logout request is malformed, or asks for a return to an unregistered address.
    LogoutRequest,
    /// The form did not come from our own page.
    Forged,
    /// No such page.
    NotFound,
    /// The page does not answer that method.
    Method,
    /// The body is over the limit.
    TooLarge,
    /// Too many guesses: when the next one may be made.
    Throttled(Duration),
    /// The database, or something else that we need, is away.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// A sentence that says what went wrong, what to do next, and the name of the request.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What all pages share.
    pub frame: Frame,
    /// The status of the answer.
    pub status: StatusCode,
    /// What went wrong, in a few words.
    pub title: Text,
    /// What to do next.
    pub message: Text,
    /// Where to go on.
    pub next: Option<Link>,
    /// What the developers of the application need: `error` and `error_description` in the words of the RFC.
    pub detail: Option<String>,
    /// What to quote when asking for help.
    pub request_id: String,
}

impl ErrorPage {
    /// The page of that problem.
    #[must_use]
    pub fn new(frame: Frame, problem: Problem) -> Self {
        let (status, title, message) = problem.words(&frame);
        let next = match problem {
            Problem::LogoutRequest => Some(Link { href: frame.logout(), text: frame.texts.problem_next_sign_out() }),
            Problem::NotFound | Problem::Used | Problem::Expired | Problem::OtherBrowser => {
                Some(Link { href: frame.home(), text: frame.texts.problem_next_home(&frame.theme.service) })
            }
            _ => None,
        };
        let request_id = frame.request_id.clone();
        Self { frame, status, title, message, next, detail: None, request_id }
    }

    /// Adds what the developers of the application need to know. Never what only the operator may know.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Adds where to go on, instead of what the problem suggests.
    #[must_use]
    pub fn with_next(self, next: Link) -> Self {
        Self { next: Some(next), ..self }
    }
}

impl Problem {
    fn words(self, frame: &Frame) -> (StatusCode, Text, Text) {
        let texts = frame.texts;
        match self {
            Self::InvalidRequest => (
                StatusCode::BAD_REQUEST,
                texts.problem_invalid_request_title(),
                texts.problem_invalid_request_message(),
            ),
            Self::UnknownClient => {
                (StatusCode::BAD_REQUEST, texts.problem_unknown_client_title(), texts.problem_unknown_client_message())
            }
            Self::RedirectUri => {
                (StatusCode::BAD_REQUEST, texts.problem_redirect_uri_title(), texts.problem_redirect_uri_message())
            }
            Self::Expired => (StatusCode::BAD_REQUEST, texts.problem_expired_title(), texts.problem_expired_message()),
            Self::OtherBrowser => {
                (StatusCode::BAD_REQUEST, texts.problem_other_browser_title(), texts.problem_other_browser_message())
            }
            Self::Used => (StatusCode::CONFLICT, texts.problem_used_title(), texts.problem_used_message()),
            Self::LogoutRequest => {
                (StatusCode::BAD_REQUEST, texts.problem_logout_request_title(), texts.problem_logout_request_message())
            }
            Self::Forged => (StatusCode::FORBIDDEN, texts.problem_forged_title(), texts.problem_forged_message()),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, texts.problem_not_found_title(), texts.problem_not_found_message())
            }
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, texts.problem_method_title(), texts.problem_method_message())
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, texts.problem_too_large_title(), texts.problem_too_large_message())
            }
            Self::Throttled(wait) => {
                (StatusCode::TOO_MANY_REQUESTS, texts.problem_throttled_title(), texts.throttled(wait))
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                texts.problem_unavailable_title(),
                texts.problem_unavailable_message(),
            ),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, texts.problem_internal_title(), texts.problem_internal_message())
            }
        }
    }
}
