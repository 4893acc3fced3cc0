//! `/login/upstream`: signing in with another OpenID provider. There and back, and what is said when it comes to
//! nothing. Who that is here is decided by [`provider::upstream`].

use std::sync::Arc;

use axum::{extract::Path, response::Response};
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    authorize::Page,
    sign_in::{Journey, Proven},
    upstream::{self, Back, Departure, Failure, Outcome, Purpose, Told, Upstream, Wishes},
};

use super::Said;
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{ErrorPage, Frame, Link, OrganizationPage, UpstreamOffer, account::Done},
        visit::Visit,
    },
    paths,
};

/// `GET /login/upstream`: asks for an address, to find the provider of its domain.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /login/upstream`: to the provider of a button, or of an address.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => leave(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// `GET /login/upstream/{slug}/callback`: back from a provider.
pub async fn callback(visit: Visit, Path(slug): Path<String>, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => come_back(&visit, &slug, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let arrived = visit.arrive(params).await?;
    show(visit, &arrived.journey, "", Said::NOTHING).await
}

async fn show(visit: &Visit, journey: &Journey, address: &str, said: Said) -> Result<Response, Stop> {
    let app = visit.app_of(journey).await;
    let frame = visit.frame(journey.ui_locales());
    let texts = frame.texts;
    let request = visit.seal_journey(journey)?;
    let page = OrganizationPage {
        back: &format!("{}?request={request}", visit.path(paths::LOGIN)),
        request: &request,
        address,
        error: said.text(texts),
        app,
        action: &visit.path(paths::UPSTREAM),
        frame,
    };
    Ok(visit.with_cookie(visit.show(said.status, &texts.tag(), &page)))
}

async fn leave(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let arrived = visit.arrive(&form.0).await?;
    if visit.must_be_shown_anew(&arrived)? {
        return visit.send_to_step(Page::SignIn, &arrived.journey);
    }
    let upstreams = visit.call.upstreams().await?;
    let address = form.field("address")?.map(str::trim).filter(|address| !address.is_empty());
    let found = match (form.field("upstream")?, address) {
        (Some(slug), _) => match upstreams.by_slug(slug) {
            Some(upstream) => Arc::clone(upstream),
            // It was switched off since the page was shown.
            None => return visit.send_to_step(Page::SignIn, &arrived.journey),
        },
        (None, Some(address)) => match upstreams.for_login(address) {
            Some(upstream) => Arc::clone(upstream),
            None => {
                return show(visit, &arrived.journey, address, Said::wrong(Locale::upstream_address_unknown)).await;
            }
        },
        (None, None) => {
            return show(visit, &arrived.journey, "", Said::wrong(Locale::upstream_address_missing)).await;
        }
    };
    visit.send_upstream(&arrived.journey, &found, address).await
}

impl Visit {
    /// Sends the browser to a provider, for a sign-in on this journey. `typed` is what they typed to sign in with.
    ///
    /// # Errors
    /// `Stop`, with the page that says why not.
    pub(super) async fn send_upstream(
        &self,
        journey: &Journey,
        upstream: &Arc<Upstream>,
        typed: Option<&str>,
    ) -> Result<Response, Stop> {
        let session = self.signed_in().await?;
        let departure = Departure {
            browser: self.browser.binding(),
            purpose: Purpose::SignIn,
            wishes: Wishes::on(&self.call, journey, session.as_ref(), typed),
            inner: Some(self.seal_journey(journey)?),
        };
        match upstream::begin(&self.call, upstream, departure).await {
            Ok(address) => Ok(self.with_cookie(self.see_other(&address))),
            Err(failure) => fail(self, *failure),
        }
    }

    /// The provider that speaks for the domain of what somebody typed to sign in.
    ///
    /// # Errors
    /// `Stop` when it cannot be known.
    pub(super) async fn upstream_for(&self, typed: &str) -> Result<Option<Arc<Upstream>>, Stop> {
        Ok(self.call.upstreams().await?.for_login(typed).cloned())
    }

    /// What the sign-in page offers besides the password. Nothing while it cannot be known.
    pub(super) async fn upstream_offer(&self, request: &str) -> UpstreamOffer {
        let Ok(upstreams) = self.call.upstreams().await else { return UpstreamOffer::default() };
        let path = self.path(paths::UPSTREAM);
        UpstreamOffer {
            buttons: upstreams.buttons().map(|upstream| (upstream.slug.clone(), upstream.name.clone())).collect(),
            organization: upstreams.has_domains().then(|| format!("{path}?request={request}")),
            action: path,
        }
    }
}

async fn come_back(visit: &Visit, slug: &str, params: &Params) -> Result<Response, Stop> {
    let session = visit.signed_in().await?;
    let language = Some(visit.frame(None).texts);
    let back = Back { slug, params, browser: visit.browser.binding(), session: session.as_ref(), language };
    let arrived = match upstream::finish(&visit.call, &back).await {
        Ok(arrived) => arrived,
        Err(failure) => return fail(visit, *failure),
    };
    let inner = arrived.inner.unwrap_or_default();
    match arrived.outcome {
        Outcome::SignedIn(proven) | Outcome::Created(proven) => go_on(visit, (&inner, &arrived.upstream), proven).await,
        Outcome::Confirm(sealed) => {
            let path = visit.path(paths::UPSTREAM_LINK);
            Ok(visit.with_cookie(visit.see_other(&format!("{path}?link={sealed}"))))
        }
        Outcome::Linked => Ok(visit.done(paths::ACCOUNT_SECURITY, Done::Connected)),
    }
}

/// The journey that a sealed state is of, after a trip that took it along.
pub(super) async fn reopen(visit: &Visit, inner: &str) -> Result<Journey, Stop> {
    Ok(visit.arrive(&Params::from_pairs([("request", inner)])).await?.journey)
}

async fn go_on(visit: &Visit, (inner, upstream): (&str, &Arc<Upstream>), proven: Proven) -> Result<Response, Stop> {
    let journey = reopen(visit, inner).await?;
    if let Some(response) = visit.proceed(journey, proven).await? {
        return Ok(response);
    }
    // Another person than the one who is asked to sign in again.
    let words = |texts: Locale| (texts.upstream_other_title(), texts.upstream_other_message(&upstream.name));
    Ok(problem(visit, StatusCode::FORBIDDEN, words, WayBack::SignIn(Some(inner))))
}

/// Says what went wrong, and offers the way back.
pub(in crate::pages) fn fail(visit: &Visit, failure: Failure) -> Result<Response, Stop> {
    let told = failure.told?;
    let name = failure.upstream.as_ref().map(|upstream| upstream.name.clone()).unwrap_or_default();
    let status = match told {
        // Not 503: that would tell proxies that it is we who do not work.
        Told::Unavailable => StatusCode::FAILED_DEPENDENCY,
        Told::NoAccount | Told::Disabled | Told::Taken => StatusCode::FORBIDDEN,
        Told::OtherBrowser | Told::Expired | Told::Gone | Told::Denied | Told::NotAccepted => StatusCode::BAD_REQUEST,
    };
    let words = |texts: Locale| match told {
        Told::OtherBrowser => (texts.problem_other_browser_title(), texts.problem_other_browser_message()),
        Told::Expired => (texts.upstream_expired_title(), texts.upstream_expired_message()),
        Told::Gone => (texts.upstream_gone_title(), texts.upstream_gone_message()),
        Told::Denied => (texts.upstream_denied_title(&name), texts.upstream_denied_message(&name)),
        Told::Unavailable => (texts.upstream_unavailable_title(&name), texts.upstream_unavailable_message()),
        Told::NotAccepted => (texts.upstream_not_accepted_title(&name), texts.upstream_not_accepted_message()),
        Told::NoAccount => (texts.upstream_no_account_title(), texts.upstream_no_account_message(&name)),
        Told::Disabled => (texts.upstream_disabled_title(), texts.upstream_disabled_message()),
        Told::Taken => (texts.upstream_taken_title(), texts.upstream_taken_message(&name)),
    };
    let way_back = if failure.linking { WayBack::Account } else { WayBack::SignIn(failure.inner.as_deref()) };
    Ok(problem(visit, status, words, way_back))
}

/// Where somebody was when they left for a provider.
#[derive(Clone, Copy)]
enum WayBack<'a> {
    /// On the way somewhere, as sealed.
    SignIn(Option<&'a str>),
    /// On their account page.
    Account,
}

/// A page of what went wrong, with the way back to what it was part of.
fn problem(
    visit: &Visit,
    status: StatusCode,
    words: impl FnOnce(Locale) -> (Text, Text),
    way_back: WayBack<'_>,
) -> Response {
    // What a provider sent us here with is used up, and nobody's to see: there is no coming back to this address.
    let frame = Frame { here: None, ..visit.frame(None) };
    let (title, message) = words(frame.texts);
    let login = visit.path(paths::LOGIN);
    let (href, text) = match way_back {
        WayBack::SignIn(Some(inner)) => (format!("{login}?request={inner}"), frame.texts.upstream_back()),
        WayBack::SignIn(None) => (login, frame.texts.upstream_back()),
        WayBack::Account => (visit.path(paths::ACCOUNT_SECURITY), frame.texts.upstream_back_account()),
    };
    let next = Some(Link { href, text });
    let request_id = frame.request_id.clone();
    visit.show_error(&ErrorPage { frame, status, title, message, next, detail: None, request_id })
}
