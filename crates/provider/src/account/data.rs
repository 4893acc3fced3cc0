//! Taking one's data along, and deleting the account.

use serde_json::{Value, json};
use storage::{account, journal};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{activity, refused, sessions};
use crate::{
    Context,
    delivery::{self, Kind},
    factors::passkey,
    mail, people,
    refusal::Refusal,
    sessions::SignedIn,
    upstream::accounts,
};

/// The most of what happened that is exported.
const MOST: i64 = 10_000;

fn when(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn maybe(at: Option<OffsetDateTime>) -> Option<String> {
    at.map(when)
}

/// All that is known of a person, as JSON. No secrets.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn export(context: &Context, session: &SignedIn) -> Result<Value, Refusal> {
    let user = session.user_id;
    let locale = context.request.language.unwrap_or_default();
    let gone = || Refusal::unavailable("the person is gone");
    let whole = account::whole(&context.database, user).await?.ok_or_else(gone)?;
    let passkeys = passkey::list(context, user).await?;
    let accounts = accounts::list(context, user).await?;
    let sessions = sessions::list(context, session, locale).await?;
    let consents = account::consents(&context.database, user).await?;
    let key = whole.trail_key.as_deref();
    let happenings = activity::read(context, (user, key), None, MOST, locale).await?;
    // It is in the trail before it is handed out.
    let mut entry = context.entry_of(("user.data_exported", "ok"), (user, key))?;
    entry.session_id = Some(session.session_id.uuid());
    let mut tx = context.database.begin().await?;
    journal::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(json!({
        "service": context.settings.issuer.as_str(),
        "exported_at": when(context.now),
        "profile": {
            "id": user,
            "username": whole.username,
            "email": whole.email,
            "email_verified": whole.email_verified,
            "claims": whole.claims,
            "created_at": when(whole.created_at),
            "updated_at": when(whole.updated_at),
        },
        "sign_in": {
            "password": whole.has_password,
            "second_factor_required": whole.require_factor,
            "authenticator_app": whole.totp_created_at.map(|at| json!({
                "added_at": when(at),
                "last_used_at": maybe(whole.totp_last_used_at),
            })),
            "recovery_codes": {
                "left": whole.recovery_codes,
                "made_at": maybe(whole.recovery_codes_created_at),
            },
            "passkeys": passkeys.iter().map(|passkey| json!({
                "name": passkey.name,
                "added_at": when(passkey.created_at),
                "last_used_at": maybe(passkey.last_used_at),
            })).collect::<Vec<_>>(),
            "accounts_elsewhere": accounts.iter().map(|account| json!({
                "provider": account.upstream_name,
                "subject": account.subject,
                "email": account.email,
                "added_at": when(account.linked_at),
                "last_used_at": maybe(account.last_used_at),
            })).collect::<Vec<_>>(),
        },
        "sessions": sessions.iter().map(|session| json!({
            "id": session.id,
            "browser": session.device.browser,
            "system": session.device.system,
            "address": session.address,
            "place": session.place,
            "signed_in_at": when(session.created_at),
            "last_seen_at": when(session.last_seen_at),
        })).collect::<Vec<_>>(),
        "consents": consents.iter().map(|consent| json!({
            "app": consent.client_id,
            "resource": consent.resource,
            "scope": consent.scope,
            "allowed_at": when(consent.granted_at),
        })).collect::<Vec<_>>(),
        "activity": happenings.iter().map(|happening| json!({
            "at": when(happening.at),
            "event": happening.event,
            "why": happening.why,
            "app": happening.app,
            "provider": happening.provider,
            "browser": happening.device.browser,
            "system": happening.device.system,
            "address": happening.address,
            "place": happening.place,
        })).collect::<Vec<_>>(),
    }))
}

/// Whether somebody typed their own username, as it is shown.
#[must_use]
pub fn is_own_name(session: &SignedIn, typed: &str) -> bool {
    let normal = people::login_name::username;
    match (normal(typed.trim()), normal(&session.username)) {
        (Ok(typed), Ok(own)) => typed == own,
        _ => typed.trim() == session.username,
    }
}

/// Deletes the account with everything in it: sessions end and apps are told, tokens are dead, and what the audit trail
/// keeps of the person cannot be read any more.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was deleted.
pub async fn delete(context: &Context, session: &SignedIn) -> Result<(), Refusal> {
    people::delete(&context.own_account(), &session.user_id.to_string()).await.map_err(refused)?;
    delivery::deliver_soon(context, Kind::BackChannelLogout);
    mail::deliver_soon(context);
    Ok(())
}
