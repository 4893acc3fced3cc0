//! A person's visit to one of our pages: who they are, in which browser and language, and how they are answered.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use askama::Template;
use axum::{
    extract::{FromRequestParts, OriginalUri},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use messages::Locale;
use protocol::error::ErrorCode;
use provider::{
    Refusal,
    authorize::{CLIENT_UNKNOWN, REDIRECT_URI_FOREIGN, REDIRECT_URI_MISSING},
    registry::Client,
    sessions::SignedIn,
    tally,
};
use tower_sessions::Session;
use tracing::error;

use super::{
    client_theme, language,
    sign_in::passkey_offer,
    view::{CONTENT_SECURITY_POLICY, ErrorPage, Frame, Link, Problem, Theme},
};
use crate::{
    extract::{Browser, Call, params::Unreadable},
    session,
    state::App,
};

/// What every page needs, the error pages too.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The context of the call.
    pub call: Call,
    base: String,
    theme: Arc<Theme>,
    /// The language that this browser reads best: the one that was chosen here, else the first that it accepts.
    preferred: Locale,
    /// What the application asked for (`ui_locales`), once that is known.
    asked: OnceLock<Locale>,
    /// The stylesheet of the application whose request this is about, once that is known.
    client_css: OnceLock<String>,
    /// The address of this page, for coming back to it; `None` when it answers a form.
    here: Option<String>,
}

impl FromRequestParts<App> for Pages {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let call = Call::from_request_parts(parts, app).await?;
        // Nested routers see the path without the issuer's; the page needs all of it.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let here = (parts.method == Method::GET).then(|| uri.path_and_query().map(ToString::to_string)).flatten();
        Ok(Self {
            call,
            base: app.base_path().to_owned(),
            theme: Arc::clone(&app.theme),
            preferred: language::preferred(&parts.headers, app).unwrap_or_default(),
            asked: OnceLock::new(),
            client_css: OnceLock::new(),
            here,
        })
    }
}

impl Pages {
    /// Notes what the application asked for, so that every page from here on is in that language, error pages too.
    pub fn note_ui_locales(&self, ui_locales: Option<&str>) {
        if let Some(locale) = ui_locales.and_then(Locale::asked) {
            self.asked.get_or_init(|| locale);
        }
    }

    /// Notes whose request this is about, so that every page from here on looks as they wish.
    pub fn note_client(&self, client: &Client) {
        if let Some(path) = client_theme::path(client) {
            self.client_css.get_or_init(|| self.path(&path));
        }
    }

    /// The frame of a page, in the language that the application asked for, else the browser's. `ui_locales` need not
    /// be passed when it was noted before.
    #[must_use]
    pub fn frame(&self, ui_locales: Option<&str>) -> Frame {
        self.note_ui_locales(ui_locales);
        let asked = self.asked.get().copied();
        Frame {
            texts: asked.unwrap_or(self.preferred),
            theme: Arc::clone(&self.theme),
            client_css: self.client_css.get().cloned(),
            base: self.base.clone(),
            request_id: self.call.request.id.to_string(),
            // Where the application has decided, a choice would change nothing.
            here: self.here.clone().filter(|_| asked.is_none()),
        }
    }

    /// A path of ours below the issuer.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Shows a page.
    #[must_use]
    pub fn show(&self, status: StatusCode, language: &str, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => html_response(status, language, html),
            Err(failure) => {
                error!(error = %failure, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// Shows an error page.
    #[must_use]
    pub fn show_error(&self, page: &ErrorPage) -> Response {
        let mut response = self.show(page.status, &page.frame.texts.tag(), page);
        if page.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }

    /// Shows what went wrong.
    #[must_use]
    pub fn problem(&self, problem: Problem) -> Response {
        self.show_error(&ErrorPage::new(self.frame(None), problem))
    }

    /// Shows what went wrong, with the application to go back to where there is one.
    #[must_use]
    pub fn problem_with_way_back(&self, problem: Problem, app: Option<(&str, &str)>) -> Response {
        let page = ErrorPage::new(self.frame(None), problem);
        let Some((name, href)) = app else { return self.show_error(&page) };
        let text = page.frame.texts.problem_next_app(name);
        self.show_error(&page.with_next(Link { href: href.to_owned(), text }))
    }

    /// Shows a refusal that nobody but the person can be told of.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal, rule: Problem) -> Response {
        tally::refused("page", refusal);
        let problem = match refusal {
            Refusal::Unavailable { .. } => Problem::Unavailable,
            Refusal::Throttled { retry_after } => {
                return retry_after_header(self.problem(Problem::Throttled(*retry_after)), *retry_after);
            }
            Refusal::Internal(_) => Problem::Internal,
            Refusal::Refused { error, .. } => {
                let problem = match refusal.reason() {
                    CLIENT_UNKNOWN => Problem::UnknownClient,
                    REDIRECT_URI_FOREIGN | REDIRECT_URI_MISSING => Problem::RedirectUri,
                    _ => rule,
                };
                let page = ErrorPage::new(self.frame(None), problem);
                return self.show_error(&page.with_detail(format!("{}: {}", error.code, error.description)));
            }
        };
        self.problem(problem)
    }

    /// Shows that a query or a body could not be read.
    #[must_use]
    pub fn unreadable(&self, unreadable: &Unreadable) -> Response {
        let problem = match unreadable.status {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            _ => Problem::InvalidRequest,
        };
        let mut page = ErrorPage::new(self.frame(None), problem);
        page.status = unreadable.status;
        let detail = format!("{}: {}", ErrorCode::InvalidRequest, unreadable.error.description);
        self.show_error(&page.with_detail(detail))
    }

    /// Sends the person somewhere with GET (RFC 9110 section 15.4.4: so that a form is not sent along).
    #[must_use]
    pub fn see_other(&self, location: &str) -> Response {
        let Ok(location) = HeaderValue::from_str(location) else {
            error!("a location cannot stand in a header");
            return self.problem(Problem::Internal);
        };
        let headers = [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        ];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}

/// Says when to come back.
#[must_use]
pub fn retry_after_header(mut response: Response, wait: Duration) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    response
}

fn html_response(status: StatusCode, language: &str, html: String) -> Response {
    let mut headers = HeaderMap::with_capacity(6);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
        // The sealed state in our addresses is nobody else's to see. Not `no-referrer`: that would also take the
        // `Origin` from our own forms.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(language) = HeaderValue::from_str(language) {
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    (status, headers, html).into_response()
}

/// A visit of a browser that may be signed in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// How it is answered.
    pub pages: Pages,
    /// Which browser it is.
    pub browser: Browser,
    /// Its session.
    pub session: Session,
    /// Whether somebody said here, not long ago, that they want no passkey now.
    pub wants_no_passkey: bool,
    cookie: Option<HeaderValue>,
}

impl std::ops::Deref for Visit {
    type Target = Pages;
    fn deref(&self) -> &Pages {
        &self.pages
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let pages = Pages::from_request_parts(parts, app).await.unwrap_or_else(|never| match never {});
        let browser = Browser::from_request_parts(parts, app).await.unwrap_or_else(|never| match never {});
        let session = Session::from_request_parts(parts, app).await.map_err(|_| pages.problem(Problem::Internal))?;
        let wants_no_passkey = passkey_offer::was_declined(&parts.headers, &app.provider.settings.issuer);
        let cookie = browser.cookie(&app.provider.settings.issuer);
        let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie.to_string()).ok());
        Ok(Self { pages, browser, session, wants_no_passkey, cookie })
    }
}

impl Visit {
    /// Who is signed in.
    ///
    /// # Errors
    /// `Refusal::Unavailable`.
    pub async fn signed_in(&self) -> Result<Option<SignedIn>, Refusal> {
        session::signed_in(&self.call, &self.session).await
    }

    /// Adds the browser's cookie, where the answer holds state that is bound to it.
    #[must_use]
    pub fn with_cookie(&self, mut response: Response) -> Response {
        if let Some(cookie) = &self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        response
    }
}
