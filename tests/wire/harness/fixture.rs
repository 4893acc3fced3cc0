//! Who uses a deployment: three APIs, a handful of clients that differ in what matters, three people.

use serde_json::{Value, json};

use super::{http::Call, jwt};

/// The API that most clients have as their default.
pub const API: &str = "https://api.example.test";
/// A second API: its `read` is not the first one's.
pub const FILES: &str = "https://files.example.test";
/// A third one: EdDSA, two minutes, nobody's resource server.
pub const DOCS: &str = "https://docs.example.test";
/// RFC 8693.
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// How a client authenticates.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Basic, form-encoded as RFC 6749 section 2.3.1 says.
    Basic(String),
    /// In the form.
    Post(String),
    /// With an assertion.
    Key,
    /// Not at all.
    Public,
}

/// A client as it knows itself.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// How it authenticates.
    pub auth: Auth,
    /// What `apply` was told.
    pub registration: Value,
}

impl Client {
    fn from(registration: Value) -> Self {
        let id = registration["client_id"].as_str().expect("client_id").to_owned();
        let secret = registration["client_secret"].as_str().unwrap_or_default().to_owned();
        let auth = match registration["token_endpoint_auth_method"].as_str() {
            None | Some("client_secret_basic") => Auth::Basic(secret),
            Some("client_secret_post") => Auth::Post(secret),
            Some("private_key_jwt") => Auth::Key,
            Some("none") => Auth::Public,
            other => panic!("no such method: {other:?}"),
        };
        Self { id, auth, registration }
    }

    /// One of the test's own, made like one of the fixture and then changed. `null` removes a member.
    pub fn like(like: &str, client_id: &str, changes: Value) -> Self {
        let mut registration = client(like).registration;
        let members = registration.as_object_mut().expect("an object");
        members.insert("client_id".into(), client_id.into());
        if members.contains_key("client_secret") {
            members.insert("client_secret".into(), secret(client_id).into());
        }
        for (name, value) in changes.as_object().expect("changes are an object") {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        Self::from(registration)
    }

    /// Its secret.
    pub fn secret(&self) -> &str {
        match &self.auth {
            Auth::Basic(secret) | Auth::Post(secret) => secret,
            _ => panic!("{} has no secret", self.id),
        }
    }

    /// Its first redirect URI.
    pub fn redirect_uri(&self) -> &str {
        self.registration["redirect_uris"][0].as_str().expect("a redirect URI")
    }

    /// Makes a call authenticate as this client, the way it is registered.
    pub fn authenticate(&self, call: Call, issuer: &str) -> Call {
        match &self.auth {
            Auth::Basic(secret) => call.basic(&self.id, secret),
            Auth::Post(secret) => call.also(&[("client_id", &self.id), ("client_secret", secret)]),
            Auth::Key => call.also(&[
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &jwt::assertion(&self.id, issuer)),
            ]),
            Auth::Public => call.also(&[("client_id", &self.id)]),
        }
    }
}

/// RFC 7523 section 2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The secret of a client of that name.
pub fn secret(client_id: &str) -> String {
    format!("{client_id}.a-secret-of-thirty-two-characters-or-more")
}

/// A secret in which every character that Basic authentication can get wrong occurs.
pub const ODD_SECRET: &str = "p:lus+per%25cent sp ace&amp=eq/sl\\ash?\"quote\" 0123456789";

/// A person as they know themselves.
#[derive(Clone, Debug)]
pub struct Person {
    /// What they type.
    pub username: String,
    /// What they type.
    pub password: String,
    claims: Value,
}

impl Person {
    /// A person of that name.
    pub fn named(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: format!("the long password of {username}"),
            claims: json!({ "name": format!("{username} Test"), "locale": "en" }),
        }
    }

    /// What `apply` is told.
    pub fn registration(&self) -> Value {
        json!({
            "username": self.username,
            "password": self.password,
            "email": format!("{}@example.test", self.username),
            "email_verified": true,
            "claims": self.claims,
        })
    }
}

/// A person of the fixture: `ada`, `bob`, `grace`.
pub fn person(username: &str) -> Person {
    let mut person = Person::named(username);
    match username {
        "ada" => person.claims = ada_claims(),
        "bob" | "grace" => {}
        other => panic!("nobody is called {other}"),
    }
    person
}

/// Everything that is known of Ada, besides her email.
pub fn ada_claims() -> Value {
    json!({
        "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "locale": "en",
        "birthdate": "1815-12-10", "website": "https://ada.example.test/", "zoneinfo": "Europe/London",
        "phone_number": "+44 20 7946 0000", "phone_number_verified": true,
        "address": { "street_address": "12 St James's Square", "locality": "London", "country": "GB" },
    })
}

/// A client of the fixture.
pub fn client(client_id: &str) -> Client {
    let found = clients().into_iter().find(|client| client["client_id"] == client_id);
    Client::from(found.unwrap_or_else(|| panic!("no client is called {client_id}")))
}

/// What `chancery apply` is given.
pub fn everything() -> Value {
    let people: Vec<Value> = ["ada", "bob", "grace"].map(|name| person(name).registration()).into();
    json!({ "resource": resources(), "client": clients(), "user": people })
}

fn resources() -> Value {
    json!([
        {
            "identifier": API, "name": "Example API", "resource_server": "example-api",
            "scopes": { "read": "Read your things", "write": "Change your things" },
            "access_token_lifetime": "5m", "access_token_signed_response_alg": "ES256",
        },
        {
            "identifier": FILES, "name": "Example files", "resource_server": "files-api",
            "scopes": { "read": "Read your files", "list": "List your files" },
        },
        {
            "identifier": DOCS, "name": "Example documents",
            "scopes": { "read": "Read your documents", "print": "Print your documents" },
            "access_token_lifetime": "2m", "access_token_signed_response_alg": "EdDSA",
        },
    ])
}

const EVERY_SCOPE: &str = "openid profile email address phone offline_access read write list";

fn clients() -> Vec<Value> {
    let mut all = apps();
    all.extend(programs());
    for client in &mut all {
        let id = client["client_id"].as_str().expect("client_id").to_owned();
        let members = client.as_object_mut().expect("an object");
        members.entry("client_name").or_insert_with(|| format!("The {id}").into());
        let method = members.get("token_endpoint_auth_method").and_then(Value::as_str);
        if matches!(method, None | Some("client_secret_basic" | "client_secret_post")) {
            members.entry("client_secret").or_insert_with(|| secret(&id).into());
        }
        if members.contains_key("redirect_uris") {
            members
                .entry("post_logout_redirect_uris")
                .or_insert_with(|| json!([format!("https://{id}.example.test/")]));
        }
    }
    all
}

fn app(client_id: &str, changes: Value) -> Value {
    let mut client = json!({
        "client_id": client_id,
        "redirect_uris": [format!("https://{client_id}.example.test/callback")],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": EVERY_SCOPE,
        "resources": [API, FILES],
        "first_party": true,
    });
    let members = client.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    client
}

/// Those that people sign in to.
fn apps() -> Vec<Value> {
    vec![
        // Asks for consent, may do everything.
        app(
            "shop",
            json!({
                "first_party": false,
                "grant_types": ["authorization_code", "refresh_token", "client_credentials", TOKEN_EXCHANGE],
            }),
        ),
        // Ours: no consent page.
        app("house", json!({})),
        // Two places to go to.
        app(
            "twins",
            json!({ "redirect_uris": ["https://twins.example.test/one", "https://twins.example.test/two?x=1"] }),
        ),
        app(
            "spa",
            json!({ "token_endpoint_auth_method": "none", "scope": "openid profile email offline_access read", "resources": [API] }),
        ),
        app(
            "phone",
            json!({
                "token_endpoint_auth_method": "none", "application_type": "native", "first_party": false,
                "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback", "test.example.phone:/callback"],
                "post_logout_redirect_uris": ["test.example.phone:/bye"],
            }),
        ),
        app("legacy", json!({ "require_pkce": false })),
        app("es", json!({ "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "ES256" })),
        app("ed", json!({ "id_token_signed_response_alg": "EdDSA", "userinfo_signed_response_alg": "EdDSA" })),
        app("pair", json!({ "subject_type": "pairwise" })),
        app("impatient", json!({ "default_max_age": 3600, "require_auth_time": true })),
        // Signs people in and asks for no API.
        app("door", json!({ "scope": "openid profile email", "resources": [] })),
        // Asks for an API and signs nobody in.
        app("plain", json!({ "scope": "read write", "resources": [API], "grant_types": ["authorization_code"] })),
        app(
            "signer",
            json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwt::client_jwks(),
                "grant_types": ["authorization_code", "refresh_token", "client_credentials", TOKEN_EXCHANGE],
            }),
        ),
    ]
}

/// Those that act for themselves, or for others.
fn programs() -> Vec<Value> {
    let program = |client_id: &str, grants: &[&str], scope: &str, resources: &[&str]| json!({ "client_id": client_id, "grant_types": grants, "scope": scope, "resources": resources });
    let with = |mut client: Value, changes: Value| {
        client.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        client
    };
    let both: &[&str] = &["client_credentials", TOKEN_EXCHANGE];
    let own: &[&str] = &["client_credentials"];
    vec![
        program("job", own, "read write", &[API]),
        program("mixed-job", own, "openid read write list", &[API, FILES]),
        program("homeless", own, "read", &[]),
        // The resource servers of two of the APIs.
        program("example-api", both, "read list", &[FILES]),
        program("files-api", both, "read print", &[DOCS]),
        program("agent", both, "openid read write list", &[API, FILES]),
        program("no-exchange", own, "read write list", &[API, FILES]),
        with(
            program("double", both, "openid read write list", &[API, FILES]),
            json!({ "impersonation_allowed": true }),
        ),
        with(program("poster", own, "read", &[API]), json!({ "token_endpoint_auth_method": "client_secret_post" })),
        with(program("odd", own, "read", &[API]), json!({ "client_secret": ODD_SECRET })),
        with(
            program("lenient-signer", own, "read", &[API]),
            json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwt::client_jwks(),
                "token_endpoint_audience_allowed": true,
            }),
        ),
    ]
}
