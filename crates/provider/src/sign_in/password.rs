//! Signing in with a password. Whoever does not exist, is disabled or has no password is told the same as whoever
//! mistyped it, after the same time.

use std::time::Instant;

use secrecy::SecretString;
use storage::sign_in::{self, Candidate};
use tracing::{info, warn};

use super::{
    Method, Proven,
    throttle::{self, Account, Guess},
};
use crate::{Context, people::login_name, refusal::Refusal};

/// Checks a login name and a password; `None` when they do not belong together, whatever the reason.
///
/// # Errors
/// `Refusal::Unavailable` when it cannot be said now: the database is away, or too many are signing in.
/// `Refusal::Throttled` when too much was guessed: nothing was looked at.
pub async fn verify(context: &Context, username: &str, password: SecretString) -> Result<Option<Proven>, Refusal> {
    let candidate = find(context, username).await?;
    let account = candidate.as_ref().map_or(Account::Unknown(username), |found| Account::Known(found.user_id));
    let admitted = throttle::admit(context, Guess::Password(account)).await?;
    let found = candidate.and_then(with_hash);
    let begun = Instant::now();
    let right = match &found {
        Some((_, hash)) => context.hashing.verify(password.clone(), hash.clone()).await,
        None => context.hashing.verify_dummy(password.clone()).await.map(|()| false),
    };
    let right = match right {
        Ok(right) => right,
        Err(refusal) => {
            admitted.not_judged(context).await?;
            return Err(refusal);
        }
    };
    let refusal = match &found {
        None => Some("unknown_person"),
        Some(_) if !right => Some("wrong_password"),
        Some((candidate, _)) if !candidate.enabled => Some("disabled_person"),
        Some(_) => None,
    };
    let (None, Some((candidate, hash))) = (refusal, found) else {
        context.hashing.even_out(begun).await;
        return Ok(refused(refusal.unwrap_or("unknown_person")));
    };
    admitted.succeeded(context).await?;
    if context.hashing.is_outdated(&hash) {
        rehash(context, &candidate, password, hash);
    }
    metrics::counter!("chancery_sign_ins_total", "outcome" => "ok").increment(1);
    Ok(Some(Proven::first(candidate.user_id, candidate.epoch, Method::Password, context.now)))
}

async fn find(context: &Context, username: &str) -> Result<Option<Candidate>, Refusal> {
    match login_name::normalize(username) {
        Some(name) => Ok(sign_in::candidate(&context.database, &name).await?),
        None => Ok(None),
    }
}

fn with_hash(candidate: Candidate) -> Option<(Candidate, String)> {
    let hash = candidate.password_hash.clone()?;
    Some((candidate, hash))
}

/// Counts a refusal. Strangers write nothing.
fn refused(reason: &'static str) -> Option<Proven> {
    metrics::counter!("chancery_sign_ins_total", "outcome" => reason).increment(1);
    info!(reason, "sign-in refused");
    None
}

/// Hashes with today's parameters, after the answer.
fn rehash(context: &Context, candidate: &Candidate, password: SecretString, old: String) {
    let provider = std::sync::Arc::clone(context.provider());
    let user = candidate.user_id;
    tokio::spawn(async move {
        let Ok(new) = provider.hashing.hash(password).await else { return };
        if let Err(error) = sign_in::rehash(&provider.database, user, &old, &new).await {
            warn!(%error, "a password could not be hashed anew");
        }
    });
}
