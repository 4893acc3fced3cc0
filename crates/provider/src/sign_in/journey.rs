//! Where somebody is on the way to when they sign in. Every step of a sign-in is given a journey and hands it on:
//! the steps are the same, whatever comes after them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Acr, Need, Proven};
use crate::{
    Context,
    authorize::{Flow, Next, Page, interaction},
    browser_state::{self, Errand, Opened},
    refusal::Refusal,
    sessions::SignedIn,
};

/// Where somebody is on the way to.
#[derive(Clone, Debug)]
pub enum Journey {
    /// To an application that sent an authorization request.
    Request(Box<Flow>),
    /// To a page of ours.
    Own(OwnJourney),
}

/// On the way to a page of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnJourney {
    /// The path of that page, below the issuer. Nobody but us writes it: it travels sealed.
    #[serde(rename = "p")]
    pub to: String,
    /// Whether they must sign in once more although they are signed in.
    #[serde(rename = "a", default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// How strongly they must sign in.
    #[serde(rename = "l", default)]
    pub required: Acr,
    /// What they have proven so far.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<Proven>,
    /// When it began.
    #[serde(skip, default = "unknown")]
    pub started_at: OffsetDateTime,
}

fn unknown() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

impl From<Flow> for Journey {
    fn from(flow: Flow) -> Self {
        Self::Request(Box::new(flow))
    }
}

impl OwnJourney {
    /// To a page of ours, beginning now.
    #[must_use]
    pub fn to(context: &Context, path: impl Into<String>) -> Self {
        Self { to: path.into(), again: false, required: Acr::Aal1, proven: None, started_at: context.now }
    }

    /// The same, for those who must sign in once more although they are signed in.
    #[must_use]
    pub fn again(self) -> Self {
        Self { again: true, ..self }
    }

    /// Seals it for a browser.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub fn seal(&self, context: &Context, browser: &[u8]) -> Result<String, Refusal> {
        browser_state::seal(context, Errand::SignIn, browser, self.started_at, self)
    }

    /// Opens what `seal` made; `None` when it is anything else. From another browser, nothing that was proven comes
    /// along.
    #[must_use]
    pub fn open(context: &Context, browser: &[u8], text: &str) -> Option<Opened<Self>> {
        let mut opened: Opened<Self> = browser_state::open(context, Errand::SignIn, browser, text)?;
        opened.value.started_at = opened.started_at;
        if opened.origin == browser_state::Origin::Elsewhere {
            opened.value.proven = None;
        }
        Some(opened)
    }

    fn next(&self, context: &Context, session: Option<&SignedIn>) -> Next {
        let Some(session) = session else { return Next::Show(Page::SignIn) };
        if self.again && session.auth_time < self.started_at {
            return Next::Show(Page::SignInAgain);
        }
        if session.acr < required(context, self.required, session) {
            return Next::Show(Page::StepUp);
        }
        Next::Go(self.to.clone())
    }
}

/// How strong a session must be: what is asked for, the server's policy, and what is asked of this person.
pub(crate) fn required(context: &Context, asked: Acr, session: &SignedIn) -> Acr {
    let own = if session.require_factor { Acr::Aal2 } else { Acr::Aal1 };
    asked.max(context.settings.sign_in.required_acr).max(own)
}

impl Journey {
    /// What comes next for who is signed in.
    ///
    /// # Errors
    /// `Refusal::Unavailable`: nothing was decided.
    pub async fn advance(&self, context: &Context, session: Option<&SignedIn>) -> Result<Next, Refusal> {
        match self {
            Self::Request(flow) => interaction::advance(context, flow, session).await,
            Self::Own(own) => Ok(own.next(context, session)),
        }
    }

    /// How strong a sign-in on this journey must be.
    #[must_use]
    pub fn need(&self, context: &Context) -> Need {
        let need = match self {
            Self::Request(flow) => flow.authorization.need.clone(),
            Self::Own(own) => Need { required: own.required, preferred: Vec::new() },
        };
        Need { required: need.required.max(context.settings.sign_in.required_acr), ..need }
    }

    /// Who alone may sign in: the person who is signed in already and is asked to do so again.
    #[must_use]
    pub fn only<'s>(&self, context: &Context, session: &'s SignedIn) -> Option<&'s SignedIn> {
        let same = match self {
            Self::Request(flow) => interaction::must_be_same_person(context, flow, session),
            Self::Own(own) => matches!(own.next(context, Some(session)), Next::Show(_)),
        };
        same.then_some(session)
    }

    /// What was proven so far in this sign-in, if it still counts.
    #[must_use]
    pub fn proven(&self, context: &Context) -> Option<&Proven> {
        let proven = match self {
            Self::Request(flow) => flow.state.proven.as_ref(),
            Self::Own(own) => own.proven.as_ref(),
        };
        proven.filter(|proven| proven.is_fresh(context.now))
    }

    /// The same journey with what was proven.
    #[must_use]
    pub fn with(self, proven: Proven) -> Self {
        match self {
            Self::Request(mut flow) => {
                flow.state.proven = Some(proven);
                Self::Request(flow)
            }
            Self::Own(own) => Self::Own(OwnJourney { proven: Some(proven), ..own }),
        }
    }

    /// The same journey after the sign-in.
    #[must_use]
    pub fn authenticated_by(self, session: &SignedIn) -> Self {
        match self {
            Self::Request(mut flow) => {
                flow.state = flow.state.authenticated_by(session);
                Self::Request(flow)
            }
            Self::Own(own) => Self::Own(OwnJourney { proven: None, ..own }),
        }
    }

    /// Seals its state for a browser.
    ///
    /// # Errors
    /// `Refusal::Internal`.
    pub fn seal(&self, context: &Context, browser: &[u8]) -> Result<String, Refusal> {
        match self {
            Self::Request(flow) => flow.state.seal(context, browser),
            Self::Own(own) => own.seal(context, browser),
        }
    }

    /// The languages that the application asked for.
    #[must_use]
    pub fn ui_locales(&self) -> Option<&str> {
        match self {
            Self::Request(flow) => flow.state.sent.ui_locales.as_deref(),
            Self::Own(_) => None,
        }
    }

    /// The authorization request, if that is what it is about.
    #[must_use]
    pub fn flow(&self) -> Option<&Flow> {
        match self {
            Self::Request(flow) => Some(flow),
            Self::Own(_) => None,
        }
    }
}
