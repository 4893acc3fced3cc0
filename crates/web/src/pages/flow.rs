//! An authorization request on its way through our pages: opened from its sealed state, judged, and sent on.

use axum::response::Response;
use http::StatusCode;
use protocol::{
    OAuthError, Params,
    authorization::{AuthorizationResponse, ResponseMode},
};
use provider::{
    Refusal,
    authorize::{self, Authorization, Flow, Next, Page, Rejected, RequestState, interaction},
    browser_state::Origin,
    registry::Client,
    sessions::SignedIn,
    sign_in::{Journey, Person},
};
use url::Url;

use super::{
    view::{AccountView, AppView, FormPostPage, Frame, Problem},
    visit::Visit,
};
use crate::paths;

/// Why a page is not shown, or a form not followed.
#[derive(Debug)]
pub enum Stop {
    /// A page says what went wrong.
    Problem(Problem),
    /// The same, with the application to go back to.
    WayBack(Problem, Option<(String, String)>),
    /// A rule, or the database, says no.
    Refusal(Refusal),
    /// The request did not pass the table of checks.
    Rejected(Rejected),
    /// Something else is to be seen first, or instead.
    Instead(Box<Response>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Rejected> for Stop {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

impl From<OAuthError> for Stop {
    fn from(error: OAuthError) -> Self {
        Self::Refusal(error.into())
    }
}

/// An authorization request that came back to a page of ours.
#[derive(Debug)]
pub struct Reopened {
    /// The request, judged anew.
    pub flow: Flow,
    /// Whether it came back from the browser that it was sealed for. From elsewhere nothing is done for it.
    pub origin: Origin,
}

impl Visit {
    /// Turns what a handler came to into an answer.
    #[must_use]
    pub fn finish(&self, outcome: Result<Response, Stop>) -> Response {
        match outcome {
            Ok(response) => response,
            Err(Stop::Problem(problem)) => self.problem(problem),
            Err(Stop::WayBack(problem, app)) => {
                let app = app.as_ref().map(|(name, href)| (name.as_str(), href.as_str()));
                self.problem_with_way_back(problem, app)
            }
            Err(Stop::Refusal(refusal) | Stop::Rejected(Rejected::Page(refusal))) => {
                self.refusal(&refusal, Problem::InvalidRequest)
            }
            Err(Stop::Rejected(Rejected::Client(response))) => self.answer(&response),
            Err(Stop::Instead(response)) => *response,
        }
    }

    /// Opens the authorization request in `request` and judges it anew.
    ///
    /// # Errors
    /// `Stop` when it is missing, garbled or too old, or does not pass any more.
    pub async fn reopen(&self, params: &Params) -> Result<Reopened, Stop> {
        self.reopen_sealed(params.get_once("request")?.ok_or(Stop::Problem(Problem::Expired))?).await
    }

    /// The same, whoever kept it.
    ///
    /// # Errors
    /// `Stop` when it is garbled or too old, or does not pass any more.
    pub async fn reopen_sealed(&self, sealed: &str) -> Result<Reopened, Stop> {
        let opened = RequestState::open(&self.call, self.browser.binding(), sealed);
        let opened = opened.ok_or(Stop::Problem(Problem::Expired))?;
        self.note_ui_locales(opened.value.sent.ui_locales.as_deref());
        let expired = opened.expired;
        let flow = authorize::resume(&self.call, opened.value).await?;
        self.note_client(&flow.authorization.client);
        if expired {
            return Err(Stop::WayBack(Problem::Expired, way_back(&flow.authorization.client)));
        }
        Ok(Reopened { flow, origin: opened.origin })
    }

    /// Judges who is signed in, and sends the request on: to a page, or back to the application.
    ///
    /// # Errors
    /// `Stop`.
    pub async fn go_on(&self, flow: &Flow) -> Result<Response, Stop> {
        let session = self.signed_in().await?;
        let next = interaction::advance(&self.call, flow, session.as_ref()).await?;
        self.follow(flow, next)
    }

    /// Goes where the decision says.
    ///
    /// # Errors
    /// `Stop`.
    pub fn follow(&self, flow: &Flow, next: Next) -> Result<Response, Stop> {
        match next {
            Next::Show(page) => self.send_to(page, &flow.state),
            Next::Answer(response) => Ok(self.answer(&response)),
            Next::Go(path) => Ok(self.see_other(&self.path(&path))),
            Next::Spent => Err(Stop::WayBack(Problem::Used, way_back(&flow.authorization.client))),
        }
    }

    /// Sends the browser to a page with the sealed state of the request.
    ///
    /// # Errors
    /// `Stop`.
    pub fn send_to(&self, page: Page, state: &RequestState) -> Result<Response, Stop> {
        let sealed = self.seal(state)?;
        Ok(self.with_cookie(self.see_other(&format!("{}?request={sealed}", self.path(page_path(page))))))
    }

    /// Seals the state of a request for this browser.
    ///
    /// # Errors
    /// `Stop`.
    pub fn seal(&self, state: &RequestState) -> Result<String, Stop> {
        Ok(state.seal(&self.call, self.browser.binding())?)
    }

    /// Sends the answer to the application, as it asked to be answered.
    #[must_use]
    pub fn answer(&self, response: &AuthorizationResponse) -> Response {
        match response.mode {
            ResponseMode::Query => self.see_other(&response.query_redirect_url()),
            ResponseMode::FormPost => {
                let fields: Vec<_> =
                    response.form_fields().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                // To open it anew would not answer anew.
                let frame = Frame { here: None, ..self.frame(None) };
                let language = frame.texts.tag();
                let page = FormPostPage { frame, action: &response.redirect_uri, fields: &fields };
                self.show(StatusCode::OK, &language, &page)
            }
        }
    }

    /// The form came back from the browser that it was made for. If it did not, but the browser keeps cookies, the
    /// person sees the page anew.
    ///
    /// # Errors
    /// `Stop` in both cases.
    pub fn require_same_browser(&self, reopened: &Reopened, page: Page) -> Result<(), Stop> {
        if self.came_from_elsewhere(reopened)? {
            return Err(Stop::Instead(Box::new(self.send_to(page, &reopened.flow.state)?)));
        }
        Ok(())
    }

    /// Whether a form was made for another browser, or before this one got the cookie that it has now.
    ///
    /// # Errors
    /// `Stop` when the browser keeps no cookies: to show the form anew would not help.
    pub fn came_from_elsewhere(&self, reopened: &Reopened) -> Result<bool, Stop> {
        match reopened.origin {
            Origin::SameBrowser => Ok(false),
            Origin::Elsewhere if self.browser.is_known() => Ok(true),
            Origin::Elsewhere => {
                Err(Stop::WayBack(Problem::OtherBrowser, way_back(&reopened.flow.authorization.client)))
            }
        }
    }

    /// To say so to a browser that keeps no cookies.
    #[must_use]
    pub fn keeps_no_cookies(&self, journey: &Journey) -> Stop {
        match journey.flow() {
            Some(flow) => Stop::WayBack(Problem::OtherBrowser, way_back(&flow.authorization.client)),
            None => Stop::Problem(Problem::OtherBrowser),
        }
    }
}

/// The path of a page, below the issuer.
#[must_use]
pub fn page_path(page: Page) -> &'static str {
    match page {
        Page::SignIn | Page::SignInAgain => paths::LOGIN,
        Page::SignUp => paths::SIGN_UP,
        Page::StepUp => paths::VERIFY,
        Page::Enroll => paths::ENROLL,
        Page::SelectAccount => paths::SELECT_ACCOUNT,
        Page::Consent => paths::CONSENT,
    }
}

/// The application that asked, as people know it, without its picture (`Pages::app_view` adds it).
#[must_use]
pub fn app_view(authorization: &Authorization) -> AppView {
    client_view(&authorization.client, host_of(&authorization.reply.redirect_uri))
}

/// An application without its picture; `host` is where it lives.
#[must_use]
pub fn client_view(client: &Client, host: String) -> AppView {
    let metadata = &client.metadata;
    AppView {
        name: name_of(client).to_owned(),
        host,
        logo: None,
        policy_uri: metadata.policy_uri.clone(),
        tos_uri: metadata.tos_uri.clone(),
    }
}

fn name_of(client: &Client) -> &str {
    client.metadata.client_name.as_deref().unwrap_or(&client.client_id)
}

/// The host of a URI, with its port where that is not the usual one; the scheme where it has no host.
#[must_use]
pub fn host_of(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else { return String::new() };
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}

/// The home page of an application, to go back to when a request has come to nothing: (name, address).
#[must_use]
pub fn way_back(client: &Client) -> Option<(String, String)> {
    let metadata = &client.metadata;
    let home = match &metadata.client_uri {
        Some(registered) => registered.clone(),
        // What an app on a device listens on is no place to go to.
        None if metadata.is_native() => return None,
        None => metadata.redirect_uris.first().and_then(|uri| origin_of(uri))?,
    };
    Some((name_of(client).to_owned(), home))
}

fn origin_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(format!("{}/", url.origin().ascii_serialization()))
}

/// The person who is signed in, as a page shows them.
#[must_use]
pub fn account_view(session: &SignedIn) -> AccountView {
    let name = session.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&session.username);
    AccountView { name: name.to_owned(), username: session.username.clone() }
}

/// A person in the middle of a sign-in, as a page shows them.
#[must_use]
pub fn person_view(person: &Person) -> AccountView {
    let name = person.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&person.username);
    AccountView { name: name.to_owned(), username: person.username.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (uri, host) in [
            ("https://shop.test/cb", "shop.test"),
            ("https://shop.test:8443/cb", "shop.test:8443"),
            ("http://127.0.0.1:5000/cb", "127.0.0.1:5000"),
            ("com.example.app:/cb", "com.example.app"),
            ("nonsense", ""),
        ] {
            assert_eq!(host_of(uri), host, "{uri}");
        }
    }

    #[test]
    fn only_web_addresses_are_gone_back_to() {
        assert_eq!(origin_of("https://shop.test/a/cb?x").as_deref(), Some("https://shop.test/"));
        assert_eq!(origin_of("http://localhost:8081/cb").as_deref(), Some("http://localhost:8081/"));
        assert_eq!(origin_of("com.example.app:/cb"), None);
    }
}
