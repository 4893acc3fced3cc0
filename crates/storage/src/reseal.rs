//! What is sealed for each person, a page at a time, to be sealed anew under another key.

use crate::{StorageError, Tx, id::UserId};

/// Which column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The key under which the trail keeps what it says of a person: see `user_account.trail_key`.
    TrailKey,
    /// The seed of their authenticator app.
    TotpSeed,
}

/// One person's.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose.
    pub user: UserId,
    /// What is sealed, as it lies there.
    pub sealed: Vec<u8>,
}

/// The next of those that another key than `active` sealed, by person, locked. Begin after the nil id.
///
/// # Errors
/// `StorageError`.
pub async fn older(
    tx: &mut Tx,
    column: Column,
    active: u8,
    after: UserId,
    limit: i64,
) -> Result<Vec<Row>, StorageError> {
    let (active, after) = (i32::from(active), after.uuid());
    Ok(match column {
        Column::TrailKey => {
            sqlx::query_as!(
                Row,
                r#"select id as "user: UserId", trail_key as "sealed!" from user_account
                   where id > $1 and trail_key is not null and get_byte(trail_key, 1) <> $2
                   order by id limit $3 for no key update"#,
                after,
                active,
                limit
            )
            .fetch_all(&mut *tx.0)
            .await?
        }
        Column::TotpSeed => {
            sqlx::query_as!(
                Row,
                r#"select user_id as "user: UserId", seed_sealed as "sealed!" from totp
                   where user_id > $1 and get_byte(seed_sealed, 1) <> $2
                   order by user_id limit $3 for no key update"#,
                after,
                active,
                limit
            )
            .fetch_all(&mut *tx.0)
            .await?
        }
    })
}

/// Replaces what lies there. The rows are those that `older` locked in the same transaction.
///
/// # Errors
/// `StorageError`.
pub async fn replace(tx: &mut Tx, column: Column, rows: &[Row]) -> Result<(), StorageError> {
    let users: Vec<_> = rows.iter().map(|row| row.user.uuid()).collect();
    let sealed: Vec<_> = rows.iter().map(|row| row.sealed.clone()).collect();
    match column {
        Column::TrailKey => {
            sqlx::query!(
                "update user_account u set trail_key = g.sealed
                 from unnest($1::uuid[], $2::bytea[]) as g(id, sealed) where u.id = g.id",
                &users,
                &sealed
            )
            .execute(&mut *tx.0)
            .await?
        }
        Column::TotpSeed => {
            sqlx::query!(
                "update totp t set seed_sealed = g.sealed
                 from unnest($1::uuid[], $2::bytea[]) as g(id, sealed) where t.user_id = g.id",
                &users,
                &sealed
            )
            .execute(&mut *tx.0)
            .await?
        }
    };
    Ok(())
}
