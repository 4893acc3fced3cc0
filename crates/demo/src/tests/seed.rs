//! The data that the server is given, and the lines that are printed.

use super::config;
use crate::{curl_examples, seed};

#[test]
fn the_seed_names_everything_that_the_demo_uses() {
    let config = config("http://localhost:8080", "http://localhost:8081/");
    let seed: toml::Table = toml::from_str(&seed(&config)).unwrap();
    let list = |name: &str| seed[name].as_array().unwrap().clone();
    let find =
        |name: &str, key: &str, value: &str| list(name).into_iter().find(|it| it[key].as_str() == Some(value)).unwrap();
    let app = find("client", "client_id", "demo-app");
    assert_eq!(app["redirect_uris"][0].as_str(), Some("http://localhost:8081/callback"));
    assert_eq!(app["first_party"].as_bool(), Some(false));
    assert_eq!(app["resources"].as_array().unwrap().len(), 2);
    let api = find("resource", "identifier", "http://localhost:8081/api");
    assert_eq!(api["resource_server"].as_str(), Some("demo-api"));
    assert!(api["scopes"].get("write").is_some());
    find("resource", "identifier", "http://localhost:8081/reports");
    let client = find("client", "client_id", "demo-api");
    assert_eq!(client["resources"][0].as_str(), Some("http://localhost:8081/reports"));
    find("client", "client_id", "demo-service");
    assert_eq!(find("user", "username", "ada")["claims"]["name"].as_str(), Some("Ada Lovelace"));
}

#[test]
fn an_unknown_password_is_left_out() {
    let mut config = config("http://localhost:8080", "http://localhost:8081");
    config.person_password.clear();
    let seed: toml::Table = toml::from_str(&seed(&config)).unwrap();
    assert!(seed["user"][0].get("password").is_none());
}

#[test]
fn the_curl_lines_quote_what_a_shell_would_change() {
    let mut config = config("http://localhost:8080/tenant", "http://localhost:8081");
    config.service_client_secret = "it's $HOME & more: 100%".to_owned();
    let lines = curl_examples(&config);
    assert_eq!(lines.len(), 4);
    let first = &lines[0].command;
    assert!(first.contains("-u demo-service:it%27s+%24HOME+%26+more%3A+100%25 "), "{first}");
    assert!(first.contains("http://localhost:8080/tenant/oauth2/token"));
}
