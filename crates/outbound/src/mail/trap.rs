//! Mail that goes nowhere: kept in memory, to be looked at.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use super::Letter;

/// How many are kept.
const NEWEST: usize = 100;

/// The newest mails, of this process alone.
#[derive(Debug, Default)]
pub struct Trap(Mutex<VecDeque<Trapped>>);

/// A mail that was trapped.
#[derive(Clone, Debug)]
pub struct Trapped {
    /// What names it.
    pub id: String,
    /// To whom.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// When it was decided.
    pub date: SystemTime,
}

impl Trap {
    /// Keeps a mail, once however often it comes.
    pub(super) fn keep(&self, letter: &Letter<'_>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|earlier| earlier.id != letter.id);
        kept.truncate(NEWEST - 1);
        kept.push_front(Trapped {
            id: letter.id.to_owned(),
            to: letter.to.to_owned(),
            subject: letter.subject.to_owned(),
            text: letter.text.to_owned(),
            html: letter.html.to_owned(),
            date: letter.date,
        });
    }

    /// All of them, the newest first.
    #[must_use]
    pub fn all(&self) -> Vec<Trapped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Trapped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|kept| kept.id == id).cloned()
    }
}
