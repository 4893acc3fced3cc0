//! What is registered of an upstream provider, and what is wrong with it.

use std::{
    collections::{BTreeMap, HashSet},
    str::FromStr,
};

use protocol::{
    claims::is_standard_claim,
    client_metadata::{AuthMethod, FieldError},
    scope::is_scope_token,
};
use serde::{Deserialize, Serialize};
use storage::{StorageError, upstreams::UpstreamRecord};
use url::{Host, Url};

/// The claim of ours that becomes a username.
pub const USERNAME: &str = "username";
/// The longest slug.
const LONGEST_SLUG: usize = 64;
/// The most mail domains of one provider.
const MOST_DOMAINS: usize = 1000;

/// Which strangers become people when they sign in for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Nobody.
    #[default]
    Off,
    /// Those with a verified address in one of the provider's domains.
    Domains,
    /// Everybody.
    On,
}

impl SignUp {
    /// As files and commands write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Domains => "domains",
            Self::On => "on",
        }
    }
}

impl FromStr for SignUp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Off, Self::Domains, Self::On];
        all.into_iter().find(|it| it.as_str() == text).ok_or_else(|| "must be off, domains or on".to_owned())
    }
}

/// What an upstream provider registers, besides its slug and our secret there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its issuer, letter for letter as its discovery document and its tokens say it. It never changes: people are
    /// known by issuer and subject.
    pub issuer: String,
    /// Its name for people.
    pub name: String,
    /// Who we are there.
    pub client_id: String,
    /// How we authenticate there. `private_key_jwt` uses the keys of our own JWK Set.
    pub token_endpoint_auth_method: AuthMethod,
    /// What we ask for, separated by spaces.
    pub scope: String,
    /// The mail domains that it speaks for: people with such an address are sent there, and what it says of such an
    /// address is believed.
    pub domains: Vec<String>,
    /// Who becomes a person that is not known yet.
    pub sign_up: SignUp,
    /// What a new person is told by: our claim (or `username`) → theirs.
    pub claims: BTreeMap<String, String>,
    /// Whether the sign-in page shows a button for it.
    pub button: bool,
}

impl Registration {
    /// The defaults for a provider of this issuer.
    #[must_use]
    pub fn new(slug: &str, issuer: &str, client_id: &str) -> Self {
        let claims = [(USERNAME, "preferred_username"), ("name", "name"), ("given_name", "given_name")];
        let claims = claims.into_iter().chain([("family_name", "family_name"), ("locale", "locale")]);
        Self {
            issuer: issuer.to_owned(),
            name: slug.to_owned(),
            client_id: client_id.to_owned(),
            token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
            scope: "openid profile email".to_owned(),
            domains: Vec::new(),
            sign_up: SignUp::Off,
            claims: claims.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).collect(),
            button: true,
        }
    }

    /// What a row says.
    pub(crate) fn of(record: &UpstreamRecord) -> Result<Self, StorageError> {
        let malformed = |what: &str| StorageError::Malformed(format!("upstream {}: {what}", record.slug));
        let method = serde_json::Value::String(record.token_endpoint_auth_method.clone());
        Ok(Self {
            issuer: record.issuer.clone(),
            name: record.name.clone(),
            client_id: record.client_id.clone(),
            token_endpoint_auth_method: serde_json::from_value(method)
                .map_err(|_| malformed("unknown token_endpoint_auth_method"))?,
            scope: record.scope.clone(),
            domains: record.domains.clone(),
            sign_up: record.sign_up.parse().map_err(|_| malformed("unknown sign_up"))?,
            claims: serde_json::from_value(record.claims.clone()).map_err(|_| malformed("claims"))?,
            button: record.button,
        })
    }

    /// The same with domains in their normal form, where they have one.
    pub(crate) fn normalized(self) -> Self {
        let mut seen = HashSet::new();
        let domains = self.domains.into_iter().map(|given| domain(&given).unwrap_or(given));
        Self { domains: domains.filter(|domain| seen.insert(domain.clone())).collect(), ..self }
    }

    /// What is wrong with it.
    pub(crate) fn problems(&self, slug: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut add = |field: &str, message: String| errors.push(FieldError { field: field.to_owned(), message });
        if !is_slug(slug) {
            add(
                "slug",
                "must be 1 to 64 small letters, digits and hyphens, and begin with a letter or digit".to_owned(),
            );
        }
        if let Err(message) = check_issuer(&self.issuer) {
            add("issuer", message.to_owned());
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 100 || self.name.contains(char::is_control) {
            add("name", "must be 1 to 100 characters without control characters".to_owned());
        }
        if !is_visible(&self.client_id, 512) {
            add("client_id", "must be 1 to 512 printable ASCII characters".to_owned());
        }
        let scopes: Vec<_> = self.scope.split(' ').collect();
        if self.scope.len() > 1000 || !scopes.iter().all(|scope| is_scope_token(scope)) {
            add("scope", "must be scopes, separated by single spaces".to_owned());
        } else if !scopes.contains(&"openid") {
            add("scope", "must contain openid: without it nobody says who signed in".to_owned());
        }
        if self.domains.len() > MOST_DOMAINS {
            add("domains", format!("must be at most {MOST_DOMAINS}"));
        }
        if self.sign_up == SignUp::Domains && self.domains.is_empty() {
            add("sign_up", "lets nobody in: there are no domains".to_owned());
        }
        for (index, given) in self.domains.iter().enumerate() {
            if domain(given).is_none() {
                add(&format!("domains[{index}]"), format!("{given:?} is no mail domain such as example.com"));
            }
        }
        for (ours, theirs) in &self.claims {
            let field = format!("claims.{ours}");
            if !is_mappable(ours) {
                add(&field, "cannot be filled: name username, name, given_name, locale or the like".to_owned());
            }
            if theirs.is_empty() || theirs.len() > 128 || theirs.contains(char::is_control) {
                add(&field, "must name a claim of the provider".to_owned());
            }
        }
        errors
    }
}

/// Whether a claim of a new person may come from a provider. Addresses have rules of their own.
fn is_mappable(name: &str) -> bool {
    let own = ["email", "email_verified", "phone_number", "phone_number_verified", "address", "updated_at"];
    name == USERNAME || (is_standard_claim(name) && !name.contains('#') && !own.contains(&name))
}

fn is_slug(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_SLUG).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-')
}

/// Printable ASCII with spaces, as RFC 6749 appendix A writes identifiers and secrets.
pub(crate) fn is_visible(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// OpenID Connect Discovery section 3: an https URL without query and fragment. Plain http is for loopback only, and
/// reached only where the operator allowed it.
fn check_issuer(issuer: &str) -> Result<(), &'static str> {
    if issuer.len() > 512 {
        return Err("must be at most 512 characters long");
    }
    let url = Url::parse(issuer).map_err(|_| "must be a URL, exactly as the provider's discovery document says it")?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must have no query, fragment or user name");
    }
    // Letter for letter, whatever a parser makes of it: but it must be what the parser reads.
    if url.as_str().trim_end_matches('/') != issuer.trim_end_matches('/') {
        return Err("must be written in its normal form");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        _ => Err("must use https"),
    }
}

/// Whether a URL stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The normal form of a mail domain: small letters, and ASCII for those of other scripts (RFC 5890). `None` when it
/// is none.
pub(crate) fn domain(given: &str) -> Option<String> {
    if given.is_empty() || given.len() > 253 || given.contains(|c: char| "/:@?#[]%\\ ".contains(c)) {
        return None;
    }
    match Host::parse(given).ok()? {
        Host::Domain(name) if name.contains('.') && !name.ends_with('.') && name.bytes().all(is_label) => Some(name),
        _ => None,
    }
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

/// The normal form of a mail address's domain.
pub(crate) fn domain_of(email: &str) -> Option<String> {
    domain(email.rsplit_once('@')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Registration {
        Registration::new("acme", "https://login.acme.test", "chancery")
    }

    fn fields(registration: &Registration) -> Vec<String> {
        registration.problems("acme").into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(fields(&good()), Vec::<String>::new());
        type Change = fn(&mut Registration);
        let wrong: &[(&str, Change)] = &[
            ("issuer", |it| it.issuer = "http://login.acme.test".to_owned()),
            ("issuer", |it| it.issuer = "https://login.acme.test?x".to_owned()),
            ("issuer", |it| it.issuer = "https://LOGIN.acme.test".to_owned()),
            ("issuer", |it| it.issuer = "https://login.acme.test:443".to_owned()),
            ("issuer", |it| it.issuer = "https://me@login.acme.test".to_owned()),
            ("issuer", |it| it.issuer = "javascript:alert(1)".to_owned()),
            ("issuer", |it| it.issuer = String::new()),
            ("name", |it| it.name = " ".to_owned()),
            ("name", |it| it.name = "a\nb".to_owned()),
            ("client_id", |it| it.client_id = String::new()),
            ("client_id", |it| it.client_id = "é".to_owned()),
            ("scope", |it| it.scope = "profile".to_owned()),
            ("scope", |it| it.scope = "openid  email".to_owned()),
            ("scope", |it| it.scope = String::new()),
            ("domains[1]", |it| it.domains = vec!["acme.test".to_owned(), "@acme.test".to_owned()]),
            ("domains[0]", |it| it.domains = vec!["localhost".to_owned()]),
            ("domains[0]", |it| it.domains = vec!["10.0.0.1".to_owned()]),
            ("domains[0]", |it| it.domains = vec!["*.test".to_owned()]),
            ("sign_up", |it| it.sign_up = SignUp::Domains),
            ("claims.email", |it| drop(it.claims.insert("email".to_owned(), "mail".to_owned()))),
            ("claims.sub", |it| drop(it.claims.insert("sub".to_owned(), "oid".to_owned()))),
            ("claims.name", |it| drop(it.claims.insert("name".to_owned(), String::new()))),
        ];
        for (field, change) in wrong {
            let mut registration = good();
            change(&mut registration);
            assert_eq!(fields(&registration), [*field], "{registration:?}");
        }
        for slug in ["", "-a", "A", "a b", "a/b", "é", &"a".repeat(65)] {
            assert_eq!(good().problems(slug).len(), 1, "{slug}");
        }
    }

    #[test]
    fn issuers_may_end_with_a_slash() {
        for issuer in ["https://a.test/", "https://a.test/b/", "http://localhost:8080", "http://127.0.0.1:1/x"] {
            assert_eq!(fields(&Registration { issuer: issuer.to_owned(), ..good() }), Vec::<String>::new());
        }
    }

    #[test]
    fn domains_have_one_form() {
        let given = ["Acme.Test", "acme.test", "m\u{fc}nchen.test"].map(str::to_owned).to_vec();
        let normal = Registration { domains: given, ..good() }.normalized();
        assert_eq!(normal.domains, ["acme.test", "xn--mnchen-3ya.test"]);
        assert_eq!(domain_of("ada@M\u{fc}nchen.test").as_deref(), Some("xn--mnchen-3ya.test"));
        assert_eq!(domain_of("ada"), None);
    }
}
