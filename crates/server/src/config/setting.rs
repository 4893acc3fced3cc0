//! The types of values: durations, sizes, addresses, networks, lists and secrets.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use protocol::Acr;
use provider::{apply::duration, settings::SignUpMode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use storage::sealed::SealingKeys;
use toml::Value;
use zeroize::Zeroizing;

use super::section::{Kind, Setting};

fn typed<T: for<'de> Deserialize<'de>>(value: Value, expected: &str) -> Result<T, String> {
    let shown = format!("{value} is not {expected}");
    value.try_into().map_err(|_| shown)
}

impl Setting for String {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "a text in quotes")
    }

    fn show(&self) -> Option<Value> {
        (!self.is_empty()).then(|| Value::String(self.clone()))
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl Setting for $type {
            fn read(value: Value) -> Result<Self, String> {
                typed(value, "a whole number in range")
            }

            fn show(&self) -> Option<Value> {
                i64::try_from(*self).ok().map(Value::Integer)
            }
        }
    )+};
}

numbers!(u16, u32, u64, usize);

impl Setting for bool {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "true or false")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Boolean(*self))
    }
}

impl Setting for SocketAddr {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "an address with a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::String(self.to_string()))
    }
}

impl Setting for Vec<IpNet> {
    fn read(value: Value) -> Result<Self, String> {
        let list: Vec<String> = typed(value, "a list of networks")?;
        list.into_iter()
            .map(|text| {
                // A single address is a network of one.
                text.parse::<IpNet>()
                    .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
                    .map_err(|_| format!("{text:?} is no network: write it as \"10.0.0.0/8\""))
            })
            .collect()
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Array(self.iter().map(|network| Value::String(network.to_string())).collect()))
    }
}

impl Setting for PathBuf {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "a file")
    }

    fn show(&self) -> Option<Value> {
        (!self.as_os_str().is_empty()).then(|| Value::String(self.display().to_string()))
    }
}

impl Setting for Vec<String> {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "a list of texts")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Array(self.iter().map(|text| Value::String(text.clone())).collect()))
    }
}

impl Setting for Vec<PathBuf> {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "a list of files")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Array(self.iter().map(|path| Value::String(path.display().to_string())).collect()))
    }
}

/// A length of time, written as `"5m"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub struct Span(pub Duration);

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }
}

impl Setting for Span {
    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::Integer(seconds) => duration::parse(&seconds.to_string()).map(Self),
            Value::String(text) => duration::parse(&text).map(Self),
            other => Err(format!("{other} is no duration: write it as \"90s\", \"5m\", \"2h\" or \"14d\"")),
        }
    }

    fn show(&self) -> Option<Value> {
        Some(Value::String(duration::format(self.0)))
    }
}

/// A number of bytes, written as `"64KiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub struct Size(pub u64);

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl Setting for Size {
    fn read(value: Value) -> Result<Self, String> {
        let text = match value {
            Value::Integer(bytes) => bytes.to_string(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        let (number, unit) = UNITS
            .iter()
            .find_map(|(unit, bytes)| text.strip_suffix(unit).map(|number| (number, *bytes)))
            .unwrap_or((&text, 1));
        let number: Option<u64> = number.trim_end().parse().ok();
        number
            .and_then(|number| number.checked_mul(unit))
            .filter(|bytes| i64::try_from(*bytes).is_ok())
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no size: write it as 65536 or \"64KiB\""))
    }

    fn show(&self) -> Option<Value> {
        let unit = UNITS.iter().find(|(_, bytes)| self.0 != 0 && self.0.is_multiple_of(*bytes));
        Some(Value::String(match unit {
            Some((unit, bytes)) => format!("{}{unit}", self.0 / bytes),
            None => self.0.to_string(),
        }))
    }
}

impl Setting for Acr {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "\"aal1\", \"aal2\" or \"phr\"")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::String(self.as_str().to_owned()))
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for collectors.
    Json,
    /// For people.
    Human,
}

impl Setting for SignUpMode {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "\"off\", \"open\", \"invitation\" or \"domains\"")
    }

    fn show(&self) -> Option<Value> {
        let name = match self {
            Self::Off => "off",
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Domains => "domains",
        };
        Some(Value::String(name.to_owned()))
    }
}

impl Setting for LogFormat {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "\"json\" or \"human\"")
    }

    fn show(&self) -> Option<Value> {
        Some(Value::String(if *self == Self::Json { "json" } else { "human" }.to_owned()))
    }
}

/// How the way to a mail host is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    Starttls,
    /// Nothing.
    None,
}

impl Setting for Protection {
    fn read(value: Value) -> Result<Self, String> {
        typed(value, "\"tls\", \"starttls\" or \"none\"")
    }

    fn show(&self) -> Option<Value> {
        let name = match self {
            Self::Tls => "tls",
            Self::Starttls => "starttls",
            Self::None => "none",
        };
        Some(Value::String(name.to_owned()))
    }
}

/// A secret: never shown, and readable from a file.
#[derive(Clone, Default)]
pub struct Secret(Option<SecretString>);

impl Secret {
    /// The secret; `None` when it is not set.
    pub fn get(&self) -> Option<&SecretString> {
        self.0.as_ref()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let plain = |secret: &Self| secret.0.as_ref().map(|secret| secret.expose_secret().to_owned());
        plain(self) == plain(other)
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.show())
    }
}

impl Setting for Secret {
    const KIND: Kind = Kind::Secret;

    fn read(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) if text.is_empty() => Ok(Self(None)),
            Value::String(text) => Ok(Self(Some(text.into()))),
            _ => Err("not a text in quotes".to_owned()),
        }
    }

    fn show(&self) -> Option<Value> {
        self.0.as_ref().map(|_| Value::String("redacted".to_owned()))
    }
}

/// The database's URL: its password is never shown.
#[derive(Clone, Default)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// The URL, for connecting.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        !self.expose().is_empty()
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl PartialEq for DatabaseUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for DatabaseUrl {}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.show())
    }
}

impl Setting for DatabaseUrl {
    const KIND: Kind = Kind::Secret;

    fn read(value: Value) -> Result<Self, String> {
        let Value::String(url) = value else { return Err("not a text in quotes".to_owned()) };
        match url::Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "postgres" | "postgresql") => Ok(Self(url.into())),
            _ => Err("not a URL such as \"postgres://user:password@host:5432/database\"".to_owned()),
        }
    }

    fn show(&self) -> Option<Value> {
        if !self.is_set() {
            return None;
        }
        let mut url = url::Url::parse(self.expose()).ok()?;
        if url.password().is_some() {
            url.set_password(Some("redacted")).ok()?;
        }
        // A password may also stand in the query.
        let shown =
            if url.query_pairs().any(|(name, _)| name == "password") { "redacted".to_owned() } else { url.into() };
        Some(Value::String(shown))
    }
}

/// The sealing keys: each an id (0 to 255) and 32 bytes in base64; the first seals, all open.
#[derive(Clone, Default)]
pub struct SealingKeyList(Vec<(u8, Zeroizing<[u8; 32]>)>);

impl SealingKeyList {
    /// Reads `ID:BASE64` entries, separated by white space or commas, as a file or a variable holds them.
    ///
    /// # Errors
    /// What is wrong; never any part of a key.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(|c: char| c.is_whitespace() || c == ',')
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                let (id, key) = entry.split_once(':').ok_or("an entry is not written as ID:BASE64")?;
                sealing_key(id.parse().map_err(|_| "an id is not a number from 0 to 255")?, key)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// A new random key, as `parse` reads it.
    pub fn generate(id: u8) -> Zeroizing<String> {
        let key = Zeroizing::new(storage::sealed::random::<32>());
        Zeroizing::new(format!("{id}:{}", STANDARD.encode(*key)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keys that are plainly not random: a pattern, or copied from an example.
    pub fn weak(&self) -> impl Iterator<Item = u8> {
        self.0
            .iter()
            .filter(|(_, key)| {
                let distinct = key.iter().collect::<std::collections::HashSet<_>>().len();
                // 32 random bytes have some 30 distinct values; fewer than 16 happens never.
                distinct < 16 || key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == key[1].wrapping_sub(key[0]))
            })
            .map(|(id, _)| *id)
    }

    /// The keys, ready for use.
    ///
    /// # Errors
    /// One line when there is none, or two share an id.
    pub fn load(&self) -> Result<SealingKeys, String> {
        SealingKeys::new(&self.0)
    }
}

fn sealing_key(id: u8, key: &str) -> Result<(u8, Zeroizing<[u8; 32]>), String> {
    let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| format!("key {id} is not base64"))?);
    let length = bytes.len();
    let key: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| format!("key {id} has {length} bytes, not 32 (make one with: chancery secrets generate)"))?;
    Ok((id, Zeroizing::new(key)))
}

impl PartialEq for SealingKeyList {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for SealingKeyList {}

impl fmt::Debug for SealingKeyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl Setting for SealingKeyList {
    const KIND: Kind = Kind::Secret;

    fn read(value: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            id: u8,
            key: String,
        }
        let malformed = || "not a list such as [{ id = 1, key = \"32 bytes in base64\" }]".to_owned();
        match value {
            Value::String(text) => Self::parse(&text),
            Value::Array(entries) => entries
                .into_iter()
                .map(|entry| {
                    let Entry { id, key } = entry.try_into().map_err(|_| malformed())?;
                    sealing_key(id, &Zeroizing::new(key))
                })
                .collect::<Result<_, _>>()
                .map(Self),
            _ => Err(malformed()),
        }
    }

    fn show(&self) -> Option<Value> {
        let entry = |id: &u8| {
            let id = ("id".to_owned(), Value::Integer((*id).into()));
            Value::Table([id, ("key".to_owned(), Value::String("redacted".to_owned()))].into_iter().collect())
        };
        Some(Value::Array(self.0.iter().map(|(id, _)| entry(id)).collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [("65536", 65_536), ("64KiB", 65_536), ("1MiB", 1 << 20), ("10", 10)] {
            assert_eq!(Size::read(Value::String(text.into())), Ok(Size(bytes)));
        }
        assert!(Size::read(Value::String("64KB".into())).is_err());
        assert_eq!(Size(65_536).show(), Some(Value::String("64KiB".into())));
    }

    #[test]
    fn sealing_keys() {
        let line = SealingKeyList::generate(7);
        let list = SealingKeyList::parse(&line).unwrap();
        assert_eq!(list.load().unwrap().active_id(), 7);
        assert_eq!(list.weak().count(), 0);
        let two = SealingKeyList::parse(&format!("{}\n{}\n", *line, *SealingKeyList::generate(8))).unwrap();
        assert_eq!(two.load().unwrap().ids().collect::<Vec<_>>(), [7, 8]);
        assert!(SealingKeyList::parse("1:AAAA").unwrap_err().contains("3 bytes"));
        assert!(SealingKeyList::parse("256:AAAA").is_err());
        let zero = SealingKeyList::parse(&format!("1:{}", STANDARD.encode([0; 32]))).unwrap();
        assert_eq!(zero.weak().collect::<Vec<_>>(), [1]);
        assert!(!format!("{list:?} {:?}", list.show()).contains(line.split_once(':').unwrap().1));
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let url = DatabaseUrl::read(Value::String("postgres://u:hunter2@h/d".into())).unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
        assert!(DatabaseUrl::read(Value::String("mysql://h/d".into())).is_err());
    }
}
