//! `/consent`: what an application would be allowed to do, in plain words, and the person's answer.

use axum::response::Response;
use http::StatusCode;
use messages::Locale;
use protocol::{
    Params,
    scope::{IDENTITY_SCOPES, ScopePairs},
};
use provider::{
    Refusal,
    authorize::{
        Flow, Next, Page,
        consent::{self, Answered},
        interaction,
    },
};

use super::{
    flow::{Stop, account_view, host_of},
    form::OwnForm,
    view::{ConsentPage, ScopeGroup, ScopeItem},
    visit::Visit,
};
use crate::extract::{Query, params::Unreadable};

/// `GET /consent`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => open(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /consent`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn open(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let flow = visit.reopen(params).await?.flow;
    let session = visit.signed_in().await?;
    let next = interaction::advance(&visit.call, &flow, session.as_ref()).await?;
    let (Next::Show(Page::Consent), Some(session)) = (&next, session) else { return visit.follow(&flow, next) };
    let request = visit.seal(&flow.state.clone().asking(&session, &flow.authorization.consent_pairs))?;
    let frame = visit.frame(flow.state.sent.ui_locales.as_deref());
    let language = frame.texts.tag();
    let page = ConsentPage {
        scopes: scopes(visit, &flow.authorization.consent_pairs, frame.texts).await?,
        frame,
        request: &request,
        app: visit.app_view(&flow.authorization).await,
        account: account_view(&session),
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &language, &page)))
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let reopened = visit.reopen(&form.0).await?;
    visit.require_same_browser(&reopened, Page::Consent)?;
    let flow = reopened.flow;
    let session = visit.signed_in().await?;
    let answered = match form.field("choice")? {
        Some("allow") => consent::allow(&visit.call, &flow, session.as_ref()).await?,
        Some("deny") => consent::deny(&visit.call, &flow, session.as_ref()).await?,
        Some("switch") => {
            let Flow { state, authorization } = flow;
            return visit.go_on(&Flow { state: state.for_somebody_else(), authorization }).await;
        }
        _ => return visit.send_to(Page::Consent, &flow.state),
    };
    match answered {
        Answered::Next(next) => visit.follow(&flow, next),
        // They must see what is asked of them before they answer.
        Answered::SeenOtherwise => visit.send_to(Page::Consent, &flow.state.bare()),
    }
}

/// What an application may do, in plain words: first what it learns about the person, then what it may do, by API.
pub(super) async fn scopes(visit: &Visit, pairs: &ScopePairs, texts: Locale) -> Result<Vec<ScopeGroup>, Refusal> {
    let issuer = visit.call.settings.issuer.as_str();
    let mut groups = Vec::new();
    let identity = pairs.for_resource(issuer);
    if !identity.is_empty() {
        let words = |scope: &str| texts.identity_scope(scope).map_or_else(|| scope.to_owned(), |text| text.to_string());
        groups.push(ScopeGroup {
            resource_name: texts.consent_identity_group().to_string(),
            host: String::new(),
            items: IDENTITY_SCOPES
                .iter()
                .filter(|scope| identity.contains(scope))
                .map(|scope| ScopeItem { text: words(scope) })
                .collect(),
        });
    }
    for identifier in pairs.resources().filter(|identifier| *identifier != issuer) {
        let resource = visit.call.resource(identifier).await?;
        let known = resource.as_deref();
        let words = |scope: &str| {
            if scope.is_empty() {
                return texts.consent_resource_alone().to_string();
            }
            let description = known.and_then(|known| known.scopes.get(scope)).filter(|text| !text.is_empty());
            description.cloned().unwrap_or_else(|| scope.to_owned())
        };
        groups.push(ScopeGroup {
            resource_name: known.map_or(identifier, |known| known.name.as_str()).to_owned(),
            host: host_of(identifier),
            items: pairs.for_resource(identifier).iter().map(|scope| ScopeItem { text: words(scope) }).collect(),
        });
    }
    Ok(groups)
}
