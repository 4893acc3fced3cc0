//! `[sign_up]`: who may make an account.

use provider::settings::SignUpMode;

use super::{Config, ConfigError, section::section};

section! {
    /// Who may make an account. An address is confirmed by mail first, so all of it but "off" needs `[mail]`.
    /// Administrators may make accounts and invite people (`chancery user invite`) whatever stands here.
    SignUp {
        /// "off": nobody. "open": everybody. "invitation": whoever is invited. "domains": everybody with an address of
        /// the `domains`.
        mode: SignUpMode = SignUpMode::Off,
        /// The domains of mode "domains". Subdomains are named one by one.
        domains: Vec<String> = Vec::new() => "[\"example.com\"]",
    }
}

/// What production must not start with.
pub fn problems(config: &Config, problems: &mut Vec<ConfigError>) {
    let ours = &config.sign_up;
    let mut refuse = |key: &str, what: &str| problems.push(config.error(key, what));
    if ours.mode != SignUpMode::Off && config.mail.host.is_empty() {
        refuse("sign_up.mode", "needs mail: set mail.host");
    }
    if ours.mode == SignUpMode::Domains && ours.domains.is_empty() {
        refuse(
            "sign_up.domains",
            "is empty, so that nobody could make an account: name the domains, or mode = \"off\"",
        );
    }
    if ours.mode != SignUpMode::Domains && !ours.domains.is_empty() {
        refuse("sign_up.domains", "means nothing without mode = \"domains\"");
    }
    for domain in &ours.domains {
        if domain.is_empty() || domain.contains(|c: char| c == '@' || c == '*' || c.is_whitespace()) {
            refuse("sign_up.domains", &format!("{domain:?} is no domain: write it as \"example.com\""));
        }
    }
}
