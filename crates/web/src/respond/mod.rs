//! Answers to programs; pages render themselves in `pages`.

pub mod json;
