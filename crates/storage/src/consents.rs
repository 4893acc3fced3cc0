//! What people allowed: per client, resource and scope. It is read where it counts: when a code is inserted.

use protocol::scope::ScopePairs;
use time::OffsetDateTime;

use crate::{
    StorageError, Tx,
    id::{ClientKey, UserId},
};

/// Pairs as two arrays that belong together.
fn columns(pairs: &ScopePairs) -> (Vec<String>, Vec<String>) {
    pairs.iter().map(|pair| (pair.resource.clone(), pair.scope.clone())).unzip()
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
