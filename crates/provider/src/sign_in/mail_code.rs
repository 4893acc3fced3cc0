//! Signing in with a code that was mailed, or with the link beside it, in the browser that asked.
//!
//! A code that is wrong, dead, another browser's or nobody's is answered alike, after the same time.

use std::time::Duration;

use storage::id::{OneTimeId, UserId};
use tracing::info;

use super::{
    Method, Proven,
    throttle::{self, Guess},
};
use crate::{
    Context, mail,
    one_time::{self, Judged, Kind, OneTime},
    refusal::Refusal,
};

/// No wrong code is answered sooner. Judging one that somebody has costs more than judging nobody's.
const LEAST: Duration = Duration::from_millis(250);

/// Whether it is offered.
#[must_use]
pub fn is_offered(context: &Context) -> bool {
    context.settings.sign_in.mail_code && mail::is_configured(context.provider())
}

/// Whether a code is right; it is spent then.
///
/// # Errors
/// `Refusal::Unavailable`: it was not spent.
pub async fn check(context: &Context, id: OneTimeId, code: &str, browser: &[u8]) -> Result<Option<Proven>, Refusal> {
    let least = tokio::time::sleep(LEAST);
    let proven = judge(context, id, code, browser).await?;
    if proven.is_none() {
        least.await;
        refused();
    }
    Ok(proven)
}

async fn judge(context: &Context, id: OneTimeId, code: &str, browser: &[u8]) -> Result<Option<Proven>, Refusal> {
    let owner = one_time::owner(context, Kind::SignIn, id).await?;
    // Nobody's code is counted as well, for nobody.
    let admitted = match throttle::admit(context, Guess::MailCode(owner.unwrap_or(UserId(id.uuid())))).await {
        Ok(admitted) => admitted,
        // To tell would tell that somebody guessed at this person before.
        Err(Refusal::Throttled { .. }) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    match one_time::spend_code(context, Kind::SignIn, id, code, browser).await? {
        Judged::Right(tx, spent) => {
            admitted.succeeded(context).await?;
            tx.commit().await?;
            Ok(proven(context, &spent))
        }
        Judged::Wrong { .. } | Judged::Dead => Ok(None),
    }
}

/// Spends the link; `None` when it works no more, or not here. What was spent knows the journey.
///
/// # Errors
/// `Refusal::Unavailable`: it was not spent.
pub async fn follow(context: &Context, token: &str, browser: &[u8]) -> Result<Option<(Proven, OneTime)>, Refusal> {
    let mut tx = context.database.begin().await?;
    let Some(spent) = one_time::spend(context, &mut tx, Kind::SignIn, token, browser).await? else {
        refused();
        return Ok(None);
    };
    tx.commit().await?;
    Ok(proven(context, &spent).map(|proven| (proven, spent)))
}

fn proven(context: &Context, spent: &OneTime) -> Option<Proven> {
    metrics::counter!("chancery_sign_ins_total", "outcome" => "ok").increment(1);
    Some(Proven::first(spent.user?, spent.user_epoch?, Method::MailCode, context.now))
}

fn refused() {
    metrics::counter!("chancery_sign_ins_total", "outcome" => "wrong_mail_code").increment(1);
    info!(reason = "wrong_mail_code", "sign-in refused");
}
