//! People: who they are and what they sign in with.

pub mod login_name;
