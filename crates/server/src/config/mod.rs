//! Configuration: one commented TOML file, every key overridable by a variable, unknown keys fatal and named.
//!
//! Later wins: built-in defaults, the file, `DATABASE_URL`, `CHANCERY__SECTION__KEY`. A secret may also come from
//! a file of its own, named by `<key>_file` or `CHANCERY__SECTION__KEY_FILE`.

pub mod api;
pub mod audit;
pub mod database;
mod layer;
pub mod lifetimes;
pub mod limits;
pub mod mail;
pub mod outbound;
pub mod passwords;
pub mod reference;
pub mod secrets;
pub mod section;
pub mod server;
pub mod sessions;
pub mod setting;
pub mod sign_in;
pub mod sign_up;
pub mod telemetry;
pub mod theme;
pub mod throttle;
mod unsafe_values;

use std::{collections::BTreeMap, fmt, io::Read, path::Path};

use provider::{
    Issuer, Settings,
    settings::{
        AuditSettings, Hashing, Lifetimes, NewPasswords, OutboundSettings, SignInSettings, SignUpSettings, Throttle,
    },
};
use toml::Value;

pub use layer::Environment;
use section::{Field, Section};

/// Where a value was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file, on a line.
    File {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// In a variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// What is wrong with the configuration: one line that says where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", .origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default())]
pub struct ConfigError {
    /// Where, if it was said anywhere.
    pub origin: Option<Origin>,
    /// What, beginning with the key.
    pub what: String,
}

macro_rules! sections {
    ($($(#[doc = $doc:literal])* $name:ident : $type:ty),+ $(,)?) => {
        /// The whole configuration.
        #[derive(Clone, Debug, Default)]
        pub struct Config {
            $( $(#[doc = $doc])* pub $name: $type, )+
            /// Keep mail in memory where no host is set: for `chancery dev`, not for files.
            pub trap_mail: bool,
            origins: BTreeMap<String, Origin>,
        }

        /// One section, as the reference tells of it.
        #[derive(Clone, Debug)]
        pub struct SectionReference {
            /// Its name.
            pub name: &'static str,
            /// Its documentation, in lines.
            pub doc: &'static [&'static str],
            /// Its keys.
            pub fields: Vec<Field>,
        }

        impl Config {
            /// Every section, in order.
            pub fn sections() -> Vec<SectionReference> {
                vec![$( SectionReference {
                    name: stringify!($name),
                    doc: <$type>::DOC,
                    fields: <$type>::fields(),
                }, )+]
            }

            fn set(&mut self, section: &str, key: &str, value: Value) -> Result<(), String> {
                match section {
                    $( stringify!($name) => self.$name.set(key, value), )+
                    _ => Err("unknown section".to_owned()),
                }
            }

            /// Every key with its value as it may be shown, by section.
            pub fn shown(&self) -> Vec<(&'static str, Vec<(&'static str, Option<Value>)>)> {
                vec![$( (stringify!($name), self.$name.shown()), )+]
            }
        }
    };
}

sections! {
    /// `[server]`
    server: server::Server,
    /// `[database]`
    database: database::Database,
    /// `[secrets]`
    secrets: secrets::Secrets,
    /// `[lifetimes]`
    lifetimes: lifetimes::Lifetimes,
    /// `[sessions]`
    sessions: sessions::Sessions,
    /// `[sign_in]`
    sign_in: sign_in::SignIn,
    /// `[sign_up]`
    sign_up: sign_up::SignUp,
    /// `[passwords]`
    passwords: passwords::Passwords,
    /// `[theme]`
    theme: theme::Theme,
    /// `[throttle]`
    throttle: throttle::Throttle,
    /// `[outbound]`
    outbound: outbound::Outbound,
    /// `[mail]`
    mail: mail::Mail,
    /// `[audit]`
    audit: audit::Audit,
    /// `[api]`
    api: api::Api,
    /// `[limits]`
    limits: limits::Limits,
    /// `[telemetry]`
    telemetry: telemetry::Telemetry,
}

impl Config {
    /// Reads the file, if one is named, and the environment.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
                origin: None,
                what: format!("cannot read the configuration file {}: {error}", path.display()),
            })?;
            config.apply(layer::file(path, &text)?)?;
        }
        config.apply(layer::environment(environment)?)?;
        Ok(config)
    }

    fn apply(&mut self, layer: Vec<layer::Assignment>) -> Result<(), ConfigError> {
        for assignment in layer {
            let layer::Assignment { section, key, candidates, origin } = assignment;
            let mut first_error = None;
            let mut done = false;
            for value in candidates {
                match self.set(&section, &key, value) {
                    Ok(()) => {
                        done = true;
                        break;
                    }
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
            if !done {
                let what = first_error.unwrap_or_else(|| "no value".to_owned());
                return Err(ConfigError { origin: Some(origin), what: format!("{section}.{key}: {what}") });
            }
            self.origins.insert(format!("{section}.{key}"), origin);
        }
        Ok(())
    }

    /// Where a key was said; `None` when it has its default.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.origins.get(key)
    }

    /// Something wrong with a key, with its place.
    pub fn error(&self, key: &str, what: impl fmt::Display) -> ConfigError {
        ConfigError { origin: self.origin(key).cloned(), what: format!("{key}: {what}") }
    }

    /// The issuer.
    ///
    /// # Errors
    /// When it is missing or wrong.
    pub fn issuer(&self) -> Result<Issuer, ConfigError> {
        if self.server.issuer.is_empty() {
            return Err(self.error("server.issuer", "is missing: the https URL at which clients know this server"));
        }
        Issuer::parse(&self.server.issuer).map_err(|error| self.error("server.issuer", error))
    }

    /// The sealing keys.
    ///
    /// # Errors
    /// When there is none, or two share an id.
    pub fn sealing_keys(&self) -> Result<storage::sealed::SealingKeys, ConfigError> {
        if self.secrets.sealing_keys.is_empty() {
            return Err(self.error("secrets.sealing_keys", "is missing: make one with `chancery secrets generate`"));
        }
        self.secrets.sealing_keys.load().map_err(|error| self.error("secrets.sealing_keys", error))
    }

    /// How passwords are hashed.
    ///
    /// # Errors
    /// When the memory is more than can be counted.
    pub fn hashing(&self) -> Result<Hashing, ConfigError> {
        let passwords = &self.passwords;
        let memory = u32::try_from(passwords.memory.0 / 1024)
            .map_err(|_| self.error("passwords.memory", "is more than any machine has"))?;
        Ok(Hashing {
            memory,
            iterations: passwords.iterations,
            parallelism: passwords.parallelism,
            threads: passwords.threads,
            wait: passwords.queue_wait.0,
        })
    }

    fn min_score(&self) -> Result<u8, ConfigError> {
        let most = credentials::password::strength::MOST_SCORE;
        u8::try_from(self.passwords.min_score)
            .ok()
            .filter(|score| *score <= most)
            .ok_or_else(|| self.error("passwords.min_score", format!("is not between 0 and {most}")))
    }

    /// What the provider is told.
    ///
    /// # Errors
    /// When the issuer is missing or wrong.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let settings = Settings::new(self.issuer()?);
        Ok(Settings {
            lifetimes: self.provider_lifetimes(),
            hashing: self.hashing()?,
            throttle: Throttle {
                free_attempts: self.throttle.free_attempts,
                ceiling: self.throttle.ceiling.0,
                range_attempts: self.throttle.range_attempts,
            },
            geo_database: Some(self.sessions.geo_database.clone()).filter(|path| !path.as_os_str().is_empty()),
            outbound: OutboundSettings {
                allowed_networks: self.outbound.allowed_networks.clone(),
                extra_ca_files: self.outbound.extra_ca_files.clone(),
            },
            passwords: NewPasswords { min_score: self.min_score()? },
            sign_in: SignInSettings {
                required_acr: self.sign_in.required_acr,
                passkeys: self.sign_in.passkeys,
                mail_code: self.sign_in.mail_code,
            },
            sign_up: SignUpSettings {
                mode: self.sign_up.mode,
                domains: self.sign_up.domains.iter().map(|domain| domain.to_lowercase()).collect(),
            },
            mail: self.mail_options(),
            service: self.theme.service.clone(),
            audit: AuditSettings { retention: self.audit.retention.0 },
            max_actor_chain: self.limits.actor_chain,
            registry_capacity: self.limits.registry,
            api_actors: self.api.allowed_actors.clone(),
            ..settings
        })
    }

    /// How the pages look.
    ///
    /// # Errors
    /// When a color cannot be read, or the logo is none.
    pub fn look(&self) -> Result<web::pages::view::Theme, ConfigError> {
        use web::pages::view::{LARGEST_LOGO, Look, Theme};
        let (ours, usual) = (&self.theme, theme::Theme::default());
        let unusual = |value: &str, usual: &str| if value == usual { String::new() } else { value.to_owned() };
        let wrong = |field: &str, what: String| self.error(&format!("theme.{field}"), what);
        let logo = (!ours.logo.as_os_str().is_empty()).then(|| {
            let shown = ours.logo.display();
            let file = std::fs::File::open(&ours.logo).map_err(|error| wrong("logo", format!("{shown}: {error}")))?;
            let mut content = Vec::new();
            // One byte more than it may have, so that what is too large is seen to be so.
            let most = LARGEST_LOGO as u64 + 1;
            file.take(most).read_to_end(&mut content).map_err(|error| wrong("logo", format!("{shown}: {error}")))?;
            Ok(content)
        });
        let look = Look {
            service: ours.service.clone(),
            logo: logo.transpose()?,
            accent: ours.accent.clone(),
            accent_dark: ours.accent_dark.clone(),
            // What the stylesheet says already need not be said again.
            corner: Some(ours.corner).filter(|corner| *corner != usual.corner),
            font: unusual(&ours.font, &usual.font),
            heading_font: unusual(&ours.heading_font, &usual.heading_font),
        };
        Theme::new(&look).map_err(|unfit| wrong(unfit.field, unfit.what))
    }

    fn provider_lifetimes(&self) -> Lifetimes {
        let ours = &self.lifetimes;
        Lifetimes {
            code: ours.code.0,
            access_token: ours.access_token.0,
            access_token_max: ours.access_token_max.0,
            id_token: ours.id_token.0,
            refresh_idle: ours.refresh_idle.0,
            refresh_absolute: ours.refresh_absolute.0,
            refresh_retry_window: ours.refresh_retry_window.0,
            session_idle: self.sessions.idle.0,
            session_absolute: self.sessions.absolute.0,
            authorization_request: ours.authorization_request.0,
            jwks_max_age: ours.jwks_max_age.0,
            key_margin: ours.key_margin.0,
            key_rotation: ours.key_rotation.0,
            key_hint_grace: ours.key_hint_grace.0,
        }
    }

    /// Everything that production must not start with. Empty: safe.
    pub fn problems(&self) -> Vec<ConfigError> {
        unsafe_values::find(self)
    }
}

#[cfg(test)]
mod tests;
