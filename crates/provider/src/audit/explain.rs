//! "Explain this token": who let it happen, from what it came, what came of it, and whether it still counts.

use jose::Expect;
use serde::Serialize;
use serde_json::{Value, json};
use storage::audit::read::{self, GrantStory};
use time::OffsetDateTime;
use uuid::Uuid;

use super::list::{self, Filter, Openers, Shown};
use crate::{
    Context, keys,
    refusal::Refusal,
    tokens::{mint::ACCESS_TOKEN_TYP, refresh::RefreshToken},
};

/// How far back tokens are followed that others were exchanged for.
const DEPTH: usize = 16;
/// The most of what came of a token.
const DESCENDANTS: usize = 200;
/// The most records of one kind.
const FEW: usize = 20;

/// What is known of a token.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Explained {
    /// `access_token`, `refresh_token` or `jti`.
    pub kind: &'static str,
    /// Whether its signature is right under a key that still counts; `None` for a bare `jti`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genuine: Option<bool>,
    /// Whether its time is over; `None` where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<bool>,
    /// The claims, where the token itself was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<Uuid>,
    /// What the trail says of it itself, the oldest first.
    pub records: Vec<Shown>,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The client that got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The grant that roots it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<Value>,
    /// The session, from its beginning: how they proved who they are.
    pub session: Vec<Shown>,
    /// What the person allowed this client, or did not.
    pub consent: Vec<Shown>,
    /// Who acts for whom, the present actor first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actors: Option<Value>,
    /// The tokens that it was exchanged for, the nearest first.
    pub ancestors: Vec<Shown>,
    /// The tokens that were exchanged for it, and for those.
    pub descendants: Vec<Shown>,
    /// Whatever of it, its grant or its lineage was withdrawn.
    pub withdrawn: Vec<Uuid>,
    /// The records that tell of it.
    pub withdrawals: Vec<Shown>,
}

/// A person, as they are called.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// Who.
    pub id: Uuid,
    /// How they sign in; `None`: they are gone.
    pub username: Option<String>,
}

/// Explains an access token, a refresh token or a `jti`. `None`: it is nothing of this server.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn run(context: &Context, text: &str) -> Result<Option<Explained>, Refusal> {
    let text = text.trim();
    let mut story = Explained::default();
    let mut grant = None;
    let mut lineage = Vec::new();
    if let Ok(jti) = Uuid::parse_str(text) {
        (story.kind, story.jti) = ("jti", Some(jti));
    } else if let Some(token) = RefreshToken::decode(text, &context.sealing) {
        (story.kind, story.genuine) = ("refresh_token", Some(true));
        let Some(state) = storage::refresh_families::examine(&context.database, token.family, context.now).await?
        else {
            story.expired = Some(true);
            return Ok(Some(story));
        };
        story.expired = Some(state.expires_at <= context.now);
        grant = Some(state.grant_id.uuid());
    } else {
        let Some(claims) = claims_of(text) else { return Ok(None) };
        let expect = Expect { typ: &[ACCESS_TOKEN_TYP], algorithms: &keys::ALGORITHMS };
        (story.kind, story.genuine) = ("access_token", Some(context.keys.verification().verify(text, &expect).is_ok()));
        story.expired = claims["exp"].as_i64().map(|exp| exp <= context.now.unix_timestamp());
        story.jti = uuid(&claims["jti"]);
        grant = uuid(&claims["chancery"]["grant"]);
        lineage.extend(claims["chancery"]["lineage"].as_array().into_iter().flatten().filter_map(uuid));
        story.actors = claims.get("act").cloned();
        story.claims = Some(claims);
    }
    if let Some(jti) = story.jti {
        story.records = find(context, Filter { jti: Some(jti), ..Filter::default() }).await?;
        lineage.push(jti);
    }
    if story.kind == "jti" && story.records.is_empty() {
        return Ok(None);
    }
    trace(context, &mut story, grant, lineage).await?;
    Ok(Some(story))
}

async fn trace(
    context: &Context,
    story: &mut Explained,
    mut grant: Option<Uuid>,
    mut lineage: Vec<Uuid>,
) -> Result<(), Refusal> {
    let issued = story.records.first().cloned();
    let known = issued.as_ref();
    grant = grant.or(known.and_then(|record| record.grant_id));
    story.client_id = known.and_then(|record| record.client_id.clone());
    let (mut user, mut session) = (known.and_then(|r| r.user_id), known.and_then(|r| r.session_id));
    let chain = known.and_then(|record| record.detail.as_ref()?.get("chain").cloned());
    story.actors = chain.or(story.actors.take());
    if let Some(id) = grant {
        lineage.push(id);
        if let Some(found) = read::grant(&context.database, id).await? {
            (user, session) = (user.or(found.user_id), session.or(found.session_id));
            story.client_id = story.client_id.take().or(found.client_id.clone());
            lineage.extend(found.parent_id);
            story.grant = Some(shown(&found));
        } else {
            story.grant = Some(json!({ "id": id, "gone": true }));
        }
    }
    if let Some(id) = user {
        story.person = Some(Person { id, username: read::username(&context.database, id).await? });
    }
    let of = |event: &str| Filter { event: Some(event.to_owned()), ..Filter::default() };
    if session.is_some() {
        story.session = find(context, Filter { session_id: session, ..of("session.*") }).await?;
    }
    if user.is_some() && story.client_id.is_some() {
        let (user_id, client_id) = (user, story.client_id.clone());
        story.consent = find(context, Filter { user_id, client_id, ..of("consent.*") }).await?;
    }
    if let Some(jti) = story.jti {
        story.ancestors = ancestors(context, issued).await?;
        story.descendants = descendants(context, jti).await?;
        lineage.extend(story.ancestors.iter().flat_map(|record| [record.jti, record.grant_id]).flatten());
    }
    lineage.sort_unstable();
    lineage.dedup();
    story.withdrawn = read::withdrawn(&context.database, &lineage).await?;
    for id in lineage {
        let by_token = find(context, Filter { jti: Some(id), ..of("token.revoked") }).await?;
        let by_grant = find(context, Filter { grant_id: Some(id), ..of("token.revoked") }).await?;
        story.withdrawals.extend(by_token);
        // What tells of another token of the same grant is none of this one's business.
        story.withdrawals.extend(by_grant.into_iter().filter(|record| record.jti.is_none()));
    }
    Ok(())
}

/// A few records, the oldest first.
async fn find(context: &Context, filter: Filter) -> Result<Vec<Shown>, Refusal> {
    let mut found = list::run(context, &filter, FEW).await?;
    found.reverse();
    Ok(found)
}

/// What a token was exchanged for, and that again.
async fn ancestors(context: &Context, issued: Option<Shown>) -> Result<Vec<Shown>, Refusal> {
    let mut found: Vec<Shown> = Vec::new();
    let mut last = issued;
    while let Some(record) = last.take().filter(|_| found.len() < DEPTH) {
        let parent = record.detail.as_ref().and_then(|detail| uuid(detail.get("subject_token")?));
        let Some(parent) = parent.filter(|jti| found.iter().all(|seen| seen.jti != Some(*jti))) else { break };
        last = find(context, Filter { jti: Some(parent), ..Filter::default() }).await?.into_iter().next();
        found.extend(last.clone());
    }
    Ok(found)
}

/// What came of a token, and of that again.
async fn descendants(context: &Context, jti: Uuid) -> Result<Vec<Shown>, Refusal> {
    let mut openers = Openers::default();
    let mut found: Vec<Shown> = Vec::new();
    let mut waiting = vec![jti];
    while let Some(jti) = waiting.pop() {
        let left = DESCENDANTS.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        let children = read::exchanged_for(&context.database, jti, i64::try_from(left).unwrap_or_default()).await?;
        for child in openers.show(context, children).await? {
            if found.iter().all(|seen| seen.id != child.id) {
                waiting.extend(child.jti);
                found.push(child);
            }
        }
    }
    Ok(found)
}

fn claims_of(token: &str) -> Option<Value> {
    let payload = jose::decode_unverified_payload(token).ok()?;
    serde_json::from_slice(&payload).ok().filter(Value::is_object)
}

fn uuid(value: &Value) -> Option<Uuid> {
    Uuid::parse_str(value.as_str()?).ok()
}

fn shown(grant: &GrantStory) -> Value {
    use time::format_description::well_known::Rfc3339;
    let when = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    json!({
        "id": grant.id,
        "kind": grant.kind,
        "client_id": grant.client_id,
        "user_id": grant.user_id,
        "session_id": grant.session_id,
        "parent_id": grant.parent_id,
        "pairs": grant.pairs,
        "auth_time": grant.auth_time.map(when),
        "acr": grant.acr,
        "amr": grant.amr,
        "offline": grant.offline,
        "created_at": when(grant.created_at),
        "expires_at": grant.expires_at.map(when),
        "revoked_at": grant.revoked_at.map(when),
        "revoked_reason": grant.revoked_reason,
    })
}
