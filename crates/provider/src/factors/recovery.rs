//! Recovery codes: ten, shown once, each good for one sign-in in place of the second factor.

use credentials::recovery;
use serde_json::json;
use storage::{Tx, id::UserId, recovery_codes, sealed::Purpose};
use zeroize::Zeroizing;

use super::{note, told};
use crate::{
    Context,
    mail::Notice,
    refusal::Refusal,
    sign_in::throttle::{self, Guess},
};

/// The same codes under another person's name are other codes.
fn digest(context: &Context, key: u8, user: UserId, code: &str) -> Option<Vec<u8>> {
    let mac =
        context.sealing.mac_under(key, Purpose::Secret, &[b"recovery code", user.uuid().as_bytes(), code.as_bytes()]);
    mac.map(|mac| mac.to_vec())
}

/// Makes new codes. The old ones do not count any more. The plain ones are to be shown once.
pub(crate) async fn make(context: &Context, tx: &mut Tx, user: UserId) -> Result<Vec<Zeroizing<String>>, Refusal> {
    let codes = recovery::generate();
    let key = context.sealing.active_id();
    let normal = codes.iter().filter_map(|code| recovery::normalize(code));
    let digests: Vec<_> = normal.filter_map(|code| digest(context, key, user, &code)).collect();
    recovery_codes::replace(tx, user, (key, &digests), context.now).await?;
    Ok(codes)
}

/// Makes codes for a person who has none left: with the first factor that they can stand in for.
pub(crate) async fn provide(
    context: &Context,
    tx: &mut Tx,
    user: UserId,
) -> Result<Option<Vec<Zeroizing<String>>>, Refusal> {
    if recovery_codes::left(tx, user).await? > 0 {
        return Ok(None);
    }
    make(context, tx, user).await.map(Some)
}

/// Replaces a person's codes.
///
/// # Errors
/// `Refusal::Unavailable`: the old ones go on working.
pub async fn regenerate(context: &Context, user: UserId) -> Result<Vec<Zeroizing<String>>, Refusal> {
    let mut tx = context.database.begin().await?;
    let codes = make(context, &mut tx, user).await?;
    note(context, &mut tx, user, ("factor.recovery_codes_made", None), Some(Notice::RecoveryCodesMade)).await?;
    tx.commit().await?;
    told(context);
    Ok(codes)
}

/// Whether a code is one of the person's. It counts once.
///
/// # Errors
/// `Refusal::Unavailable`: it was not spent; `Refusal::Throttled` when too much was guessed: nothing was looked at.
pub async fn verify(context: &Context, user: UserId, typed: &str) -> Result<bool, Refusal> {
    let Some(code) = recovery::normalize(typed) else { return Ok(false) };
    let admitted = throttle::admit(context, Guess::RecoveryCode(user)).await?;
    let digests: Vec<_> = context.sealing.ids().filter_map(|key| digest(context, key, user, &code)).collect();
    let mut tx = context.database.begin().await?;
    if !recovery_codes::spend(&mut tx, user, &digests, context.now).await? {
        return Ok(false);
    }
    let left = recovery_codes::left(&mut tx, user).await?;
    let event = ("factor.recovery_code_used", Some(json!({ "left": left })));
    let notice = Notice::RecoveryCodeUsed { left: u32::try_from(left).unwrap_or_default() };
    note(context, &mut tx, user, event, Some(notice)).await?;
    tx.commit().await?;
    admitted.succeeded(context).await?;
    told(context);
    Ok(true)
}
