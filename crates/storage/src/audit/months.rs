//! The monthly partitions: made ahead of time, dropped as a whole.

use sqlx::AssertSqlSafe;
use time::{Date, Month as MonthOfYear, OffsetDateTime, PrimitiveDateTime, Time};

use crate::{StorageError, Tx};

/// A calendar month, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u8,
}

impl Month {
    /// The month of a moment.
    #[must_use]
    pub fn of(at: OffsetDateTime) -> Self {
        let at = at.to_offset(time::UtcOffset::UTC);
        Self { year: at.year(), month: at.month().into() }
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let of = |text: &str, digits| text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() == digits;
        if !of(year, 4) || !of(month, 2) {
            return None;
        }
        let found = Self { year: year.parse().ok()?, month: month.parse().ok()? };
        (1..=12).contains(&found.month).then_some(found)
    }

    /// The one after.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 { Self { year: self.year + 1, month: 1 } } else { Self { month: self.month + 1, ..self } }
    }

    /// When it begins.
    #[must_use]
    pub fn begins(self) -> OffsetDateTime {
        let month = MonthOfYear::try_from(self.month).unwrap_or(MonthOfYear::January);
        let day = Date::from_calendar_date(self.year, month, 1).unwrap_or(Date::MIN);
        PrimitiveDateTime::new(day, Time::MIDNIGHT).assume_utc()
    }

    /// When it is over.
    #[must_use]
    pub fn ends(self) -> OffsetDateTime {
        self.next().begins()
    }

    /// Its partition.
    fn table(self) -> String {
        format!("audit_{:04}_{:02}", self.year, self.month)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// What a month holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its first position.
    pub first: i64,
    /// Its last one.
    pub last: i64,
    /// The hash there.
    pub hash: Vec<u8>,
}

/// Whether a month has its partition.
///
/// # Errors
/// `StorageError`.
pub async fn is_there(tx: &mut Tx, month: Month) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(r#"select to_regclass($1) is not null as "there!""#, month.table())
        .fetch_one(&mut *tx.0)
        .await?)
}

/// Makes the partition of a month. Whoever reads the others meanwhile is not held up.
///
/// # Errors
/// `StorageError`.
pub async fn make(tx: &mut Tx, month: Month) -> Result<(), StorageError> {
    let table = month.table();
    let next = month.next();
    for statement in [
        "set local lock_timeout = '2s'".to_owned(),
        format!("create table {table} (like audit including defaults including constraints including indexes)"),
        format!(
            "alter table audit attach partition {table} for values from ('{month}-01 00:00:00+00') to ('{next}-01 00:00:00+00')"
        ),
    ] {
        run(tx, statement).await?;
    }
    Ok(())
}

/// The months that have a partition, the oldest first.
///
/// # Errors
/// `StorageError`.
pub async fn list(tx: &mut Tx) -> Result<Vec<Month>, StorageError> {
    let names = sqlx::query_scalar!(
        r#"select c.relname::text as "name!" from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'audit'::regclass order by 1"#
    )
    .fetch_all(&mut *tx.0)
    .await?;
    let month = |name: &String| Month::parse(&name.strip_prefix("audit_")?.replace('_', "-"));
    Ok(names.iter().filter_map(month).collect())
}

/// What a month holds. `None`: nothing.
///
/// # Errors
/// `StorageError`.
pub async fn held(tx: &mut Tx, month: Month) -> Result<Option<Held>, StorageError> {
    let (begins, ends) = (month.begins(), month.ends());
    let first = sqlx::query_scalar!(
        "select seq from audit where sealed_at >= $1 and sealed_at < $2 order by seq limit 1",
        begins,
        ends
    );
    let Some(first) = first.fetch_optional(&mut *tx.0).await? else { return Ok(None) };
    let last = sqlx::query!(
        "select seq, hash from audit where sealed_at >= $1 and sealed_at < $2 order by seq desc limit 1",
        begins,
        ends
    );
    let last = last.fetch_one(&mut *tx.0).await?;
    Ok(Some(Held { first, last: last.seq, hash: last.hash }))
}

/// Drops a month with all that it holds.
///
/// # Errors
/// `StorageError`, also when somebody reads for so long that it cannot be had: try again later.
pub async fn drop(tx: &mut Tx, month: Month) -> Result<(), StorageError> {
    run(tx, "set local lock_timeout = '2s'".to_owned()).await?;
    run(tx, format!("drop table {}", month.table())).await
}

/// A statement about a table whose name is made of numbers.
async fn run(tx: &mut Tx, statement: String) -> Result<(), StorageError> {
    sqlx::query(AssertSqlSafe(statement)).persistent(false).execute(&mut *tx.0).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_month_follows_another() {
        let november = Month::of(datetime!(2026-12-01 00:30 +01:00));
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(november.table(), "audit_2026_11");
        let (december, january) = (november.next(), november.next().next());
        assert_eq!((december.to_string().as_str(), january.to_string().as_str()), ("2026-12", "2027-01"));
        assert_eq!(december.ends(), datetime!(2027-01-01 0:00 UTC));
        assert!(november < december && december < january);
        assert_eq!(Month::parse("2026-11"), Some(november));
        for wrong in ["2026-13", "2026-00", "2026-1", "26-11", "2026", "+026-11", "2026-11-01", ""] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
