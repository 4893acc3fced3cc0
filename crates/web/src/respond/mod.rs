//! One renderer for each surface.

pub mod json;
pub mod page;
