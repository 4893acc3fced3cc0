//! `[sessions]`: how long a person stays signed in.

use std::path::PathBuf;

use super::{section::section, setting::Span};

section! {
    /// How long a person stays signed in.
    Sessions {
        /// A session that is not used.
        idle: Span = Span::minutes(2 * 60),
        /// A session, however much it is used.
        absolute: Span = Span::minutes(12 * 60),
        /// A MaxMind DB file (such as GeoLite2 City or DB-IP Lite) that says where an address is. With it, people see the
        /// places of their sessions. It is read at the start.
        geo_database: PathBuf = PathBuf::new() => "/var/lib/chancery/city.mmdb",
    }
}
