//! `/account`: who they are, and what they say of themselves.

use axum::response::Response;
use http::StatusCode;
use messages::{Locale, Text};
use protocol::Params;
use provider::{
    account::{
        Freshness,
        profile::{self, Field, Profile, Wrong},
    },
    mail,
};

use super::{Owner, said};
use crate::{
    extract::{Query, params::Unreadable},
    pages::{
        flow::Stop,
        form::OwnForm,
        view::{
            Problem,
            account::{Done, FieldView, ProfileEditPage, ProfilePage, Room},
        },
        visit::Visit,
    },
    paths,
};

/// `GET /account`.
pub async fn get(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `GET /account/profile`.
pub async fn edit(visit: Visit, query: Result<Query, Unreadable>) -> Response {
    let outcome = match query {
        Ok(Query(params)) => show_form(&visit, &params).await,
        Err(unreadable) => return visit.unreadable(&unreadable),
    };
    visit.finish(outcome)
}

/// `POST /account/profile`.
pub async fn post(visit: Visit, form: Result<OwnForm, Response>) -> Response {
    let outcome = match form {
        Ok(form) => submit(&visit, &form).await,
        Err(response) => return response,
    };
    visit.finish(outcome)
}

async fn read(visit: &Visit, owner: &Owner) -> Result<Profile, Stop> {
    profile::read(&visit.call, &owner.session).await?.ok_or(Stop::Problem(Problem::Unavailable))
}

async fn show(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT, Freshness::Any).await?;
    let profile = read(visit, &owner).await?;
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = ProfilePage {
        me: visit.me(&owner, Room::Profile, said(params)?)?,
        username: profile.username,
        email: profile.email.map(|email| (email, profile.email_verified)),
        change_email: mail::is_configured(visit.call.provider()).then(|| visit.path(paths::ACCOUNT_EMAIL)),
        values: profile.values.iter().map(|(field, value)| (label(texts, *field), in_words(*field, value))).collect(),
        edit: visit.path(paths::ACCOUNT_PROFILE),
        frame,
    };
    Ok(visit.with_cookie(visit.show(StatusCode::OK, &texts.tag(), &page)))
}

fn label(texts: Locale, field: Field) -> Text {
    match field {
        Field::Name => texts.my_name(),
        Field::GivenName => texts.my_given_name(),
        Field::FamilyName => texts.my_family_name(),
        Field::Nickname => texts.my_nickname(),
        Field::Locale => texts.my_locale(),
        Field::Zoneinfo => texts.my_zoneinfo(),
    }
}

/// A language by the name that it has for itself.
fn in_words(field: Field, value: &str) -> String {
    let language = if field == Field::Locale { Locale::tagged(value) } else { None };
    language.map_or_else(|| value.to_owned(), |language| language.language_name().to_string())
}

async fn show_form(visit: &Visit, params: &Params) -> Result<Response, Stop> {
    let owner = visit.enter(paths::ACCOUNT_PROFILE, Freshness::Any).await?;
    let profile = read(visit, &owner).await?;
    form_page(visit, &owner, (&profile.values, &[]), (StatusCode::OK, said(params)?))
}

/// What was typed, and what is wrong with it.
type Typed<'a> = (&'a [(Field, String)], &'a [(Field, Wrong)]);

fn form_page(
    visit: &Visit,
    owner: &Owner,
    (values, wrong): Typed<'_>,
    (status, done): (StatusCode, Option<Done>),
) -> Result<Response, Stop> {
    let frame = visit.frame(None);
    let texts = frame.texts;
    let page = ProfileEditPage {
        me: visit.me(owner, Room::Profile, done)?,
        action: visit.path(paths::ACCOUNT_PROFILE),
        back: visit.path(paths::ACCOUNT),
        fields: values.iter().map(|(field, value)| field_view(texts, *field, value, wrong)).collect(),
        frame,
    };
    Ok(visit.with_cookie(visit.show(status, &texts.tag(), &page)))
}

fn field_view(texts: Locale, field: Field, value: &str, wrong: &[(Field, Wrong)]) -> FieldView {
    let error = wrong.iter().find(|(about, _)| *about == field).map(|(_, what)| match what {
        Wrong::TooLong => texts.my_error_too_long(),
        Wrong::Characters => texts.my_error_characters(),
        Wrong::Zone => texts.my_error_zone(),
    });
    let choices = if field == Field::Locale { languages(texts, value) } else { Vec::new() };
    FieldView {
        name: field.claim(),
        label: label(texts, field),
        value: value.to_owned(),
        hint: (field == Field::Zoneinfo).then(|| texts.my_zoneinfo_hint()),
        error,
        autocomplete: match field {
            Field::Name => "name",
            Field::GivenName => "given-name",
            Field::FamilyName => "family-name",
            Field::Nickname => "nickname",
            Field::Locale | Field::Zoneinfo => "off",
        },
        choices,
    }
}

/// Every language, none, and the one that it is.
fn languages(texts: Locale, now: &str) -> Vec<(String, String)> {
    let mut choices = vec![(String::new(), texts.my_locale_none().to_string())];
    choices.extend(Locale::all().map(|locale| (locale.tag(), locale.language_name().to_string())));
    if !choices.iter().any(|(tag, _)| tag == now) {
        choices.push((now.to_owned(), now.to_owned()));
    }
    choices
}

async fn submit(visit: &Visit, form: &OwnForm) -> Result<Response, Stop> {
    let owner = visit.enter_with(form, paths::ACCOUNT_PROFILE, Freshness::Any).await?;
    let mut values = Vec::new();
    for field in Field::ALL {
        values.push((field, form.field(field.claim())?.unwrap_or_default().to_owned()));
    }
    match profile::update(&visit.call, &owner.session, &values).await? {
        Ok(()) => Ok(visit.done(paths::ACCOUNT, Done::Saved)),
        Err(wrong) => form_page(visit, &owner, (&values, &wrong), (StatusCode::BAD_REQUEST, None)),
    }
}
