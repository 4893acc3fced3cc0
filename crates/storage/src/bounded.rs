//! Statements that do not wait for ever: whatever becomes of the network, the caller is answered in time.
//!
//! A connection on which a statement was given up is closed and never used again: nobody knows what still comes on it.
//! A caller who vanishes gives nothing up: what was begun for them is finished without them, so that whoever hangs up
//! on us costs no connection.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr,
    error::BoxDynError,
    pool::PoolConnection,
    postgres::{PgArguments, PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};
use tokio::runtime::Handle;

type Step = Either<PgQueryResult, PgRow>;

async fn in_time<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Error::PoolTimedOut))
}

/// What the database itself answered leaves the connection as it was; anything else does not.
fn is_intact<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Ok(_) | Err(Error::Database(_) | Error::RowNotFound))
}

/// Work that is finished even if nobody waits for it any more.
struct Finished<T: Send + 'static>(Option<BoxFuture<'static, T>>);

impl<T: Send + 'static> Finished<T> {
    fn of(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Finished<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let work = self.0.as_mut().expect("a future is not polled again when it is ready");
        let outcome = ready!(work.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(outcome)
    }
}

impl<T: Send + 'static> Drop for Finished<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

/// A statement with all that it needs, whatever becomes of its caller.
struct Owned {
    sql: SqlStr,
    arguments: Result<Option<PgArguments>, BoxDynError>,
    persistent: bool,
}

impl Owned {
    fn of<'q>(mut query: impl Execute<'q, Postgres>) -> Self {
        Self { arguments: query.take_arguments(), persistent: query.persistent(), sql: query.sql() }
    }
}

impl Execute<'static, Postgres> for Owned {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&PgStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

/// A connection on loan. Unless it is given back, it is closed; a transaction that was not ended on it is rolled back,
/// and then it stays.
#[derive(Debug)]
pub struct Lease {
    connection: Option<PoolConnection<Postgres>>,
    limit: Duration,
    /// A transaction was begun.
    begun: bool,
    /// A statement was given up, or the connection broke.
    spoiled: bool,
}

impl Lease {
    /// Borrows a connection.
    pub(crate) async fn of(pool: &PgPool, limit: Duration) -> Result<Self, Error> {
        // Boxed: it is large, and would be moved several times.
        let connection = in_time(limit, Box::pin(pool.acquire())).await?;
        Ok(Self { connection: Some(connection), limit, begun: false, spoiled: false })
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        self.begun = true;
        self.execute("begin").await?;
        Ok(())
    }

    /// Says that all went well.
    pub(crate) fn give_back(mut self) {
        self.connection = None;
    }

    fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("only `give_back`, which consumes the lease, and `drop` take it away")
    }

    /// Notes whether the connection is as it was.
    fn after<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.spoiled |= !is_intact(&outcome);
        outcome
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match Handle::try_current() {
            Ok(runtime) if self.begun && !self.spoiled => {
                // If a statement is still on its way, its answer is read first.
                let mut rest = Self { connection: Some(connection), limit: self.limit, begun: false, spoiled: false };
                runtime.spawn(async move {
                    if rest.execute("rollback").await.is_ok() {
                        rest.give_back();
                    }
                });
            }
            _ => connection.close_on_drop(),
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
        one_by_one(async move {
            let collected = self.connection().fetch_many(query).try_collect::<Vec<_>>();
            let outcome = in_time(limit, collected).await;
            self.after(outcome)
        })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let outcome = in_time(self.limit, self.connection().fetch_optional(query)).await;
            self.after(outcome)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let outcome = in_time(self.limit, self.connection().prepare_with(sql, parameters)).await;
            self.after(outcome)
        })
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

impl Bounded<'_> {
    /// Lends a connection for one piece of work, which is given up when it takes too long and for no other reason.
    fn lend<T: Send + 'static>(
        self,
        work: impl for<'l> FnOnce(&'l mut PgConnection) -> BoxFuture<'l, Result<T, Error>> + Send + 'static,
    ) -> Finished<Result<T, Error>> {
        let (pool, limit) = (self.pool.clone(), self.limit);
        Finished::of(in_time(limit, async move {
            let mut lease = Lease::of(&pool, limit).await?;
            let outcome = work(lease.connection()).await;
            if is_intact(&outcome) {
                lease.give_back();
            }
            outcome
        }))
    }
}

impl<'d> Executor<'d> for Bounded<'d> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = Owned::of(query);
        one_by_one(self.lend(|connection| Box::pin(connection.fetch_many(query).try_collect::<Vec<_>>())))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'd: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = Owned::of(query);
        Box::pin(self.lend(|connection| connection.fetch_optional(query)))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'd: 'e,
    {
        let parameters = parameters.to_vec();
        Box::pin(self.lend(|connection| Box::pin(async move { connection.prepare_with(sql, &parameters).await })))
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
