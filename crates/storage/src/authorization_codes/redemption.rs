//! Redeeming codes: many in one statement, each for what it is worth.

use std::sync::Arc;

use ipnet::IpNet;
use protocol::scope::ScopePairs;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    grants::{LiveGrant, Person, live_grant},
    id::{ClientKey, FamilyId},
    journal::{Columns, Entry},
    targeting::{Targeting, Targets},
};

/// A code as a client presents it, and what is to come of it.
#[derive(Clone, Debug)]
pub struct Redemption {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// Who presents it.
    pub client_key: ClientKey,
    /// The presented `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// The S256 challenge of the presented `code_verifier`.
    pub code_challenge: Option<String>,
    /// The API that the token is for.
    pub target: Targeting,
    /// The family of refresh tokens to begin; `None`: no refresh token.
    pub family: Option<NewFamily>,
    /// Now.
    pub now: OffsetDateTime,
    /// What the caller knows of clients and resources.
    pub revision: i64,
    /// What the journal is told; completed with the person, the grant, the session, with the resource and the scope that
    /// are handed out, and with the outcome where something does not fit.
    pub entry: Entry,
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

/// Spends codes: one statement that also begins the families and writes the journal.
///
/// Returns what became of each, in their order. Of two that present the same code, one redeems it.
///
/// # Errors
/// `StorageError`: whether they were spent is unknown; no token may come of them.
pub async fn redeem(database: &Database, redemptions: &[Arc<Redemption>]) -> Result<Vec<Redeemed>, StorageError> {
    // In one order everywhere, so that two batches never wait for each other.
    let mut sorted: Vec<(usize, &Redemption)> = redemptions.iter().map(|each| &**each).enumerate().collect();
    sorted.sort_by_key(|(_, redemption)| redemption.hash);
    let hashes: Vec<Vec<u8>> = sorted.iter().map(|(_, r)| r.hash.to_vec()).collect();
    let clients: Vec<Uuid> = sorted.iter().map(|(_, r)| r.client_key.uuid()).collect();
    let nows: Vec<OffsetDateTime> = sorted.iter().map(|(_, r)| r.now).collect();
    let revisions: Vec<i64> = sorted.iter().map(|(_, r)| r.revision).collect();
    let redirect_uris: Vec<Option<String>> = sorted.iter().map(|(_, r)| r.redirect_uri.clone()).collect();
    let challenges: Vec<Option<String>> = sorted.iter().map(|(_, r)| r.code_challenge.clone()).collect();
    let families: Vec<Option<Uuid>> = sorted.iter().map(|(_, r)| r.family.map(|family| family.id.uuid())).collect();
    let idle: Vec<Option<OffsetDateTime>> =
        sorted.iter().map(|(_, r)| r.family.map(|family| family.idle_expires_at)).collect();
    let absolute: Vec<Option<OffsetDateTime>> =
        sorted.iter().map(|(_, r)| r.family.map(|family| family.expires_at)).collect();
    let Targets { issuer, wanted, apis, open } = Targets::of(sorted.iter().map(|(_, r)| &r.target));
    let told = Columns::of(sorted.iter().map(|(_, r)| &r.entry));
    let rows = sqlx::query!(
        r#"with spent as (
               update authorization_code c set spent_at = a.now
               from unnest($2::bytea[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::uuid[],
                           $9::timestamptz[], $10::timestamptz[], $11::text[], $12::jsonb[], $13::jsonb[], $14::text[],
                           $15::text[], $16::uuid[], $17::uuid[], $18::inet[], $19::jsonb[])
                        with ordinality
                        as a (hash, client_key, now, revision, redirect_uri, code_challenge, family, idle_expires_at,
                              expires_at, wanted, apis, open, event, client_id, jti, request_id, address, detail, position)
                    join deployment d on d.singleton and d.revision = a.revision,
                    grants g join user_account u on u.id = g.user_id left join auth_session s on s.id = g.session_id
                    left join grants root on root.id = g.parent_id and root.revoked_at is null,
                    lateral (select string_agg(p ->> 1, ' ') as scope, bool_or(p ->> 0 = a.wanted) as named
                             from jsonb_array_elements(g.pairs) p
                             where (p ->> 0 = $1 or p ->> 0 = coalesce(a.wanted, g.default_resource))
                               and a.open @> jsonb_build_array(jsonb_build_object('r', p -> 0, 's', p -> 1))) held
               where c.code_hash = a.hash and c.client_key = a.client_key and c.spent_at is null
                 and c.expires_at > a.now and g.id = c.grant_id
                 and (coalesce(a.wanted, g.default_resource) is null
                      or a.apis ? coalesce(a.wanted, g.default_resource))
                 and (a.wanted is null or a.wanted = g.default_resource or held.named)
               returning a.position, a.now, a.family, a.idle_expires_at, a.expires_at, a.event, a.client_id, a.jti,
                         a.request_id, a.address, a.detail,
                         g.id, g.client_key, g.user_id, g.session_id, g.pairs, g.default_resource, g.claims_request,
                         g.nonce, g.auth_time, g.acr, g.amr, g.offline,
                         case when g.claims_request ? 'id_token' then
                             jsonb_build_object('username', u.username, 'email', u.email,
                                                'email_verified', u.email_verified, 'claims', u.claims,
                                                'updated_at', extract(epoch from u.updated_at)::bigint) end as person,
                         case when g.offline then g.expires_at else least(g.expires_at, s.expires_at) end as bound,
                         case when not case when a.redirect_uri is null then not c.redirect_uri_given
                                            else a.redirect_uri = c.redirect_uri end then 'redirect_uri_mismatch'
                              when c.code_challenge is distinct from a.code_challenge then 'code_verifier_mismatch'
                              when g.revoked_at is not null or root.id is null then 'grant_revoked'
                              when not u.enabled or u.epoch is distinct from g.user_epoch then 'person_disabled'
                              when not g.offline and (s.id is null or s.ended_at is not null or s.expires_at <= a.now
                                                      or s.idle_expires_at <= a.now) then 'session_ended'
                              else 'ok' end as outcome,
                         jsonb_strip_nulls(jsonb_build_object(
                             'resource', coalesce(a.wanted, g.default_resource), 'scope', held.scope)) as handed),
           begun as (
               insert into refresh_family (id, grant_id, client_key, rotated_at, created_at, idle_expires_at,
                                           expires_at)
               select family, id, client_key, now, now, least(idle_expires_at, expires_at, bound),
                      least(expires_at, bound)
               from spent where outcome = 'ok' and family is not null),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                                    address, detail)
               select now, case outcome when 'ok' then event else 'code.burnt' end, outcome, user_id, client_id, id,
                      session_id, case outcome when 'ok' then jti end, request_id, address,
                      case outcome when 'ok' then detail || handed else detail end
               from spent)
           select position as "position!", id as "id!", client_key as "client_key!", user_id as "user_id!", session_id,
                  pairs as "pairs!: Json<ScopePairs>", default_resource, claims_request, nonce, auth_time, acr, amr,
                  offline as "offline!", person as "person: Json<Person>", outcome as "outcome!"
           from spent"#,
        issuer,
        &hashes,
        &clients,
        &nows,
        &revisions,
        &redirect_uris as &[Option<String>],
        &challenges as &[Option<String>],
        &families as &[Option<Uuid>],
        &idle as &[Option<OffsetDateTime>],
        &absolute as &[Option<OffsetDateTime>],
        &wanted as &[Option<String>],
        &apis,
        &open,
        &told.event,
        &told.client_id as &[Option<String>],
        &told.jti as &[Option<Uuid>],
        &told.request_id as &[Option<Uuid>],
        &told.address as &[Option<IpNet>],
        &told.detail as &[Option<Value>]
    )
    .fetch_all(database.pool())
    .await?;
    let mut outcomes = vec![Redeemed::Untouched; redemptions.len()];
    for row in rows {
        let position = usize::try_from(row.position - 1).unwrap_or(usize::MAX);
        let Some((index, _)) = sorted.get(position) else { continue };
        outcomes[*index] = match row.outcome.as_str() {
            "ok" => Redeemed::Live(Box::new(live_grant!(row))),
            mismatch => Redeemed::Burnt(Mismatch::parse(mismatch)?),
        };
    }
    Ok(outcomes)
}
