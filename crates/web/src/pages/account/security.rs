//! `/account/security`: what they sign in with, and what protects the account.

pub mod codes;
pub mod linked;
pub mod passkey;
pub mod password;
pub mod totp;

use axum::response::Response;
use http::StatusCode;
use protocol::Params;
use provider::{
    account::Freshness,
    factors::passkey as passkeys,
    sign_in::{Journey, Method, OwnJourney, Proven},
    upstream::accounts,
};
use zeroize::Zeroizing;

use super::{Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        view::{
            RecoveryCodesPage,
            account::{Done, KeyView, LinkedView, Room, SecurityPage, When},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account/security`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_SECURITY, Freshness::Any).await?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let (is_on, person) = (passkeys::is_on(visit.call.provider()), &owner.person);
    let keys = if is_on { passkeys::list(&visit.call, person.user_id).await? } else { Vec::new() };
    let accounts = accounts::list(&visit.call, person.user_id).await?;
    let connectable = accounts::connectable(&visit.call, &accounts, person).await?;
    let has_second = person.has_totp || person.passkeys > 0 || person.recovery_codes > 0;
    let page = SecurityPage {
        me: visit.me(&owner, Room::Security, said(params)?)?,
        has_password: person.has_password,
        has_totp: person.has_totp,
        codes: has_second.then(|| u32::try_from(person.recovery_codes).unwrap_or_default()),
        passkeys: keys
            .into_iter()
            .map(|key| KeyView {
                href: format!("{}?passkey={}", visit.path(paths::ACCOUNT_PASSKEY), key.id),
                name: key.name,
                added: When::of(key.created_at),
                used: key.last_used_at.map(When::of),
            })
            .collect(),
        add_passkey: is_on.then(|| visit.path(paths::ACCOUNT_PASSKEY_ADD)),
        linked: accounts
            .into_iter()
            .map(|account| LinkedView {
                href: format!("{}?account={}", visit.path(paths::ACCOUNT_LINKED), accounts::key(&account)),
                name: account.upstream_name,
                address: account.email,
                works: account.upstream_enabled,
                since: When::of(account.linked_at),
                used: account.last_used_at.map(When::of),
            })
            .collect(),
        connect: connectable.iter().map(|upstream| (upstream.slug.clone(), upstream.name.clone())).collect(),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

/// A factor was added and proven with the same answer: the session rises with it, and recovery codes that came along
/// are shown.
async fn added(
    visit: &Visit,
    owner: &Owner,
    method: Method,
    (codes, done): (Option<Vec<Zeroizing<String>>>, Done),
) -> Result<Response, Stop> {
    let journey = Journey::Own(OwnJourney::to(&visit.call, paths::ACCOUNT_SECURITY));
    let proven = Proven::of_session(&owner.session, visit.call.now).and(method);
    // What it answers leads to the same page. Where it answers nothing, the session has ended meanwhile.
    let risen = visit.proceed(journey, proven).await?;
    match codes {
        Some(codes) => Ok(show_codes(visit, &codes)),
        None if risen.is_some() => Ok(visit.done(paths::ACCOUNT_SECURITY, done)),
        None => Ok(visit.see_other(&visit.path(paths::ACCOUNT_SECURITY))),
    }
}

/// Shows recovery codes, once.
fn show_codes(visit: &Visit, codes: &[Zeroizing<String>]) -> Response {
    let frame = visit.frame(None);
    let language = frame.texts.tag();
    let next = visit.path(paths::ACCOUNT_SECURITY);
    let page = RecoveryCodesPage {
        frame,
        request: None,
        action: &next,
        next: Some(&next),
        codes: codes.iter().map(|code| code.as_str()).collect(),
    };
    visit.with_cookie(visit.show(StatusCode::OK, &language, &page))
}
