//! Authorization codes: each is inserted with the grant that it stands for, and spent by one statement.

mod redemption;

use protocol::scope::ScopePairs;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    consents::columns,
    grants::NewGrant,
    id::{AuthorizationRequestId, ClientKey, GrantId},
    journal::Entry,
};

pub use redemption::{Mismatch, NewFamily, Redeemed, Redemption, redeem};

/// A code as it is issued. The code itself is not here: only its hash is stored.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// The authorization request that it answers: each is answered once.
    pub request_id: AuthorizationRequestId,
    /// Where it is sent.
    pub redirect_uri: String,
    /// Whether the request named that, so that the token request must too (RFC 6749 section 4.1.3).
    pub redirect_uri_given: bool,
    /// The S256 challenge (RFC 7636), in its base64url form.
    pub code_challenge: Option<String>,
    /// 60 seconds from now at most.
    pub expires_at: OffsetDateTime,
    /// Issued only if the person has allowed the client all of these pairs before (an empty scope is allowed with any
    /// other of its resource); `None`: in any case.
    pub needs_consent: Option<ScopePairs>,
}

/// What became of a code that was to be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The grant, the code and the journal entry are durable.
    Issued,
    /// The person was disabled or has another epoch, or the session has ended: sign in again.
    SignedOut,
    /// The person has not allowed all of it.
    NotAllowed,
    /// This authorization request was answered before.
    RequestSpent,
}

/// Writes grant, code and journal entry in one statement, if the person and the session are still live, and the
/// person has consented where that is needed.
///
/// `entry` is completed here with the person, the grant and the session. Its address is not written: it is the person's,
/// and sealed (`personal`).
///
/// # Errors
/// `StorageError`: nothing was written.
pub async fn insert(
    database: &Database,
    grant: &NewGrant,
    code: &NewCode,
    entry: &Entry,
) -> Result<Inserted, StorageError> {
    let (resources, scopes) = code.needs_consent.as_ref().map(columns).unwrap_or_default();
    let outcome = sqlx::query!(
        r#"with present as (
               select u.id from user_account u join auth_session s on s.user_id = u.id
               where u.id = $3 and u.enabled and u.epoch = $4
                 and s.id = $5 and s.user_epoch = u.epoch and s.ended_at is null and s.expires_at > $14
                 and s.idle_expires_at > $14),
           live as (
               select id from present
               where not $29 or not exists (
                   select from unnest($30::text[], $31::text[]) as asked (resource, scope)
                   where not exists (select from consent c where c.user_id = $3 and c.client_key = $2
                                       and c.resource = asked.resource and asked.scope in (c.scope, '')))),
           given as (
               insert into grants (id, kind, client_key, user_id, user_epoch, session_id, pairs, default_resource,
                                   claims_request, nonce, auth_time, acr, amr, offline, created_at, expires_at,
                                   parent_id)
               select $1, 'authorization_code', $2, live.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $32
               from live),
           issued as (
               insert into authorization_code (code_hash, grant_id, client_key, request_id, redirect_uri,
                                               redirect_uri_given, code_challenge, created_at, expires_at)
               select $16, $1, $2, $17, $18, $19, $20, $14, $21 from live),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, request_id, personal,
                                    detail)
               select $22, $23, $24, live.id, $25, $1, $5, $26, $27, $28 from live)
           select exists (select from present) as "present!", exists (select from live) as "issued!""#,
        grant.id.uuid(),
        grant.client_key.uuid(),
        grant.user_id.uuid(),
        grant.user_epoch,
        grant.session_id.uuid(),
        Json(&grant.pairs) as Json<&ScopePairs>,
        grant.default_resource,
        grant.claims_request,
        grant.nonce,
        grant.auth_time,
        grant.acr,
        &grant.amr,
        grant.offline,
        grant.created_at,
        grant.expires_at,
        &code.hash[..],
        code.request_id.uuid(),
        code.redirect_uri,
        code.redirect_uri_given,
        code.code_challenge,
        code.expires_at,
        entry.at.unwrap_or(grant.created_at),
        entry.event,
        entry.outcome,
        entry.client_id,
        entry.request_id,
        entry.personal,
        entry.detail,
        code.needs_consent.is_some(),
        &resources,
        &scopes,
        grant.parent_id.uuid()
    )
    .fetch_one(database.pool())
    .await
    .map_err(StorageError::from);
    match outcome {
        Ok(row) if row.issued => Ok(Inserted::Issued),
        Ok(row) if row.present => Ok(Inserted::NotAllowed),
        Ok(_) => Ok(Inserted::SignedOut),
        // The same request gives the same code, in the same browser and session.
        Err(error)
            if error.is_constraint("authorization_code_request_id_key")
                || error.is_constraint("authorization_code_pkey") =>
        {
            Ok(Inserted::RequestSpent)
        }
        Err(error) => Err(error),
    }
}

/// A code that was issued and can still be redeemed.
#[derive(Clone, Debug)]
pub struct Issued {
    /// SHA-256 of the code.
    pub hash: Vec<u8>,
    /// Who gave the grant.
    pub user_id: Option<Uuid>,
    /// The session in which it was given.
    pub session_id: Option<Uuid>,
}

/// The code that an authorization request was answered with, if it can still be redeemed.
///
/// # Errors
/// `StorageError`.
pub async fn of_request(
    database: &Database,
    request: AuthorizationRequestId,
    now: OffsetDateTime,
) -> Result<Option<Issued>, StorageError> {
    Ok(sqlx::query_as!(
        Issued,
        "select c.code_hash as hash, g.user_id, g.session_id
         from authorization_code c join grants g on g.id = c.grant_id
         where c.request_id = $1 and c.spent_at is null and c.expires_at > $2 and g.revoked_at is null",
        request.uuid(),
        now
    )
    .fetch_optional(database.pool())
    .await?)
}

/// A code as it stands, to say why it was not redeemed.
#[derive(Clone, Debug)]
pub struct CodeState {
    /// The grant that it stands for.
    pub grant_id: GrantId,
    /// Whose it is.
    pub client_key: ClientKey,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Whether the token request must name that.
    pub redirect_uri_given: bool,
    /// The S256 challenge.
    pub code_challenge: Option<String>,
    /// When it expires.
    pub expires_at: OffsetDateTime,
    /// When it was spent.
    pub spent_at: Option<OffsetDateTime>,
    /// Whether the grant was withdrawn, or what it depends on.
    pub revoked: bool,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The registry's revision.
    pub revision: i64,
}

/// Reads a code as it stands, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn examine(database: &Database, hash: &[u8; 32]) -> Result<Option<CodeState>, StorageError> {
    Ok(sqlx::query_as!(
        CodeState,
        r#"select c.grant_id as "grant_id: GrantId", c.client_key as "client_key: ClientKey", c.redirect_uri,
                  c.redirect_uri_given, c.code_challenge, c.expires_at, c.spent_at,
                  (g.revoked_at is not null or root.id is null) as "revoked!", g.user_id, g.session_id, d.revision
           from authorization_code c join grants g on g.id = c.grant_id
           left join grants root on root.id = g.parent_id and root.revoked_at is null
           cross join deployment d
           where c.code_hash = $1"#,
        &hash[..]
    )
    .fetch_optional(database.pool())
    .await?)
}
