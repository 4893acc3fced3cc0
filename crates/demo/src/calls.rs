//! The calls that a reader can make, with either token.

use crate::{
    http::{Http, HttpError},
    sessions::{Call, CallReport, Holder},
};

impl Call {
    pub(crate) const ALL: [Self; 5] =
        [Self::ReadThings, Self::WriteThings, Self::ClearThings, Self::ReadReport, Self::PublishReport];

    /// Its name in forms.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReadThings => "read-things",
            Self::WriteThings => "write-things",
            Self::ClearThings => "clear-things",
            Self::ReadReport => "read-report",
            Self::PublishReport => "publish-report",
        }
    }

    /// The call with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }

    /// The id of its button.
    pub(crate) fn button(self) -> &'static str {
        match self {
            Self::ReadThings => "call-api-read",
            Self::WriteThings => "call-api-write",
            Self::ClearThings => "call-api-clear",
            Self::ReadReport => "call-reports-read",
            Self::PublishReport => "call-reports-publish",
        }
    }

    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::ReadThings | Self::ReadReport => "GET",
            Self::WriteThings | Self::PublishReport => "POST",
            Self::ClearThings => "DELETE",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ReadThings | Self::WriteThings | Self::ClearThings => "/api/things",
            Self::ReadReport | Self::PublishReport => "/reports",
        }
    }

    /// Which API it goes to and what it needs there.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::ReadThings => "Demo API, needs read",
            Self::WriteThings => "Demo API, needs write",
            Self::ClearThings => "Demo API, needs write and a second factor",
            Self::ReadReport => "Reports API, needs read",
            Self::PublishReport => "Reports API, needs publish",
        }
    }

    /// Makes the call with a bearer token. `base` is where the APIs are reached.
    pub(crate) async fn make(self, http: &Http, base: &str, token: &str) -> Result<CallReport, HttpError> {
        let url = format!("{base}{}", self.path());
        let request = match self {
            Self::ReadThings | Self::ReadReport => http.request(reqwest::Method::GET, &url),
            Self::WriteThings => http
                .request(reqwest::Method::POST, &url)
                .json(&serde_json::json!({ "name": "A thing from the demo app" })),
            Self::ClearThings => http.request(reqwest::Method::DELETE, &url),
            Self::PublishReport => http.request(reqwest::Method::POST, &url),
        };
        let response = http.send(request.bearer_auth(token)).await?;
        let header = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
        Ok(CallReport {
            status: response.status().as_u16(),
            reason: response.status().canonical_reason().unwrap_or_default().to_owned(),
            challenge: header(reqwest::header::WWW_AUTHENTICATE).map(str::to_owned),
            body: pretty(response.body()),
        })
    }
}

impl CallReport {
    /// What the person would have to sign in with for this call (RFC 9470 section 3), where that was the trouble.
    pub(crate) fn wanted_acr(&self) -> Option<&str> {
        let challenge = self.challenge.as_deref()?;
        if !challenge.contains("error=\"insufficient_user_authentication\"") {
            return None;
        }
        Some(challenge.split_once("acr_values=\"")?.1.split_once('"')?.0)
    }
}

impl Holder {
    /// Its name in forms.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::DemoApi => "api",
        }
    }

    /// The holder with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::App, Self::DemoApi].into_iter().find(|holder| holder.name() == name)
    }
}

/// JSON with indentation, or the text as it is.
pub(crate) fn pretty(body: &[u8]) -> String {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}
