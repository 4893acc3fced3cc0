//! What a step says to somebody whose attempt came to nothing.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use messages::{Locale, Text};
use provider::Refusal;

use crate::pages::{flow::Stop, visit::retry_after_header};

/// Words, and the status that goes with them.
#[derive(Clone, Copy)]
pub struct Said {
    /// The answer's status.
    pub status: StatusCode,
    words: Words,
}

#[derive(Clone, Copy)]
enum Words {
    None,
    Plain(fn(Locale) -> Text),
    /// There were too many attempts.
    Wait(Duration),
}

impl Said {
    /// Nothing: the page is seen for the first time.
    pub const NOTHING: Self = Self { status: StatusCode::OK, words: Words::None };

    /// That something typed is wrong.
    #[must_use]
    pub fn wrong(words: fn(Locale) -> Text) -> Self {
        Self { status: StatusCode::BAD_REQUEST, words: Words::Plain(words) }
    }

    /// That it cannot be judged now.
    ///
    /// # Errors
    /// `Stop` when the refusal is of another kind.
    pub fn refused(refusal: Refusal) -> Result<Self, Stop> {
        match refusal {
            Refusal::Unavailable { .. } => Ok(Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                words: Words::Plain(Locale::sign_in_error_unavailable),
            }),
            Refusal::Throttled { retry_after } => {
                Ok(Self { status: StatusCode::TOO_MANY_REQUESTS, words: Words::Wait(retry_after) })
            }
            refusal => Err(refusal.into()),
        }
    }

    /// The words in a language.
    #[must_use]
    pub fn text(self, texts: Locale) -> Option<Text> {
        match self.words {
            Words::None => None,
            Words::Plain(text) => Some(text(texts)),
            Words::Wait(wait) => Some(texts.throttled(wait)),
        }
    }

    /// The page with when to come back, where that is known.
    #[must_use]
    pub fn on(self, mut response: Response) -> Response {
        if let Words::Wait(wait) = self.words {
            response = retry_after_header(response, wait);
        } else if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}
