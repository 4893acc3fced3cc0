#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::*;

const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from_text(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    config.apply(layer::file(Path::new("/etc/chancery.toml"), text)?)?;
    config.apply(layer::environment(&environment(variables))?)?;
    Ok(config)
}

fn message(text: &str, variables: &[(&str, &str)]) -> String {
    from_text(text, variables).unwrap_err().to_string()
}

#[test]
fn unknown_keys_are_named_with_their_line() {
    let text = "[server]\nissuer = \"https://id.example\"\n\n# a comment\nisuer = \"x\"\n";
    let found = message(text, &[]);
    assert!(
        found.starts_with("/etc/chancery.toml:5: unknown key server.isuer ([server] has: issuer, listen"),
        "{found}"
    );
    let found = message("[sever]\nissuer = \"x\"\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:2: unknown section sever"), "{found}");
    let found = message("[sever]\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:1: unknown section sever"), "{found}");
    let found = message("issuer = \"x\"\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:1: unknown key issuer: keys stand in sections"), "{found}");
    let found = message("", &[("CHANCERY__SERVER__ISUER", "x")]);
    assert!(found.starts_with("CHANCERY__SERVER__ISUER: unknown key server.isuer"), "{found}");
    let found = message("", &[("CHANCERY__ISSUER", "x")]);
    assert!(found.starts_with("CHANCERY__ISSUER: unknown variable"), "{found}");
    let found = message("", &[("CHANCERY__SERVER__ISSUER_FILE", "/x")]);
    assert!(found.contains("unknown key server.issuer_file"), "only secrets come from files: {found}");
}

#[test]
fn wrong_values_are_named_with_their_place() {
    let found = message("[server]\nlisten = \"here\"\n", &[]);
    assert!(
        found.starts_with("/etc/chancery.toml:2: server.listen: \"here\" is not an address with a port"),
        "{found}"
    );
    let found = message("[lifetimes]\n\ncode = \"soon\"\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:3: lifetimes.code: \"soon\" is no duration"), "{found}");
    let found = message("", &[("CHANCERY__LIMITS__REGISTRY", "many")]);
    assert!(
        found.starts_with("CHANCERY__LIMITS__REGISTRY: limits.registry: \"many\" is not a whole number"),
        "{found}"
    );
    let found = message("[server\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:1: "), "{found}");
    let found = message("[server]\nlisten = 1\nlisten = 2\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:3: duplicate key"), "{found}");
}

#[test]
fn variables_override_the_file() {
    let text = "[server]\nissuer = \"https://file.example\"\nlisten = \"127.0.0.1:1\"\n[limits]\nactor_chain = 2\n";
    let config = from_text(
        text,
        &[
            ("CHANCERY__SERVER__ISSUER", "https://variable.example"),
            ("CHANCERY__LIMITS__ACTOR_CHAIN", "7"),
            ("CHANCERY__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7"),
            ("CHANCERY__OUTBOUND__ALLOWED_NETWORKS", "[\"10.20.0.0/16\"]"),
            ("CHANCERY__LIFETIMES__CODE", "30"),
            ("CHANCERY__TELEMETRY__FILTER", "1"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.issuer, "https://variable.example");
    assert_eq!(config.server.listen.port(), 1);
    assert_eq!(config.limits.actor_chain, 7);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.outbound.allowed_networks.len(), 1);
    assert_eq!(config.lifetimes.code.0, Duration::from_secs(30));
    assert_eq!(config.telemetry.filter, "1");
    assert_eq!(config.origin("server.issuer"), Some(&Origin::Variable("CHANCERY__SERVER__ISSUER".to_owned())));
    let line = Origin::File { path: "/etc/chancery.toml".to_owned(), line: 3 };
    assert_eq!(config.origin("server.listen"), Some(&line));
}

#[test]
fn the_database_is_found_in_order() {
    let file = "[database]\nurl = \"postgres://file/x\"\n";
    let url = |variables: &[(&str, &str)]| from_text(file, variables).unwrap().database.url.expose().to_owned();
    assert_eq!(url(&[]), "postgres://file/x");
    assert_eq!(url(&[("DATABASE_URL", "postgres://variable/x")]), "postgres://variable/x");
    let both = [("DATABASE_URL", "postgres://variable/x"), ("CHANCERY__DATABASE__URL", "postgres://ours/x")];
    assert_eq!(url(&both), "postgres://ours/x");
}

#[test]
fn secrets_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("keys"), format!("2:{KEY}\n1:{KEY}\n")).unwrap();
    std::fs::write(path("url"), "postgres://u:p@h/d\n").unwrap();
    std::fs::write(path("chancery.toml"), "[secrets]\nsealing_keys_file = \"keys\"\n").unwrap();
    let url_file = path("url").display().to_string();
    let variables = environment(&[("CHANCERY__DATABASE__URL_FILE", &url_file)]);
    let config = Config::load(Some(&path("chancery.toml")), &variables).unwrap();
    assert_eq!(config.database.url.expose(), "postgres://u:p@h/d");
    assert_eq!(config.sealing_keys().unwrap().ids().collect::<Vec<_>>(), [2, 1]);

    let found = message("[secrets]\nsealing_keys_file = \"/nowhere\"\n", &[]);
    assert!(found.starts_with("/etc/chancery.toml:2: secrets.sealing_keys_file: cannot read /nowhere"), "{found}");
    let found = message(&format!("[secrets]\nsealing_keys = \"1:{KEY}\"\nsealing_keys_file = \"{url_file}\"\n"), &[]);
    assert!(found.contains("said twice, here and at /etc/chancery.toml:2"), "{found}");
}

#[test]
fn sealing_keys_as_tables() {
    let text = format!("[secrets]\nsealing_keys = [{{ id = 3, key = \"{KEY}\" }}]\n");
    assert_eq!(from_text(&text, &[]).unwrap().sealing_keys().unwrap().active_id(), 3);
    let found = message("[secrets]\nsealing_keys = [{ id = 3, key = \"c2hvcnQ=\" }]\n", &[]);
    assert!(found.contains("secrets.sealing_keys: key 3 has 5 bytes, not 32"), "{found}");
}

#[test]
fn production_refuses_what_is_unsafe() {
    let random = setting::SealingKeyList::generate(1);
    let text = format!(
        "[server]\nissuer = \"https://id.example\"\n[database]\nurl = \"postgres://h/d\"\n\
         [secrets]\nsealing_keys = \"{}\"\n",
        *random
    );
    assert_eq!(from_text(&text, &[]).unwrap().problems(), []);
    let problems = |variables: &[(&str, &str)]| {
        let found = from_text(&text, variables).unwrap().problems();
        assert_eq!(found.len(), 1, "{variables:?}: {found:?}");
        found[0].to_string()
    };
    for issuer in ["http://id.example", "https://id.example/", "https://id.example?x", "https://id.example#x", "x"] {
        let found = problems(&[("CHANCERY__SERVER__ISSUER", issuer)]);
        assert!(found.starts_with("CHANCERY__SERVER__ISSUER: server.issuer: "), "{found}");
    }
    for (name, value, expected) in [
        ("CHANCERY__SERVER__TRUSTED_PROXIES", "0.0.0.0/0", "server.trusted_proxies"),
        ("CHANCERY__SERVER__TRUSTED_PROXIES", "::/0", "server.trusted_proxies"),
        ("CHANCERY__SERVER__MANAGEMENT_LISTEN", "127.0.0.1:8080", "server.management_listen"),
        ("CHANCERY__SECRETS__SEALING_KEYS", &format!("1:{KEY}"), "secrets.sealing_keys"),
        ("CHANCERY__LIFETIMES__CODE", "2m", "lifetimes.code"),
        ("CHANCERY__LIFETIMES__ACCESS_TOKEN", "2d", "lifetimes.access_token"),
        ("CHANCERY__LIFETIMES__ID_TOKEN", "3000000000000ms", "lifetimes.id_token"),
        ("CHANCERY__LIFETIMES__REFRESH_ABSOLUTE", "10000d", "lifetimes.refresh_absolute"),
        ("CHANCERY__LIFETIMES__KEY_ROTATION", "49000d", "lifetimes.key_rotation"),
        ("CHANCERY__SESSIONS__ABSOLUTE", "1000d", "sessions.absolute"),
        ("CHANCERY__LIMITS__ACTOR_CHAIN", "1000", "limits.actor_chain"),
        ("CHANCERY__SESSIONS__IDLE", "30d", "sessions.idle"),
        ("CHANCERY__PASSWORDS__MEMORY", "1MiB", "passwords.memory"),
        ("CHANCERY__PASSWORDS__MEMORY", "1GiB", "passwords.memory"),
        ("CHANCERY__THROTTLE__FREE_ATTEMPTS", "0", "throttle.free_attempts"),
        ("CHANCERY__THROTTLE__CEILING", "1s", "throttle.ceiling"),
        ("CHANCERY__THROTTLE__RANGE_ATTEMPTS", "1000000", "throttle.range_attempts"),
        ("CHANCERY__OUTBOUND__ALLOWED_NETWORKS", "0.0.0.0/0", "outbound.allowed_networks"),
        ("CHANCERY__THEME__ACCENT", "#ffcc00", "theme.accent"),
        ("CHANCERY__THEME__ACCENT_DARK", "#26365f", "theme.accent_dark"),
        ("CHANCERY__THEME__FONT", "Comic Sans", "theme.font"),
        ("CHANCERY__THEME__LOGO", "/nonexistent", "theme.logo"),
        ("CHANCERY__DATABASE__ACQUIRE_TIMEOUT", "30s", "database.acquire_timeout"),
    ] {
        let found = problems(&[(name, value)]);
        assert!(found.starts_with(&format!("{name}: {expected}: ")), "{found}");
    }
    let missing: Vec<_> = Config::default().problems().iter().map(ToString::to_string).collect();
    assert_eq!(missing.len(), 3, "{missing:?}");
    assert!(missing[0].starts_with("server.issuer: is missing"), "{missing:?}");
    let line = "[server]\nissuer = \"http://id.example\"\n";
    let found = from_text(line, &[]).unwrap().problems()[0].to_string();
    assert!(found.starts_with("/etc/chancery.toml:2: server.issuer: "), "{found}");
}

#[test]
fn our_defaults_are_the_providers() {
    let config = from_text("[server]\nissuer = \"https://id.example\"\n", &[]).unwrap();
    let settings = config.settings().unwrap();
    // Without a sender of one's own, mail comes from the issuer's host.
    let ours = Settings { mail: config.mail_options(), ..Settings::new(config.issuer().unwrap()) };
    assert_eq!(format!("{settings:?}"), format!("{ours:?}"));
}

#[test]
fn dumped_secrets_are_redacted() {
    let text = format!("[database]\nurl = \"postgres://u:hunter2@h/d\"\n[secrets]\nsealing_keys = \"1:{KEY}\"\n");
    let config = from_text(&text, &[]).unwrap();
    let shown = format!("{:?} {config:?}", config.shown());
    assert!(!shown.contains("hunter2") && !shown.contains(KEY), "{shown}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_example_parses_and_equals_the_defaults() {
    let path = root().join("config/chancery.toml");
    let config = Config::load(Some(&path), &Environment::new()).unwrap();
    assert_eq!(config.shown(), Config::default().shown());
    // And what it only shows commented out is accepted as it stands.
    let text = std::fs::read_to_string(&path).unwrap();
    let uncommented: String = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.split_once(" = ").is_some_and(|(k, _)| is_key(k)))
                .unwrap_or(line)
        })
        .filter(|line| !line.starts_with("extra_ca_files") && !line.starts_with("sealing_keys"))
        .map(|line| format!("{line}\n"))
        .collect();
    let config = from_text(&uncommented, &[]).unwrap();
    assert_eq!(config.server.issuer, "https://id.example.com");
    assert!(config.database.url.is_set());
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[test]
fn the_documentation_is_current() {
    for (path, expected) in
        [("docs/configuration.md", reference::markdown()), ("config/chancery.toml", reference::example())]
    {
        let found = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(found == expected, "{path} is out of date: run `chancery config reference --write`");
    }
}

#[test]
fn mail_that_would_be_unsafe_or_lost_is_refused() {
    let found = |lines: &str| {
        let config = from_text(&format!("[mail]\n{lines}\n"), &[]).unwrap();
        let mut problems = Vec::new();
        mail::problems(&config, &mut problems);
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let from = "from = \"Example <id@example.test>\"";
    for good in [
        "".to_owned(),
        format!("host = \"smtp.example.test\"\n{from}"),
        format!("host = \"10.0.0.1\"\nsecurity = \"starttls\"\nusername = \"u\"\npassword = \"p\"\n{from}"),
        format!("host = \"localhost\"\nsecurity = \"none\"\n{from}"),
        format!("host = \"::1\"\nsecurity = \"none\"\nusername = \"u\"\npassword = \"p\"\n{from}"),
        format!("host = \"relay\"\nsecurity = \"none\"\nallow_plaintext = true\n{from}"),
    ] {
        assert_eq!(found(&good), "", "{good}");
    }
    for (bad, key) in [
        (from.to_owned(), "chancery.toml:2: mail.from: means nothing without mail.host"),
        ("host = \"smtp.example.test\"".to_owned(), "mail.from: is missing"),
        ("host = \"h\"\nfrom = \"nobody\"".to_owned(), "chancery.toml:3: mail.from"),
        (format!("host = \"h\"\nreply_to = \"nobody\"\n{from}"), "chancery.toml:3: mail.reply_to"),
        (format!("host = \"smtps://h:465\"\n{from}"), "mail.host: must be a name"),
        (format!("host = \"h\"\nusername = \"u\"\n{from}"), "mail.username: has no mail.password"),
        (format!("host = \"h\"\npassword = \"p\"\n{from}"), "mail.password: has no mail.username"),
        (format!("host = \"h\"\nsecurity = \"none\"\n{from}"), "chancery.toml:3: mail.security"),
        (
            format!(
                "host = \"h\"\nsecurity = \"none\"\nallow_plaintext = true\nusername = \"u\"\npassword = \"p\"\n{from}"
            ),
            "mail.security: must not be \"none\" with a password",
        ),
    ] {
        assert!(found(&bad).contains(key), "{bad}: {}", found(&bad));
    }
    assert!(message("[mail]\nsecurity = \"ssl\"\n", &[]).contains("\"tls\", \"starttls\" or \"none\""));
    assert!(message("[mail]\nport = 70000\n", &[]).contains("whole number"));
    let config = from_text(&format!("[mail]\nhost = \"h\"\npassword = \"hunter2\"\n{from}"), &[]).unwrap();
    assert!(!format!("{:?} {config:?} {:?}", config.shown(), config.mail_options()).contains("hunter2"));
}
