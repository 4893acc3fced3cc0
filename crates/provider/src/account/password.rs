//! The password: set where there is none, or changed.
//!
//! Whoever knew the old one is out: every other session ends, and every grant that was not given in this one. This
//! session is carried over to the new epoch in the same transaction, and gets a new cookie.

use credentials::password::{self, PasswordError, strength};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use storage::{
    account, journal, sessions,
    users::{self, UserRecord, UserRef},
};

use crate::{
    Context,
    logout::{self, Ended, Ending},
    mail::{self, Notice},
    refusal::Refusal,
    sessions::{CookieId, SignedIn},
    sign_in::Person,
};

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer characters than 8.
    TooShort,
    /// More bytes than 256.
    TooLong,
    /// It holds control characters.
    Characters,
    /// It is one of the most common ones.
    Common,
    /// It is made of the person's own words.
    OwnWords,
    /// It is guessed early.
    Guessable,
}

/// Whether a person may have that password.
///
/// # Errors
/// `Refusal::Internal`, when judging it fails.
pub async fn judge(context: &Context, person: &Person, new: &SecretString) -> Result<Result<(), Weak>, Refusal> {
    match password::check(new.expose_secret()) {
        Ok(()) => {}
        Err(PasswordError::TooShort) => return Ok(Err(Weak::TooShort)),
        Err(PasswordError::TooLong) => return Ok(Err(Weak::TooLong)),
        Err(_) => return Ok(Err(Weak::Characters)),
    }
    let min_score = context.settings.passwords.min_score;
    let words = [
        Some(person.username.clone()),
        person.email.clone(),
        person.name.clone(),
        Some(context.settings.service.clone()),
    ];
    let new = new.clone();
    // It may take some milliseconds of computing.
    let judged = tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
        strength::judge(new.expose_secret(), &words, min_score)
    });
    let judged = judged.await.map_err(|error| Refusal::internal(format!("judging a password: {error}")))?;
    Ok(judged.map_err(|weakness| match weakness {
        strength::Weakness::TooCommon => Weak::Common,
        strength::Weakness::OwnWords => Weak::OwnWords,
        strength::Weakness::TooGuessable => Weak::Guessable,
    }))
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It counts, and the browser's cookie is the new one.
    Done,
    /// The password is not taken.
    Weak(Weak),
    /// The session ended, or the password was changed elsewhere, meanwhile: nothing was changed.
    Overtaken,
}

/// Changes it.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was changed.
pub async fn change(
    context: &Context,
    session: &SignedIn,
    person: &Person,
    new: SecretString,
    new_cookie: CookieId,
) -> Result<Change, Refusal> {
    if let Err(weak) = judge(context, person, &new).await? {
        return Ok(Change::Weak(weak));
    }
    // Before the transaction: no connection is held while hashing.
    let hash = context.hashing.hash(new).await?;
    let user = session.user_id;
    let mut tx = context.database.begin().await?;
    let record = users::lock(&mut tx, UserRef::Id(user)).await?;
    let Some(record) = record.filter(|record| record.enabled && record.epoch == session.user_epoch) else {
        return Ok(Change::Overtaken);
    };
    let mut ended = Ended::Quietly;
    for other in account::other_sessions(&mut tx, user, session.session_id).await? {
        if logout::end_session(context, &mut tx, other, Ending::PasswordChanged).await? == Ended::WithDeliveries {
            ended = Ended::WithDeliveries;
        }
    }
    let withdrawal = context.withdrawal("password_changed");
    let grants = account::revoke_elsewhere(&mut tx, user, session.session_id, withdrawal).await?;
    users::set_password_hash(&mut tx, user, &hash).await?;
    let (from, to) = (record.epoch, record.epoch + 1);
    let event = if record.has_password { "user.password_changed" } else { "user.password_set" };
    users::update(&mut tx, &UserRecord { epoch: to, updated_at: context.now, ..record }).await?;
    if !account::carry_over(&mut tx, session.session_id, (from, to), context.now).await? {
        return Ok(Change::Overtaken);
    }
    sessions::bind(&mut tx, &new_cookie.hash(), session.session_id, context.now, session.expires_at).await?;
    let mut entry = context.entry_of((event, "ok"), (user, session.trail_key.as_deref()))?;
    entry.session_id = Some(session.session_id.uuid());
    entry.detail = Some(json!({ "grants": grants }));
    journal::append(&mut tx, &entry).await?;
    mail::notify(context, &mut tx, user, context.request.language, Notice::PasswordChanged).await?;
    tx.commit().await?;
    logout::follow_up(context, ended);
    mail::deliver_soon(context);
    Ok(Change::Done)
}
