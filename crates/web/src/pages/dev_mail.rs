//! `/dev/mail`: what `chancery dev` trapped instead of sending it. Where mail is sent, or off, there is no such page.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use provider::mail::{Trap, Trapped};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::{
    view::{CONTENT_SECURITY_POLICY, DevMailOnePage, DevMailPage, Line, MailView, Problem},
    visit::Pages,
};
use crate::state::App;

/// What the HTML part of a mail may do: show itself, and open its links elsewhere.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

fn trap(app: &App) -> Option<&Trap> {
    app.provider.mailer.trap()
}

/// `GET /dev/mail`.
pub async fn list(State(app): State<App>, pages: Pages) -> Response {
    let Some(trap) = trap(&app) else { return pages.problem(Problem::NotFound) };
    let frame = pages.frame(None);
    let language = frame.texts.tag();
    let mails = trap.all().into_iter().map(view).collect();
    pages.show(StatusCode::OK, &language, &DevMailPage { frame, mails })
}

/// `GET /dev/mail/{id}`.
pub async fn one(State(app): State<App>, Path(id): Path<String>, pages: Pages) -> Response {
    let Some(trapped) = trap(&app).and_then(|trap| trap.find(&id)) else { return pages.problem(Problem::NotFound) };
    let frame = pages.frame(None);
    let language = frame.texts.tag();
    let lines = Line::all(&trapped.text);
    let mut response = pages.show(StatusCode::OK, &language, &DevMailOnePage { frame, mail: view(trapped), lines });
    // This page alone holds a frame, of the address below.
    let policy = HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'"));
    if let Ok(policy) = policy {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `GET /dev/mail/{id}/html`.
pub async fn html(State(app): State<App>, Path(id): Path<String>, pages: Pages) -> Response {
    let Some(trapped) = trap(&app).and_then(|trap| trap.find(&id)) else { return pages.problem(Problem::NotFound) };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, trapped.html).into_response()
}

fn view(trapped: Trapped) -> MailView {
    let at = OffsetDateTime::from(trapped.date);
    let clock = at.format(format_description!("[hour]:[minute]:[second] UTC")).unwrap_or_default();
    let Trapped { id, to, subject, .. } = trapped;
    MailView { id, to, subject, at: at.format(&Rfc3339).unwrap_or_default(), clock }
}
