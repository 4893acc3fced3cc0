//! Signing out: the session ends, what hangs on it ends, and the apps are told; all in one transaction.

pub mod back_channel;
pub mod rp_initiated;

use storage::{Tx, id::SessionId, outbox, revocations, sessions};

use crate::{
    Context,
    delivery::{self, Kind},
    refusal::Refusal,
    sessions::SignedIn,
};

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person signed out.
    SignedOut,
    /// Somebody else signed in, in the same browser.
    Replaced,
    /// The person ended it from another one.
    FromElsewhere,
    /// The person changed their password in another one.
    PasswordChanged,
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Replaced => "replaced",
            Self::FromElsewhere => "from_elsewhere",
            Self::PasswordChanged => "password_changed",
        }
    }
}

/// What follows from the end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It had ended before.
    Before,
    /// Nobody needs to be told.
    Quietly,
    /// Apps are to be told, once the transaction is committed.
    WithDeliveries,
}

/// Ends a session inside of a transaction: withdraws its grants (all but those with `offline_access`), and writes
/// down whom to tell.
pub(crate) async fn end_session(
    context: &Context,
    tx: &mut Tx,
    session: SessionId,
    ending: Ending,
) -> Result<Ended, Refusal> {
    let Some(owner) = sessions::end(tx, session, context.now).await? else { return Ok(Ended::Before) };
    let user = owner.user_id;
    let withdrawn = revocations::revoke_session(tx, session, context.withdrawal("session_ended")).await?;
    let notices: Vec<_> = sessions::clients_to_tell(tx, session)
        .await?
        .into_iter()
        .map(|client| back_channel::notice(client, user, session))
        .collect::<Result<_, _>>()?;
    if !notices.is_empty() {
        outbox::insert(tx, Kind::BackChannelLogout.as_str(), &notices, context.now).await?;
    }
    let mut entry = context.entry_of(("session.ended", "ok"), (user, owner.trail_key.as_deref()))?;
    entry.session_id = Some(session.uuid());
    entry.detail = Some(serde_json::json!({ "why": ending.as_str(), "grants": withdrawn, "told": notices.len() }));
    storage::journal::append(tx, &entry).await?;
    Ok(if notices.is_empty() { Ended::Quietly } else { Ended::WithDeliveries })
}

/// Signs a person out. To do so twice is no error.
///
/// # Errors
/// `Refusal::Unavailable`: the session goes on.
pub async fn sign_out(context: &Context, session: &SignedIn) -> Result<(), Refusal> {
    let mut tx = context.database.begin().await?;
    let ended = end_session(context, &mut tx, session.session_id, Ending::SignedOut).await?;
    tx.commit().await?;
    follow_up(context, ended);
    Ok(())
}

/// What happens once the end of a session is durable. Nobody waits for it.
pub(crate) fn follow_up(context: &Context, ended: Ended) {
    if ended == Ended::Before {
        return;
    }
    context.pulse.wake();
    if ended == Ended::WithDeliveries {
        delivery::deliver_soon(context, Kind::BackChannelLogout);
    }
}
