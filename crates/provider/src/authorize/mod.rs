//! The authorization endpoint (RFC 6749 section 4.1, OpenID Connect Core section 3.1.2).
//!
//! A request is judged by the table below, one small check after the other. What follows it is decided in
//! [`interaction`]: which page the person must see, or that none is needed.

mod checks;
pub mod consent;
pub mod interaction;
pub mod respond;
pub mod state;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use protocol::{
    Acr,
    authorization::{AuthorizationRequest, AuthorizationResponse, Outcome, Prompts, ResponseMode},
    claims::ClaimsRequest,
    pkce::CodeChallenge,
    scope::ScopePairs,
};
use tracing::debug;

pub use self::{
    checks::{CLIENT_UNKNOWN, REDIRECT_URI_FOREIGN, REDIRECT_URI_MISSING},
    interaction::{Next, Page},
    state::RequestState,
};
use crate::{
    Context, refusal::Refusal, registry::Client, scope_resolution::Resolved, sign_in::Need, tally,
    tokens::person::Wishes,
};

/// How an endpoint tells of a check that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// An error page: the client or the redirect URI cannot be trusted, so nothing is sent there.
    Page,
    /// A redirect back to the client.
    Client,
}

/// One row of the table.
struct Check {
    /// What it looks at.
    name: &'static str,
    /// How the authorization endpoint tells of it.
    authorize: Answer,
    /// Judges the request and notes what it found.
    run: Run,
}

enum Run {
    /// At once.
    Now(fn(&mut Draft<'_>) -> Result<(), Refusal>),
    /// After a look into the registry.
    Reading(for<'a> fn(&'a mut Draft<'_>) -> BoxFuture<'a, Result<(), Refusal>>),
}

use Answer::{Client as ToClient, Page as OnPage};
use Run::{Now, Reading};

/// Every check, in the order in which they are made. Further endpoints that take authorization requests get a
/// column each.
#[rustfmt::skip]
const TABLE: &[Check] = &[
    Check { name: "size",                  authorize: OnPage,   run: Now(checks::size::bounded) },
    Check { name: "where to answer, once", authorize: OnPage,   run: Now(checks::once::redirect_parameters) },
    Check { name: "client_id",             authorize: OnPage,   run: Reading(checks::client::known) },
    Check { name: "redirect_uri",          authorize: OnPage,   run: Now(checks::redirect_uri::registered) },
    Check { name: "response_mode",         authorize: ToClient, run: Now(checks::response::mode) },
    Check { name: "every parameter once",  authorize: ToClient, run: Now(checks::once::every_parameter) },
    Check { name: "request objects",       authorize: ToClient, run: Now(checks::request_object::absent) },
    Check { name: "response_type",         authorize: ToClient, run: Now(checks::response::type_) },
    Check { name: "grant of the client",   authorize: ToClient, run: Now(checks::client::may_ask_for_codes) },
    Check { name: "PKCE",                  authorize: ToClient, run: Now(checks::pkce::challenge) },
    Check { name: "prompt",                authorize: ToClient, run: Now(checks::prompt::prompts) },
    Check { name: "max_age",               authorize: ToClient, run: Now(checks::prompt::max_age) },
    Check { name: "claims",                authorize: ToClient, run: Now(checks::claims::parse) },
    Check { name: "essential acr",         authorize: ToClient, run: Now(checks::claims::acr) },
    Check { name: "essential sub",         authorize: ToClient, run: Now(checks::claims::sub) },
    Check { name: "id_token_hint",         authorize: ToClient, run: Now(checks::id_token_hint::subject) },
    Check { name: "scope and resource",    authorize: ToClient, run: Reading(checks::scope::resolve) },
    Check { name: "acr_values",            authorize: ToClient, run: Now(checks::policy::acr_values) },
    Check { name: "policy",                authorize: ToClient, run: Reading(checks::policy::required) },
    Check { name: "claims of the client",  authorize: ToClient, run: Now(checks::claims::of_the_client) },
];

/// What the checks have found so far.
struct Draft<'r> {
    context: &'r Context,
    sent: &'r AuthorizationRequest,
    client: Option<Arc<Client>>,
    redirect_uri: Option<String>,
    mode: ResponseMode,
    code_challenge: Option<CodeChallenge>,
    prompts: Prompts,
    max_age: Option<u32>,
    claims: ClaimsRequest,
    essential: Option<Vec<Acr>>,
    need: Need,
    subjects: Option<Vec<String>>,
    resolved: Option<Resolved>,
}

impl<'r> Draft<'r> {
    fn new(context: &'r Context, sent: &'r AuthorizationRequest) -> Self {
        Self {
            context,
            sent,
            client: None,
            redirect_uri: None,
            mode: ResponseMode::Query,
            code_challenge: None,
            prompts: Prompts::default(),
            max_age: None,
            claims: ClaimsRequest::default(),
            essential: None,
            need: Need::default(),
            subjects: None,
            resolved: None,
        }
    }

    /// The client, for checks that stand below the one that finds it.
    fn client(&self) -> Result<&Arc<Client>, Refusal> {
        self.client.as_ref().ok_or_else(|| Refusal::internal("the table of checks is out of order"))
    }

    /// Narrows whom the answer may be about.
    fn only_subjects(&mut self, subjects: Vec<String>) {
        match &mut self.subjects {
            None => self.subjects = Some(subjects),
            Some(known) => known.retain(|subject| subjects.contains(subject)),
        }
    }

    fn finish(self) -> Result<Authorization, Refusal> {
        let missing = || Refusal::internal("the table of checks is incomplete");
        let resolved = self.resolved.ok_or_else(missing)?;
        let consent_pairs = consent::pairs(self.context.settings.issuer.as_str(), &resolved, &self.claims);
        Ok(Authorization {
            reply: Reply {
                redirect_uri: self.redirect_uri.ok_or_else(missing)?,
                redirect_uri_given: self.sent.redirect_uri.is_some(),
                mode: self.mode,
                state: self.sent.state.clone(),
            },
            client: self.client.ok_or_else(missing)?,
            consent_pairs,
            pairs: resolved.pairs,
            default_resource: resolved.default_resource,
            nonce: self.sent.nonce.clone(),
            code_challenge: self.code_challenge,
            prompts: self.prompts,
            max_age: self.max_age,
            wishes: Wishes { claims: self.claims, locales: checks::claims::locales(self.sent) },
            essential: self.essential,
            need: self.need,
            subjects: self.subjects,
            login_hint: self.sent.login_hint.clone(),
        })
    }
}

/// Where the answer goes, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// One of the client's.
    pub redirect_uri: String,
    /// Whether the request named it.
    pub redirect_uri_given: bool,
    /// Query or form.
    pub mode: ResponseMode,
    /// Returned unchanged.
    pub state: Option<String>,
}

impl Reply {
    /// The answer with this outcome (RFC 9207: the issuer is in each).
    #[must_use]
    pub fn with(&self, context: &Context, outcome: Outcome) -> AuthorizationResponse {
        AuthorizationResponse {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.mode,
            state: self.state.clone(),
            iss: context.settings.issuer.as_str().to_owned(),
            outcome,
        }
    }
}

/// An authorization request that passed every check.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Who asks.
    pub client: Arc<Client>,
    /// Where the answer goes.
    pub reply: Reply,
    /// What tokens may come to hold.
    pub pairs: ScopePairs,
    /// What the person is asked for: `pairs`, the scopes that stand for claims asked for by name, and an API without
    /// a scope as a pair with an empty one.
    pub consent_pairs: ScopePairs,
    /// Which API's token comes out when a token request names none.
    pub default_resource: Option<String>,
    /// For the first ID token.
    pub nonce: Option<String>,
    /// RFC 7636.
    pub code_challenge: Option<CodeChallenge>,
    /// Which pages must or must not be shown.
    pub prompts: Prompts,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u32>,
    /// Which claims are wanted by name, and in which languages.
    pub wishes: Wishes,
    /// The `acr` values of which one is essential; all of them can be reached.
    pub essential: Option<Vec<Acr>>,
    /// How strong the sign-in must be, all taken together, and how strong the client would like it.
    pub need: Need,
    /// The subjects (as this client knows them) of whom one must be signed in.
    pub subjects: Option<Vec<String>>,
    /// Who the client thinks will sign in.
    pub login_hint: Option<String>,
}

impl Authorization {
    /// What the tokens say of a sign-in this strong: a value that was called essential, where any was (OpenID Connect
    /// Core section 5.5.1.1). Never more than what was reached.
    #[must_use]
    pub fn stated(&self, reached: Acr) -> Acr {
        let fitting = self.essential.iter().flatten().copied().filter(|acr| *acr <= reached).max();
        fitting.unwrap_or(reached)
    }
}

/// An authorization request on its way.
#[derive(Clone, Debug)]
pub struct Flow {
    /// What is remembered of it.
    pub state: RequestState,
    /// What it means.
    pub authorization: Authorization,
}

/// A request that did not pass.
#[derive(Debug)]
pub enum Rejected {
    /// To be told on a page of ours.
    Page(Refusal),
    /// To be sent to the client.
    Client(Box<AuthorizationResponse>),
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self::Page(refusal)
    }
}

/// Judges a request that arrives now, from the browser that has the cookie `browser`.
///
/// # Errors
/// `Rejected`.
pub async fn begin(context: &Context, sent: AuthorizationRequest, browser: &[u8]) -> Result<Flow, Rejected> {
    resume(context, RequestState::new(sent, context.now, browser)).await
}

/// Judges a request that comes back from one of our pages, by the same table.
///
/// # Errors
/// `Rejected`.
pub async fn resume(context: &Context, state: RequestState) -> Result<Flow, Rejected> {
    let mut draft = Draft::new(context, &state.sent);
    for check in TABLE {
        let outcome = match check.run {
            Now(run) => run(&mut draft),
            Reading(run) => run(&mut draft).await,
        };
        if let Err(refusal) = outcome {
            return Err(reject(&draft, check, refusal));
        }
    }
    let authorization = draft.finish()?;
    Ok(Flow { state, authorization })
}

fn reject(draft: &Draft<'_>, check: &Check, refusal: Refusal) -> Rejected {
    debug!(check = check.name, client_id = draft.sent.client_id, "an authorization request did not pass");
    // What cannot be decided now, or is a bug of ours, is not the client's doing.
    match (check.authorize, &draft.redirect_uri, refusal) {
        (ToClient, Some(redirect_uri), refusal @ Refusal::Refused { .. }) => {
            tally::refused("authorize", &refusal);
            let reply = Reply {
                redirect_uri: redirect_uri.clone(),
                redirect_uri_given: draft.sent.redirect_uri.is_some(),
                mode: draft.mode,
                state: draft.sent.state.clone(),
            };
            Rejected::Client(Box::new(reply.with(draft.context, Outcome::Error(refusal.public()))))
        }
        (_, _, refusal) => Rejected::Page(refusal),
    }
}
