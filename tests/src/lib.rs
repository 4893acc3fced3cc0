//! Holds only tests; see `wire/`.
