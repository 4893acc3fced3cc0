//! Which API a token is wanted for, and what the registry lets the client be issued: nothing is spent for less.

use serde_json::{Value, json};

/// What the statement that spends a grant is told.
#[derive(Clone, Debug, Default)]
pub struct Targeting {
    /// The `resource` parameter; `None`: the grant's default.
    pub wanted: Option<String>,
    /// The resource of identity scopes.
    pub issuer: String,
    /// Every API for which the client may be issued tokens.
    pub apis: Vec<String>,
    /// Every pair of resource and scope that it may be issued: here the resources,
    pub resources: Vec<String>,
    /// and beside each its scope.
    pub scopes: Vec<String>,
}

/// The same of many requests, as columns for `unnest`.
pub(crate) struct Targets<'a> {
    /// One deployment has one issuer.
    pub(crate) issuer: &'a str,
    pub(crate) wanted: Vec<Option<String>>,
    /// Lists of identifiers.
    pub(crate) apis: Vec<Value>,
    /// Lists of `{"r": resource, "s": scope}`: objects, so that containment compares each with its like.
    pub(crate) open: Vec<Value>,
}

impl<'a> Targets<'a> {
    pub(crate) fn of(targetings: impl Iterator<Item = &'a Targeting>) -> Self {
        let mut targets = Self { issuer: "", wanted: Vec::new(), apis: Vec::new(), open: Vec::new() };
        for targeting in targetings {
            targets.issuer = &targeting.issuer;
            targets.wanted.push(targeting.wanted.clone());
            targets.apis.push(json!(targeting.apis));
            let pairs = targeting.resources.iter().zip(&targeting.scopes);
            targets.open.push(pairs.map(|(resource, scope)| json!({ "r": resource, "s": scope })).collect());
        }
        targets
    }
}
