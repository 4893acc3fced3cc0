//! The way back: what a provider sends the browser with, judged step by step, until it is known who that is.

use std::sync::Arc;

use messages::Locale;
use protocol::{Params, error::OAuthError};
use time::OffsetDateTime;

use super::{
    Failure, Identity, Problem, Told, Upstream,
    discovery::Metadata,
    id_token::{self, Expected},
    registration::USERNAME,
    settle::{self, Answered},
    token::{self, Tokens},
    trip::{Purpose, Trip},
};
use crate::{
    Context, account,
    browser_state::{self, Errand, Origin},
    remote::Freshness,
    sessions::SignedIn,
    sign_in::Proven,
};

/// The longest code that is taken, in bytes.
const LONGEST_CODE: usize = 4096;
/// How long all that is asked of a provider may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A browser that came back.
#[derive(Clone, Copy, Debug)]
pub struct Back<'a> {
    /// Whose callback it came to.
    pub slug: &'a str,
    /// What it came with.
    pub params: &'a Params,
    /// The browser's cookie.
    pub browser: &'a [u8],
    /// Who is signed in there.
    pub session: Option<&'a SignedIn>,
    /// In which language they are answered.
    pub language: Option<Locale>,
}

/// Somebody who came back.
#[derive(Debug)]
pub struct Arrived {
    /// From which provider.
    pub upstream: Arc<Upstream>,
    /// What goes on now: as it was given to `begin`.
    pub inner: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a provider's answer.
#[derive(Debug)]
pub enum Outcome {
    /// They proved who they are. What follows is the caller's: a second factor, a session.
    SignedIn(Proven),
    /// The same, for the first time: the person was just made.
    Created(Proven),
    /// They may be somebody who is here already: that person must sign in, and confirm. Sealed, for
    /// [`super::pending`] and [`super::confirm`].
    Confirm(String),
    /// The account is one of the person who asked for it.
    Linked,
}

impl Outcome {
    fn as_str(&self) -> &'static str {
        match self {
            Self::SignedIn(_) => "ok",
            Self::Created(_) => "created",
            Self::Confirm(_) => "confirm",
            Self::Linked => "linked",
        }
    }
}

/// Judges what a browser came back with. The trip is spent when somebody is signed in, made or linked; nothing is
/// written before the provider has said who they are.
///
/// # Errors
/// `Failure`: nobody was signed in, made or linked.
pub async fn finish(context: &Context, back: &Back<'_>) -> Result<Arrived, Box<Failure>> {
    let failed = |problem| Box::new(Failure::of(problem));
    let garbled = |error: OAuthError| Problem::new(Told::Expired, "upstream_answer_garbled", error.description);
    let state = back.params.get_once("state").map_err(|error| failed(garbled(error)))?;
    let opened: Option<browser_state::Opened<Trip>> =
        state.and_then(|state| browser_state::open(context, Errand::Upstream, back.browser, state));
    let opened = opened.ok_or_else(|| failed(Problem::Told(Told::Expired, "upstream_state_garbled")))?;
    if opened.origin == Origin::Elsewhere {
        return Err(failed(Problem::Told(Told::OtherBrowser, "upstream_state_other_browser")));
    }
    let (inner, linking) = (opened.value.inner.clone(), opened.value.is_link());
    let upstreams = context.upstreams().await.map_err(|refusal| failed(refusal.into()))?;
    let upstream = upstreams.by_id(opened.value.upstream).cloned();
    let outcome = match &upstream {
        _ if opened.expired => Err(Problem::Told(Told::Expired, "upstream_state_expired")),
        Some(upstream) => judge(context, back, upstream, (&opened.value, opened.started_at)).await,
        None => Err(Problem::Told(Told::Gone, "upstream_gone")),
    };
    match (outcome, upstream) {
        (Ok(outcome), Some(upstream)) => {
            metrics::counter!("chancery_upstream_sign_ins_total", "outcome" => outcome.as_str()).increment(1);
            Ok(Arrived { upstream, inner, outcome })
        }
        (Err(problem), upstream) => Err(Box::new(Failure { linking, ..Failure::of(problem).with(inner, upstream) })),
        (Ok(_), None) => Err(failed(Problem::Told(Told::Gone, "upstream_gone"))),
    }
}

async fn judge(
    context: &Context,
    back: &Back<'_>,
    upstream: &Upstream,
    (trip, started_at): (&Trip, OffsetDateTime),
) -> Result<Outcome, Problem> {
    // Another provider's answer to this one's question: the code would be sent to the wrong one (RFC 9700
    // section 4.4).
    if back.slug != upstream.slug {
        return Err(Problem::new(Told::NotAccepted, "upstream_mixed_up", back.slug));
    }
    if let Purpose::Link(user) = trip.purpose
        && back.session.is_none_or(|session| session.user_id != user)
    {
        return Err(Problem::Told(Told::Expired, "upstream_link_signed_out"));
    }
    // Whoever began it proved who they are just before; a page that was left open over there is nobody's to finish.
    if trip.is_link() && context.now - started_at > account::FRESH {
        return Err(Problem::Told(Told::Expired, "upstream_link_stale"));
    }
    let identity = tokio::time::timeout(PATIENCE, identify(context, back.params, upstream, (trip, started_at)));
    let identity = identity
        .await
        .map_err(|_elapsed| Problem::new(Told::Unavailable, "upstream_slow", "all of it took too long"))??;
    let answered = Answered {
        upstream,
        identity,
        trip,
        started_at,
        browser: back.browser,
        session: back.session,
        language: back.language,
    };
    settle::settle(context, &answered).await
}

/// Asks the provider who that is.
async fn identify(
    context: &Context,
    params: &Params,
    upstream: &Upstream,
    (trip, started_at): (&Trip, OffsetDateTime),
) -> Result<Identity, Problem> {
    let metadata = upstream.metadata(context).await?;
    let once = |name: &str| {
        let garbled = |error: OAuthError| Problem::new(Told::Expired, "upstream_answer_garbled", error.description);
        params.get_once(name).map_err(garbled)
    };
    // RFC 9207 section 2.4: before anything else in the answer is believed.
    match once("iss")? {
        Some(iss) if iss == upstream.issuer => {}
        None if !metadata.names_itself => {}
        other => return Err(Problem::new(Told::NotAccepted, "upstream_mixed_up", other.unwrap_or("no iss"))),
    }
    if let Some(error) = once("error")? {
        return Err(said_no(error, once("error_description")?));
    }
    let code = once("code")?.filter(|code| !code.is_empty() && code.len() <= LONGEST_CODE);
    let code = code.ok_or_else(|| Problem::new(Told::NotAccepted, "upstream_no_code", "neither code nor error"))?;
    let tokens = token::redeem(context, upstream, &metadata, (code, &trip.verifier)).await?;
    let identity = verify(context, upstream, &metadata, &tokens, (trip, started_at)).await?;
    complete(context, upstream, (&metadata, &tokens), identity).await
}

/// RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
fn said_no(error: &str, description: Option<&str>) -> Problem {
    let (told, reason) = match error {
        "access_denied" => (Told::Denied, "upstream_denied"),
        "temporarily_unavailable" | "server_error" => (Told::Unavailable, "upstream_failed"),
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            (Told::Denied, "upstream_interaction_required")
        }
        _ => (Told::NotAccepted, "upstream_refused"),
    };
    Problem::new(told, reason, format_args!("{error}: {}", description.unwrap_or_default()))
}

async fn verify(
    context: &Context,
    upstream: &Upstream,
    metadata: &Metadata,
    tokens: &Tokens,
    (trip, started_at): (&Trip, OffsetDateTime),
) -> Result<Identity, Problem> {
    let expected = Expected {
        issuer: &upstream.issuer,
        client_id: &upstream.client_id,
        nonce: &trip.nonce,
        access_token: tokens.access_token.as_deref(),
        max_age: trip.max_age,
        started_at,
        now: context.now,
    };
    let keys = upstream.keys(context, metadata, Freshness::Cached).await?;
    let mut outcome = id_token::verify(&tokens.id_token, &keys, &expected);
    if outcome.as_ref().is_err_and(|wrong| wrong.may_be_rotation()) {
        // The provider may have rotated its keys: look once more.
        let keys = upstream.keys(context, metadata, Freshness::Newer).await?;
        outcome = id_token::verify(&tokens.id_token, &keys, &expected);
    }
    outcome.map_err(|wrong| Problem::new(Told::NotAccepted, wrong.reason(), &upstream.slug))
}

/// Asks userinfo where it is needed: the ID token leaves open how a new person is called, or reached.
async fn complete(
    context: &Context,
    upstream: &Upstream,
    (metadata, tokens): (&Metadata, &Tokens),
    mut identity: Identity,
) -> Result<Identity, Problem> {
    let (Some(endpoint), Some(access_token)) = (&metadata.userinfo_endpoint, &tokens.access_token) else {
        return Ok(identity);
    };
    let wanted = [USERNAME, "name"].iter().filter_map(|ours| upstream.claims.get(*ours));
    let complete =
        identity.claims.contains_key("email") && wanted.into_iter().all(|it| identity.claims.contains_key(it));
    if complete || settle::owner(context, upstream, &identity).await?.is_some() {
        return Ok(identity);
    }
    let more = token::userinfo(context, endpoint, (access_token, &identity.subject)).await?;
    // An address and whether it was verified are one statement of one source.
    let own_email = identity.claims.contains_key("email");
    for (name, value) in more {
        let of_email = name == "email" || name == "email_verified";
        if !(own_email && of_email) {
            identity.claims.entry(name).or_insert(value);
        }
    }
    Ok(identity)
}
