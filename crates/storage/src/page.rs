//! Lists in pages: each page goes on after the last key of the one before, however the table changes meanwhile.

/// Which part of a list to read.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The key of the last row of the page before; `None` for the first page.
    pub after: Option<&'a str>,
    /// The most rows to read.
    pub limit: i64,
}
