//! The way out: the address that the browser is sent to, with everything that must come back sealed in `state`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::pkce::{CodeChallenge, CodeVerifier, S256};
use serde::{Deserialize, Serialize};
use storage::{
    id::{UpstreamId, UserId},
    sealed::random,
};

use std::sync::Arc;

use super::{Failure, Problem, Upstream, callback_path};
use crate::{
    Context,
    browser_state::{self, Errand},
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::Journey,
};

/// What somebody is sent to a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To link the account there to this person, who is signed in.
    Link(UserId),
}

/// What the provider is asked for besides: it need not heed it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// Who is probably signing in.
    pub login_hint: Option<&'a str>,
    /// `login`, `select_account`, …
    pub prompt: Option<&'a str>,
    /// How old the sign-in there may be, in seconds. A provider that tells when somebody signed in must show that it
    /// is; others are asked for a new sign-in, and believed.
    pub max_age: Option<u64>,
    /// How strong it should be. What was reached is the provider's word and counts for nothing here.
    pub acr_values: Option<&'a str>,
    /// In which languages.
    pub ui_locales: Option<&'a str>,
}

impl<'a> Wishes<'a> {
    /// What somebody wants on their way somewhere. `session` is who is signed in; `typed` is what they typed to sign
    /// in with.
    #[must_use]
    pub fn on(context: &Context, journey: &'a Journey, session: Option<&SignedIn>, typed: Option<&'a str>) -> Self {
        let flow = journey.flow();
        let asked = flow.map(|flow| &flow.authorization);
        let again = match journey {
            Journey::Own(own) => own.again,
            Journey::Request(flow) => flow.authorization.prompts.login,
        };
        let login = again || session.is_some_and(|session| journey.only(context, session).is_some());
        let select = flow.is_some_and(|flow| flow.state.other || flow.authorization.prompts.select_account);
        Self {
            login_hint: typed.or(asked.and_then(|asked| asked.login_hint.as_deref())).filter(|hint| hint.len() <= 320),
            prompt: match (login, select) {
                (true, _) => Some("login"),
                (false, true) => Some("select_account"),
                (false, false) => None,
            },
            max_age: if login { Some(0) } else { asked.and_then(|asked| asked.max_age).map(u64::from) },
            acr_values: flow.and_then(|flow| flow.state.sent.acr_values.as_deref()),
            ui_locales: journey.ui_locales(),
        }
    }
}

/// A browser that leaves for a provider.
#[derive(Clone, Debug)]
pub struct Departure<'a> {
    /// The browser's cookie.
    pub browser: &'a [u8],
    /// What for.
    pub purpose: Purpose,
    /// What the provider is asked for besides.
    pub wishes: Wishes<'a>,
    /// What goes on afterwards: opaque here, given back by `finish`.
    pub inner: Option<String>,
}

/// What is remembered while the person is at the provider, sealed in `state`.
#[derive(Serialize, Deserialize)]
pub(super) struct Trip {
    #[serde(rename = "u")]
    pub upstream: UpstreamId,
    /// OpenID Connect Core section 3.1.2.1. It stands for the trip where that is spent, too.
    #[serde(rename = "n")]
    pub nonce: String,
    /// RFC 7636.
    #[serde(rename = "v")]
    pub verifier: String,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    #[serde(rename = "p")]
    pub purpose: Purpose,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<String>,
}

impl Trip {
    /// Whether it is to add an account to those of somebody who is signed in.
    pub(super) fn is_link(&self) -> bool {
        matches!(self.purpose, Purpose::Link(_))
    }
}

/// The redirect URI that is registered there.
pub(super) fn redirect_uri(context: &Context, upstream: &Upstream) -> String {
    context.settings.issuer.endpoint(&callback_path(&upstream.slug))
}

/// The address to send the browser to. Nothing is written.
///
/// # Errors
/// `Failure` when the provider cannot be asked what it is.
pub async fn begin(
    context: &Context,
    upstream: &Arc<Upstream>,
    departure: Departure<'_>,
) -> Result<String, Box<Failure>> {
    let (inner, linking) = (departure.inner.clone(), matches!(departure.purpose, Purpose::Link(_)));
    let failed =
        |problem| Box::new(Failure { linking, ..Failure::of(problem).with(inner.clone(), Some(Arc::clone(upstream))) });
    depart(context, upstream, departure).await.map_err(failed)
}

async fn depart(context: &Context, upstream: &Upstream, departure: Departure<'_>) -> Result<String, Problem> {
    let metadata = upstream.metadata(context).await?;
    let wishes = departure.wishes;
    let max_age = wishes.max_age.filter(|_| metadata.tells_auth_time);
    let prompt = wishes.prompt.or(wishes.max_age.filter(|_| max_age.is_none()).map(|_| "login"));
    let secret = || URL_SAFE_NO_PAD.encode(random::<32>());
    let trip = Trip {
        upstream: upstream.id,
        nonce: secret(),
        verifier: secret(),
        max_age,
        purpose: departure.purpose,
        inner: departure.inner,
    };
    let verifier = CodeVerifier::parse(&trip.verifier).map_err(|error| Refusal::internal(error.to_string()))?;
    let state = browser_state::seal(context, Errand::Upstream, departure.browser, context.now, &trip)?;
    let max_age = max_age.map(|seconds| seconds.to_string());
    let mut url = metadata.authorization_endpoint.clone();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &upstream.client_id)
        .append_pair("redirect_uri", &redirect_uri(context, upstream))
        .append_pair("scope", &upstream.scope)
        .append_pair("state", &state)
        .append_pair("nonce", &trip.nonce)
        .append_pair("code_challenge", &CodeChallenge::of(&verifier).to_string())
        .append_pair("code_challenge_method", S256);
    for (name, value) in [
        ("login_hint", wishes.login_hint),
        ("prompt", prompt),
        ("max_age", max_age.as_deref()),
        ("acr_values", wishes.acr_values),
        ("ui_locales", wishes.ui_locales),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    drop(query);
    Ok(url.into())
}
