//! The heartbeat: one statement that tells an instance all that it must confirm twice a second.

use sqlx::postgres::PgListener;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Database, StorageError, Tx};

/// The channel on which instances tell each other that something changed.
const CHANNEL: &str = "chancery";

/// What the database says at one moment.
#[derive(Clone, Debug)]
pub struct Pulse {
    /// How many administrative changes there were.
    pub revision: i64,
    /// The database's clock.
    pub database_time: OffsetDateTime,
    /// Every transaction before this one has ended: the next pulse reads on from here.
    pub horizon: i64,
    /// What was withdrawn by transactions from `since` on (some may be known already), and until when that counts.
    pub revoked: Vec<(Uuid, OffsetDateTime)>,
}

/// Reads the pulse; `since` is the last pulse's `horizon`, or 0 for everything that still counts.
///
/// # Errors
/// `StorageError` when the database cannot be read.
pub async fn read(database: &Database, since: i64, now: OffsetDateTime) -> Result<Pulse, StorageError> {
    let row = sqlx::query!(
        r#"select d.revision, clock_timestamp() as "database_time!",
                  pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "horizon!",
                  r.ids as "ids!: Vec<Uuid>", r.expiries as "expiries!: Vec<OffsetDateTime>"
           from deployment d, lateral (
               select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg(expires_at), '{}') as expiries
               from revocation where xid >= $1 and expires_at > $2) r"#,
        since,
        now
    )
    // The first one reads every withdrawal that counts, which may be very many.
    .fetch_one(if since == 0 { database.patient_pool() } else { database.pool() })
    .await?;
    Ok(Pulse {
        revision: row.revision,
        database_time: row.database_time,
        horizon: row.horizon,
        revoked: row.ids.into_iter().zip(row.expiries).collect(),
    })
}

/// Counts one administrative change and tells every instance when the transaction commits.
///
/// # Errors
/// `StorageError`.
pub async fn bump_revision(tx: &mut Tx) -> Result<i64, StorageError> {
    let revision = sqlx::query_scalar!("update deployment set revision = revision + 1 returning revision")
        .fetch_one(&mut *tx.0)
        .await?;
    notify(tx).await?;
    Ok(revision)
}

/// Wakes every instance's pulse when the transaction commits.
///
/// # Errors
/// `StorageError`.
pub async fn notify(tx: &mut Tx) -> Result<(), StorageError> {
    sqlx::query!("select pg_notify($1, '')", CHANNEL).fetch_one(&mut *tx.0).await?;
    Ok(())
}

/// Listens for changes that other instances made.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Opens a connection of its own.
    ///
    /// # Errors
    /// `StorageError`.
    pub async fn connect(database: &Database) -> Result<Self, StorageError> {
        let mut listener = PgListener::connect_with(database.connections()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next change.
    ///
    /// # Errors
    /// `StorageError` when the connection was lost: connect anew.
    pub async fn changed(&mut self) -> Result<(), StorageError> {
        self.0.try_recv().await?;
        Ok(())
    }
}
