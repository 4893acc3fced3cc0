//! One mail: made anew from what the outbox knows, and handed in.

use messages::{
    Locale,
    mail::{Frame, Mail, Once, Rendered},
};
use outbound::mail::MailError;
use storage::outbox::Delivery;
use time::{Duration, OffsetDateTime, macros::format_description};
use tracing::debug;

use super::{Letter, Notice, Stored};
use crate::{
    Context,
    delivery::Failure,
    one_time::{self, Fresh, Kind},
    settings::Settings,
};

/// The page where people look after their account, below the issuer.
pub const ACCOUNT: &str = "/account";
/// The sign-in page, below the issuer.
pub const LOGIN: &str = "/login";

/// What nobody took for so long is no news any more: no instance sent mail.
const LATEST: Duration = Duration::DAY;

/// Makes one attempt.
pub(crate) async fn deliver(context: &Context, delivery: &Delivery) -> Result<(), Failure> {
    let stored: Stored =
        serde_json::from_value(delivery.payload.clone()).map_err(|error| Failure::Never(error.to_string()))?;
    if context.now - delivery.created_at > LATEST {
        debug!(delivery = %delivery.id, "nobody sent it in time: dropped");
        return Ok(());
    }
    let locale = Locale::negotiate(Some(&stored.locale), None);
    let Some(rendered) = render(context, &stored, locale, delivery.created_at).await? else {
        debug!(delivery = %delivery.id, "its link works no more: not sent");
        return Ok(());
    };
    let letter = outbound::mail::Letter {
        to: &stored.to,
        subject: &rendered.subject,
        text: &rendered.text,
        html: &rendered.html,
        language: &locale.tag(),
        id: &delivery.id.to_string(),
        date: delivery.created_at.into(),
    };
    context.mailer.send(&letter).await.map_err(|error| match error {
        MailError::Refused(reason) => Failure::Never(reason),
        error => Failure::Later(error.to_string()),
    })?;
    metrics::counter!("chancery_mails_total").increment(1);
    debug!(delivery = %delivery.id, "a mail was handed in");
    Ok(())
}

async fn render(
    context: &Context,
    stored: &Stored,
    locale: Locale,
    at: OffsetDateTime,
) -> Result<Option<Rendered>, Failure> {
    let settings = &context.settings;
    let written =
        |mail: Mail<'_>| write(settings, mail, locale, stored.account.as_deref(), at).map(Some).map_err(Failure::Never);
    match &stored.letter {
        Letter::OneTime { id } => {
            let fresh = one_time::fresh(context, *id).await.map_err(|error| Failure::Later(error.to_string()))?;
            let Some(Fresh { kind, token, code, within }) = fresh else { return Ok(None) };
            let link = settings.issuer.endpoint(&format!("{}?token={token}", kind.path()));
            let once = Once { link: &link, within };
            written(match kind {
                Kind::VerifyAddress => Mail::VerifyAddress(once),
                Kind::SignIn => Mail::SignIn { once, code: code.as_deref().unwrap_or_default() },
                Kind::ResetPassword => Mail::ResetPassword(once),
                Kind::ChangeAddress => Mail::ConfirmNewAddress(once),
                Kind::Invitation => Mail::Invitation(once),
                Kind::SignUp => Mail::SignUp(once),
            })
        }
        Letter::SignUpTaken => written(Mail::SignUpTaken { sign_in: &settings.issuer.endpoint(LOGIN) }),
        Letter::Notice(notice) => written(notice.mail()),
    }
}

/// A mail of this service, in words.
pub(crate) fn write(
    settings: &Settings,
    mail: Mail<'_>,
    locale: Locale,
    account: Option<&str>,
    at: OffsetDateTime,
) -> Result<Rendered, String> {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let when = at.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default();
    let frame = Frame {
        service: &settings.service,
        home: settings.issuer.as_str(),
        account_page: &settings.issuer.endpoint(ACCOUNT),
        account,
        when: &when,
    };
    mail.render(locale, &frame).map_err(|error| error.to_string())
}

impl Notice {
    fn mail(&self) -> Mail<'_> {
        match self {
            Self::AddressChanging { new } => Mail::AddressChanging { new },
            Self::AddressChanged { new } => Mail::AddressChanged { new },
            Self::PasswordChanged => Mail::PasswordChanged,
            Self::PasskeyAdded { name } => Mail::PasskeyAdded { name },
            Self::PasskeyRemoved { name } => Mail::PasskeyRemoved { name },
            Self::PasskeyCloned { name } => Mail::PasskeyCloned { name },
            Self::TotpAdded => Mail::TotpAdded,
            Self::TotpRemoved => Mail::TotpRemoved,
            Self::RecoveryCodesMade => Mail::RecoveryCodesMade,
            Self::RecoveryCodeUsed { left } => Mail::RecoveryCodeUsed { left: *left },
            Self::NewSignIn { device, place } => Mail::NewSignIn { device, place: place.as_deref() },
            Self::AccountDeleted => Mail::AccountDeleted,
            Self::ProfileChanged => Mail::ProfileChanged,
            Self::AppWithdrawn { app } => Mail::AppWithdrawn { app },
            Self::UpstreamLinked { upstream } => Mail::UpstreamLinked { upstream },
            Self::UpstreamUnlinked { upstream } => Mail::UpstreamUnlinked { upstream },
        }
    }
}
