//! `authorization_code` (RFC 6749 section 4.1.3, RFC 7636, RFC 9700 section 2.1).
//!
//! One statement spends the code, begins the family of refresh tokens and writes the journal. A wrong redirect URI or
//! verifier burns the code; a stranger's attempt changes nothing; a proper replay withdraws what the code had issued.

use std::sync::Arc;

use protocol::{
    pkce::CodeChallenge,
    token::{AuthorizationCodeRequest, grant_type},
};
use serde_json::json;
use storage::{
    authorization_codes::{self, CodeState, NewFamily, Redeemed, Redemption},
    id::{FamilyId, TokenId},
};

use super::{
    Call, Decision, invalid_grant,
    issue::{Issue, issue},
    reachable, targeting,
};
use crate::{
    Context,
    refusal::Refusal,
    registry::Client,
    revoke, scope_resolution,
    tokens::{mint::WantedScope, refresh::RefreshToken},
};

pub(super) async fn handle(call: &Call<'_>) -> Result<Decision, Refusal> {
    let &Call { context, client, params, label } = call;
    let request = AuthorizationCodeRequest::parse(params)?;
    let named = scope_resolution::only_one(&request.resource)?;
    let reachable = reachable(context, client, named).await?;
    let challenge = request.code_verifier.as_ref().map(|verifier| CodeChallenge::of(verifier).to_string());
    let family = client.metadata.has_grant(grant_type::REFRESH_TOKEN).then(|| new_family(context));
    let jti = TokenId::new();
    let mut entry = context.entry_by(client, ("token.issued", "ok"));
    entry.jti = Some(jti.uuid());
    entry.detail = Some(json!({ "grant": label }));
    let redemption = Arc::new(Redemption {
        hash: storage::sealed::sha256(request.code.as_bytes()),
        client_key: client.key,
        code_challenge: challenge,
        target: targeting(context, client, &reachable, named),
        family,
        now: context.now,
        revision: context.revision,
        entry,
        redirect_uri: request.redirect_uri,
    });
    match context.spending.redeem(Arc::clone(&redemption)).await? {
        Redeemed::Live(grant) => {
            let refresh_token =
                family.map(|family| RefreshToken { family: family.id, generation: 0 }.encode(&context.sealing));
            let nonce = grant.nonce.as_deref();
            let scope = WantedScope::All;
            issue(call, &grant, Issue { named, reachable: &reachable, scope, jti, refresh_token, nonce }).await
        }
        Redeemed::Burnt(mismatch) => Err(invalid_grant(mismatch.as_str())),
        Redeemed::Untouched => explain(context, client, &redemption).await,
    }
}

fn new_family(context: &Context) -> NewFamily {
    let lifetimes = &context.settings.lifetimes;
    NewFamily {
        id: FamilyId::new(),
        idle_expires_at: context.now + lifetimes.refresh_idle,
        expires_at: context.now + lifetimes.refresh_absolute,
    }
}

/// Why nothing was spent. Only a proper replay has consequences.
async fn explain(context: &Context, client: &Client, redemption: &Redemption) -> Result<Decision, Refusal> {
    let Some(code) = authorization_codes::examine(&context.database, &redemption.hash).await? else {
        return Err(invalid_grant("code_unknown"));
    };
    if code.client_key != client.key {
        return Err(invalid_grant("code_foreign"));
    }
    if code.spent_at.is_some() {
        return Err(spent(context, client, redemption, &code).await?);
    }
    if code.expires_at <= context.now {
        return Err(invalid_grant("code_expired"));
    }
    if code.revision != redemption.revision {
        return Ok(Decision::Stale);
    }
    Err(scope_resolution::foreign_target())
}

/// A code that was spent before. Whoever has all that it takes to redeem it has stolen it, or was robbed of it: what
/// it had issued is withdrawn (RFC 6749 section 4.1.2).
async fn spent(
    context: &Context,
    client: &Client,
    redemption: &Redemption,
    code: &CodeState,
) -> Result<Refusal, Refusal> {
    let redirect_fits = match &redemption.redirect_uri {
        Some(presented) => *presented == code.redirect_uri,
        None => !code.redirect_uri_given,
    };
    let verifier_fits = redemption.code_challenge == code.code_challenge;
    if code.revoked || !redirect_fits || !verifier_fits {
        return Ok(invalid_grant("code_spent"));
    }
    let mut entry = context.entry_by(client, ("code.replayed", "code_replayed"));
    entry.user_id = code.user_id;
    entry.session_id = code.session_id;
    revoke::withdraw_grant(context, code.grant_id, "code_replayed", entry).await?;
    Ok(invalid_grant("code_replayed"))
}
