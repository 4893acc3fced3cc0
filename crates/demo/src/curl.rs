//! The `curl` lines that `chancery dev` prints: they work as printed, in order, in one shell.

use crate::DemoConfig;

/// One step, ready to paste into a shell.
pub struct CurlExample {
    /// What the step shows, as a short sentence.
    pub title: &'static str,
    /// The command, over several lines that end in a backslash.
    pub command: String,
}

/// Client credentials, a call, an exchange and an introspection, to be pasted in this order:
/// the first keeps its token in `$TOKEN`, the third its own in `$NARROW`.
pub fn curl_examples(config: &DemoConfig) -> Vec<CurlExample> {
    let service = basic(&config.service_client_id, &config.service_client_secret);
    let api = basic(&config.api_client_id, &config.api_client_secret);
    let token = quote(&config.token_endpoint());
    let introspect = quote(&config.introspection_endpoint());
    let things = quote(&format!("{}/things", config.api_resource));
    let resource = quote(&format!("resource={}", config.api_resource));
    vec![
        CurlExample {
            title: "A service gets a token of its own (client credentials)",
            command: keep_in(
                "TOKEN",
                &format!(
                    "curl -s -u {service} {token} \\\n  -d grant_type=client_credentials \\\n  \
                     --data-urlencode {resource} -d 'scope=read write'"
                ),
            ),
        },
        CurlExample {
            title: "It calls the Demo API, which knows nothing but the JWKS URL",
            command: format!("curl -si -H \"Authorization: Bearer $TOKEN\" {things}"),
        },
        CurlExample {
            title: "It exchanges the token for a narrower one (RFC 8693)",
            command: keep_in(
                "NARROW",
                &format!(
                    "curl -s -u {service} {token} \\\n  \
                     -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\\n  \
                     -d subject_token=\"$TOKEN\" \\\n  \
                     -d subject_token_type=urn:ietf:params:oauth:token-type:access_token \\\n  \
                     --data-urlencode {resource} -d scope=read"
                ),
            ),
        },
        CurlExample {
            title: "The Demo API asks what the narrower token is worth (introspection)",
            command: format!("curl -s -u {api} {introspect} -d token=\"$NARROW\""),
        },
    ]
}

/// Keeps the `access_token` of the answer in a shell variable, without needing `jq`, and prints it.
/// An answer without one is printed as it is.
fn keep_in(variable: &str, command: &str) -> String {
    let extract = r#"sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/'"#;
    format!("{variable}=$({command} \\\n  | {extract}); echo \"${variable}\"")
}

fn basic(client_id: &str, secret: &str) -> String {
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    quote(&format!("{}:{}", encode(client_id), encode(secret)))
}

/// Quotes for a POSIX shell where needed.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
