//! What people allowed: per client, resource and scope.

use protocol::scope::ScopePairs;
use time::OffsetDateTime;

use crate::{
    Database, StorageError, Tx,
    id::{ClientKey, UserId},
};

fn columns(pairs: &ScopePairs) -> (Vec<String>, Vec<String>) {
    pairs.iter().map(|pair| (pair.resource.clone(), pair.scope.clone())).unzip()
}

/// Whether a person has allowed a client all of `pairs`.
///
/// # Errors
/// `StorageError`.
pub async fn covers(
    database: &Database,
    user: UserId,
    client: ClientKey,
    pairs: &ScopePairs,
) -> Result<bool, StorageError> {
    let (resources, scopes) = columns(pairs);
    let found = sqlx::query_scalar!(
        r#"select count(*) as "count!" from consent c
           join unnest($3::text[], $4::text[]) as asked (resource, scope) using (resource, scope)
           where c.user_id = $1 and c.client_key = $2"#,
        user.uuid(),
        client.uuid(),
        &resources,
        &scopes
    )
    .fetch_one(database.pool())
    .await?;
    Ok(usize::try_from(found).is_ok_and(|found| found == pairs.len()))
}

/// Remembers that a person allowed a client all of `pairs`.
///
/// # Errors
/// `StorageError`; `consent_client_key_fkey` when the client is gone.
pub async fn remember(
    tx: &mut Tx,
    user: UserId,
    client: ClientKey,
    pairs: &ScopePairs,
    at: OffsetDateTime,
) -> Result<(), StorageError> {
    let (resources, scopes) = columns(pairs);
    sqlx::query!(
        "insert into consent (user_id, client_key, resource, scope, granted_at)
         select $1, $2, asked.resource, asked.scope, $5
         from unnest($3::text[], $4::text[]) as asked (resource, scope)
         on conflict (user_id, client_key, resource, scope) do update set granted_at = excluded.granted_at",
        user.uuid(),
        client.uuid(),
        &resources,
        &scopes,
        at
    )
    .execute(&mut *tx.0)
    .await?;
    Ok(())
}
