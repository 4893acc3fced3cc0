//! Reading a file of configuration: TOML or JSON, unknown keys named, secrets from files of their own.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    time::Duration,
};

use protocol::{Acr, client_metadata::AuthMethod};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{duration, invalid, members::Members};
use crate::{
    administration::{AdminError, Invalid},
    people::Password,
    resources::Registration,
    roles::NewRole,
    upstream::registration::{Registration as UpstreamRegistration, SignUp},
};

/// A file's entries, read and checked as far as one can without the database.
#[derive(Debug, Default)]
pub struct File {
    pub(super) resources: Vec<ResourceEntry>,
    pub(super) clients: Vec<ClientEntry>,
    pub(super) users: Vec<UserEntry>,
    pub(super) upstreams: Vec<UpstreamEntry>,
    pub(super) roles: Vec<RoleEntry>,
    /// Whether it says anything of APIs, if only that there is none.
    pub(super) names_resources: bool,
    /// Whether it says anything of clients.
    pub(super) names_clients: bool,
    /// Whether it says anything of upstream providers.
    pub(super) names_upstreams: bool,
}

#[derive(Debug)]
pub(super) struct ResourceEntry {
    pub(super) entry: String,
    pub(super) identifier: String,
    name: Option<String>,
    scopes: Option<BTreeMap<String, String>>,
    required_acr: Option<BTreeMap<String, Acr>>,
    access_token_lifetime: Option<Option<Duration>>,
    access_token_signed_response_alg: Option<String>,
    resource_server: Option<Option<String>>,
}

impl ResourceEntry {
    /// What the entry names over what there is.
    pub(super) fn over(&self, base: Registration) -> Registration {
        Registration {
            name: self.name.clone().unwrap_or(base.name),
            scopes: self.scopes.clone().unwrap_or(base.scopes),
            required_acr: self.required_acr.clone().unwrap_or(base.required_acr),
            access_token_lifetime: self.access_token_lifetime.unwrap_or(base.access_token_lifetime),
            access_token_signed_response_alg: self
                .access_token_signed_response_alg
                .clone()
                .unwrap_or(base.access_token_signed_response_alg),
            resource_server: self.resource_server.clone().unwrap_or(base.resource_server),
        }
    }
}

#[derive(Debug)]
pub(super) struct ClientEntry {
    pub(super) entry: String,
    pub(super) client_id: String,
    /// RFC 7591 members, as they were named.
    pub(super) members: Map<String, Value>,
    pub(super) secret: Option<SecretString>,
    /// The roles that it holds: all of them.
    pub(super) roles: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) struct RoleEntry {
    pub(super) entry: String,
    pub(super) role: NewRole,
}

#[derive(Debug)]
pub(super) struct UserEntry {
    pub(super) entry: String,
    pub(super) username: String,
    pub(super) password: Option<Password>,
    pub(super) email: Option<Option<String>>,
    pub(super) email_verified: Option<bool>,
    pub(super) claims: Option<Map<String, Value>>,
    /// The roles that they hold: all of them.
    pub(super) roles: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) struct UpstreamEntry {
    pub(super) entry: String,
    pub(super) slug: String,
    issuer: String,
    client_id: String,
    pub(super) secret: Option<SecretString>,
    name: Option<String>,
    token_endpoint_auth_method: Option<AuthMethod>,
    scope: Option<String>,
    domains: Option<Vec<String>>,
    sign_up: Option<SignUp>,
    claims: Option<BTreeMap<String, String>>,
    button: Option<bool>,
}

impl UpstreamEntry {
    /// The defaults for what the entry must name.
    pub(super) fn defaults(&self) -> UpstreamRegistration {
        UpstreamRegistration::new(&self.slug, &self.issuer, &self.client_id)
    }

    /// What the entry names over what there is.
    pub(super) fn over(&self, base: UpstreamRegistration) -> UpstreamRegistration {
        UpstreamRegistration {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            name: self.name.clone().unwrap_or(base.name),
            token_endpoint_auth_method: self.token_endpoint_auth_method.unwrap_or(base.token_endpoint_auth_method),
            scope: self.scope.clone().unwrap_or(base.scope),
            domains: self.domains.clone().unwrap_or(base.domains),
            sign_up: self.sign_up.unwrap_or(base.sign_up),
            claims: self.claims.clone().unwrap_or(base.claims),
            button: self.button.unwrap_or(base.button),
        }
    }
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Toml,
    Json,
}

impl File {
    /// Reads a file's text. Its name says whether it is TOML or JSON; where it does not, the text does. Files that
    /// it names (`client_secret_file`, `password_file` and the like) are looked for in its folder.
    ///
    /// # Errors
    /// `AdminError::Invalid` with everything that is wrong.
    pub fn parse(path: &Path, text: &str) -> Result<Self, AdminError> {
        let form = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Form::Json,
            Some("toml") => Form::Toml,
            _ if text.trim_start().starts_with('{') => Form::Json,
            _ => Form::Toml,
        };
        let document = match form {
            Form::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
            Form::Toml => toml::from_str::<toml::Table>(text)
                .map_err(|error| toml_error(text, &error))
                .map(|table| json(toml::Value::Table(table))),
        };
        let document =
            document.map_err(|message| AdminError::Invalid(vec![invalid("", &path.display().to_string(), message)]))?;
        let Value::Object(document) = document else {
            let message = "is not an object with role, resource, client, user and upstream";
            return Err(AdminError::Invalid(vec![invalid("", &path.display().to_string(), message)]));
        };
        let mut problems = Vec::new();
        let file = Self::from_document(document, path.parent().unwrap_or(Path::new("")), &mut problems);
        if problems.is_empty() { Ok(file) } else { Err(AdminError::Invalid(problems)) }
    }

    fn from_document(mut document: Map<String, Value>, folder: &Path, problems: &mut Vec<Invalid>) -> Self {
        let mut file = Self {
            names_resources: document.contains_key("resource"),
            names_clients: document.contains_key("client"),
            names_upstreams: document.contains_key("upstream"),
            ..Self::default()
        };
        for (entry, members) in entries(&mut document, "resource", "identifier", problems) {
            file.resources.extend(resource(entry, Members::new(members, folder), problems));
        }
        for (entry, members) in entries(&mut document, "client", "client_id", problems) {
            file.clients.extend(client(entry, Members::new(members, folder), problems));
        }
        for (entry, members) in entries(&mut document, "user", "username", problems) {
            file.users.extend(user(entry, Members::new(members, folder), problems));
        }
        for (entry, members) in entries(&mut document, "upstream", "slug", problems) {
            file.upstreams.extend(upstream(entry, Members::new(members, folder), problems));
        }
        for (entry, members) in entries(&mut document, "role", "name", problems) {
            file.roles.extend(role(entry, Members::new(members, folder), problems));
        }
        for key in document.keys() {
            problems.push(invalid("", key, "unknown key (there are: role, resource, client, user, upstream)"));
        }
        no_name_twice(file.resources.iter().map(|entry| (&entry.entry, &entry.identifier)), problems);
        no_name_twice(file.clients.iter().map(|entry| (&entry.entry, &entry.client_id)), problems);
        no_name_twice(file.users.iter().map(|entry| (&entry.entry, &entry.username)), problems);
        no_name_twice(file.upstreams.iter().map(|entry| (&entry.entry, &entry.slug)), problems);
        no_name_twice(file.roles.iter().map(|entry| (&entry.entry, &entry.role.name)), problems);
        file
    }
}

fn toml_error(text: &str, error: &toml::de::Error) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

/// TOML as JSON. Dates, which JSON has not, become texts.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(datetime) => Value::String(datetime.to_string()),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

/// Takes the entries of a kind out of the document, each with how errors name it: `client[2] shop`.
fn entries(
    document: &mut Map<String, Value>,
    kind: &str,
    key: &str,
    problems: &mut Vec<Invalid>,
) -> Vec<(String, Map<String, Value>)> {
    let list = match document.remove(kind) {
        None => return Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => {
            problems.push(invalid("", kind, format!("is not a list: write [[{kind}]]")));
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for (index, item) in list.into_iter().enumerate() {
        match item {
            Value::Object(members) => {
                let name = members.get(key).and_then(Value::as_str).unwrap_or_default();
                found.push((format!("{kind}[{index}] {name}").trim_end().to_owned(), members));
            }
            _ => problems.push(invalid("", &format!("{kind}[{index}]"), "is not a table")),
        }
    }
    found
}

fn no_name_twice<'a>(names: impl Iterator<Item = (&'a String, &'a String)>, problems: &mut Vec<Invalid>) {
    let mut seen = HashSet::new();
    for (entry, name) in names {
        if !seen.insert(name) {
            problems.push(invalid(entry, name, "is in the file twice"));
        }
    }
}

fn resource(entry: String, mut members: Members<'_>, problems: &mut Vec<Invalid>) -> Option<ResourceEntry> {
    let identifier = members.required_text("identifier");
    let name = members.text("name");
    let scopes = members.typed("scopes", "a table such as { read = \"Read your things\" }");
    let required_acr = members.typed("required_acr", "a table such as { write = \"aal2\" }");
    let lifetime = members.take("access_token_lifetime").map(|value| match value {
        Value::Null => Ok(None),
        Value::String(text) => duration::parse(&text).map(Some),
        Value::Number(seconds) => duration::parse(&seconds.to_string()).map(Some),
        other => Err(format!("{other} is no duration: write it as \"5m\"")),
    });
    let lifetime = lifetime.and_then(|read| members.note("access_token_lifetime", read));
    let alg = members.text("access_token_signed_response_alg");
    let resource_server = members.nullable_text("resource_server");
    members.finish(&entry, &[], problems)?;
    Some(ResourceEntry {
        identifier: identifier?,
        name,
        scopes,
        required_acr,
        access_token_lifetime: lifetime,
        access_token_signed_response_alg: alg,
        resource_server,
        entry,
    })
}

fn client(entry: String, mut members: Members<'_>, problems: &mut Vec<Invalid>) -> Option<ClientEntry> {
    let client_id = members.required_text("client_id");
    let secret = members.secret_text("client_secret").map(SecretString::from);
    let roles = members.typed("roles", ROLES);
    let no_jwks = members.is_null("jwks");
    if let Some(text) = members.secret_text("jwks") {
        // An object from the file itself is not text, and stays where it was.
        let parsed = serde_json::from_str(&text).map_err(|error| format!("is not JSON: {error}"));
        if let Some(jwks) = members.note("jwks", parsed) {
            members.put_back("jwks", jwks);
        }
    }
    if no_jwks {
        members.put_back("jwks", Value::Null);
    }
    let rest = members.finish(&entry, super::members::CLIENT_MEMBERS, problems)?;
    Some(ClientEntry { client_id: client_id?, members: rest, secret, roles, entry })
}

/// What a list of roles looks like.
const ROLES: &str = "a list such as [\"support\"]";

fn role(entry: String, mut members: Members<'_>, problems: &mut Vec<Invalid>) -> Option<RoleEntry> {
    let name = members.required_text("name");
    let description = members.text("description");
    let permissions = members.typed("permissions", "a list such as [\"clients:read\"]");
    if permissions.is_none() {
        members.problem("permissions", "must be a list of permissions");
    }
    members.finish(&entry, &[], problems)?;
    let role = NewRole { name: name?, description: description.unwrap_or_default(), permissions: permissions? };
    Some(RoleEntry { role, entry })
}

fn user(entry: String, mut members: Members<'_>, problems: &mut Vec<Invalid>) -> Option<UserEntry> {
    let username = members.required_text("username");
    let plain = members.secret_text("password").map(|plain| Password::Plain(plain.into()));
    let hash = members.secret_text("password_hash").map(Password::Hash);
    if plain.is_some() && hash.is_some() {
        members.problem("password_hash", "cannot be combined with password");
    }
    let password = plain.or(hash);
    let checked = password.as_ref().map_or(Ok(()), Password::check);
    if let Err((field, message)) = checked {
        members.problem(field, message);
    }
    let email = members.nullable_text("email");
    let email_verified = members.typed("email_verified", "true or false");
    let claims = members.typed("claims", "a table such as { name = \"Ada Lovelace\" }");
    let roles = members.typed("roles", ROLES);
    members.finish(&entry, &[], problems)?;
    Some(UserEntry { username: username?, password, email, email_verified, claims, roles, entry })
}

fn upstream(entry: String, mut members: Members<'_>, problems: &mut Vec<Invalid>) -> Option<UpstreamEntry> {
    let slug = members.required_text("slug");
    let issuer = members.required_text("issuer");
    let client_id = members.required_text("client_id");
    let secret = members.secret_text("client_secret").map(SecretString::from);
    let name = members.text("name");
    let method = "client_secret_basic, client_secret_post, private_key_jwt or none";
    let token_endpoint_auth_method = members.typed("token_endpoint_auth_method", method);
    let scope = members.text("scope");
    let domains = members.typed("domains", "a list such as [\"example.com\"]");
    let sign_up = members.typed("sign_up", "off, domains or on");
    let claims = members.typed("claims", "a table such as { username = \"preferred_username\" }");
    let button = members.typed("button", "true or false");
    members.finish(&entry, &[], problems)?;
    Some(UpstreamEntry {
        slug: slug?,
        issuer: issuer?,
        client_id: client_id?,
        secret,
        name,
        token_endpoint_auth_method,
        scope,
        domains,
        sign_up,
        claims,
        button,
        entry,
    })
}
