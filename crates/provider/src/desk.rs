//! Where something is decided: in a request of a running server, or by a command beside it.

use storage::{StorageError, sealed::SealingKeys};
use time::OffsetDateTime;

use crate::{
    Context,
    administration::{AdminError, Administration},
    refusal::Refusal,
};

/// What both have.
pub trait Desk {
    /// How a failure is told.
    type Error: From<StorageError>;

    /// The one reading of the clock.
    fn now(&self) -> OffsetDateTime;

    /// Keys from outside the database.
    ///
    /// # Errors
    /// When a command was not given any.
    fn sealing(&self) -> Result<&SealingKeys, Self::Error>;

    /// Whether mail is written. A command cannot know whether an instance sends any; what none takes is swept.
    fn writes_mail(&self) -> bool;
}

impl Desk for Context {
    type Error = Refusal;

    fn now(&self) -> OffsetDateTime {
        self.now
    }

    fn sealing(&self) -> Result<&SealingKeys, Refusal> {
        Ok(&self.provider().sealing)
    }

    fn writes_mail(&self) -> bool {
        crate::mail::is_configured(self.provider())
    }
}

impl Desk for Administration {
    type Error = AdminError;

    fn now(&self) -> OffsetDateTime {
        self.now
    }

    fn sealing(&self) -> Result<&SealingKeys, AdminError> {
        Self::sealing(self)
    }

    fn writes_mail(&self) -> bool {
        true
    }
}
