//! `[api]`: the management API.

use super::section::section;

section! {
    /// The management API, under `/api/v1`.
    Api {
        /// Clients that may call it on behalf of others, with exchanged tokens (`act`). What counts then is what the person
        /// holds, and every client that acts.
        allowed_actors: Vec<String> = Vec::new() => "[\"assistant\"]",
    }
}
