//! Authorization codes: each is inserted with the grant that it stands for, and spent by one statement.

use ipnet::IpNet;
use protocol::scope::ScopePairs;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    consents::columns,
    grants::{LiveGrant, NewGrant, Person, live_grant},
    id::{AuthorizationRequestId, ClientKey, FamilyId, GrantId},
    journal::Entry,
};

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
/// `entry` is completed here with the person, the grant and the session.
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
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, request_id, address,
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
        entry.address.map(IpNet::from) as Option<IpNet>,
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

/// A code as a client presents it, and what is to come of it.
#[derive(Clone, Debug)]
pub struct Redemption<'a> {
    /// SHA-256 of the code.
    pub hash: &'a [u8; 32],
    /// Who presents it.
    pub client_key: ClientKey,
    /// The presented `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// The S256 challenge of the presented `code_verifier`.
    pub code_challenge: Option<&'a str>,
    /// The API that the token is for.
    pub target: Targeting<'a>,
    /// The family of refresh tokens to begin; `None`: no refresh token.
    pub family: Option<NewFamily>,
    /// Now.
    pub now: OffsetDateTime,
    /// What the caller knows of clients and resources.
    pub revision: i64,
}

/// Which API a token is wanted for, and what the registry lets the client be issued now: nothing is spent for less.
#[derive(Clone, Copy, Debug)]
pub struct Targeting<'a> {
    /// The `resource` parameter; `None`: the grant's default.
    pub wanted: Option<&'a str>,
    /// The resource of identity scopes.
    pub issuer: &'a str,
    /// Every API for which the client may be issued tokens.
    pub apis: &'a [String],
    /// Every pair of resource and scope that it may be issued: here the resources,
    pub resources: &'a [String],
    /// and beside each its scope.
    pub scopes: &'a [String],
}

/// A family of refresh tokens that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewFamily {
    /// Its id.
    pub id: FamilyId,
    /// When it ends if it is not used.
    pub idle_expires_at: OffsetDateTime,
    /// When it ends in any case; sooner where its session does.
    pub expires_at: OffsetDateTime,
}

/// What became of a presented code.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// Spent, and everything fits: the family and the journal entry are durable.
    Live(Box<LiveGrant>),
    /// Spent for nothing: something does not fit. The journal says what.
    Burnt(Mismatch),
    /// Nothing changed: it is unknown, somebody else's, spent, expired or not for this API, or the registry moved on.
    Untouched,
}

/// What did not fit a code that was spent for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// `redirect_uri` is not the one of the authorization request.
    RedirectUri,
    /// `code_verifier` does not answer the challenge, is missing, or there is no challenge that it could answer.
    Verifier,
    /// The grant was withdrawn.
    Revoked,
    /// The person was disabled, or has another epoch.
    Person,
    /// The session has ended.
    Session,
}

impl Mismatch {
    /// The reason as the journal writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RedirectUri => "redirect_uri_mismatch",
            Self::Verifier => "code_verifier_mismatch",
            Self::Revoked => "grant_revoked",
            Self::Person => "person_disabled",
            Self::Session => "session_ended",
        }
    }

    fn parse(text: &str) -> Result<Self, StorageError> {
        [Self::RedirectUri, Self::Verifier, Self::Revoked, Self::Person, Self::Session]
            .into_iter()
            .find(|mismatch| mismatch.as_str() == text)
            .ok_or_else(|| StorageError::Malformed(format!("unknown mismatch {text}")))
    }
}

/// Spends a code: one statement that also begins the family and writes the journal.
///
/// `entry` is completed here with the person, the grant, the session, with the resource and the scope that are handed
/// out, and with the outcome where something does not fit.
///
/// # Errors
/// `StorageError`: whether it was spent is unknown; no token may come of it.
pub async fn redeem(database: &Database, redemption: &Redemption<'_>, entry: &Entry) -> Result<Redeemed, StorageError> {
    let family = redemption.family;
    let row = sqlx::query!(
        r#"with spent as (
               update authorization_code c set spent_at = $3
               from grants g join user_account u on u.id = g.user_id left join auth_session s on s.id = g.session_id
                    left join grants root on root.id = g.parent_id and root.revoked_at is null,
                    deployment d,
                    lateral (select array_agg(p ->> 1) as scopes, bool_or(p ->> 0 = $5) as named
                             from jsonb_array_elements(g.pairs) p
                             join unnest($18::text[], $19::text[]) as open (resource, scope)
                               on open.resource = p ->> 0 and open.scope = p ->> 1
                             where p ->> 0 = $20 or p ->> 0 = coalesce($5, g.default_resource)) held
               where c.code_hash = $1 and c.client_key = $2 and c.spent_at is null and c.expires_at > $3
                 and g.id = c.grant_id and d.revision = $4
                 and (coalesce($5, g.default_resource) is null or coalesce($5, g.default_resource) = any($6))
                 and ($5 is null or $5 = g.default_resource or held.named)
               returning g.id, g.client_key, g.user_id, g.session_id, g.pairs, g.default_resource, g.claims_request,
                         g.nonce, g.auth_time, g.acr, g.amr, g.offline,
                         case when g.claims_request ? 'id_token' then
                             jsonb_build_object('username', u.username, 'email', u.email,
                                                'email_verified', u.email_verified, 'claims', u.claims,
                                                'updated_at', extract(epoch from u.updated_at)::bigint) end as person,
                         case when g.offline then g.expires_at else least(g.expires_at, s.expires_at) end as bound,
                         case when not case when $7::text is null then not c.redirect_uri_given
                                            else $7 = c.redirect_uri end then 'redirect_uri_mismatch'
                              when c.code_challenge is distinct from $8 then 'code_verifier_mismatch'
                              when g.revoked_at is not null or root.id is null then 'grant_revoked'
                              when not u.enabled or u.epoch is distinct from g.user_epoch then 'person_disabled'
                              when not g.offline and (s.id is null or s.ended_at is not null or s.expires_at <= $3
                                                      or s.idle_expires_at <= $3) then 'session_ended'
                              else 'ok' end as outcome,
                         jsonb_strip_nulls(jsonb_build_object(
                             'resource', coalesce($5, g.default_resource),
                             'scope', array_to_string(held.scopes, ' '))) as handed),
           family as (
               insert into refresh_family (id, grant_id, client_key, rotated_at, created_at, idle_expires_at,
                                           expires_at)
               select $9, id, $2, $3, $3, least($10, $11, bound), least($11, bound)
               from spent where outcome = 'ok' and $9::uuid is not null),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                                    address, detail)
               select $3, case outcome when 'ok' then $12 else 'code.burnt' end, outcome, user_id, $13, id, session_id,
                      case outcome when 'ok' then $14::uuid end, $15, $16,
                      case outcome when 'ok' then $17::jsonb || handed else $17 end
               from spent)
           select id as "id!", client_key as "client_key!", user_id as "user_id!", session_id,
                  pairs as "pairs!: Json<ScopePairs>", default_resource, claims_request, nonce, auth_time, acr, amr,
                  offline as "offline!", person as "person: Json<Person>", outcome as "outcome!"
           from spent"#,
        &redemption.hash[..],
        redemption.client_key.uuid(),
        redemption.now,
        redemption.revision,
        redemption.target.wanted,
        redemption.target.apis,
        redemption.redirect_uri,
        redemption.code_challenge,
        family.map(|family| family.id.uuid()),
        family.map(|family| family.idle_expires_at),
        family.map(|family| family.expires_at),
        entry.event,
        entry.client_id,
        entry.jti,
        entry.request_id,
        entry.address.map(IpNet::from) as Option<IpNet>,
        entry.detail,
        redemption.target.resources,
        redemption.target.scopes,
        redemption.target.issuer
    )
    .fetch_optional(database.pool())
    .await?;
    match row {
        None => Ok(Redeemed::Untouched),
        Some(row) if row.outcome == "ok" => Ok(Redeemed::Live(Box::new(live_grant!(row)))),
        Some(row) => Ok(Redeemed::Burnt(Mismatch::parse(&row.outcome)?)),
    }
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
