//! The pages that people see.

pub mod assets;
pub mod consent;
pub mod crowd;
pub mod error;
pub mod flow;
pub mod form;
pub mod home;
pub mod login;
pub mod logout;
pub mod select_account;
pub mod view;
pub mod visit;
