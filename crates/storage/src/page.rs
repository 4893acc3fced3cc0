//! Lists in pages: each page goes on after the last key of the one before, however the table changes meanwhile.

/// Which part of a list to read.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The key of the last row of the page before; `None` for the first page.
    pub after: Option<&'a str>,
    /// The most rows to read.
    pub limit: i64,
}

/// Which part of a list to read, by what keys begin with and by whether what they name is enabled. Keys are compared byte
/// by byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    /// The key of the last row of the page before; empty for the first page.
    pub after: &'a str,
    /// What keys begin with; empty: anything.
    pub prefix: &'a str,
    /// Whether enabled; `None`: either way.
    pub enabled: Option<bool>,
    /// The most rows to read.
    pub limit: i64,
}

impl Search<'_> {
    /// What every key with this prefix lies before.
    pub(crate) fn end(&self) -> String {
        format!("{}{}", self.prefix, char::MAX)
    }

    pub(crate) fn wants(&self, enabled: bool) -> bool {
        self.enabled.is_none_or(|wanted| wanted == enabled)
    }
}
