//! Tokens: how they are made and how they are read again.
//!
//! Whatever the grant, access tokens leave through [`mint::mint`], which only ever narrows what it is given.

pub mod access;
pub mod authority;
pub mod id;
pub mod mint;
pub mod person;
pub mod refresh;
pub mod verified;
