//! What production refuses to start with. Each problem names its key and its place.

use std::time::Duration;

use protocol::Acr;
use provider::apply::duration;

use super::{Config, ConfigError, mail, sign_up};

/// The most actors of one chain: all of them go into a token, which must not grow too long.
const LONGEST_CHAIN: usize = 10;
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Memory in KiB times passes: OWASP's least for argon2id (7 MiB with 5 passes).
const LEAST_HASHING: u64 = 7 * 1024 * 5;

/// Finds them all, in the order of the sections.
pub fn find(config: &Config) -> Vec<ConfigError> {
    let mut problems = Vec::new();
    problems.extend(config.issuer().err());
    server(config, &mut problems);
    database(config, &mut problems);
    secrets(config, &mut problems);
    lifetimes(config, &mut problems);
    if config.sign_in.required_acr == Acr::Phr && !config.sign_in.passkeys {
        problems.push(config.error("sign_in.required_acr", "\"phr\" needs passkeys, which sign_in.passkeys turns off"));
    }
    passwords(config, &mut problems);
    problems.extend(config.look().err());
    throttle(config, &mut problems);
    for network in config.outbound.allowed_networks.iter().filter(|network| network.prefix_len() == 0) {
        let what = format!("{network} allows every private address: name the networks that you mean");
        problems.push(config.error("outbound.allowed_networks", what));
    }
    for path in &config.outbound.extra_ca_files {
        if let Err(error) = std::fs::metadata(path) {
            problems.push(config.error("outbound.extra_ca_files", format!("{}: {error}", path.display())));
        }
    }
    mail::problems(config, &mut problems);
    sign_up::problems(config, &mut problems);
    if !(1..=LONGEST_CHAIN).contains(&config.limits.actor_chain) {
        problems.push(config.error("limits.actor_chain", format!("must be between 1 and {LONGEST_CHAIN}")));
    }
    too_long(config, &mut problems);
    problems
}

fn server(config: &Config, problems: &mut Vec<ConfigError>) {
    let server = &config.server;
    for network in server.trusted_proxies.iter().filter(|network| network.prefix_len() == 0) {
        let what = format!("{network} believes everybody's X-Forwarded-* headers: name your proxies");
        problems.push(config.error("server.trusted_proxies", what));
    }
    if server.listen == server.management_listen && server.listen.port() != 0 {
        let what = format!("{} is the public address too: metrics must not be public", server.management_listen);
        problems.push(config.error("server.management_listen", what));
    }
    for (key, value) in [
        ("server.header_timeout", server.header_timeout),
        ("server.body_timeout", server.body_timeout),
        ("server.request_timeout", server.request_timeout),
    ] {
        if value.0 < Duration::from_secs(1) || value.0 > Duration::from_secs(300) {
            problems.push(config.error(key, "must be between 1s and 5m"));
        }
    }
    if server.body_limit.0 < 4096 || server.body_limit.0 > 1 << 20 {
        problems.push(config.error("server.body_limit", "must be between 4KiB and 1MiB"));
    }
    // A whole authorization request travels sealed in one address: 28 KiB hold the largest that is accepted.
    if server.head_limit.0 < 28 * 1024 || server.head_limit.0 > 1 << 20 {
        problems.push(config.error("server.head_limit", "must be between 28KiB and 1MiB"));
    }
    if server.max_connections == 0 {
        problems.push(config.error("server.max_connections", "must be at least 1"));
    }
}

fn database(config: &Config, problems: &mut Vec<ConfigError>) {
    if !config.database.url.is_set() {
        problems.push(config.error("database.url", "is missing: where is the database? (DATABASE_URL works too)"));
    }
    if config.database.max_connections < 3 {
        let what = "must be at least 3: one listens for changes, one writes the journal";
        problems.push(config.error("database.max_connections", what));
    }
    if config.database.acquire_timeout.0 > Duration::from_millis(1900) {
        let what = "must be less than 2s: a request that cannot be served is answered within two seconds";
        problems.push(config.error("database.acquire_timeout", what));
    }
}

fn secrets(config: &Config, problems: &mut Vec<ConfigError>) {
    problems.extend(config.sealing_keys().err());
    for id in config.secrets.sealing_keys.weak() {
        let what = format!("key {id} is not random: make one with `chancery secrets generate`");
        problems.push(config.error("secrets.sealing_keys", what));
    }
}

fn lifetimes(config: &Config, problems: &mut Vec<ConfigError>) {
    let ours = &config.lifetimes;
    if ours.code.0 > Duration::from_secs(60) || ours.code.0.is_zero() {
        problems.push(config.error("lifetimes.code", "must be between 1s and 60s"));
    }
    for (key, short, long_key, long) in [
        ("lifetimes.access_token", ours.access_token, "lifetimes.access_token_max", ours.access_token_max),
        ("lifetimes.refresh_idle", ours.refresh_idle, "lifetimes.refresh_absolute", ours.refresh_absolute),
        ("sessions.idle", config.sessions.idle, "sessions.absolute", config.sessions.absolute),
    ] {
        if short > long {
            problems.push(config.error(key, format!("must not be longer than {long_key}")));
        }
        if short.0 < Duration::from_secs(1) {
            problems.push(config.error(key, "must be at least 1s"));
        }
    }
    if ours.id_token.0 < Duration::from_secs(1) {
        problems.push(config.error("lifetimes.id_token", "must be at least 1s"));
    }
    if ours.access_token_max.0 > provider::settings::ACCESS_TOKEN_CAP {
        let what = "must be at most 24h: an instance remembers every withdrawal for this long";
        problems.push(config.error("lifetimes.access_token_max", what));
    }
    if ours.refresh_retry_window.0 > Duration::from_secs(300) {
        problems.push(config.error("lifetimes.refresh_retry_window", "must be at most 5m"));
    }
    if ours.authorization_request.0 < Duration::from_secs(60) {
        problems.push(config.error("lifetimes.authorization_request", "must be at least 60s"));
    }
}

/// What nobody means, and time cannot be reckoned with for ever.
fn too_long(config: &Config, problems: &mut Vec<ConfigError>) {
    let ours = &config.lifetimes;
    for (key, span, most) in [
        ("lifetimes.id_token", ours.id_token, DAY),
        ("lifetimes.refresh_absolute", ours.refresh_absolute, 731 * DAY),
        ("lifetimes.authorization_request", ours.authorization_request, DAY),
        ("lifetimes.jwks_max_age", ours.jwks_max_age, DAY),
        ("lifetimes.key_margin", ours.key_margin, DAY),
        ("lifetimes.key_rotation", ours.key_rotation, 731 * DAY),
        ("lifetimes.key_hint_grace", ours.key_hint_grace, 366 * DAY),
        ("sessions.absolute", config.sessions.absolute, 366 * DAY),
        ("audit.retention", config.audit.retention, 36_525 * DAY),
        ("server.shutdown_grace", config.server.shutdown_grace, HOUR),
        ("passwords.queue_wait", config.passwords.queue_wait, Duration::from_secs(60)),
    ] {
        if span.0 > most {
            problems.push(config.error(key, format!("must be at most {}", duration::format(most))));
        }
    }
}

fn throttle(config: &Config, problems: &mut Vec<ConfigError>) {
    let ours = &config.throttle;
    if !(3..=100).contains(&ours.free_attempts) {
        problems.push(config.error("throttle.free_attempts", "must be between 3 and 100"));
    }
    if ours.ceiling.0 < Duration::from_secs(60) || ours.ceiling.0 > DAY {
        problems.push(config.error("throttle.ceiling", "must be between 1m and 1d"));
    }
    if !(100..=100_000).contains(&ours.range_attempts) {
        problems.push(config.error("throttle.range_attempts", "must be between 100 and 100000"));
    }
}

fn passwords(config: &Config, problems: &mut Vec<ConfigError>) {
    let passwords = &config.passwords;
    let kibibytes = passwords.memory.0 / 1024;
    let parameters = credentials::password::Parameters {
        memory: u32::try_from(kibibytes).unwrap_or(u32::MAX),
        iterations: passwords.iterations,
        parallelism: passwords.parallelism,
    };
    if let Err(error) = parameters.check() {
        problems.push(config.error("passwords.memory", error));
    } else if kibibytes < 7 * 1024 || kibibytes * u64::from(passwords.iterations) < LEAST_HASHING {
        let what = "hashing is too cheap to resist guessing: at least 19MiB with 2 passes, or 7MiB with 5";
        problems.push(config.error("passwords.memory", what));
    }
}
