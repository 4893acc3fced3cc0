//! The pages that people see.

pub mod account;
pub mod assets;
pub mod by_mail;
pub mod client_logo;
pub mod client_theme;
pub mod consent;
pub mod crowd;
pub mod dev_mail;
pub mod error;
pub mod flow;
pub mod form;
pub mod home;
pub mod language;
pub mod logout;
pub mod reset;
pub mod select_account;
pub mod sign_in;
pub mod sign_up;
pub mod theme;
pub mod verify_email;
pub mod view;
pub mod visit;
