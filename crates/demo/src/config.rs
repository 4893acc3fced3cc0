//! What the demo must know before it starts.

/// The secrets of the demo's clients and of its person, all made by whoever starts it.
pub struct DemoSecrets {
    /// Secret of the client `demo-app`; at least 32 characters.
    pub app: String,
    /// Secret of the client `demo-api`; at least 32 characters.
    pub api: String,
    /// Secret of the client `demo-service`; at least 32 characters.
    pub service: String,
    /// Password of the demo person. Empty: it is neither seeded nor shown.
    pub person_password: String,
}

/// Names, addresses and secrets of the demo.
///
/// [`DemoConfig::new`] fills in the usual names; every field may be changed afterwards,
/// as long as [`crate::seed`] is applied from the same value.
pub struct DemoConfig {
    /// The issuer identifier, exactly as the discovery document states it.
    pub issuer: String,
    /// Where browsers reach the demo, without a slash at the end: `http://localhost:8081`.
    pub public_url: String,
    /// The relying party's client, which signs people in.
    pub client_id: String,
    /// Secret of the relying party's client.
    pub client_secret: String,
    /// Identifier of the Demo API (RFC 8707): `{public_url}/api`.
    pub api_resource: String,
    /// The client with which the Demo API exchanges and introspects.
    pub api_client_id: String,
    /// Secret of the Demo API's client.
    pub api_client_secret: String,
    /// Identifier of the Reports API, which the Demo API calls: `{public_url}/reports`.
    pub reports_resource: String,
    /// A client for programs without a person, used by the printed `curl` lines.
    pub service_client_id: String,
    /// Secret of the service's client.
    pub service_client_secret: String,
    /// Login name of the demo person.
    pub person_username: String,
    /// Password of the demo person. Empty: it is neither seeded nor shown.
    pub person_password: String,
    /// The command that starts the issuer, named when the issuer cannot be reached.
    pub start_command: String,
}

impl DemoConfig {
    /// The demo at `public_url` with its usual names: `demo-app`, `demo-api`, `demo-service`
    /// and the person `ada`.
    pub fn new(issuer: &str, public_url: &str, secrets: DemoSecrets) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self {
            issuer: issuer.to_owned(),
            client_id: "demo-app".to_owned(),
            client_secret: secrets.app,
            api_resource: format!("{public_url}/api"),
            api_client_id: "demo-api".to_owned(),
            api_client_secret: secrets.api,
            reports_resource: format!("{public_url}/reports"),
            service_client_id: "demo-service".to_owned(),
            service_client_secret: secrets.service,
            person_username: "ada".to_owned(),
            person_password: secrets.person_password,
            start_command: "chancery dev".to_owned(),
            public_url,
        }
    }

    /// Where the code comes back to.
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.public_url)
    }

    /// Where the browser comes back to after signing out.
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/", self.public_url)
    }

    /// Where the issuer announces that a session has ended.
    pub fn backchannel_logout_uri(&self) -> String {
        format!("{}/backchannel-logout", self.public_url)
    }

    /// The only address that the two APIs know of the issuer.
    pub fn jwks_uri(&self) -> String {
        format!("{}/.well-known/jwks.json", self.issuer_base())
    }

    /// The issuer's token endpoint, for the APIs and the printed `curl` lines.
    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}/oauth2/token", self.issuer_base())
    }

    /// The issuer's introspection endpoint, for the printed `curl` lines.
    pub(crate) fn introspection_endpoint(&self) -> String {
        format!("{}/oauth2/introspect", self.issuer_base())
    }

    fn issuer_base(&self) -> &str {
        self.issuer.trim_end_matches('/')
    }
}
