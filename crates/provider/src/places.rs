//! Where an address is, in words, by a MaxMind DB file on this machine. Without one, nobody is asked.

use std::{fmt, net::IpAddr, path::Path};

use maxminddb::{
    Reader,
    geoip2::{self, Names},
};
use messages::Locale;
use tracing::debug;

/// The file, in memory.
pub struct Places {
    reader: Option<Reader<Vec<u8>>>,
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("known", &self.reader.is_some()).finish()
    }
}

impl Places {
    /// Reads the file, if one is named.
    ///
    /// # Errors
    /// One line for the operator when it cannot be read.
    pub fn open(file: Option<&Path>) -> Result<Self, String> {
        let reader = file
            .map(|file| {
                Reader::open_readfile(file)
                    .map_err(|error| format!("sessions.geo_database {}: {error}", file.display()))
            })
            .transpose()?;
        Ok(Self { reader })
    }

    /// City and country, as far as they are known; `None` when neither is.
    #[must_use]
    pub fn name(&self, address: IpAddr, locale: Locale) -> Option<String> {
        let found = self.reader.as_ref()?.lookup(address).and_then(|found| found.decode::<geoip2::City<'_>>());
        let place = match found {
            Ok(place) => place?,
            Err(error) => {
                debug!(%error, "a place could not be read");
                return None;
            }
        };
        let parts: Vec<_> =
            [&place.city.names, &place.country.names].into_iter().filter_map(|names| in_words(names, locale)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn in_words<'a>(names: &Names<'a>, locale: Locale) -> Option<&'a str> {
    let own = match locale.tag().as_str() {
        "de" => names.german,
        "es" => names.spanish,
        "fr" => names.french,
        "zh-Hans" => names.simplified_chinese,
        _ => None,
    };
    own.or(names.english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_no_place_is_known() {
        let places = Places::open(None).expect("nothing to read");
        assert_eq!(places.name("192.0.2.1".parse().expect("an address"), Locale::default()), None);
        let missing = Places::open(Some(Path::new("/nowhere.mmdb"))).expect_err("no such file");
        assert!(missing.contains("sessions.geo_database") && !missing.contains('\n'), "{missing}");
    }
}
