//! `/account/activity`: what happened to the account.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::account::{
    Freshness,
    activity::{self, Happening},
};

use super::{device_words, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        view::account::{ActivityPage, HappeningView, Room, When},
        visit::Visit,
    },
    paths,
};

/// `GET /account/activity`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_ACTIVITY, Freshness::Any).await?;
    // What is no number leads to the beginning.
    let before: Option<i64> = params.get_once("before")?.and_then(|before| before.parse().ok());
    let frame = visit.frame(None);
    let texts = frame.texts;
    let path = visit.path(paths::ACCOUNT_ACTIVITY);
    let found = activity::page(&visit.call, &owner.session, before, texts).await?;
    let page = ActivityPage {
        me: visit.me(&owner, Room::Activity, said(params)?)?,
        happenings: found.happenings.into_iter().map(|happening| view(texts, happening)).collect(),
        older: found.older.map(|older| format!("{path}?before={older}")),
        newest: before.map(|_| path),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

fn view(texts: Locale, happening: Happening) -> HappeningView {
    HappeningView {
        what: words(texts, &happening.event, happening.why.as_deref(), happening.app.or(happening.provider).as_deref()),
        when: When::of(happening.at),
        device: device_words(texts, &happening.device),
        place: happening.place.or(happening.address),
    }
}

/// `name` is that of the app or the provider that it was about.
fn words(texts: Locale, event: &str, why: Option<&str>, name: Option<&str>) -> Text {
    let name = name.unwrap_or_default();
    match event {
        "session.opened" => texts.my_event_signed_in(),
        "session.renewed" => texts.my_event_confirmed(),
        "session.ended" => match why {
            Some("from_elsewhere") => texts.my_event_session_ended(),
            Some("administrator") => texts.my_event_session_ended_by_administrator(),
            Some("password_changed") => texts.my_event_session_ended_with_password(),
            _ => texts.my_event_signed_out(),
        },
        "consent.given" => texts.my_event_allowed(name),
        "consent.denied" => texts.my_event_denied(name),
        "consent.withdrawn" => texts.my_event_withdrawn(name),
        "factor.totp_added" => texts.my_event_totp_added(),
        "factor.totp_removed" => texts.my_event_totp_removed(),
        "factor.recovery_codes_made" => texts.my_event_codes_made(),
        "factor.recovery_code_used" => texts.my_event_code_used(),
        "factor.passkey_added" => texts.my_event_passkey_added(),
        "factor.passkey_removed" => texts.my_event_passkey_removed(),
        "factor.passkey_renamed" => texts.my_event_passkey_renamed(),
        "factor.passkey_cloned" => texts.my_event_passkey_refused(),
        "one_time.mailed" => match why {
            Some("sign_in") => texts.my_event_code_mailed(),
            Some("reset_password") => texts.my_event_reset_mailed(),
            _ => texts.my_event_link_mailed(),
        },
        "upstream.linked" => texts.my_event_linked(name),
        "upstream.signed_in" => texts.my_event_proven_by(name),
        "upstream.unlinked" => texts.my_event_unlinked(name),
        "user.address_change_asked" => texts.my_event_address_asked(),
        "user.address_change_canceled" => texts.my_event_address_kept(),
        "user.address_changed" => texts.my_event_address_changed(),
        "user.address_confirmed" => texts.my_event_address_confirmed(),
        "user.created" => texts.my_event_created(),
        "user.reset_link_made" => texts.my_event_reset_link_made(),
        "user.updated" => texts.my_event_updated(),
        "user.password_set" => texts.my_event_password_set(),
        "user.password_changed" => texts.my_event_password_changed(),
        "user.password_reset" => texts.my_event_password_reset(),
        "user.enabled" => texts.my_event_enabled(),
        "user.disabled" => texts.my_event_disabled(),
        "user.factor_required" => texts.my_event_factor_required(),
        "user.factor_not_required" => texts.my_event_factor_not_required(),
        "user.data_exported" => texts.my_event_exported(),
        // Nothing that the trail tells of has no words; the test below says so.
        other => Text::verbatim(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_told_has_words() {
        for event in activity::EVENTS {
            assert_ne!(words(Locale::default(), event, None, Some("Shop")).to_string(), **event, "{event}");
        }
    }
}
