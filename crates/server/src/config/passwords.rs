//! `[passwords]`: how passwords are hashed.

use super::{
    section::section,
    setting::{Size, Span},
};

section! {
    /// How passwords are hashed (argon2id). Hashes that were made with other values go on working, and are made
    /// anew at the next sign-in.
    Passwords {
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
