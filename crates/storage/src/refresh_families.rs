//! Families of refresh tokens: one row each, which only says how far the family has come.

use std::sync::Arc;

use ipnet::IpNet;
use protocol::scope::ScopePairs;
use serde_json::{Value, json};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Database, StorageError,
    grants::{LiveGrant, Person, live_grant},
    id::{ClientKey, FamilyId, GrantId},
    journal::{Columns, Entry},
    targeting::{Targeting, Targets},
};

/// A refresh token as a client presents it, its authenticity already proven.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The family.
    pub family: FamilyId,
    /// Which of its tokens.
    pub generation: i32,
    /// Who presents it.
    pub client_key: ClientKey,
    /// The `scope` parameter's tokens; `None`: all that the grant covers.
    pub scopes: Option<Vec<String>>,
    /// The same in one canonical text, to recognize a retry.
    pub scope_text: Option<String>,
    /// The API that the token is for.
    pub target: Targeting,
    /// Now.
    pub now: OffsetDateTime,
    /// What the caller knows of clients and resources.
    pub revision: i64,
}

/// A refresh token to be spent.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The token.
    pub presented: Arc<Presented>,
    /// When its successor ends if it is not used.
    pub idle_expires_at: OffsetDateTime,
    /// What the journal is told; completed with the person, the grant, the session, and the resource and the scope that
    /// are handed out.
    pub entry: Entry,
}

/// Spends refresh tokens: one statement that moves each family to its next generation and writes the journal.
///
/// Returns what became of each, in their order. `None`: nothing changed. Of two that present the same token, one moves
/// the family.
///
/// # Errors
/// `StorageError`: whether they were spent is unknown; no token may come of them.
pub async fn rotate(database: &Database, rotations: &[Rotation]) -> Result<Vec<Option<LiveGrant>>, StorageError> {
    // In one order everywhere, so that two batches never wait for each other.
    let mut sorted: Vec<(usize, &Rotation)> = rotations.iter().enumerate().collect();
    sorted.sort_by_key(|(_, rotation)| rotation.presented.family);
    let of = |get: fn(&Presented) -> Uuid| sorted.iter().map(|(_, r)| get(&r.presented)).collect::<Vec<_>>();
    let families = of(|presented| presented.family.uuid());
    let clients = of(|presented| presented.client_key.uuid());
    let generations: Vec<i32> = sorted.iter().map(|(_, r)| r.presented.generation).collect();
    let nows: Vec<OffsetDateTime> = sorted.iter().map(|(_, r)| r.presented.now).collect();
    let scope_texts: Vec<Option<String>> = sorted.iter().map(|(_, r)| r.presented.scope_text.clone()).collect();
    let idle: Vec<OffsetDateTime> = sorted.iter().map(|(_, r)| r.idle_expires_at).collect();
    let revisions: Vec<i64> = sorted.iter().map(|(_, r)| r.presented.revision).collect();
    let scopes: Vec<Option<Value>> =
        sorted.iter().map(|(_, r)| r.presented.scopes.as_ref().map(|s| json!(s))).collect();
    let Targets { issuer, wanted, apis, open } = Targets::of(sorted.iter().map(|(_, r)| &r.presented.target));
    let told = Columns::of(sorted.iter().map(|(_, r)| &r.entry));
    let rows = sqlx::query!(
        r#"with moved as (
               update refresh_family f
               set generation = f.generation + 1, rotated_at = a.now, rotated_scope = a.scope_text,
                   idle_expires_at = least(a.idle_expires_at, f.expires_at)
               from unnest($2::uuid[], $3::uuid[], $4::int[], $5::timestamptz[], $6::text[], $7::timestamptz[],
                           $8::bigint[], $9::jsonb[], $10::text[], $11::jsonb[], $12::jsonb[], $13::text[], $14::text[],
                           $15::text[], $16::uuid[], $17::uuid[], $18::inet[], $19::jsonb[])
                        with ordinality
                        as a (family, client_key, generation, now, scope_text, idle_expires_at, revision, scopes, wanted,
                              apis, open, event, outcome, client_id, jti, request_id, address, detail, position)
                    join deployment d on d.singleton and d.revision = a.revision,
                    grants g join grants root on root.id = g.parent_id and root.revoked_at is null
                    join user_account u on u.id = g.user_id left join auth_session s on s.id = g.session_id,
                    lateral (select jsonb_agg(p -> 1) as scopes, bool_or(p ->> 0 = a.wanted) as named,
                                    string_agg(p ->> 1, ' ') as scope
                             from jsonb_array_elements(g.pairs) p
                             where (p ->> 0 = $1 or p ->> 0 = coalesce(a.wanted, g.default_resource))
                               and a.open @> jsonb_build_array(jsonb_build_object('r', p -> 0, 's', p -> 1))) held
               where f.id = a.family and f.client_key = a.client_key and f.generation = a.generation
                 and f.idle_expires_at > a.now and f.expires_at > a.now
                 and g.id = f.grant_id and g.revoked_at is null and u.enabled and u.epoch = g.user_epoch
                 and (g.offline or (s.ended_at is null and s.expires_at > a.now and s.idle_expires_at > a.now))
                 and (coalesce(a.wanted, g.default_resource) is null
                      or a.apis ? coalesce(a.wanted, g.default_resource))
                 and (a.wanted is null or a.wanted = g.default_resource or held.named)
                 and (a.scopes is null or coalesce(held.scopes, '[]') @> a.scopes)
               returning a.position, a.now, a.event, a.outcome, a.client_id, a.jti, a.request_id, a.address, a.detail,
                         g.id, g.client_key, g.user_id, g.session_id, g.pairs, g.default_resource, g.claims_request,
                         g.nonce, g.auth_time, g.acr, g.amr, g.offline,
                         case when g.claims_request ? 'id_token' then
                             jsonb_build_object('username', u.username, 'email', u.email,
                                                'email_verified', u.email_verified, 'claims', u.claims,
                                                'updated_at', extract(epoch from u.updated_at)::bigint)
                             end as person,
                         jsonb_strip_nulls(jsonb_build_object(
                             'resource', coalesce(a.wanted, g.default_resource),
                             'scope', coalesce((select string_agg(w, ' ') from jsonb_array_elements_text(a.scopes) w),
                                               held.scope))) as handed),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                                    address, detail)
               select now, event, outcome, user_id, client_id, id, session_id, jti, request_id, address, detail || handed
               from moved)
           select position as "position!", id as "id!", client_key as "client_key!", user_id as "user_id!", session_id,
                  pairs as "pairs!: Json<ScopePairs>", default_resource, claims_request, nonce, auth_time, acr, amr,
                  offline as "offline!", person as "person: Json<Person>"
           from moved"#,
        issuer,
        &families,
        &clients,
        &generations,
        &nows,
        &scope_texts as &[Option<String>],
        &idle,
        &revisions,
        &scopes as &[Option<Value>],
        &wanted as &[Option<String>],
        &apis,
        &open,
        &told.event,
        &told.outcome,
        &told.client_id as &[Option<String>],
        &told.jti as &[Option<Uuid>],
        &told.request_id as &[Option<Uuid>],
        &told.address as &[Option<IpNet>],
        &told.detail as &[Option<Value>]
    )
    .fetch_all(database.pool())
    .await?;
    let mut outcomes = vec![None; rotations.len()];
    for row in rows {
        let position = usize::try_from(row.position - 1).unwrap_or(usize::MAX);
        if let Some((index, _)) = sorted.get(position) {
            outcomes[*index] = Some(live_grant!(row));
        }
    }
    Ok(outcomes)
}

/// Answers a retry: if the presented token was spent after `spent_after` by a request for the same scope, and its
/// successor is still unused, writes the journal and changes nothing else. `None`: it is no such retry.
///
/// # Errors
/// `StorageError`.
pub async fn retry(
    database: &Database,
    presented: &Presented,
    spent_after: OffsetDateTime,
    entry: &Entry,
) -> Result<Option<LiveGrant>, StorageError> {
    let row = sqlx::query!(
        r#"with found as (
               select g.id, g.client_key, g.user_id, g.session_id, g.pairs, g.default_resource, g.claims_request,
                      g.nonce, g.auth_time, g.acr, g.amr, g.offline,
                      case when g.claims_request ? 'id_token' then
                          jsonb_build_object('username', u.username, 'email', u.email,
                                             'email_verified', u.email_verified, 'claims', u.claims,
                                             'updated_at', extract(epoch from u.updated_at)::bigint)
                          end as person,
                      jsonb_strip_nulls(jsonb_build_object(
                          'resource', coalesce($8, g.default_resource),
                          'scope', array_to_string(coalesce($10, held.scopes), ' '))) as handed
               from refresh_family f
               join grants g on g.id = f.grant_id
               join grants root on root.id = g.parent_id and root.revoked_at is null
               join user_account u on u.id = g.user_id
               left join auth_session s on s.id = g.session_id
               join deployment d on d.singleton
               cross join lateral (select array_agg(p ->> 1) as scopes, bool_or(p ->> 0 = $8) as named
                        from jsonb_array_elements(g.pairs) p
                        join unnest($19::text[], $20::text[]) as open (resource, scope)
                          on open.resource = p ->> 0 and open.scope = p ->> 1
                        where p ->> 0 = $11 or p ->> 0 = coalesce($8, g.default_resource)) held
               where f.id = $1 and f.client_key = $2 and f.generation = $3 + 1
                 and f.rotated_at > $6 and f.rotated_scope is not distinct from $5
                 and f.idle_expires_at > $4 and f.expires_at > $4
                 and g.revoked_at is null and u.enabled and u.epoch = g.user_epoch
                 and (g.offline or (s.ended_at is null and s.expires_at > $4 and s.idle_expires_at > $4))
                 and d.revision = $7
                 and (coalesce($8, g.default_resource) is null or coalesce($8, g.default_resource) = any($9))
                 and ($8 is null or $8 = g.default_resource or held.named)
                 and ($10::text[] is null or $10 <@ coalesce(held.scopes, '{}'))
               for share of f),
           told as (
               insert into journal (at, event, outcome, user_id, client_id, grant_id, session_id, jti, request_id,
                                    address, detail)
               select $4, $12, $13, user_id, $14, id, session_id, $15, $16, $17, $18::jsonb || handed from found)
           select id as "id!", client_key as "client_key!", user_id as "user_id!", session_id,
                  pairs as "pairs!: Json<ScopePairs>", default_resource, claims_request, nonce, auth_time, acr, amr,
                  offline as "offline!", person as "person: Json<Person>"
           from found"#,
        presented.family.uuid(),
        presented.client_key.uuid(),
        presented.generation,
        presented.now,
        presented.scope_text.as_deref(),
        spent_after,
        presented.revision,
        presented.target.wanted.as_deref(),
        &presented.target.apis,
        presented.scopes.as_deref(),
        presented.target.issuer,
        entry.event,
        entry.outcome,
        entry.client_id,
        entry.jti,
        entry.request_id,
        entry.address.map(IpNet::from) as Option<IpNet>,
        entry.detail,
        &presented.target.resources,
        &presented.target.scopes
    )
    .fetch_optional(database.pool())
    .await?;
    Ok(row.map(|row| live_grant!(row)))
}

/// A family as it stands, to say why a token of it was not redeemed, or what is left of it.
#[derive(Clone, Debug)]
pub struct FamilyState {
    /// The grant that roots it.
    pub grant_id: GrantId,
    /// Whose it is.
    pub client_key: ClientKey,
    /// How far it has come: the generation of its unused token.
    pub generation: i32,
    /// When it came so far.
    pub rotated_at: OffsetDateTime,
    /// What scope the request asked for that brought it so far, as `Presented::scope_text`.
    pub rotated_scope: Option<String>,
    /// When it ends: idle, absolute or with its session, whichever is first.
    pub expires_at: OffsetDateTime,
    /// When the grant was given.
    pub created_at: OffsetDateTime,
    /// Whether the grant was withdrawn, or what it depends on.
    pub revoked: bool,
    /// Whether the grant stands, the person is enabled, and the session lives where it depends on one.
    pub live: bool,
    /// What the grant covers.
    pub pairs: ScopePairs,
    /// Which API's token comes out when a request names none.
    pub default_resource: Option<String>,
    /// The person.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The registry's revision.
    pub revision: i64,
}

/// Reads a family as it stands at `now`, or `None`.
///
/// # Errors
/// `StorageError`.
pub async fn examine(
    database: &Database,
    family: FamilyId,
    now: OffsetDateTime,
) -> Result<Option<FamilyState>, StorageError> {
    let row = sqlx::query!(
        r#"select f.grant_id, f.client_key, f.generation, f.rotated_at, f.rotated_scope, f.created_at,
                  case when g.offline then least(f.idle_expires_at, f.expires_at)
                       else least(f.idle_expires_at, f.expires_at, s.expires_at, s.idle_expires_at) end
                      as "expires_at!",
                  (g.revoked_at is not null or root.id is null) as "revoked!",
                  (g.revoked_at is null and root.id is not null and u.enabled and u.epoch = g.user_epoch
                   and f.idle_expires_at > $2 and f.expires_at > $2
                   and (g.offline or coalesce(s.ended_at is null and s.expires_at > $2 and s.idle_expires_at > $2,
                                              false))) as "live!",
                  g.pairs as "pairs: Json<ScopePairs>", g.default_resource, g.user_id as "user_id!", g.session_id,
                  d.revision
           from refresh_family f
           join grants g on g.id = f.grant_id
           left join grants root on root.id = g.parent_id and root.revoked_at is null
           join user_account u on u.id = g.user_id
           left join auth_session s on s.id = g.session_id
           join deployment d on d.singleton
           where f.id = $1"#,
        family.uuid(),
        now
    )
    .fetch_optional(database.pool())
    .await?;
    Ok(row.map(|row| FamilyState {
        grant_id: GrantId(row.grant_id),
        client_key: ClientKey(row.client_key),
        generation: row.generation,
        rotated_at: row.rotated_at,
        rotated_scope: row.rotated_scope,
        expires_at: row.expires_at,
        created_at: row.created_at,
        revoked: row.revoked,
        live: row.live,
        pairs: row.pairs.0,
        default_resource: row.default_resource,
        user_id: row.user_id,
        session_id: row.session_id,
        revision: row.revision,
    }))
}
