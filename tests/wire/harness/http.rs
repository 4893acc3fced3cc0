//! Requests and replies. A server error fails the test, whatever the test is about.

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::HeaderMap;
use serde_json::Value;

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .expect("an HTTP client")
});

/// A client that follows nothing and remembers nothing.
pub fn client() -> &'static reqwest::Client {
    &CLIENT
}

/// Encodes pairs as a form.
pub fn form_encode<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    form: Option<Vec<(String, String)>>,
    body: Option<Vec<u8>>,
    may_be_unavailable: bool,
}

impl Call {
    /// A request to an instance.
    pub fn new(address: SocketAddr, host: &str, method: &str, path: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![("host".to_owned(), host.as_bytes().to_vec())],
            form: None,
            body: None,
            may_be_unavailable: false,
        }
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds a header, perhaps once more.
    pub fn another_header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The query.
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.path = format!("{}?{}", self.path, form_encode(pairs.iter().copied()));
        self
    }

    /// The form, encoded as it must be.
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        self.form = Some(Vec::new());
        self.also(pairs)
    }

    /// Further fields of the form.
    pub fn also(mut self, pairs: &[(&str, &str)]) -> Self {
        let form = self.form.get_or_insert_default();
        form.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// Takes fields away again.
    pub fn without(mut self, name: &str) -> Self {
        self.form.get_or_insert_default().retain(|(known, _)| known != name);
        self
    }

    /// Sets a field to another value.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).also(&[(name, value)])
    }

    /// A body as it stands.
    pub fn body(mut self, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_vec());
        self.header("content-type", content_type)
    }

    /// A form body as it stands, however it is encoded.
    pub fn raw_form(self, body: impl AsRef<[u8]>) -> Self {
        self.body("application/x-www-form-urlencoded", body)
    }

    /// Basic authentication as RFC 6749 section 2.3.1 says: form-encoded first.
    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        self.basic_as_is(&format!("{}:{}", encode(client_id), encode(secret)))
    }

    /// Basic authentication with credentials as they stand.
    pub fn basic_as_is(self, credentials: &str) -> Self {
        self.header("authorization", format!("Basic {}", STANDARD.encode(credentials)))
    }

    /// A bearer token in the header.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// 503 is among the right answers.
    pub fn may_be_unavailable(mut self) -> Self {
        self.may_be_unavailable = true;
        self
    }

    /// Sends it; a transport error is given back.
    pub async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let method = self.method.parse::<reqwest::Method>().expect("a method");
        let mut request = client().request(method, format!("http://{}{}", self.address, self.path));
        for (name, value) in self.headers {
            let name: reqwest::header::HeaderName = name.parse().expect("a header's name");
            request = request.header(name, reqwest::header::HeaderValue::from_bytes(&value).expect("a header's value"));
        }
        if let Some(body) = self.body {
            request = request.body(body);
        } else if let Some(form) = self.form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form_encode(form.iter().map(|(name, value)| (name, value))));
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let what = format!("{} {}", self.method, self.path.chars().take(200).collect::<String>());
        let reply = Reply { what, status, headers, body: response.bytes().await?.to_vec() };
        let excused = status == 503 && self.may_be_unavailable;
        assert!(status < 500 || excused, "a server error: {reply:?}");
        Ok(reply)
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        let what = format!("{} {}", self.method, self.path);
        self.try_send().await.unwrap_or_else(|error| panic!("{what}: {error:?}"))
    }
}

/// What came back.
#[derive(Clone)]
pub struct Reply {
    what: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} → {}", self.what, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value:?}")?;
        }
        write!(f, "{}", self.text().chars().take(3000).collect::<String>())
    }
}

impl Reply {
    /// A header's value; `None` if it is absent.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().expect("a header in ASCII"));
        assert!(values.next().is_none() || name == "set-cookie", "{name} came more than once: {self:?}");
        value
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; the content type must say so.
    #[track_caller]
    pub fn json(&self) -> Value {
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("application/json"), "not JSON: {self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Must be 200 with JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Must be a refusal of OAuth's kind with this status and code (RFC 6749 section 5.2), not to be stored.
    #[track_caller]
    pub fn refused(&self, status: u16, error: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["error"], error, "{self:?}");
        body
    }

    /// Must be exactly `{"active":false}`.
    #[track_caller]
    pub fn inactive(&self) {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.text(), r#"{"active":false}"#, "{self:?}");
    }

    /// Must be an active token.
    #[track_caller]
    pub fn active(&self) -> Value {
        let body = self.ok();
        assert_eq!(body["active"], true, "{self:?}");
        body
    }
}

impl Reply {
    /// Must be 401 with `invalid_token` (RFC 6750 section 3.1).
    #[track_caller]
    pub fn refused_as_token(&self) {
        assert_eq!(self.status, 401, "{self:?}");
        let challenge = self.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Bearer") && challenge.contains("error=\"invalid_token\""), "{self:?}");
    }
}
