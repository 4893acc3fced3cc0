//! `/account/security/linked`: connecting an account at another provider, by a trip there; and disconnecting one.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    account::Freshness,
    upstream::{
        self, Departure, Purpose, Wishes,
        accounts::{self, Account, Unlinked},
    },
};

use super::super::{Answer, Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        sign_in::upstream::fail,
        view::{
            Problem,
            account::{Done, LinkedPage, Room},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/security/linked`: asks whether an account is to be disconnected.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/security/linked`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => match form.field("connect") {
            Ok(Some(slug)) => connect(&visit, &form, slug).await,
            Ok(None) => disconnect(&visit, &form).await,
            Err(error) => Err(error.into()),
        },
        Err(response) => return response,
    };
    visit.finish(outcome)
}

/// Sends the browser to the provider. Whoever must sign in first comes back to the page with the button.
async fn connect(visit: &Visit, form: &OwnForm, slug: &str) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_SECURITY, Freshness::Fresh).await?;
    let own = accounts::list(&visit.call, owner.person.user_id).await?;
    let offered = accounts::connectable(&visit.call, &own, &owner.person).await?;
    let Some(upstream) = offered.iter().find(|upstream| upstream.slug == slug) else {
        // It was switched off since the page was shown, or an account there is connected already.
        return Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY)));
    };
    let language = visit.frame(None).texts.tag();
    let departure = Departure {
        browser: visit.browser.binding(),
        purpose: Purpose::Link(owner.session.user_id),
        wishes: Wishes { ui_locales: Some(&language), ..Wishes::default() },
        inner: None,
    };
    match upstream::begin(&visit.call, upstream, departure).await {
        Ok(address) => Ok(visit.with_cookie(visit.see_other(&address))),
        Err(failure) => fail(visit, *failure),
    }
}

/// One of the person's own.
async fn find(visit: &Visit, owner: &Owner, key: Option<&str>) -> Result<Account, Stop> {
    let own = accounts::list(&visit.call, owner.person.user_id).await?;
    let found = own.into_iter().find(|account| key == Some(&accounts::key(account)));
    found.ok_or(Stop::Problem(Problem::NotFound))
}

/// The page of one account, to come back to.
fn page_of(key: Option<&str>) -> String {
    match key {
        Some(key) if key.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{}?account={key}", paths::ACCOUNT_LINKED)
        }
        _ => paths::ACCOUNT_SECURITY.to_owned(),
    }
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let key = params.get_once("account")?;
    let owner = visit.enter(&page_of(key), Freshness::Fresh).await?;
    let account = find(visit, &owner, key).await?;
    show(visit, &owner, &account, (StatusCode::OK, None, said(params)?))
}

fn show(visit: &Visit, owner: &Owner, account: &Account, (status, error, done): Answer) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = LinkedPage {
        me: visit.me(owner, Room::Security, done)?,
        action: visit.path(paths::ACCOUNT_LINKED),
        back: visit.path(paths::ACCOUNT_SECURITY),
        key: accounts::key(account),
        name: account.upstream_name.clone(),
        address: account.email.clone(),
        error: error.map(|error| error(texts)),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

async fn disconnect(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let key = form.field("account")?;
    let owner = visit.enter_with(form, &page_of(key), Freshness::Fresh).await?;
    let account = find(visit, &owner, key).await?;
    match accounts::unlink(&visit.call, &owner.session, &account).await? {
        Unlinked::Done => Ok(visit.done(paths::ACCOUNT_SECURITY, Done::Disconnected)),
        Unlinked::Missing => Err(Stop::Problem(Problem::NotFound)),
        Unlinked::OnlyWay => {
            let error = Locale::my_disconnect_only_way as fn(Locale) -> Text;
            show(visit, &owner, &account, (StatusCode::CONFLICT, Some(error), None))
        }
    }
}
