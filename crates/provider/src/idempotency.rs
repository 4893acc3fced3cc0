//! Creations that are asked for twice with the same `Idempotency-Key` happen once, and are answered alike.
//!
//! The answer is written in the transaction of what it tells of, so there is no time at which one is there without the
//! other. It is sealed: a client's secret may be in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{
    Tx, idempotent_requests as stored,
    sealed::{Place, sha256},
};
use time::Duration;

use crate::{
    Context,
    administration::{AdminError, Administration},
    api::Caller,
    refusal::Refusal,
};

/// For how long an answer is kept.
const KEPT: Duration = Duration::DAY;

/// A creation that is to happen once.
#[derive(Clone, Debug)]
pub struct Once {
    hash: [u8; 32],
    request: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct Answer {
    request: [u8; 32],
    made: Value,
}

/// What became of a request of the same key.
#[derive(Debug)]
pub enum Before {
    /// There was none.
    Nothing,
    /// It made this.
    Made(Value),
    /// It asked for something else.
    Other,
}

impl Once {
    /// A creation by this caller; `what` is the route, `request` the body.
    #[must_use]
    pub fn new(caller: &Caller, what: &str, key: &str, request: &[u8]) -> Self {
        let person = caller.person.map(|person| person.to_string()).unwrap_or_default();
        let mut text = Vec::new();
        for part in ["idempotent", &caller.client_id, &person, what, key] {
            text.extend((part.len() as u64).to_be_bytes());
            text.extend(part.as_bytes());
        }
        Self { hash: sha256(&text), request: sha256(request) }
    }

    /// What the same request made before.
    ///
    /// # Errors
    /// `Refusal`.
    pub async fn before(&self, context: &Context) -> Result<Before, Refusal> {
        let Some(sealed) = stored::find(&context.database, &self.hash).await? else { return Ok(Before::Nothing) };
        let opened = context.sealing.open(self.place(&self.row()), &sealed)?;
        let answer: Answer =
            serde_json::from_slice(&opened).map_err(|error| Refusal::internal(format!("a kept answer: {error}")))?;
        Ok(if answer.request == self.request { Before::Made(answer.made) } else { Before::Other })
    }

    fn row(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn place<'a>(&self, row: &'a str) -> Place<'a> {
        Place { table: "idempotent_request", column: "answer_sealed", row }
    }

    /// Keeps what was made.
    pub(crate) async fn keep(
        &self,
        administration: &Administration,
        tx: &mut Tx,
        made: &impl Serialize,
    ) -> Result<(), AdminError> {
        let made = serde_json::to_value(made).map_err(storage::StorageError::from)?;
        let plain = serde_json::to_vec(&Answer { request: self.request, made }).map_err(storage::StorageError::from)?;
        let sealed = administration.sealing()?.seal(self.place(&self.row()), &plain);
        stored::insert(tx, &self.hash, &sealed, administration.now + KEPT).await.map_err(|error| {
            if error.is_constraint("idempotent_request_pkey") { AdminError::Repeated } else { error.into() }
        })
    }
}
