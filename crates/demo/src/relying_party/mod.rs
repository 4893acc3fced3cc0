//! The relying party: what an app does with the `openidconnect` crate, and nothing cleverer.

mod error;
mod verify;

pub(crate) use error::RpError;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    RefreshToken, Scope, SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
        CoreTokenResponse,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use url::Url;

use crate::{DemoConfig, http::Http};
use error::{discovery_error, token_error, userinfo_error};
use verify::{ExpectedNonce, rotated};

/// What the app asks for when a person signs in, besides `openid`.
const SCOPES: [&str; 5] = ["profile", "email", "offline_access", "read", "write"];
/// Discovery is repeated after this.
const MAX_AGE: Duration = Duration::from_secs(300);

/// Members of the discovery document that the `openidconnect` crate leaves to us.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Extra {
    pub(crate) end_session_endpoint: Option<EndSessionUrl>,
    pub(crate) introspection_endpoint: Option<Url>,
    pub(crate) revocation_endpoint: Option<Url>,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The issuer as its discovery document describes it, with its keys.
pub(crate) struct Issuer {
    client: Client,
    pub(crate) extra: Extra,
    discovered: Instant,
}

/// A sign-in that has been sent to the issuer and not come back.
pub(crate) struct Outgoing {
    /// Where the browser goes.
    pub(crate) url: Url,
    pub(crate) state: String,
    pub(crate) nonce: String,
    /// The PKCE verifier (RFC 7636).
    pub(crate) verifier: String,
}

/// Tokens that passed every check.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) subject: String,
}

/// The app's side of OpenID Connect.
pub(crate) struct RelyingParty {
    config: Arc<DemoConfig>,
    http: Http,
    redirect_uri: RedirectUrl,
    issuer: Mutex<Option<Arc<Issuer>>>,
}

impl RelyingParty {
    pub(crate) fn new(config: Arc<DemoConfig>, http: Http) -> anyhow::Result<Self> {
        let redirect_uri = RedirectUrl::new(config.redirect_uri())?;
        Ok(Self { config, http, redirect_uri, issuer: Mutex::default() })
    }

    /// The issuer. Discovery happens at the first use, because it may start after us, and is
    /// tried again at every use until it succeeds.
    pub(crate) async fn issuer(&self) -> Result<Arc<Issuer>, RpError> {
        let mut known = self.issuer.lock().await;
        if let Some(issuer) = known.as_ref().filter(|it| it.discovered.elapsed() < MAX_AGE) {
            return Ok(issuer.clone());
        }
        let issuer = Arc::new(self.discover().await?);
        *known = Some(issuer.clone());
        Ok(issuer)
    }

    async fn discover(&self) -> Result<Issuer, RpError> {
        let url =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|error| RpError::Unacceptable(error.to_string()))?;
        let metadata = Metadata::discover_async(url, &self.http).await.map_err(discovery_error)?;
        let extra = metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.config.client_id.clone()),
            Some(ClientSecret::new(self.config.client_secret.clone())),
        )
        .set_redirect_uri(self.redirect_uri.clone());
        Ok(Issuer { client, extra, discovered: Instant::now() })
    }

    /// Begins a sign-in. Both APIs are named, so that the person's consent covers both. What an API asked for
    /// (RFC 9470 section 4) is essential: without it the person would come back with nothing gained.
    pub(crate) async fn begin(&self, acr_values: &[&str]) -> Result<Outgoing, RpError> {
        let issuer = self.issuer().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = issuer
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("resource", self.config.api_resource.clone())
            .add_extra_param("resource", self.config.reports_resource.clone())
            .set_pkce_challenge(challenge);
        if !acr_values.is_empty() {
            let claims = json!({ "id_token": { "acr": { "essential": true, "values": acr_values } } });
            request = request.add_extra_param("claims", claims.to_string());
            for &acr in acr_values {
                request = request.add_auth_context_value(AuthenticationContextClass::new(acr.to_owned()));
            }
        }
        let (url, state, nonce) = request.url();
        Ok(Outgoing {
            url,
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Redeems a code for a token that is good at the Demo API.
    pub(crate) async fn redeem(&self, code: String, verifier: String, nonce: &str) -> Result<Tokens, RpError> {
        let issuer = self.issuer().await?;
        let response = issuer
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| RpError::Unacceptable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .add_extra_param("resource", self.config.api_resource.clone())
            .request_async(&self.http)
            .await
            .map_err(token_error)?;
        self.accept(&response, &ExpectedNonce::Exactly(nonce)).await
    }

    /// Gets new tokens. `scope` narrows the access token; `None` keeps what was granted.
    pub(crate) async fn refresh(&self, old: &Tokens, nonce: &str, scope: Option<&[&str]>) -> Result<Tokens, RpError> {
        let issuer = self.issuer().await?;
        let missing = || RpError::Unacceptable("there is no refresh token".to_owned());
        let refresh = RefreshToken::new(old.refresh_token.clone().ok_or_else(missing)?);
        let response = issuer
            .client
            .exchange_refresh_token(&refresh)
            .map_err(|error| RpError::Unacceptable(error.to_string()))?
            .add_scopes(scope.unwrap_or_default().iter().map(|&it| Scope::new(it.to_owned())))
            .add_extra_param("resource", self.config.api_resource.clone())
            .request_async(&self.http)
            .await
            .map_err(token_error)?;
        if response.id_token().is_none() {
            return Ok(Tokens {
                access_token: response.access_token().secret().clone(),
                refresh_token: rotated(&response).or_else(|| old.refresh_token.clone()),
                ..old.clone()
            });
        }
        let mut tokens = self.accept(&response, &ExpectedNonce::AbsentOr(nonce)).await?;
        if tokens.subject != old.subject {
            let text = "the refreshed ID token is about somebody else".to_owned();
            return Err(RpError::Unacceptable(text));
        }
        tokens.refresh_token = tokens.refresh_token.or_else(|| old.refresh_token.clone());
        Ok(tokens)
    }

    /// Verifies the ID token. When that fails the keys may have been rotated since discovery,
    /// so it is tried once more with fresh ones.
    async fn accept(&self, response: &CoreTokenResponse, nonce: &ExpectedNonce<'_>) -> Result<Tokens, RpError> {
        let issuer = self.issuer().await?;
        if let Ok(tokens) = issuer.verify(response, nonce) {
            return Ok(tokens);
        }
        *self.issuer.lock().await = None;
        self.issuer().await?.verify(response, nonce)
    }

    /// The claims that the issuer tells about the person.
    pub(crate) async fn userinfo(&self, tokens: &Tokens) -> Result<Map<String, Value>, RpError> {
        let issuer = self.issuer().await?;
        let subject = SubjectIdentifier::new(tokens.subject.clone());
        let claims = issuer
            .client
            .user_info(AccessToken::new(tokens.access_token.clone()), Some(subject))
            .map_err(|error| RpError::Unacceptable(error.to_string()))?
            .request_async::<AllClaims, _, CoreGenderClaim>(&self.http)
            .await
            .map_err(userinfo_error)?;
        match serde_json::to_value(&claims) {
            Ok(Value::Object(claims)) => Ok(claims),
            _ => Err(RpError::Unacceptable("userinfo is not an object".to_owned())),
        }
    }

    /// Where the browser goes to end the session at the issuer, too.
    pub(crate) async fn logout_url(&self, id_token: &str, state: &str) -> Result<Url, RpError> {
        let issuer = self.issuer().await?;
        let endpoint = issuer.extra.end_session_endpoint.clone();
        let missing = || RpError::Unacceptable("the issuer has no end_session_endpoint".to_owned());
        let back = PostLogoutRedirectUrl::new(self.config.post_logout_redirect_uri())
            .map_err(|error| RpError::Unacceptable(error.to_string()))?;
        let hint: CoreIdToken =
            id_token.parse().map_err(|error: serde_json::Error| RpError::Unacceptable(error.to_string()))?;
        Ok(LogoutRequest::from(endpoint.ok_or_else(missing)?)
            .set_id_token_hint(&hint)
            .set_post_logout_redirect_uri(back)
            .set_state(CsrfToken::new(state.to_owned()))
            .http_get_url())
    }
}

/// Every claim that the crate has no field for.
#[derive(Debug, Deserialize, Serialize)]
struct AllClaims(Map<String, Value>);
impl openidconnect::AdditionalClaims for AllClaims {}
