//! What a request means by `scope` and `resource`: a set of (resource, scope) pairs (RFC 6749 section 3.3,
//! RFC 8707 section 2).
//!
//! Identity scopes belong to the issuer. Every other scope belongs to each requested API that defines it.

use std::sync::Arc;

use protocol::{
    error::ErrorCode,
    scope::{Scope, ScopePair, ScopePairs, is_identity_scope},
};

use crate::{
    Context,
    refusal::Refusal,
    registry::{Client, Resource},
};

/// What was asked for, spelled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The permissions.
    pub pairs: ScopePairs,
    /// Which API's token comes out when a token request names none; `None`: a token for userinfo alone.
    pub default_resource: Option<String>,
}

/// Resolves the `scope` and `resource` of an authorization request.
///
/// `requested` is `None` where the request has no `scope`: then the client's registered one is meant, of which
/// scopes that the APIs in question do not define are left out.
///
/// # Errors
/// `invalid_scope` for a scope that the client did not register, that none of the APIs defines, or when nothing
/// is left; `invalid_target` for an API that is unknown or not the client's, and for API scopes with no API to
/// belong to. `Refusal::Unavailable` when it cannot be known.
pub async fn resolve(
    context: &Context,
    client: &Client,
    requested: Option<&Scope>,
    resources: &[String],
) -> Result<Resolved, Refusal> {
    let targets = targets(context, client, resources).await?;
    let pairs = Asked::of(context, client, requested).pairs(&targets)?;
    if pairs.is_empty() {
        return Err(Refusal::new(ErrorCode::InvalidScope, "No scope was requested", "scope_empty"));
    }
    // A named API is meant even where it has no scope of its own in this request; an unnamed one is not.
    let with_scopes = targets.iter().find(|target| pairs.has_resource(&target.identifier));
    let named = targets.first().filter(|_| !resources.is_empty());
    let default_resource = with_scopes.or(named).map(|target| target.identifier.clone());
    Ok(Resolved { pairs, default_resource })
}

/// Resolves the `scope` and `resource` of a request that a client makes for itself: one API, no identity scopes.
///
/// # Errors
/// As `resolve`; also `invalid_target` for no or several APIs, and `invalid_scope` for an identity scope.
pub async fn resolve_own(
    context: &Context,
    client: &Client,
    requested: Option<&Scope>,
    resources: &[String],
) -> Result<(Arc<Resource>, ScopePairs), Refusal> {
    only_one(resources)?;
    let targets = targets(context, client, resources).await?;
    let target = targets.into_iter().next().ok_or_else(no_target)?;
    if requested.is_some_and(|scope| scope.iter().any(is_identity_scope)) {
        let description = "Identity scopes need a person; this grant has none";
        return Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_identity_without_person"));
    }
    let asked = Asked::of(context, client, requested);
    let pairs = asked.pairs(std::slice::from_ref(&target))?.filtered(|pair| pair.resource == target.identifier);
    if pairs.is_empty() {
        let description = "No scope was requested, and none is registered for this API";
        return Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_empty"));
    }
    Ok((target, pairs))
}

/// At most one API at the token endpoint: a token is for one.
///
/// # Errors
/// `invalid_target`.
pub fn only_one(resources: &[String]) -> Result<Option<&str>, Refusal> {
    match resources {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(Refusal::new(ErrorCode::InvalidTarget, "A token is for one resource", "resource_several")),
    }
}

/// An API that is unknown, disabled or not the client's: one answer for all.
pub(crate) fn foreign_target() -> Refusal {
    Refusal::new(ErrorCode::InvalidTarget, "The resource is unknown or not one of the client's", "resource_foreign")
}

fn no_target() -> Refusal {
    Refusal::new(ErrorCode::InvalidTarget, "The scope belongs to no resource; name one", "resource_missing")
}

/// The named APIs, or the client's default one if it has any.
async fn targets(context: &Context, client: &Client, named: &[String]) -> Result<Vec<Arc<Resource>>, Refusal> {
    if named.is_empty() {
        let Some(default) = client.default_resource() else {
            return Ok(Vec::new());
        };
        return Ok(context.resource_for(client, default).await?.into_iter().collect());
    }
    let mut targets: Vec<Arc<Resource>> = Vec::with_capacity(named.len());
    for identifier in named {
        if targets.iter().any(|target| target.identifier == *identifier) {
            continue;
        }
        targets.push(context.resource_for(client, identifier).await?.ok_or_else(foreign_target)?);
    }
    Ok(targets)
}

/// The pure part.
struct Asked<'a> {
    registered: &'a Scope,
    /// What the client's roles permit: its scope at the management API.
    permitted: Scope,
    requested: Option<&'a Scope>,
    issuer: &'a str,
    /// The management API.
    api: String,
}

impl<'a> Asked<'a> {
    fn of(context: &'a Context, client: &'a Client, requested: Option<&'a Scope>) -> Self {
        Self {
            registered: &client.scope,
            permitted: Scope::from_tokens(client.permissions.names()).unwrap_or_default(),
            requested,
            issuer: context.settings.issuer.as_str(),
            api: crate::api::identifier(&context.settings.issuer),
        }
    }
}

impl Asked<'_> {
    /// What is meant where no scope was requested.
    fn everything(&self, targets: &[Arc<Resource>]) -> Scope {
        let at_api = targets.iter().any(|target| target.identifier == self.api);
        let permitted = self.permitted.iter().filter(|_| at_api);
        Scope::from_tokens(self.registered.iter().chain(permitted)).unwrap_or_default()
    }

    fn pairs(&self, targets: &[Arc<Resource>]) -> Result<ScopePairs, Refusal> {
        let mut pairs = ScopePairs::new();
        let asked = self.requested.cloned().unwrap_or_else(|| self.everything(targets));
        for scope in asked.iter() {
            if !self.registered.contains(scope) && !self.permitted.contains(scope) {
                let description = "The client is not registered for a requested scope";
                return Err(Refusal::new(ErrorCode::InvalidScope, description, "scope_not_registered"));
            }
            if is_identity_scope(scope) {
                pairs.insert(ScopePair::new(self.issuer, scope));
                continue;
            }
            let mut defined = false;
            let open = |target: &&Arc<Resource>| {
                // A role says nothing at another API, and what was registered says nothing at this one.
                let may = if target.identifier == self.api { &self.permitted } else { self.registered };
                target.defines(scope) && may.contains(scope)
            };
            for target in targets.iter().filter(open) {
                pairs.insert(ScopePair::new(&target.identifier, scope));
                defined = true;
            }
            if defined || self.requested.is_none() && !targets.is_empty() {
                continue;
            }
            return Err(self.homeless(targets));
        }
        Ok(pairs)
    }

    fn homeless(&self, targets: &[Arc<Resource>]) -> Refusal {
        if targets.is_empty() {
            return no_target();
        }
        let description = "None of the requested resources defines a requested scope";
        Refusal::new(ErrorCode::InvalidScope, description, "scope_undefined")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use jose::Algorithm;

    use super::*;

    const ISSUER: &str = "https://id.test";
    const MANAGEMENT: &str = "https://id.test/api/v1";

    fn api(identifier: &str, scopes: &[&str]) -> Arc<Resource> {
        Arc::new(Resource {
            identifier: identifier.to_owned(),
            name: identifier.to_owned(),
            scopes: scopes.iter().map(|scope| ((*scope).to_owned(), String::new())).collect(),
            scope_acr: std::collections::BTreeMap::new(),
            access_token_lifetime: Duration::from_secs(300),
            algorithm: Algorithm::ES256,
            resource_server: None,
        })
    }

    fn pairs(
        registered: &str,
        requested: Option<&str>,
        targets: &[Arc<Resource>],
    ) -> Result<Vec<(String, String)>, &'static str> {
        let registered = Scope::parse(registered).unwrap();
        let requested = requested.map(|text| Scope::parse(text).unwrap());
        let permitted = Scope::parse("clients:read people:read").unwrap();
        let api = MANAGEMENT.to_owned();
        let asked = Asked { registered: &registered, permitted, requested: requested.as_ref(), issuer: ISSUER, api };
        match asked.pairs(targets) {
            Ok(pairs) => Ok(pairs.into_iter().map(Into::into).collect()),
            Err(refusal) => Err(refusal.reason()),
        }
    }

    fn own(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(resource, scope)| ((*resource).to_owned(), (*scope).to_owned())).collect()
    }

    #[test]
    fn the_same_scope_at_two_apis_is_two_things() {
        let targets = [api("https://a.test", &["read", "write"]), api("https://b.test", &["read"])];
        let found = pairs("openid read write", Some("openid read write"), &targets).unwrap();
        let expected =
            [("https://a.test", "read"), ("https://a.test", "write"), ("https://b.test", "read"), (ISSUER, "openid")];
        assert_eq!(found, own(&expected));
    }

    #[test]
    fn refusals() {
        let a = [api("https://a.test", &["read"])];
        assert_eq!(pairs("openid", Some("openid read"), &a), Err("scope_not_registered"));
        assert_eq!(pairs("read write", Some("write"), &a), Err("scope_undefined"));
        assert_eq!(pairs("read", Some("read"), &[]), Err("resource_missing"));
        assert_eq!(pairs("openid read", None, &[]), Err("resource_missing"));
    }

    #[test]
    fn defaults_that_the_api_does_not_define_are_left_out() {
        let a = [api("https://a.test", &["read"])];
        let found = pairs("openid read write", None, &a).unwrap();
        assert_eq!(found, own(&[("https://a.test", "read"), (ISSUER, "openid")]));
    }

    #[test]
    fn an_api_cannot_define_identity_scopes() {
        let a = [api("https://a.test", &["openid", "email"])];
        assert_eq!(pairs("openid email", None, &a).unwrap(), own(&[(ISSUER, "email"), (ISSUER, "openid")]));
    }

    #[test]
    fn roles_count_at_the_management_api_and_nowhere_else() {
        let own = |found: &[(&str, &str)]| own(found);
        let there = [api(MANAGEMENT, &["clients:read", "clients:write", "people:read"])];
        let elsewhere = [api("https://a.test", &["clients:read", "read"])];
        assert_eq!(pairs("read", Some("clients:read"), &there).unwrap(), own(&[(MANAGEMENT, "clients:read")]));
        let all = own(&[(MANAGEMENT, "clients:read"), (MANAGEMENT, "people:read")]);
        assert_eq!(pairs("read", None, &there).unwrap(), all, "all that the roles permit");
        // What was registered makes no client of it, and a role is no registration with another API.
        assert_eq!(pairs("clients:write", Some("clients:write"), &there), Err("scope_undefined"));
        assert_eq!(pairs("read", Some("clients:read"), &elsewhere), Err("scope_undefined"));
        assert_eq!(pairs("read", None, &elsewhere).unwrap(), own(&[("https://a.test", "read")]));
        let both = [Arc::clone(&there[0]), Arc::clone(&elsewhere[0])];
        let found = pairs("read", Some("read clients:read"), &both).unwrap();
        assert_eq!(found, own(&[("https://a.test", "read"), (MANAGEMENT, "clients:read")]));
    }
}
