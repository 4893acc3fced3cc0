//! `[passwords]`: what new passwords must be, and how passwords are hashed.

use super::{
    section::section,
    setting::{Size, Span},
};

section! {
    /// What new passwords must be, and how they are hashed (argon2id). Hashes that were made with other values go on
    /// working, and are made anew at the next sign-in.
    Passwords {
        /// How hard to guess a password must be that a person chooses: 0 (anything that is not common) to 4. 3 is beyond
        /// guessing through this server.
        min_score: u32 = 3,
        /// Memory of one hash.
        memory: Size = Size(19 * 1024 * 1024),
        /// Passes over the memory.
        iterations: u32 = 2,
        /// Lanes.
        parallelism: u32 = 1,
        /// Threads that hash. 0: half of the cores.
        threads: usize = 0,
        /// How long a sign-in waits for its turn before it is answered with 503.
        queue_wait: Span = Span::seconds(2),
    }
}
