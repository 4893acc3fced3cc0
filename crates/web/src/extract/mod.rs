//! What handlers ask for: the context of the call, form and query parameters, the browser's cookie.

pub mod browser;
pub mod call;
pub mod params;

pub use browser::Browser;
pub use call::Call;
pub use params::{Form, Query};
