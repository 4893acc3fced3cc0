//! What must happen before a request is answered: a pure decision on the facts, and the few reads behind them.

use protocol::{
    Acr,
    authorization::{AuthorizationResponse, Outcome, Prompts},
    error::ErrorCode,
};
use storage::authorization_codes::Inserted;
use time::{Duration, OffsetDateTime};

use super::{
    Authorization, Flow,
    consent::{self, Asking},
    respond::{self, Condition},
};
use crate::{
    Context,
    people::sign_up,
    refusal::Refusal,
    sessions::SignedIn,
    sign_in::{journey, step},
    subject, tally,
};

/// A page that the person must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/login`, for anybody.
    SignIn,
    /// `/login`, for the person who is signed in already.
    SignInAgain,
    /// `/sign-up`, for who wants to make an account.
    SignUp,
    /// `/login/verify`, for the person who is signed in, but not strongly enough.
    StepUp,
    /// `/login/enroll`, for whoever lacks a factor that they need.
    Enroll,
    /// `/login/account`.
    SelectAccount,
    /// `/consent`.
    Consent,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// A page of ours.
    Show(Page),
    /// The answer to the client.
    Answer(AuthorizationResponse),
    /// Nothing: this request was answered before.
    Spent,
    /// A page of ours that they were on the way to.
    Go(String),
}

/// What is known of the session when a request is judged.
#[derive(Clone, Debug)]
struct Session {
    auth_time: OffsetDateTime,
    acr: Acr,
    /// Whether the client wants to hear of this person.
    is_wanted: bool,
    /// Whether the person signed in for this request.
    authenticated: bool,
    /// Whether the person chose this account for this request.
    chosen: bool,
    /// Whether the person said that somebody else wants to go on.
    other: bool,
}

/// What the client demands.
#[derive(Clone, Debug)]
struct Demands {
    prompts: Prompts,
    max_age: Option<u32>,
    required: Acr,
}

/// A refusal that the client is told, with the reason for the operator.
type No = (ErrorCode, &'static str, &'static str);

const LOGIN_REQUIRED: No = (ErrorCode::LoginRequired, "The person must sign in", "login_required");
const OTHER_PERSON: No = (ErrorCode::LoginRequired, "Another person is signed in", "other_person");
const CONSENT_REQUIRED: No = (ErrorCode::ConsentRequired, "The person must give consent", "consent_required");
const UNMET: No =
    (ErrorCode::UnmetAuthenticationRequirements, "The sign-in is not as strong as it must be", "acr_not_reached");

/// For how long a sign-in for a request satisfies its `max_age` in any case: there are pages to read after it.
const LEISURE: Duration = Duration::minutes(5);

/// Whether the sign-in is good enough, before consent is looked at: `Ok(None)` when it is.
fn judge_sign_in(demands: &Demands, session: Option<&Session>, now: OffsetDateTime) -> Result<Option<Page>, No> {
    let silent = demands.prompts.none;
    let page_or = |page, no| if silent { Err(no) } else { Ok(Some(page)) };
    let Some(session) = session else {
        let page = if demands.prompts.create { Page::SignUp } else { Page::SignIn };
        return page_or(page, LOGIN_REQUIRED);
    };
    if !session.is_wanted {
        // Whoever just signed in for this request will not become another person by signing in again.
        return if session.authenticated { Err(OTHER_PERSON) } else { page_or(Page::SignIn, OTHER_PERSON) };
    }
    let age = now - session.auth_time;
    let max_age = demands.max_age.map(|seconds| Duration::seconds(i64::from(seconds)));
    if session.authenticated {
        if max_age.is_some_and(|max_age| age > max_age.max(LEISURE)) {
            return page_or(Page::SignInAgain, LOGIN_REQUIRED);
        }
        return if session.acr >= demands.required { Ok(None) } else { page_or(Page::StepUp, UNMET) };
    }
    if session.other {
        return page_or(Page::SignIn, LOGIN_REQUIRED);
    }
    // Whoever is signed in may want another account; the page leads back to their own.
    if demands.prompts.create && !session.chosen {
        return Ok(Some(Page::SignUp));
    }
    if demands.prompts.select_account && !session.chosen {
        return Ok(Some(Page::SelectAccount));
    }
    let too_old = max_age.is_some_and(|max_age| age > max_age);
    // `max_age=0` is `prompt=login` in other words (OpenID Connect Core, section 3.1.2.1).
    if demands.prompts.login || demands.max_age == Some(0) || too_old {
        return page_or(Page::SignInAgain, LOGIN_REQUIRED);
    }
    if session.acr < demands.required {
        return page_or(Page::StepUp, LOGIN_REQUIRED);
    }
    Ok(None)
}

/// Decides what comes next, and answers the request if nothing is missing.
///
/// # Errors
/// `Refusal::Unavailable`: nothing was decided.
pub async fn advance(context: &Context, flow: &Flow, session: Option<&SignedIn>) -> Result<Next, Refusal> {
    let session = match signed_in_for(context, flow, session) {
        Ok(session) => session,
        Err(instead) => return Ok(instead),
    };
    if prefers_more(context, flow, session).await? {
        return Ok(Next::Show(Page::StepUp));
    }
    let condition = match consent::asking(&flow.authorization) {
        Asking::Never => Condition::Unconditional,
        Asking::Once => Condition::AllowedBefore,
        Asking::EachTime => return Ok(ask_for_consent(context, flow)),
    };
    answer(context, flow, session, condition).await
}

/// Whether the client would like a stronger sign-in, and the person can reach it with what they have.
async fn prefers_more(context: &Context, flow: &Flow, session: &SignedIn) -> Result<bool, Refusal> {
    let need = &flow.authorization.need;
    if flow.authorization.prompts.none || need.preferred.first().is_none_or(|first| *first <= session.acr) {
        return Ok(false);
    }
    let person = crate::factors::person(context, session.user_id).await?;
    Ok(person.is_some_and(|person| step::target(need, &person) > session.acr))
}

/// Tells the client that the person cannot, or does not want to, sign in as strongly as they must.
#[must_use]
pub fn unmet(context: &Context, flow: &Flow) -> AuthorizationResponse {
    refuse(context, &flow.authorization, UNMET)
}

fn ask_for_consent(context: &Context, flow: &Flow) -> Next {
    if flow.authorization.prompts.none {
        Next::Answer(refuse(context, &flow.authorization, CONSENT_REQUIRED))
    } else {
        Next::Show(Page::Consent)
    }
}

/// Whether the sign-in is good enough for a page that follows it; if not, what comes next instead.
///
/// # Errors
/// `Refusal`.
pub(super) fn signed_in_for<'s>(
    context: &Context,
    flow: &Flow,
    session: Option<&'s SignedIn>,
) -> Result<&'s SignedIn, Next> {
    let demands = demands(context, &flow.authorization, session);
    let judged = judge_sign_in(&demands, facts(context, flow, session).as_ref(), context.now);
    match (judged, session) {
        (Ok(None), Some(session)) => Ok(session),
        (Ok(page), _) => Err(Next::Show(page.unwrap_or(Page::SignIn))),
        (Err(no), _) => Err(Next::Answer(refuse(context, &flow.authorization, no))),
    }
}

/// Whether nobody but the person who is signed in may sign in for this request.
#[must_use]
pub fn must_be_same_person(context: &Context, flow: &Flow, session: &SignedIn) -> bool {
    let demands = demands(context, &flow.authorization, Some(session));
    let facts = facts(context, flow, Some(session));
    let judged = judge_sign_in(&demands, facts.as_ref(), context.now);
    matches!(judged, Ok(Some(Page::SignInAgain | Page::StepUp)))
}

/// Issues the code, if it may be.
pub(super) async fn answer(
    context: &Context,
    flow: &Flow,
    session: &SignedIn,
    condition: Condition,
) -> Result<Next, Refusal> {
    let (code, inserted) = respond::issue(context, flow, session, condition).await?;
    Ok(match inserted {
        Inserted::Issued => Next::Answer(flow.authorization.reply.with(context, Outcome::Code(code))),
        Inserted::RequestSpent => Next::Spent,
        Inserted::NotAllowed => ask_for_consent(context, flow),
        // The session ended a moment ago.
        Inserted::SignedOut if flow.authorization.prompts.none => {
            Next::Answer(refuse(context, &flow.authorization, LOGIN_REQUIRED))
        }
        Inserted::SignedOut => Next::Show(Page::SignIn),
    })
}

fn refuse(context: &Context, authorization: &Authorization, (code, description, reason): No) -> AuthorizationResponse {
    let refusal = Refusal::new(code, description, reason);
    tally::refused("authorize", &refusal);
    authorization.reply.with(context, Outcome::Error(refusal.public()))
}

fn demands(context: &Context, authorization: &Authorization, session: Option<&SignedIn>) -> Demands {
    let asked = authorization.need.required;
    let required = session.map_or(asked, |session| journey::required(context, asked, session));
    let mut prompts = authorization.prompts;
    if prompts.create && !sign_up::is_offered(context) {
        // Whoever cannot make an account signs in.
        prompts.create = false;
        prompts.login = true;
    }
    Demands { prompts, max_age: authorization.max_age, required }
}

fn facts(context: &Context, flow: &Flow, session: Option<&SignedIn>) -> Option<Session> {
    let session = session?;
    let wanted = flow.authorization.subjects.as_ref();
    let is_wanted =
        wanted.is_none_or(|wanted| wanted.contains(&subject::of(context, &flow.authorization.client, session.user_id)));
    let authenticated = flow.state.authenticated.as_ref();
    Some(Session {
        auth_time: session.auth_time,
        acr: session.acr,
        is_wanted,
        authenticated: authenticated
            .is_some_and(|own| own.session == session.session_id && own.at <= session.auth_time),
        chosen: flow.state.chosen == Some(session.session_id),
        other: flow.state.other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn demands(prompt: &str) -> Demands {
        Demands { prompts: Prompts::parse(prompt).expect("valid prompts"), max_age: None, required: Acr::Aal1 }
    }

    fn session(seconds_ago: i64) -> Session {
        Session {
            auth_time: NOW - Duration::seconds(seconds_ago),
            acr: Acr::Aal1,
            is_wanted: true,
            authenticated: false,
            chosen: false,
            other: false,
        }
    }

    #[derive(Debug, PartialEq)]
    enum Is {
        Fine,
        Shows(Page),
        Refuses(&'static str),
    }

    fn judge(demands: &Demands, session: Option<&Session>) -> Is {
        match judge_sign_in(demands, session, NOW) {
            Ok(None) => Is::Fine,
            Ok(Some(page)) => Is::Shows(page),
            Err((_, _, reason)) => Is::Refuses(reason),
        }
    }

    #[test]
    fn nobody_is_signed_in() {
        assert_eq!(judge(&demands("none"), None), Is::Refuses("login_required"));
        for prompt in ["", "login", "consent", "select_account", "select_account login consent"] {
            assert_eq!(judge(&demands(prompt), None), Is::Shows(Page::SignIn), "{prompt}");
        }
    }

    #[test]
    fn a_live_session_is_enough_unless_the_client_wants_more() {
        let table = [
            ("", Is::Fine),
            ("none", Is::Fine),
            ("consent", Is::Fine),
            ("login", Is::Shows(Page::SignInAgain)),
            ("select_account", Is::Shows(Page::SelectAccount)),
            ("login select_account", Is::Shows(Page::SelectAccount)),
        ];
        for (prompt, expected) in table {
            assert_eq!(judge(&demands(prompt), Some(&session(5))), expected, "{prompt}");
        }
    }

    #[test]
    fn whoever_wants_an_account_is_shown_where_to_make_one() {
        assert_eq!(judge(&demands("create"), None), Is::Shows(Page::SignUp));
        assert_eq!(judge(&demands("create"), Some(&session(5))), Is::Shows(Page::SignUp));
        for satisfied in [Session { chosen: true, ..session(5) }, Session { authenticated: true, ..session(5) }] {
            assert_eq!(judge(&demands("create"), Some(&satisfied)), Is::Fine);
        }
        let other = Session { other: true, ..session(5) };
        assert_eq!(judge(&demands("create"), Some(&other)), Is::Shows(Page::SignIn));
    }

    #[test]
    fn a_choice_satisfies_select_account_and_nothing_else() {
        let chosen = Session { chosen: true, ..session(5) };
        assert_eq!(judge(&demands("select_account"), Some(&chosen)), Is::Fine);
        assert_eq!(judge(&demands("login select_account"), Some(&chosen)), Is::Shows(Page::SignInAgain));
        assert_eq!(judge(&demands("login"), Some(&chosen)), Is::Shows(Page::SignInAgain));
    }

    #[test]
    fn somebody_else_signs_in_whatever_the_prompt() {
        let other = Session { other: true, ..session(5) };
        for prompt in ["", "login", "select_account", "consent"] {
            assert_eq!(judge(&demands(prompt), Some(&other)), Is::Shows(Page::SignIn), "{prompt}");
        }
        assert_eq!(judge(&demands("select_account"), Some(&Session { authenticated: true, ..other })), Is::Fine);
    }

    #[test]
    fn a_sign_in_for_this_request_satisfies_every_prompt() {
        let authenticated = Session { authenticated: true, ..session(5) };
        for prompt in ["", "login", "select_account", "login select_account consent"] {
            assert_eq!(judge(&demands(prompt), Some(&authenticated)), Is::Fine, "{prompt}");
        }
    }

    #[test]
    fn max_age_counts_from_the_sign_in() {
        let limited = |prompt, max_age| Demands { max_age: Some(max_age), ..demands(prompt) };
        assert_eq!(judge(&limited("", 10), Some(&session(10))), Is::Fine);
        assert_eq!(judge(&limited("", 10), Some(&session(11))), Is::Shows(Page::SignInAgain));
        assert_eq!(judge(&limited("none", 10), Some(&session(11))), Is::Refuses("login_required"));
        assert_eq!(judge(&limited("", 0), Some(&session(0))), Is::Shows(Page::SignInAgain));
        assert_eq!(judge(&limited("none", 0), Some(&session(0))), Is::Refuses("login_required"));
        let authenticated = Session { authenticated: true, ..session(3) };
        assert_eq!(judge(&limited("", 0), Some(&authenticated)), Is::Fine);
    }

    #[test]
    fn max_age_counts_on_after_a_sign_in_for_the_request() {
        let limited = |max_age| Demands { max_age: Some(max_age), ..demands("login") };
        let authenticated = |seconds| Session { authenticated: true, ..session(seconds) };
        assert_eq!(judge(&limited(0), Some(&authenticated(300))), Is::Fine);
        assert_eq!(judge(&limited(0), Some(&authenticated(301))), Is::Shows(Page::SignInAgain));
        assert_eq!(judge(&limited(600), Some(&authenticated(600))), Is::Fine);
        assert_eq!(judge(&limited(600), Some(&authenticated(601))), Is::Shows(Page::SignInAgain));
        assert_eq!(judge(&demands("login"), Some(&authenticated(3600))), Is::Fine);
    }

    #[test]
    fn another_person_than_the_client_means() {
        let other = Session { is_wanted: false, ..session(5) };
        assert_eq!(judge(&demands("none"), Some(&other)), Is::Refuses("other_person"));
        assert_eq!(judge(&demands(""), Some(&other)), Is::Shows(Page::SignIn));
        let signed_in_as_other = Session { authenticated: true, ..other };
        assert_eq!(judge(&demands(""), Some(&signed_in_as_other)), Is::Refuses("other_person"));
    }

    #[test]
    fn a_session_that_is_too_weak_is_stepped_up() {
        let strict = |prompt| Demands { required: Acr::Aal2, ..demands(prompt) };
        assert_eq!(judge(&strict(""), None), Is::Shows(Page::SignIn));
        assert_eq!(judge(&strict(""), Some(&session(5))), Is::Shows(Page::StepUp));
        assert_eq!(judge(&strict("none"), Some(&session(5))), Is::Refuses("login_required"));
        assert_eq!(judge(&strict("login"), Some(&session(5))), Is::Shows(Page::SignInAgain));
        let authenticated = Session { authenticated: true, ..session(5) };
        assert_eq!(judge(&strict("login"), Some(&authenticated)), Is::Shows(Page::StepUp));
        for acr in [Acr::Aal2, Acr::Phr] {
            assert_eq!(judge(&strict(""), Some(&Session { acr, ..session(5) })), Is::Fine);
        }
    }
}
