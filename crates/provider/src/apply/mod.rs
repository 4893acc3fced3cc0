//! Configuration as data: `chancery apply`.

pub mod duration;
