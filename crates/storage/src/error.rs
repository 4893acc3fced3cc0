//! What can go wrong in the database, told apart by what the caller can do about it.

/// An error of a statement.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be reached, is overloaded or is shutting down: answer 503, try again later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A constraint said no; its name says which rule.
    #[error("constraint {0} was violated")]
    Constraint(String),
    /// The database does not take a value: text with a NUL, a number or a time out of range.
    #[error("the database does not take a value: {0}")]
    Data(#[source] sqlx::Error),
    /// A sealed value cannot be opened: wrong or missing sealing key, or the row was altered.
    #[error("a sealed value cannot be opened: {0}")]
    Sealed(&'static str),
    /// A sealed value needs a sealing key that this instance has not loaded: it is in the middle of a rotation.
    #[error("sealing key {0} is not loaded")]
    SealingKeyMissing(u8),
    /// A stored value does not have the shape that this version expects.
    #[error("a stored value is malformed: {0}")]
    Malformed(String),
    /// Anything else: a bug of ours.
    #[error("database error: {0}")]
    Other(#[source] sqlx::Error),
}

impl StorageError {
    /// The database did not answer in time.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::Unavailable(sqlx::Error::PoolTimedOut)
    }

    /// Whether the named constraint was violated.
    #[must_use]
    pub fn is_constraint(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(found) if found == name)
    }

    /// Whether trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::SealingKeyMissing(_))
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                // Class 08: connection; 53: out of resources; 57P: shutting down; 57014: statement timeout;
                // 25006: a read-only standby; 40001, 40P01: serialization, deadlock; 28, 3D, 55000: not let in (yet).
                let transient =
                    ["08", "53", "57", "25006", "40", "28", "3D", "55000"].iter().any(|class| code.starts_with(class));
                match database.constraint() {
                    Some(name) => Self::Constraint(name.to_owned()),
                    None if transient => Self::Unavailable(error),
                    None if code.starts_with("22") => Self::Data(error),
                    None => Self::Other(error),
                }
            }
            _ => Self::Other(error),
        }
    }
}

impl From<serde_json::Error> for StorageError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}
