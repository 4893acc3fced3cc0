//! The pages that people see.

pub mod account;
pub mod assets;
pub mod client_logo;
pub mod consent;
pub mod dev_mail;
pub mod error;
pub mod flow;
pub mod form;
pub mod home;
pub mod language;
pub mod logout;
pub mod select_account;
pub mod sign_in;
pub mod theme;
pub mod view;
pub mod visit;
