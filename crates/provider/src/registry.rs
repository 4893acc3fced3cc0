//! Clients, resources and upstream providers as requests need them: a bounded memory that one revision keeps honest.
//!
//! Every administrative change counts the revision up in its own transaction; the pulse sees it and clears
//! what is remembered. Issuing compares the revision once more when its journal row is written.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jose::Algorithm;
use moka::future::Cache;
use protocol::{
    Acr,
    client_metadata::ClientMetadata,
    scope::{Scope, is_identity_scope},
};
use storage::{
    id::{ClientKey, GrantId},
    registry::{ClientRef, ClientRow, ResourceRow, SecretRow},
};
use time::OffsetDateTime;

use crate::{
    Context, api,
    refusal::Refusal,
    roles::{Permission, Permissions},
    upstream::Upstreams,
};

/// A client, parsed once.
#[derive(Debug)]
pub struct Client {
    /// Its row.
    pub key: ClientKey,
    /// What the wire calls it.
    pub client_id: String,
    /// What it registered (RFC 7591).
    pub metadata: ClientMetadata,
    /// Whether it may do anything.
    pub enabled: bool,
    /// The root of its own tokens; a new one after each time that it was disabled.
    pub standing_grant: GrantId,
    /// The identifiers of the APIs that it may ask for; the first is its default.
    pub resources: Vec<String>,
    /// The scopes that it may ask for; all of them when it asks for none.
    pub scope: Scope,
    /// What its roles permit: it may ask for that at the management API, and nothing else makes it a client of that.
    pub permissions: Permissions,
    /// Its live secrets.
    pub secrets: Vec<SecretRow>,
}

impl Client {
    fn parse(mut row: ClientRow, api: &str) -> Result<Self, Refusal> {
        // Whatever an entry of that name says, the management API is reached by a role, and is nobody's default.
        row.resources.retain(|identifier| identifier != api);
        let metadata: ClientMetadata = serde_json::from_value(row.metadata)
            .map_err(|error| Refusal::internal(format!("client {}: {error}", row.client_id)))?;
        Ok(Self {
            key: row.key,
            client_id: row.client_id,
            scope: metadata.scope.clone(),
            metadata,
            enabled: row.enabled,
            standing_grant: row.standing_grant_id,
            resources: row.resources,
            permissions: Permissions::of_names(&row.permissions),
            secrets: row.secrets,
        })
    }

    /// Whether it may ask for a scope at all, somewhere.
    #[must_use]
    pub fn knows_scope(&self, scope: &str) -> bool {
        self.scope.contains(scope) || self.permits(scope)
    }

    /// Whether it may ask for a scope at an API. `api` is the management API's identifier: there, what it registered says
    /// nothing, and elsewhere, its roles say nothing.
    #[must_use]
    pub fn may_ask(&self, api: &str, resource: &str, scope: &str) -> bool {
        if resource == api { self.permits(scope) } else { self.scope.contains(scope) }
    }

    fn permits(&self, scope: &str) -> bool {
        Permission::parse(scope).is_some_and(|permission| self.permissions.has(permission))
    }

    /// The API that is meant when a request names none.
    #[must_use]
    pub fn default_resource(&self) -> Option<&str> {
        self.resources.first().map(String::as_str)
    }
}

/// An API, parsed once.
#[derive(Debug)]
pub struct Resource {
    /// The `resource` parameter and the `aud` of its tokens.
    pub identifier: String,
    /// Its name for people.
    pub name: String,
    /// Scope → description in plain words.
    pub scopes: BTreeMap<String, String>,
    /// Scope → how strongly a person must sign in for it at least.
    pub scope_acr: BTreeMap<String, Acr>,
    /// How long its access tokens live.
    pub access_token_lifetime: Duration,
    /// What signs them.
    pub algorithm: Algorithm,
    /// The client with which it introspects and exchanges.
    pub resource_server: Option<ClientKey>,
}

impl Resource {
    fn parse(row: ResourceRow, context: &Context) -> Result<Self, Refusal> {
        let malformed = |what: String| Refusal::internal(format!("resource {}: {what}", row.identifier));
        let lifetimes = &context.settings.lifetimes;
        let lifetime = row
            .access_token_lifetime
            .map_or(lifetimes.access_token, |seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        Ok(Self {
            scopes: serde_json::from_value(row.scopes).map_err(|error| malformed(error.to_string()))?,
            scope_acr: serde_json::from_value(row.scope_acr).map_err(|error| malformed(error.to_string()))?,
            access_token_lifetime: lifetime.min(lifetimes.access_token_max),
            algorithm: row
                .access_token_signed_response_alg
                .parse()
                .map_err(|_| malformed("unknown algorithm".to_owned()))?,
            identifier: row.identifier,
            name: row.name,
            resource_server: row.resource_server,
        })
    }

    /// Whether a scope is one of its own. Identity scopes belong to the issuer, whatever an API says.
    #[must_use]
    pub fn defines(&self, scope: &str) -> bool {
        !is_identity_scope(scope) && self.scopes.contains_key(scope)
    }
}

/// Something with the number of clearings before it was read: after the next one it counts as forgotten, also when
/// it is put here late.
type Stamped<T> = (u64, Arc<T>);

/// The bounded memory.
#[derive(Debug)]
pub struct Registry {
    clients: Cache<String, Stamped<Client>>,
    clients_by_key: Cache<ClientKey, Stamped<Client>>,
    resources: Cache<String, Stamped<Resource>>,
    upstreams: Cache<(), Stamped<Upstreams>>,
    clearings: AtomicU64,
}

impl Registry {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            clients: Cache::new(capacity),
            clients_by_key: Cache::new(capacity),
            resources: Cache::new(capacity),
            upstreams: Cache::new(1),
            clearings: AtomicU64::new(0),
        }
    }

    fn stamp(&self) -> u64 {
        self.clearings.load(Ordering::Acquire)
    }

    /// What is remembered, if it was read since the last clearing.
    fn current<T>(&self, found: Option<Stamped<T>>) -> Option<Arc<T>> {
        found.filter(|(stamp, _)| *stamp == self.stamp()).map(|(_, value)| value)
    }

    pub(crate) fn clear(&self) {
        self.clearings.fetch_add(1, Ordering::AcqRel);
        self.clients.invalidate_all();
        self.clients_by_key.invalidate_all();
        self.resources.invalidate_all();
        self.upstreams.invalidate_all();
    }
}

/// Whether a secret still works at `now`.
#[must_use]
pub fn is_live(secret: &SecretRow, now: OffsetDateTime) -> bool {
    secret.expires_at.is_none_or(|expires_at| expires_at > now)
}

impl Context {
    /// The enabled client of this id, or `None`.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Client>>, Refusal> {
        self.confirm().await?;
        if let Some(client) = self.registry.current(self.registry.clients.get(client_id).await) {
            return Ok(Some(client));
        }
        // Whoever does not exist is not remembered: strangers must not push out those who do.
        self.read_client(ClientRef::Id(client_id)).await
    }

    /// The enabled client of this row, or `None`.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn client_by_key(&self, key: ClientKey) -> Result<Option<Arc<Client>>, Refusal> {
        self.confirm().await?;
        if let Some(client) = self.registry.current(self.registry.clients_by_key.get(&key).await) {
            return Ok(Some(client));
        }
        self.read_client(ClientRef::Key(key)).await
    }

    /// The enabled client of this id if it is remembered; the database is not asked.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when what is remembered cannot be confirmed.
    pub(crate) async fn remembered_client(&self, client_id: &str) -> Result<Option<Arc<Client>>, Refusal> {
        self.confirm().await?;
        Ok(self.registry.current(self.registry.clients.get(client_id).await))
    }

    /// The enabled client of this id as the database has it now.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub(crate) async fn reread_client(&self, client_id: &str) -> Result<Option<Arc<Client>>, Refusal> {
        self.read_client(ClientRef::Id(client_id)).await
    }

    async fn read_client(&self, which: ClientRef<'_>) -> Result<Option<Arc<Client>>, Refusal> {
        let stamp = self.registry.stamp();
        let Some(row) = storage::registry::client(&self.database, which, self.now).await? else {
            return Ok(None);
        };
        if !row.enabled {
            return Ok(None);
        }
        let client = Arc::new(Client::parse(row, &api::identifier(&self.settings.issuer))?);
        self.registry.clients.insert(client.client_id.clone(), (stamp, Arc::clone(&client))).await;
        self.registry.clients_by_key.insert(client.key, (stamp, Arc::clone(&client))).await;
        Ok(Some(client))
    }

    /// The API of this identifier, or `None`.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn resource(&self, identifier: &str) -> Result<Option<Arc<Resource>>, Refusal> {
        self.confirm().await?;
        if identifier == api::identifier(&self.settings.issuer) {
            return Ok(Some(Arc::new(api::resource(self))));
        }
        if let Some(resource) = self.registry.current(self.registry.resources.get(identifier).await) {
            return Ok(Some(resource));
        }
        let stamp = self.registry.stamp();
        let Some(row) = storage::registry::resource(&self.database, identifier).await? else {
            return Ok(None);
        };
        if !row.enabled {
            return Ok(None);
        }
        let resource = Arc::new(Resource::parse(row, self)?);
        self.registry.resources.insert(identifier.to_owned(), (stamp, Arc::clone(&resource))).await;
        Ok(Some(resource))
    }

    /// Every upstream provider that people may sign in with.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn upstreams(&self) -> Result<Arc<Upstreams>, Refusal> {
        self.confirm().await?;
        if let Some(upstreams) = self.registry.current(self.registry.upstreams.get(&()).await) {
            return Ok(upstreams);
        }
        let stamp = self.registry.stamp();
        let upstreams = Arc::new(Upstreams::read(self).await?);
        self.registry.upstreams.insert((), (stamp, Arc::clone(&upstreams))).await;
        Ok(upstreams)
    }

    /// The API of this identifier if the client may ask for it.
    ///
    /// # Errors
    /// `Refusal::Unavailable` when it cannot be known.
    pub async fn resource_for(&self, client: &Client, identifier: &str) -> Result<Option<Arc<Resource>>, Refusal> {
        let by_role = !client.permissions.is_empty() && identifier == api::identifier(&self.settings.issuer);
        if by_role || client.resources.iter().any(|allowed| allowed == identifier) {
            self.resource(identifier).await
        } else {
            Ok(None)
        }
    }
}
