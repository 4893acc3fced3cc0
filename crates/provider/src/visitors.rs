//! What browsers' cookies stand for, looked up in batches.

use storage::{
    Database, StorageError,
    sessions::{self, BrowserSession},
};

use crate::{
    batch::{Batcher, Work},
    refusal::Refusal,
};

struct Find;

impl Work for Find {
    /// SHA-256 of a cookie's id.
    type Item = [u8; 32];
    type Outcome = Option<BrowserSession>;
    const NAME: &'static str = "visitors";

    async fn run(database: &Database, items: &[Self::Item]) -> Result<Vec<Self::Outcome>, StorageError> {
        sessions::by_cookies(database, items).await
    }
}

/// Hands cookies to the readers.
#[derive(Debug)]
pub struct Visitors {
    cookies: Batcher<Find>,
}

impl Visitors {
    pub(crate) fn start(database: &Database) -> Self {
        Self { cookies: Batcher::start(database) }
    }

    /// What the cookie with this hash stands for, together with whatever else is asked.
    pub(crate) async fn find(&self, id_hash: [u8; 32]) -> Result<Option<BrowserSession>, Refusal> {
        self.cookies.submit(id_hash).await
    }
}
