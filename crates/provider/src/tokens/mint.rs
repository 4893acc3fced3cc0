//! The one mint: every access token leaves through [`mint`], which is given everything that bounds it.
//!
//! Authority only narrows on its way: pairs shrink, expiry never grows, `acr` and `auth_time` are handed on as they
//! are, and `act` only grows.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use jose::{Algorithm, MAX_TOKEN_LENGTH};
use protocol::{
    claims::{AccessTokenClaims, Audience, Lineage},
    error::ErrorCode,
    scope::{Scope, is_identity_scope},
};
use storage::id::TokenId;

use crate::{
    Context,
    refusal::Refusal,
    registry::{Client, Resource},
    scope_resolution,
    tokens::authority::Authority,
};

/// The `typ` of access tokens (RFC 9068 section 2.1).
pub const ACCESS_TOKEN_TYP: &str = "at+jwt";
/// How many ids a token may depend on, besides its grant: so many fit into a few kilobytes.
const LONGEST_LINEAGE: usize = 64;
/// What signs tokens that are for no API.
const DEFAULT_ALGORITHM: Algorithm = Algorithm::ES256;

/// Which scopes are wanted.
#[derive(Clone, Copy, Debug)]
pub enum WantedScope<'a> {
    /// All that is held at the target, and the identity scopes.
    All,
    /// All that is held at the target, without the identity scopes.
    OfTarget,
    /// These, and nothing may be missing; nothing else is kept for exchanges either.
    Named(&'a Scope),
}

/// What a token is wanted for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The API; `None`: userinfo alone.
    pub target: Option<Arc<Resource>>,
    /// The scopes.
    pub scope: WantedScope<'a>,
    /// Its `jti`.
    pub jti: TokenId,
}

/// A token, and what the response says of it.
#[derive(Clone)]
pub struct Minted {
    /// The token. Secret.
    pub token: String,
    /// What it may do.
    pub scope: Scope,
    /// Seconds from now.
    pub expires_in: i64,
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minted")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Makes an access token (RFC 9068) for `client`, within `authority`.
///
/// # Errors
/// `invalid_target` when the authority does not cover the API, `invalid_scope` when it does not cover a scope there,
/// `invalid_request` when it came from too many exchanges.
pub async fn mint(
    context: &Context,
    client: &Client,
    authority: &Authority,
    wanted: &Wanted<'_>,
) -> Result<Minted, Refusal> {
    let place = Place {
        issuer: context.settings.issuer.as_str(),
        now: context.now.unix_timestamp(),
        lifetime: context.settings.lifetimes.access_token,
    };
    let mut claims = claims(&place, &client.client_id, authority, wanted)?;
    let algorithm = wanted.target.as_ref().map_or(DEFAULT_ALGORITHM, |target| target.algorithm);
    let key = context.keys.signing(algorithm, context.now)?;
    let sign = async |claims: &AccessTokenClaims| {
        key.sign_jwt(ACCESS_TOKEN_TYP, claims).await.map_err(|error| Refusal::internal(error.to_string()))
    };
    let mut token = sign(&claims).await?;
    if token.len() > MAX_TOKEN_LENGTH && !claims.chancery.ceiling.is_empty() {
        // Its own API comes first; what an exchange might have reached elsewhere is left out.
        claims.chancery.ceiling.clear();
        token = sign(&claims).await?;
    }
    if token.len() > MAX_TOKEN_LENGTH {
        let description = "The token would be too long; request a narrower scope";
        return Err(Refusal::new(ErrorCode::InvalidScope, description, "token_too_long"));
    }
    Ok(Minted { token, expires_in: claims.exp - claims.iat, scope: claims.scope })
}

/// Where and when a token is made.
struct Place<'a> {
    issuer: &'a str,
    now: i64,
    /// Where the API says nothing else.
    lifetime: Duration,
}

fn claims(
    place: &Place<'_>,
    client_id: &str,
    authority: &Authority,
    wanted: &Wanted<'_>,
) -> Result<AccessTokenClaims, Refusal> {
    let &Place { issuer, now, lifetime } = place;
    let target = wanted.target.as_deref();
    let api = target.map(|target| target.identifier.as_str());
    if api.is_some_and(|api| api == issuer || !authority.covers(api)) {
        return Err(scope_resolution::foreign_target());
    }
    if authority.lineage.len() > LONGEST_LINEAGE {
        let description = "The token has been exchanged too often";
        return Err(Refusal::new(ErrorCode::InvalidRequest, description, "lineage_too_long"));
    }
    let held = |scope: &str| {
        let here = match target {
            _ if is_identity_scope(scope) => Some(issuer),
            // What the API no longer knows means nothing there.
            Some(target) if target.defines(scope) => api,
            _ => None,
        };
        here.is_some_and(|resource| authority.pairs.contains(resource, scope))
    };
    let scope = narrow(authority, wanted.scope, held)?;
    let lifetime = target.map_or(lifetime, |target| target.access_token_lifetime);
    let longest = now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
    let authentication = authority.authentication.as_ref();
    Ok(AccessTokenClaims {
        iss: issuer.to_owned(),
        sub: authority.subject.clone(),
        aud: audience(issuer, api, &scope),
        exp: authority.expires_at.map_or(longest, |bound| bound.min(longest)),
        iat: now,
        jti: wanted.jti.uuid(),
        client_id: client_id.to_owned(),
        auth_time: authentication.and_then(|found| found.auth_time),
        acr: authentication.and_then(|found| found.acr.clone()),
        amr: authentication.map(|found| found.amr.clone()).unwrap_or_default(),
        act: authority.actor.clone(),
        may_act: authority.may_act.clone(),
        chancery: Lineage {
            grant: authority.grant.uuid(),
            lineage: authority.lineage.clone(),
            ceiling: ceiling(authority, issuer, api, wanted.scope),
            exp_max: None,
        },
        scope,
    })
}

/// The scope of the token, out of what is held at its API and at the issuer.
fn narrow(authority: &Authority, wanted: WantedScope<'_>, held: impl Fn(&str) -> bool) -> Result<Scope, Refusal> {
    match wanted {
        WantedScope::Named(scope) if scope.iter().all(&held) => Ok(scope.clone()),
        WantedScope::Named(_) => {
            let description = "The requested scope is more than what was granted for this resource";
            Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_exceeds_grant"))
        }
        WantedScope::All => Ok(authority.pairs.scopes().filtered(&held)),
        WantedScope::OfTarget => {
            Ok(authority.pairs.scopes().filtered(|scope| !is_identity_scope(scope) && held(scope)))
        }
    }
}

/// The API, and the issuer where userinfo is meant.
fn audience(issuer: &str, api: Option<&str>, scope: &Scope) -> Audience {
    match api {
        None => Audience::from(issuer),
        Some(api) if scope.contains("openid") => Audience::from(vec![api.to_owned(), issuer.to_owned()]),
        Some(api) => Audience::from(api),
    }
}

/// What an exchange may still reach at other APIs. Whoever names a scope wants that and no more: the same word at
/// another API is another thing.
fn ceiling(authority: &Authority, issuer: &str, api: Option<&str>, wanted: WantedScope<'_>) -> BTreeMap<String, Scope> {
    if matches!(wanted, WantedScope::Named(_)) {
        return BTreeMap::new();
    }
    let elsewhere = authority.pairs.filtered(|pair| pair.resource != issuer && Some(pair.resource.as_str()) != api);
    elsewhere.resources().map(|resource| (resource.to_owned(), elsewhere.for_resource(resource))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use protocol::scope::ScopePair;
    use serde_json::Value;
    use storage::id::GrantId;
    use uuid::Uuid;

    use super::*;
    use crate::tokens::authority::Authentication;

    const ISSUER: &str = "https://id.test";
    const A: &str = "https://a.test";
    const B: &str = "https://b.test";
    const NOW: i64 = 1_000_000;

    fn api(identifier: &str) -> Option<Arc<Resource>> {
        Some(Arc::new(Resource {
            identifier: identifier.to_owned(),
            name: identifier.to_owned(),
            scopes: ["read", "write"].map(|scope| (scope.to_owned(), String::new())).into(),
            scope_acr: std::collections::BTreeMap::new(),
            access_token_lifetime: Duration::from_secs(300),
            algorithm: Algorithm::ES256,
            resource_server: None,
        }))
    }

    fn client(client_id: &str) -> Client {
        Client {
            key: storage::id::ClientKey::new(),
            client_id: client_id.to_owned(),
            metadata: protocol::client_metadata::ClientMetadata::default(),
            enabled: true,
            standing_grant: GrantId::new(),
            resources: Vec::new(),
            scope: Scope::empty(),
            permissions: crate::roles::Permissions::NONE,
            secrets: Vec::new(),
        }
    }

    fn person(pairs: &[(&str, &str)]) -> Authority {
        Authority {
            subject: "ada".to_owned(),
            person: None,
            grant: GrantId::new(),
            lineage: vec![Uuid::from_u128(1)],
            pairs: pairs.iter().map(|(resource, scope)| ScopePair::new(*resource, *scope)).collect(),
            bare_target: None,
            expires_at: None,
            actor: None,
            may_act: None,
            authentication: Some(Authentication {
                auth_time: Some(NOW - 10),
                acr: Some("1".to_owned()),
                amr: vec!["pwd".to_owned()],
            }),
        }
    }

    fn make(
        authority: &Authority,
        target: Option<Arc<Resource>>,
        scope: WantedScope<'_>,
    ) -> Result<AccessTokenClaims, &'static str> {
        let place = Place { issuer: ISSUER, now: NOW, lifetime: Duration::from_secs(600) };
        let wanted = Wanted { target, scope, jti: TokenId::new() };
        claims(&place, "shop", authority, &wanted).map_err(|refusal| refusal.reason())
    }

    const ALL: &[(&str, &str)] = &[(A, "read"), (A, "write"), (B, "read"), (ISSUER, "openid"), (ISSUER, "email")];

    #[test]
    fn one_api_and_userinfo() {
        let token = make(&person(ALL), api(A), WantedScope::All).unwrap();
        assert_eq!(token.aud, Audience::from(vec![A.to_owned(), ISSUER.to_owned()]));
        assert_eq!(token.scope, Scope::parse("read write openid email").unwrap());
        assert_eq!(token.exp, NOW + 300);
        let json: Value = serde_json::to_value(&token.chancery).unwrap();
        assert_eq!(json["ceiling"], serde_json::json!({ B: "read" }));
        let plain = make(&person(ALL), None, WantedScope::All).unwrap();
        assert_eq!(plain.aud, Audience::from(ISSUER));
        assert_eq!(plain.scope, Scope::parse("openid email").unwrap());
        assert_eq!(plain.exp, NOW + 600);
    }

    #[test]
    fn nothing_is_had_that_was_not_granted() {
        let held = person(&[(A, "read"), (B, "write"), (ISSUER, "openid")]);
        let write = Scope::parse("write").unwrap();
        assert_eq!(make(&held, api(A), WantedScope::Named(&write)), Err("scope_exceeds_grant"));
        let email = Scope::parse("email").unwrap();
        assert_eq!(make(&held, api(A), WantedScope::Named(&email)), Err("scope_exceeds_grant"));
        assert_eq!(make(&held, api("https://c.test"), WantedScope::All), Err("resource_foreign"));
        assert_eq!(make(&held, api(ISSUER), WantedScope::All), Err("resource_foreign"));
        let read = Scope::parse("read").unwrap();
        assert_eq!(make(&held, None, WantedScope::Named(&read)), Err("scope_exceeds_grant"));
    }

    #[test]
    fn what_the_api_does_not_define_any_more_is_gone() {
        let held = person(&[(A, "read"), (A, "old")]);
        assert_eq!(make(&held, api(A), WantedScope::All).unwrap().scope, Scope::parse("read").unwrap());
        let old = Scope::parse("old").unwrap();
        assert_eq!(make(&held, api(A), WantedScope::Named(&old)), Err("scope_exceeds_grant"));
    }

    #[test]
    fn what_a_narrower_scope_left_out_cannot_be_had_elsewhere() {
        let held = person(&[(A, "read"), (A, "write"), (B, "read"), (B, "write")]);
        let read = Scope::parse("read").unwrap();
        let token = make(&held, api(A), WantedScope::Named(&read)).unwrap();
        let left = Authority::of_token(ISSUER, &token);
        assert_eq!(left.pairs, person(&[(A, "read")]).pairs);
        assert!(!left.covers(B), "the same word at another API is another thing");
        assert!(!left.covers("https://c.test"));
    }

    #[test]
    fn a_descendant_never_outlives_its_parent_and_depends_on_it() {
        let parent = make(&person(ALL), api(A), WantedScope::All).unwrap();
        let service = client("service");
        let left = Authority::of_token(ISSUER, &parent).delegated_to(&service, 4).unwrap();
        let place = Place { issuer: ISSUER, now: NOW + 299, lifetime: Duration::from_secs(600) };
        let wanted = Wanted { target: api(B), scope: WantedScope::OfTarget, jti: TokenId::new() };
        let child = claims(&place, "service", &left, &wanted).unwrap();
        assert_eq!(child.exp, parent.exp);
        assert_eq!(child.chancery.grant, parent.chancery.grant);
        for ancestor in [parent.jti, Uuid::from_u128(1), service.standing_grant.uuid()] {
            assert!(child.chancery.lineage.contains(&ancestor));
        }
        assert_eq!((child.sub.as_str(), child.auth_time, child.acr), ("ada", parent.auth_time, parent.acr));
        assert_eq!(child.scope, Scope::parse("read").unwrap());
        assert_eq!(child.aud, Audience::from(B));
    }

    #[test]
    fn the_chain_of_actors_is_kept_whole_and_bounded() {
        let mut left = person(ALL);
        for name in ["one", "two"] {
            left = left.delegated_to(&client(name), 2).unwrap();
        }
        let token = make(&left, api(A), WantedScope::All).unwrap();
        let names: Vec<_> = token.act.as_ref().unwrap().chain().map(|actor| actor.sub.as_str()).collect();
        assert_eq!(names, ["two", "one"]);
        let again = Authority::of_token(ISSUER, &token);
        assert_eq!(again.clone().delegated_to(&client("x"), 2).unwrap_err().reason(), "actor_chain_too_long");
        assert_eq!(again.clone().impersonated_by(&client("x"), 2).unwrap_err().reason(), "actor_chain_too_long");
        let impersonated = make(&again.impersonated_by(&client("x"), 3).unwrap(), api(A), WantedScope::All).unwrap();
        let names: Vec<_> = impersonated.act.as_ref().unwrap().chain().map(|actor| actor.sub.as_str()).collect();
        assert_eq!(names, ["x", "two", "one"], "nobody hides behind somebody else");
        let direct = make(&person(ALL).impersonated_by(&client("x"), 1).unwrap(), api(A), WantedScope::All).unwrap();
        assert_eq!(direct.act, None);
    }

    #[test]
    fn a_token_is_not_exchanged_for_ever() {
        let mut left = person(ALL);
        let refused = (0..100).find_map(|_| {
            let token = match make(&left, api(A), WantedScope::All) {
                Ok(token) => token,
                Err(reason) => return Some(reason),
            };
            assert!(serde_json::to_vec(&token).unwrap().len() < MAX_TOKEN_LENGTH / 2);
            left = Authority::of_token(ISSUER, &token).impersonated_by(&client("x"), 4).unwrap();
            None
        });
        assert_eq!(refused, Some("lineage_too_long"));
    }
}
