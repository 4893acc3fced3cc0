//! Who calls the management API, and what counts there.
//!
//! The API is a resource of the server's own: its identifier lies below the issuer, its scopes are the permissions, and
//! it is never anyone's default. A client reaches it by holding a role, and is registered there for what its roles permit;
//! nothing else needs to be said of it. What counts is what the token's scopes say, as far as the client and the person
//! hold it now.

use std::{collections::BTreeMap, sync::Arc};

use protocol::{Acr, error::ErrorCode};
use serde_json::{Value, json};
use storage::{
    StorageError, Tx,
    id::{ClientKey, GrantId, UserId},
    roles::Holder,
};
use uuid::Uuid;

use crate::{
    Context, Issuer,
    refusal::Refusal,
    registry::{Client, Resource},
    roles::{self, Permission, Permissions, rules},
    tokens::access,
};

/// Where the API lies below the issuer.
pub const PATH: &str = "/api/v1";

/// How strongly a person must have signed in.
pub const REQUIRED_ACR: Acr = Acr::Aal2;

/// Its identifier: the `resource` parameter, and the audience of its tokens.
#[must_use]
pub fn identifier(issuer: &Issuer) -> String {
    issuer.endpoint(PATH)
}

/// The API as requests need to know it.
pub(crate) fn resource(context: &Context) -> Resource {
    let lifetimes = &context.settings.lifetimes;
    Resource {
        identifier: identifier(&context.settings.issuer),
        name: "Management of this server".to_owned(),
        scopes: Permission::ALL.iter().map(|one| (one.as_str().to_owned(), one.words().to_owned())).collect(),
        scope_acr: Permission::ALL
            .iter()
            .map(|one| (one.as_str().to_owned(), REQUIRED_ACR))
            .collect::<BTreeMap<_, _>>(),
        access_token_lifetime: lifetimes.access_token.min(lifetimes.access_token_max),
        algorithm: jose::Algorithm::ES256,
        resource_server: None,
    }
}

/// Who calls, and what they may do.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person; `None`: a client in its own name.
    pub person: Option<UserId>,
    /// The client that holds the token.
    pub client_id: String,
    /// What counts: the token's scopes, as far as everybody who takes part holds them.
    pub permissions: Permissions,
    /// The token's scopes.
    scopes: Permissions,
    clients: Vec<ClientKey>,
    actors: Vec<String>,
    jti: Uuid,
}

impl Caller {
    /// What counts as the database says it in a transaction.
    pub(crate) async fn permissions_now(&self, tx: &mut Tx) -> Result<Permissions, StorageError> {
        let people = self.person.map(Holder::Person);
        let mut parties = Vec::with_capacity(2);
        for holder in people.into_iter().chain(self.clients.iter().copied().map(Holder::Client)) {
            parties.push(roles::permissions_of(tx, holder).await?);
        }
        Ok(rules::effective(self.scopes, &parties))
    }

    /// As the audit trail names them.
    pub(crate) fn in_trail(&self) -> Value {
        let mut by = json!({ "client": self.client_id, "jti": self.jti });
        if let Some(person) = self.person {
            by["person"] = json!(person);
        }
        if !self.actors.is_empty() {
            by["act"] = json!(self.actors);
        }
        by
    }
}

/// Why a caller is not let in.
#[derive(Debug)]
pub enum NotLetIn {
    /// The token does not count here: 401, `invalid_token`. The reason is for the operator.
    Token(&'static str),
    /// The person must sign in more strongly: 401, `insufficient_user_authentication` (RFC 9470).
    TooWeak,
    /// It cannot be known now.
    Refusal(Refusal),
}

impl From<Refusal> for NotLetIn {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<StorageError> for NotLetIn {
    fn from(error: StorageError) -> Self {
        Self::Refusal(error.into())
    }
}

/// Finds out who calls. Whoever is let in may still hold nothing.
///
/// # Errors
/// `NotLetIn`.
pub async fn authenticate(context: &Context, token: &str) -> Result<Arc<Caller>, NotLetIn> {
    let claims = access::live(context, token).await?.map_err(|fault| NotLetIn::Token(fault.reason()))?;
    if !claims.aud.contains(&identifier(&context.settings.issuer)) {
        return Err(NotLetIn::Token("token_audience"));
    }
    let actors: Vec<String> = claims.act.iter().flat_map(|act| act.chain()).map(|actor| actor.sub.clone()).collect();
    if actors.iter().any(|actor| !context.settings.api_actors.contains(actor)) {
        return Err(NotLetIn::Token("token_delegated"));
    }
    let scopes = Permissions::of_names(claims.scope.iter());
    let client = client_of(context, &claims.client_id).await?;
    let mut parties = vec![client.permissions];
    let mut clients = vec![client.key];
    // Whoever acts takes part. The outermost is the client itself.
    for actor in actors.iter().filter(|actor| **actor != client.client_id) {
        let actor = client_of(context, actor).await?;
        parties.push(actor.permissions);
        clients.push(actor.key);
    }
    let person = if claims.auth_time.is_some() {
        let found = storage::roles::administrator(&context.database, GrantId(claims.chancery.grant)).await?;
        let found = found.ok_or(NotLetIn::Token("grant_ended"))?;
        if claims.acr.as_deref().and_then(Acr::parse).is_none_or(|acr| acr < REQUIRED_ACR) {
            return Err(NotLetIn::TooWeak);
        }
        parties.push(Permissions::of_names(&found.permissions));
        Some(found.user_id)
    } else if claims.sub == claims.client_id && actors.is_empty() {
        None
    } else {
        // Another client's own token, which was exchanged.
        return Err(NotLetIn::Token("token_subject"));
    };
    Ok(Arc::new(Caller {
        person,
        client_id: client.client_id.clone(),
        permissions: rules::effective(scopes, &parties),
        scopes,
        clients,
        actors,
        jti: claims.jti,
    }))
}

async fn client_of(context: &Context, client_id: &str) -> Result<Arc<Client>, NotLetIn> {
    context.client(client_id).await?.ok_or(NotLetIn::Token("client_disabled"))
}

impl NotLetIn {
    /// The same as a refusal, for what counts and logs them.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        const TOKEN: &str = "The access token is invalid, expired, withdrawn, or not for this API";
        match self {
            Self::Token(reason) => Refusal::new(ErrorCode::InvalidToken, TOKEN, reason),
            Self::TooWeak => {
                let description = "The person must sign in with two factors";
                Refusal::new(ErrorCode::InvalidToken, description, "acr_not_reached")
            }
            Self::Refusal(refusal) => refusal,
        }
    }
}
