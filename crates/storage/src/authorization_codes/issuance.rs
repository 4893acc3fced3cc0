//! Issuing codes: many in one statement, each if its own conditions hold.

use protocol::scope::ScopePairs;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    grants::NewGrant,
    id::AuthorizationRequestId,
    journal::{Columns, Entry},
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

/// A grant that is given, with its code.
#[derive(Clone, Debug)]
pub struct Issuance {
    /// The grant.
    pub grant: NewGrant,
    /// The code that stands for it.
    pub code: NewCode,
    /// What the journal is told; completed with the person, the grant and the session. Its address is not written: it is
    /// the person's, and sealed (`personal`).
    pub entry: Entry,
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

impl Inserted {
    fn parse(text: &str) -> Result<Self, StorageError> {
        Ok(match text {
            "issued" => Self::Issued,
            "signed_out" => Self::SignedOut,
            "not_allowed" => Self::NotAllowed,
            "request_spent" => Self::RequestSpent,
            _ => return Err(StorageError::Malformed(format!("unknown outcome {text}"))),
        })
    }
}

/// Writes grants, codes and journal entries in one statement: each if the person and the session are still live, the
/// person has consented where that is needed, and the request was not answered before.
///
/// Returns what became of each, in their order. Of two that answer the same request, one is issued.
///
/// # Errors
/// `StorageError`: whether they were written is unknown; no code may leave.
pub async fn insert(database: &Database, issuances: &[Issuance]) -> Result<Vec<Inserted>, StorageError> {
    // In one order everywhere, so that two batches never wait for each other.
    let mut sorted: Vec<(usize, &Issuance)> = issuances.iter().enumerate().collect();
    sorted.sort_by_key(|(_, issuance)| issuance.code.request_id.uuid());
    let grants = GrantColumns::of(sorted.iter().map(|(_, issuance)| &issuance.grant));
    let codes = CodeColumns::of(sorted.iter().map(|(_, issuance)| &issuance.code));
    let told = Columns::of(sorted.iter().map(|(_, issuance)| &issuance.entry));
    let personal: Vec<_> = sorted.iter().map(|(_, issuance)| issuance.entry.personal.clone()).collect();
    let rows = sqlx::query!(
        r#"with judged as (
               select a.*, case
                   when not exists (
                       select from auth_session s join user_account u on u.id = s.user_id
                       where s.id = a.session_id and s.user_id = a.user_id and s.user_epoch = a.user_epoch
                         and u.enabled and u.epoch = a.user_epoch
                         and s.ended_at is null and s.expires_at > a.now and s.idle_expires_at > a.now)
                   then 'signed_out'
                   when exists (
                       select from jsonb_array_elements(a.consent) as asked (pair)
                       where not exists (
                           select from consent c where c.user_id = a.user_id and c.client_key = a.client_key
                             and c.resource = asked.pair ->> 0 and asked.pair ->> 1 in (c.scope, '')))
                   then 'not_allowed' else 'issued' end as outcome
               from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::jsonb[],
                           $8::text[], $9::jsonb[], $10::text[], $11::timestamptz[], $12::text[], $13::text[],
                           $14::bool[], $15::timestamptz[], $16::timestamptz[], $17::bytea[], $18::uuid[], $19::text[],
                           $20::bool[], $21::text[], $22::timestamptz[], $23::jsonb[], $24::text[], $25::text[],
                           $26::text[], $27::uuid[], $28::bytea[], $29::jsonb[])
                    with ordinality
                    as a (id, parent_id, client_key, user_id, user_epoch, session_id, pairs, default_resource,
                          claims_request, nonce, auth_time, acr, amr, offline, now, expires_at, hash, request_id,
                          redirect_uri, redirect_uri_given, code_challenge, code_expires_at, consent, event, told,
                          client_id, http_request_id, personal, detail, position)),
           issued as (
               insert into authorization_code (code_hash, grant_id, client_key, request_id, redirect_uri,
                                               redirect_uri_given, code_challenge, created_at, expires_at)
               select hash, id, client_key, request_id, redirect_uri, redirect_uri_given, code_challenge, now,
                      code_expires_at
               from judged where outcome = 'issued' order by position
               on conflict do nothing
               returning grant_id),
           given as (
               insert into grants (id, kind, client_key, user_id, user_epoch, session_id, pairs, default_resource,
                                   claims_request, nonce, auth_time, acr, amr, offline, created_at, expires_at,
                                   parent_id)
               select id, 'authorization_code', client_key, user_id, user_epoch, session_id, pairs, default_resource,
                      claims_request, nonce, auth_time, acr, string_to_array(amr, ' '), offline, now, expires_at,
                      parent_id
               from judged join issued on issued.grant_id = judged.id),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, request_id, personal,
                                    detail)
               select now, event, told, user_id, client_id, id, session_id, http_request_id, personal, detail
               from judged join issued on issued.grant_id = judged.id)
           select position as "position!",
                  case when outcome = 'issued' and issued.grant_id is null then 'request_spent' else outcome end
                      as "outcome!"
           from judged left join issued on issued.grant_id = judged.id"#,
        &grants.id,
        &grants.parent_id,
        &grants.client_key,
        &grants.user_id,
        &grants.user_epoch,
        &grants.session_id,
        &grants.pairs,
        &grants.default_resource as &[Option<String>],
        &grants.claims_request as &[Option<Value>],
        &grants.nonce as &[Option<String>],
        &grants.auth_time,
        &grants.acr,
        &grants.amr,
        &grants.offline,
        &grants.created_at,
        &grants.expires_at,
        &codes.hash,
        &codes.request_id,
        &codes.redirect_uri,
        &codes.redirect_uri_given,
        &codes.code_challenge as &[Option<String>],
        &codes.expires_at,
        &codes.consent as &[Option<Value>],
        &told.event,
        &told.outcome,
        &told.client_id as &[Option<String>],
        &told.request_id as &[Option<Uuid>],
        &personal as &[Option<Vec<u8>>],
        &told.detail as &[Option<Value>]
    )
    .fetch_all(database.pool())
    .await?;
    let mut outcomes = vec![Inserted::SignedOut; issuances.len()];
    for row in rows {
        let position = usize::try_from(row.position - 1).unwrap_or(usize::MAX);
        if let Some((index, _)) = sorted.get(position) {
            outcomes[*index] = Inserted::parse(&row.outcome)?;
        }
    }
    Ok(outcomes)
}

/// Grants as columns, for `unnest`.
#[derive(Default)]
struct GrantColumns {
    id: Vec<Uuid>,
    parent_id: Vec<Uuid>,
    client_key: Vec<Uuid>,
    user_id: Vec<Uuid>,
    user_epoch: Vec<i32>,
    session_id: Vec<Uuid>,
    pairs: Vec<Value>,
    default_resource: Vec<Option<String>>,
    claims_request: Vec<Option<Value>>,
    nonce: Vec<Option<String>>,
    auth_time: Vec<OffsetDateTime>,
    acr: Vec<String>,
    /// With spaces between them: each is a word (RFC 8176).
    amr: Vec<String>,
    offline: Vec<bool>,
    created_at: Vec<OffsetDateTime>,
    expires_at: Vec<OffsetDateTime>,
}

impl GrantColumns {
    fn of<'a>(grants: impl Iterator<Item = &'a NewGrant>) -> Self {
        let mut columns = Self::default();
        for grant in grants {
            columns.id.push(grant.id.uuid());
            columns.parent_id.push(grant.parent_id.uuid());
            columns.client_key.push(grant.client_key.uuid());
            columns.user_id.push(grant.user_id.uuid());
            columns.user_epoch.push(grant.user_epoch);
            columns.session_id.push(grant.session_id.uuid());
            columns.pairs.push(json!(grant.pairs));
            columns.default_resource.push(grant.default_resource.clone());
            columns.claims_request.push(grant.claims_request.clone());
            columns.nonce.push(grant.nonce.clone());
            columns.auth_time.push(grant.auth_time);
            columns.acr.push(grant.acr.clone());
            columns.amr.push(grant.amr.join(" "));
            columns.offline.push(grant.offline);
            columns.created_at.push(grant.created_at);
            columns.expires_at.push(grant.expires_at);
        }
        columns
    }
}

/// Codes as columns, for `unnest`.
#[derive(Default)]
struct CodeColumns {
    hash: Vec<Vec<u8>>,
    request_id: Vec<Uuid>,
    redirect_uri: Vec<String>,
    redirect_uri_given: Vec<bool>,
    code_challenge: Vec<Option<String>>,
    expires_at: Vec<OffsetDateTime>,
    consent: Vec<Option<Value>>,
}

impl CodeColumns {
    fn of<'a>(codes: impl Iterator<Item = &'a NewCode>) -> Self {
        let mut columns = Self::default();
        for code in codes {
            columns.hash.push(code.hash.to_vec());
            columns.request_id.push(code.request_id.uuid());
            columns.redirect_uri.push(code.redirect_uri.clone());
            columns.redirect_uri_given.push(code.redirect_uri_given);
            columns.code_challenge.push(code.code_challenge.clone());
            columns.expires_at.push(code.expires_at);
            columns.consent.push(code.needs_consent.as_ref().map(|pairs| json!(pairs)));
        }
        columns
    }
}
