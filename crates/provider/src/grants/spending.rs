//! What is spent, in batches: authorization requests for codes, codes and refresh tokens for tokens.

use std::sync::Arc;

use storage::{
    Database, StorageError,
    authorization_codes::{self, Inserted, Issuance, Redeemed, Redemption},
    grants::LiveGrant,
    refresh_families::{self, Rotation},
};

use crate::{
    batch::{Batcher, Work},
    refusal::Refusal,
};

struct Issue;

impl Work for Issue {
    type Item = Issuance;
    type Outcome = Inserted;
    const NAME: &'static str = "authorizations";

    async fn run(database: &Database, items: &[Self::Item]) -> Result<Vec<Inserted>, StorageError> {
        authorization_codes::insert(database, items).await
    }
}

struct Redeem;

impl Work for Redeem {
    type Item = Arc<Redemption>;
    type Outcome = Redeemed;
    const NAME: &'static str = "codes";

    async fn run(database: &Database, items: &[Self::Item]) -> Result<Vec<Redeemed>, StorageError> {
        authorization_codes::redeem(database, items).await
    }
}

struct Rotate;

impl Work for Rotate {
    type Item = Rotation;
    type Outcome = Option<LiveGrant>;
    const NAME: &'static str = "refresh tokens";

    async fn run(database: &Database, items: &[Self::Item]) -> Result<Vec<Self::Outcome>, StorageError> {
        refresh_families::rotate(database, items).await
    }
}

/// Hands what is to be spent to the writers.
#[derive(Debug)]
pub struct Spending {
    authorizations: Batcher<Issue>,
    codes: Batcher<Redeem>,
    refresh_tokens: Batcher<Rotate>,
}

impl Spending {
    pub(crate) fn start(database: &Database) -> Self {
        Self {
            authorizations: Batcher::start(database),
            codes: Batcher::start(database),
            refresh_tokens: Batcher::start(database),
        }
    }

    /// Spends an authorization request for a code, together with whatever else waits.
    pub(crate) async fn issue(&self, issuance: Issuance) -> Result<Inserted, Refusal> {
        self.authorizations.submit(issuance).await
    }

    /// Spends a code, together with whatever else waits.
    pub(super) async fn redeem(&self, redemption: Arc<Redemption>) -> Result<Redeemed, Refusal> {
        self.codes.submit(redemption).await
    }

    /// Spends a refresh token, together with whatever else waits.
    pub(super) async fn rotate(&self, rotation: Rotation) -> Result<Option<LiveGrant>, Refusal> {
        self.refresh_tokens.submit(rotation).await
    }
}
