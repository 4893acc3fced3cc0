//! The audit trail: sealing what the journal holds into a chain, signing points of it, proving it, and reading it.
//!
//! Writing never waits for any of this: a decision is in the journal when its answer leaves, and the sealer comes for it
//! within a second or so. What is sealed cannot be changed, left out, put in or reordered without `verify` naming the
//! place; what reaches beyond the newest checkpoint, or was taken away together with its checkpoints, shows against one
//! that was kept elsewhere.

pub mod checkpoint;
pub mod explain;
pub mod export;
pub mod list;
mod record;
pub mod retention;
pub mod seal;
pub mod verify;

pub use storage::audit::months::Month;
