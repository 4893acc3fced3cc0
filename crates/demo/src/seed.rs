//! What the server must know of the demo, as data for `chancery apply`, and the `curl` lines.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::DemoConfig;

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

#[derive(Serialize)]
struct Seed<'a> {
    resource: Vec<Resource<'a>>,
    client: Vec<Client<'a>>,
    user: Vec<User<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    identifier: &'a str,
    name: &'a str,
    access_token_lifetime: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_server: Option<&'a str>,
    scopes: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Client<'a> {
    client_id: &'a str,
    client_name: &'a str,
    client_secret: &'a str,
    token_endpoint_auth_method: &'a str,
    grant_types: Vec<&'a str>,
    scope: &'a str,
    resources: Vec<&'a str>,
    first_party: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    post_logout_redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_logout_uri: Option<String>,
}

#[derive(Serialize)]
struct User<'a> {
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    password: &'a str,
    email: &'a str,
    email_verified: bool,
    claims: BTreeMap<&'a str, &'a str>,
}

/// The resources, clients and the person of the demo, as TOML for `chancery apply`.
pub fn seed(config: &DemoConfig) -> String {
    let seed = Seed { resource: resources(config), client: clients(config), user: vec![person(config)] };
    toml::to_string(&seed).expect("the seed holds strings, lists and tables, which TOML can write")
}

fn resources(config: &DemoConfig) -> Vec<Resource<'_>> {
    vec![
        Resource {
            identifier: &config.api_resource,
            name: "Demo API",
            access_token_lifetime: "5m",
            resource_server: Some(&config.api_client_id),
            scopes: BTreeMap::from([("read", "See your list of things"), ("write", "Add to your list of things")]),
        },
        Resource {
            identifier: &config.reports_resource,
            name: "Reports API",
            access_token_lifetime: "5m",
            // The Reports API only validates. It neither exchanges nor introspects.
            resource_server: None,
            scopes: BTreeMap::from([("publish", "Publish reports about you"), ("read", "Read reports about you")]),
        },
    ]
}

fn clients(config: &DemoConfig) -> Vec<Client<'_>> {
    vec![
        Client {
            client_id: &config.client_id,
            client_name: "Demo app",
            client_secret: &config.client_secret,
            token_endpoint_auth_method: "client_secret_basic",
            grant_types: vec!["authorization_code", "refresh_token"],
            scope: "openid profile email offline_access read write",
            resources: vec![&config.api_resource, &config.reports_resource],
            first_party: false,
            redirect_uris: vec![config.redirect_uri()],
            post_logout_redirect_uris: vec![config.post_logout_redirect_uri()],
            backchannel_logout_uri: Some(config.backchannel_logout_uri()),
        },
        Client {
            client_id: &config.api_client_id,
            client_name: "Demo API",
            client_secret: &config.api_client_secret,
            token_endpoint_auth_method: "client_secret_basic",
            grant_types: vec!["client_credentials", TOKEN_EXCHANGE],
            scope: "read publish",
            resources: vec![&config.reports_resource],
            first_party: false,
            redirect_uris: vec![],
            post_logout_redirect_uris: vec![],
            backchannel_logout_uri: None,
        },
        Client {
            client_id: &config.service_client_id,
            client_name: "Demo service",
            client_secret: &config.service_client_secret,
            token_endpoint_auth_method: "client_secret_basic",
            grant_types: vec!["client_credentials", TOKEN_EXCHANGE],
            scope: "read write",
            resources: vec![&config.api_resource, &config.reports_resource],
            first_party: false,
            redirect_uris: vec![],
            post_logout_redirect_uris: vec![],
            backchannel_logout_uri: None,
        },
    ]
}

fn person(config: &DemoConfig) -> User<'_> {
    User {
        username: &config.person_username,
        password: &config.person_password,
        email: "ada@example.test",
        email_verified: true,
        claims: BTreeMap::from([
            ("name", "Ada Lovelace"),
            ("given_name", "Ada"),
            ("family_name", "Lovelace"),
            ("locale", "en"),
        ]),
    }
}
