//! Statements that do not wait for ever: whatever becomes of the network, the caller is answered in time.
//!
//! A connection on which a statement was given up is closed and never used again: nobody knows what still comes on it.

use std::{future::Future, time::Duration};

use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr,
    pool::PoolConnection,
    postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};

type Step = Either<PgQueryResult, PgRow>;

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Error::PoolTimedOut))
}

/// What the database itself answered leaves the connection as it was; anything else does not.
fn is_intact<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Ok(_) | Err(Error::Database(_) | Error::RowNotFound))
}

/// A connection on loan. Unless it is given back, it is closed.
#[derive(Debug)]
pub struct Lease {
    connection: Option<PoolConnection<Postgres>>,
    limit: Duration,
}

impl Lease {
    /// Borrows a connection.
    pub(crate) async fn of(pool: &PgPool, limit: Duration) -> Result<Self, Error> {
        let connection = in_time(limit, pool.acquire()).await?;
        Ok(Self { connection: Some(connection), limit })
    }

    /// Says that all went well.
    pub(crate) fn give_back(mut self) {
        self.connection = None;
    }

    fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("only `give_back`, which consumes the lease, takes it away")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}

/// Statements on a borrowed connection: a transaction's.
impl<'c> Executor<'c> for &'c mut Lease {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let limit = self.limit;
        let collected =
            in_time(limit, async move { self.connection().fetch_many(query).try_collect::<Vec<_>>().await });
        one_by_one(collected)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let limit = self.limit;
        Box::pin(in_time(limit, async move { self.connection().fetch_optional(query).await }))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let limit = self.limit;
        Box::pin(in_time(limit, async move { self.connection().prepare_with(sql, parameters).await }))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.connection().describe(sql)
    }
}

/// The pool, for statements that stand alone. Waiting for a connection counts.
#[derive(Clone, Copy, Debug)]
pub struct Bounded<'d> {
    pub(crate) pool: &'d PgPool,
    pub(crate) limit: Duration,
}

impl<'d> Executor<'d> for Bounded<'d> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        one_by_one(in_time(self.limit, async move {
            let mut lease = Lease::of(self.pool, self.limit).await?;
            let outcome = lease.connection().fetch_many(query).try_collect::<Vec<_>>().await;
            if is_intact(&outcome) {
                lease.give_back();
            }
            outcome
        }))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(in_time(self.limit, async move {
            let mut lease = Lease::of(self.pool, self.limit).await?;
            let outcome = lease.connection().fetch_optional(query).await;
            if is_intact(&outcome) {
                lease.give_back();
            }
            outcome
        }))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'd: 'e,
    {
        Box::pin(in_time(self.limit, async move {
            let mut lease = Lease::of(self.pool, self.limit).await?;
            let outcome = lease.connection().prepare_with(sql, parameters).await;
            if is_intact(&outcome) {
                lease.give_back();
            }
            outcome
        }))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'd: 'e,
    {
        self.pool.describe(sql)
    }
}

/// A result that came whole, as the stream that the trait wants. Our results are small.
fn one_by_one<'e>(
    collected: impl Future<Output = Result<Vec<Step>, Error>> + Send + 'e,
) -> BoxStream<'e, Result<Step, Error>> {
    stream::once(collected).map_ok(|steps| stream::iter(steps.into_iter().map(Ok))).try_flatten().boxed()
}
