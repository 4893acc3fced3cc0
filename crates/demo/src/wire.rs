//! Requests as forms, which can also be shown to a reader without their secrets.

use openidconnect::HttpResponse;

use crate::http::{Http, HttpError};

/// A form that is POSTed with client authentication.
pub(crate) struct FormRequest {
    url: String,
    client: Option<(String, String)>,
    fields: Vec<(&'static str, String)>,
    tokens: Vec<&'static str>,
}

impl FormRequest {
    pub(crate) fn post(url: &str) -> Self {
        Self { url: url.to_owned(), client: None, fields: vec![], tokens: vec![] }
    }

    /// `client_secret_basic` (RFC 6749 section 2.3.1).
    pub(crate) fn basic(mut self, client_id: &str, secret: &str) -> Self {
        self.client = Some((client_id.to_owned(), secret.to_owned()));
        self
    }

    pub(crate) fn field(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    /// A field whose value is shortened wherever the request is shown.
    pub(crate) fn token_field(mut self, name: &'static str, token: &str) -> Self {
        self.tokens.push(name);
        self.field(name, token)
    }

    pub(crate) async fn send(&self, http: &Http) -> Result<HttpResponse, HttpError> {
        let mut request = http.request(reqwest::Method::POST, &self.url).form(&self.fields);
        if let Some((client_id, secret)) = &self.client {
            request = request.basic_auth(encode(client_id), Some(encode(secret)));
        }
        http.send(request).await
    }

    /// The request as text, for reading: one line for each parameter, nothing encoded.
    pub(crate) fn shown(&self) -> String {
        let mut lines = vec![format!("POST {}", self.url)];
        if let Some((client_id, _)) = &self.client {
            lines.push(format!("Authorization: Basic {client_id}:\u{2022}\u{2022}\u{2022}\u{2022}"));
        }
        lines.push(String::new());
        for (name, value) in &self.fields {
            let value = if self.tokens.contains(name) { shorten(value) } else { value.clone() };
            lines.push(format!("{name} = {value}"));
        }
        lines.join("\n")
    }
}

/// A URL with a query, for reading: one line for each parameter, nothing encoded.
pub(crate) fn show_url(url: &url::Url) -> String {
    let mut base = url.clone();
    base.set_query(None);
    let mut lines = vec![format!("GET {base}"), String::new()];
    lines.extend(url.query_pairs().map(|(name, value)| format!("{name} = {}", shorten(&value))));
    lines.join("\n")
}

/// Enough of a long value to recognize it.
pub(crate) fn shorten(value: &str) -> String {
    if value.chars().count() <= 64 {
        return value.to_owned();
    }
    let end: String = value.chars().skip(value.chars().count() - 6).collect();
    let start: String = value.chars().take(20).collect();
    format!("{start}\u{2026}{end}")
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
