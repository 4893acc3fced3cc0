//! The page of a person who is signed in, step by step.

use askama::Template;

use super::{
    Layout, Person,
    claims::{Row, TokenView, rows},
    compare::{self, Difference},
    explain::Document,
    picture::Chain,
};
use crate::{
    DemoConfig,
    sessions::{Call, CallReport, Holder, Problem, SignedIn},
};

/// Everything that the page shows.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    layout: Layout,
    csrf: String,
    first_name: String,
    id_token: Option<TokenView>,
    userinfo: Vec<Row>,
    userinfo_problem: Option<Problem>,
    requests: Vec<String>,
    access_token: Option<TokenView>,
    chain: Option<Chain>,
    can_refresh: bool,
    refreshed: Vec<Difference>,
    refresh_problem: Option<Problem>,
    app_calls: Vec<CallView>,
    delegation: Option<DelegationView>,
    delegation_problem: Option<Problem>,
    introspections: Vec<IntrospectionView>,
    revoked: bool,
    revoke_problem: Option<Problem>,
}

/// A call that can be made, and its last answer.
struct CallView {
    /// The id of its button.
    id: String,
    /// The values of the form.
    call: &'static str,
    holder: &'static str,
    method: &'static str,
    path: &'static str,
    says: &'static str,
    report: Option<CallReport>,
    /// The latest answer is shown unfolded.
    open: bool,
}

struct DelegationView {
    app: Option<Chain>,
    api: Option<Chain>,
    differences: Vec<Difference>,
    token: Option<TokenView>,
    report: String,
    exchange: String,
    calls: Vec<CallView>,
}

struct IntrospectionView {
    id: &'static str,
    title: &'static str,
    rows: Vec<Row>,
    active: bool,
    problem: Option<Problem>,
}

impl HomePage {
    pub(crate) fn new(config: &DemoConfig, csrf: String, person: &SignedIn, now: i64) -> Self {
        let full_name = name_of(person, "name");
        let first_name = name_of(person, "given_name");
        let access_token = &person.tokens.access_token;
        let mut layout = Layout::new(config, &format!("Signed in as {full_name}"), None);
        layout.person = Some(Person {
            initial: full_name.chars().take(1).flat_map(char::to_uppercase).collect(),
            name: full_name,
            csrf: csrf.clone(),
        });
        let delegated = person.delegation.as_ref();
        Self {
            id_token: TokenView::new(&person.tokens.id_token, Document::IdToken, now),
            userinfo: match &person.userinfo {
                Ok(claims) => rows(claims, Document::Userinfo, now),
                Err(_) => vec![],
            },
            userinfo_problem: person.userinfo.as_ref().err().cloned(),
            requests: person.shown.clone(),
            access_token: TokenView::new(access_token, Document::AccessToken, now),
            chain: Chain::of(access_token, &first_name, config),
            can_refresh: person.tokens.refresh_token.is_some(),
            refreshed: refreshed(person),
            refresh_problem: person.refreshed.as_ref().and_then(|it| it.as_ref().err()).cloned(),
            app_calls: calls(person, Holder::App),
            delegation: delegated
                .and_then(|it| it.as_ref().ok())
                .map(|it| delegation(config, person, it, &first_name, now)),
            delegation_problem: delegated.and_then(|it| it.as_ref().err()).cloned(),
            introspections: introspections(person, now),
            revoked: matches!(person.revoked, Some(Ok(()))),
            revoke_problem: person.revoked.as_ref().and_then(|it| it.as_ref().err()).cloned(),
            layout,
            csrf,
            first_name,
        }
    }
}

/// A name from userinfo, or the best that there is.
fn name_of(person: &SignedIn, wanted: &str) -> String {
    let claims = person.userinfo.as_ref().ok();
    [wanted, "name", "preferred_username", "email"]
        .iter()
        .find_map(|name| claims?.get(*name)?.as_str())
        .unwrap_or("you")
        .to_owned()
}

fn refreshed(person: &SignedIn) -> Vec<Difference> {
    let Some(Ok(old)) = &person.refreshed else {
        return vec![];
    };
    let new = &person.tokens;
    let mut all = compare::claims(&["jti", "iat", "exp", "scope", "sub", "aud"], &old.access_token, &new.access_token);
    let print = |token: &Option<String>| token.as_deref().map_or_else(|| "none".to_owned(), compare::fingerprint);
    all.push(Difference::new("refresh token", print(&old.refresh_token), print(&new.refresh_token)));
    all
}

fn delegation(
    config: &DemoConfig,
    person: &SignedIn,
    delegation: &crate::sessions::Delegation,
    first_name: &str,
    now: i64,
) -> DelegationView {
    let app_token = &person.tokens.access_token;
    DelegationView {
        app: Chain::of(app_token, first_name, config),
        api: Chain::of(&delegation.token, first_name, config),
        differences: compare::claims(&["sub", "act", "client_id", "aud", "scope", "exp"], app_token, &delegation.token),
        token: TokenView::new(&delegation.token, Document::AccessToken, now),
        report: delegation.report.clone(),
        exchange: delegation.exchange.clone(),
        calls: calls(person, Holder::DemoApi),
    }
}

fn calls(person: &SignedIn, holder: Holder) -> Vec<CallView> {
    let suffix = match holder {
        Holder::App => "",
        Holder::DemoApi => "-delegated",
    };
    Call::ALL
        .into_iter()
        .map(|call| CallView {
            id: format!("{}{suffix}", call.button()),
            call: call.name(),
            holder: holder.name(),
            method: call.method(),
            path: call.path(),
            says: call.says(),
            report: person.calls.get(&(holder, call)).cloned(),
            open: person.latest_call == Some((holder, call)),
        })
        .collect()
}

fn introspections(person: &SignedIn, now: i64) -> Vec<IntrospectionView> {
    let view = |(holder, answer): (&Holder, &Result<_, Problem>)| {
        let (id, title) = match holder {
            Holder::App => ("introspection", "The app’s token"),
            Holder::DemoApi => ("introspection-delegated", "The Demo API’s token"),
        };
        IntrospectionView {
            id,
            title,
            rows: match answer {
                Ok(claims) => rows(claims, Document::Introspection, now),
                Err(_) => vec![],
            },
            active: answer.as_ref().is_ok_and(|it| it.get("active") == Some(&true.into())),
            problem: answer.as_ref().err().cloned(),
        }
    };
    person.introspected.iter().map(view).collect()
}
