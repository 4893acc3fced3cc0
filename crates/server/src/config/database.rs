//! `[database]`: the one PostgreSQL that holds all shared state.

use super::{
    section::section,
    setting::{DatabaseUrl, Span},
};

section! {
    /// The one PostgreSQL that holds all shared state. The variable DATABASE_URL is read too; it wins over this
    /// file, and CHANCERY__DATABASE__URL over both.
    Database {
        /// How to reach it.
        url: DatabaseUrl = DatabaseUrl::default() => "postgres://chancery:password@db.example.com/chancery",
        /// The most connections that this instance opens.
        max_connections: u32 = 10,
        /// How long a request waits for a connection before it is answered with 503.
        acquire_timeout: Span = Span::seconds(1),
    }
}
