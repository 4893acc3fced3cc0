//! What a token may be made of at most, and how little of it may change on the way to the mint.
//!
//! An [`Authority`] is made from a root (a client, a live grant, a token) and has no setters: what it holds can be
//! narrowed, or handed on to an actor, and nothing else.

use protocol::{
    claims::{AccessTokenClaims, Actor, MayAct},
    error::ErrorCode,
    scope::{ScopePair, ScopePairs, is_identity_scope},
};
use storage::{
    grants::LiveGrant,
    id::{GrantId, UserId},
};
use uuid::Uuid;

use crate::{Context, refusal::Refusal, registry::Client};

/// How and when a person signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authentication {
    pub(super) auth_time: Option<i64>,
    pub(super) acr: Option<String>,
    pub(super) amr: Vec<String>,
}

/// What a token may be made of at most.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(super) subject: String,
    /// The person, where it is known who that is.
    pub(super) person: Option<UserId>,
    pub(super) grant: GrantId,
    pub(super) lineage: Vec<Uuid>,
    pub(super) pairs: ScopePairs,
    /// An API that may be the target though nothing is held there.
    pub(super) bare_target: Option<String>,
    pub(super) expires_at: Option<i64>,
    pub(super) actor: Option<Actor>,
    pub(super) may_act: Option<MayAct>,
    pub(super) authentication: Option<Authentication>,
}

impl Authority {
    /// What a client may do in its own name. The root is its standing grant.
    #[must_use]
    pub fn of_client(client: &Client, pairs: ScopePairs) -> Self {
        Self {
            subject: client.client_id.clone(),
            person: None,
            grant: client.standing_grant,
            lineage: Vec::new(),
            pairs,
            bare_target: None,
            expires_at: None,
            actor: None,
            may_act: None,
            authentication: None,
        }
    }

    /// What a person let a client do, as far as the client is still registered for it. It stands and falls with the
    /// client too.
    #[must_use]
    pub fn of_grant(context: &Context, client: &Client, grant: &LiveGrant) -> Self {
        let api = crate::api::identifier(&context.settings.issuer);
        Self {
            subject: crate::subject::of(context, client, grant.user_id),
            person: Some(grant.user_id),
            grant: grant.id,
            lineage: vec![client.standing_grant.uuid()],
            pairs: grant.pairs.filtered(|pair| client.may_ask(&api, &pair.resource, &pair.scope)),
            bare_target: grant.default_resource.clone(),
            expires_at: None,
            actor: None,
            may_act: None,
            authentication: Some(Authentication {
                auth_time: grant.auth_time.map(|at| at.unix_timestamp()),
                acr: grant.acr.clone(),
                amr: grant.amr.clone(),
            }),
        }
    }

    /// What is left of an access token: its own pairs and those that it may still be exchanged for, until it
    /// expires. What comes of it dies with it.
    #[must_use]
    pub fn of_token(issuer: &str, claims: &AccessTokenClaims) -> Self {
        let mut lineage = claims.chancery.lineage.clone();
        lineage.push(claims.jti);
        let authentication =
            Authentication { auth_time: claims.auth_time, acr: claims.acr.clone(), amr: claims.amr.clone() };
        Self {
            subject: claims.sub.clone(),
            person: None,
            grant: GrantId(claims.chancery.grant),
            lineage,
            pairs: pairs_of(issuer, claims),
            bare_target: None,
            expires_at: Some(claims.chancery.exp_max.map_or(claims.exp, |max| max.min(claims.exp))),
            actor: claims.act.clone(),
            may_act: claims.may_act.clone(),
            authentication: Some(authentication).filter(|found| found.auth_time.is_some()),
        }
    }

    /// The same until `exp` at the latest, in seconds since 1970.
    #[must_use]
    pub fn until(mut self, exp: i64) -> Self {
        self.expires_at = Some(self.expires_at.map_or(exp, |bound| bound.min(exp)));
        self
    }

    /// The same, dying also with each of `ids`.
    #[must_use]
    pub fn depending_on(mut self, ids: impl IntoIterator<Item = Uuid>) -> Self {
        for id in ids {
            if id != self.grant.uuid() && !self.lineage.contains(&id) {
                self.lineage.push(id);
            }
        }
        self
    }

    /// The same in the hands of a client that acts for the subject: it becomes the outermost actor, and whoever acted
    /// before stays inside (RFC 8693 section 4.1). `may_act` named it and is used up.
    ///
    /// # Errors
    /// `invalid_request` when the chain would be longer than the deployment allows.
    pub fn delegated_to(mut self, client: &Client, longest: usize) -> Result<Self, Refusal> {
        let actor = Actor {
            sub: client.client_id.clone(),
            client_id: Some(client.client_id.clone()),
            act: self.actor.take().map(Box::new),
        };
        if actor.depth() > longest {
            let description = "The chain of actors would be too long";
            return Err(Refusal::new(ErrorCode::InvalidRequest, description, "actor_chain_too_long"));
        }
        self.actor = Some(actor);
        self.may_act = None;
        Ok(self.depending_on([client.standing_grant.uuid()]))
    }

    /// The same as if the subject itself were calling. Where somebody acts for the subject already, that would hide the
    /// client behind them: then it is a delegation as any other, so that `act` says at all times who calls.
    ///
    /// # Errors
    /// As `delegated_to`.
    pub fn impersonated_by(mut self, client: &Client, longest: usize) -> Result<Self, Refusal> {
        if self.actor.is_some() {
            return self.delegated_to(client, longest);
        }
        self.may_act = None;
        Ok(self.depending_on([client.standing_grant.uuid()]))
    }

    /// Whether somebody acts for the subject.
    #[must_use]
    pub fn is_delegated(&self) -> bool {
        self.actor.is_some()
    }

    /// The same under the name by which another client knows the person.
    #[must_use]
    pub fn known_as(mut self, subject: String, person: UserId) -> Self {
        self.subject = subject;
        self.person = Some(person);
        self
    }

    /// Whom it speaks of, under the name by which the client knows them.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether that is a person, who signed in once.
    #[must_use]
    pub fn speaks_of_a_person(&self) -> bool {
        self.authentication.is_some()
    }

    /// The person, where it is known who that is.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        self.person
    }

    /// The clients that act, the outermost first.
    #[must_use]
    pub fn chain(&self) -> Vec<&str> {
        self.actor.iter().flat_map(Actor::chain).map(|actor| actor.sub.as_str()).collect()
    }

    /// The root.
    #[must_use]
    pub fn grant(&self) -> GrantId {
        self.grant
    }

    /// Whether a token for this API can come of it.
    #[must_use]
    pub fn covers(&self, resource: &str) -> bool {
        self.pairs.has_resource(resource) || self.bare_target.as_deref() == Some(resource)
    }
}

/// The pairs of an access token: its own at its API and the issuer, and its ceiling elsewhere.
fn pairs_of(issuer: &str, claims: &AccessTokenClaims) -> ScopePairs {
    let api = claims.aud.iter().find(|audience| *audience != issuer);
    let own = claims.scope.iter().filter_map(|scope| {
        let resource = if is_identity_scope(scope) { Some(issuer) } else { api };
        resource.map(|resource| ScopePair::new(resource, scope))
    });
    let beyond = claims.chancery.ceiling.iter().filter(|(resource, _)| Some(resource.as_str()) != api);
    let beyond = beyond.flat_map(|(resource, scope)| scope.iter().map(move |scope| ScopePair::new(resource, scope)));
    own.chain(beyond).collect()
}
