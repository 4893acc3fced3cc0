//! As much of a browser as the tests need: cookies, redirects, forms.

use std::collections::HashMap;

use axum::http::{StatusCode, header};
use openidconnect::HttpResponse;

use crate::http::Http;

pub(super) struct Browser {
    http: Http,
    base: String,
    cookies: HashMap<String, String>,
}

/// A page, after all redirects.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) url: String,
    pub(super) html: String,
}

impl Browser {
    pub(super) fn new(base: &str) -> Self {
        Self { http: Http::new().unwrap(), base: base.to_owned(), cookies: HashMap::new() }
    }

    pub(super) fn cookie(&self) -> String {
        self.cookies.values().next().cloned().unwrap_or_default()
    }

    /// One request, without following its redirect.
    pub(super) async fn step(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> HttpResponse {
        let method = if form.is_some() { reqwest::Method::POST } else { reqwest::Method::GET };
        let mut request = self.http.request(method, url);
        if url.starts_with(&self.base) {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            let cookies = cookies.collect::<Vec<_>>().join("; ");
            request = request.header(header::COOKIE, cookies);
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let response = self.http.send(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    async fn follow(&mut self, url: String, form: Option<&[(&str, &str)]>) -> Page {
        let mut url = url;
        let mut response = self.step(&url, form).await;
        while let Some(location) = response.headers().get(header::LOCATION) {
            let location = location.to_str().unwrap();
            url = url::Url::parse(&url).unwrap().join(location).unwrap().to_string();
            response = self.step(&url, None).await;
        }
        let status = response.status();
        let html = String::from_utf8(response.into_body()).unwrap();
        Page { status, url, html }
    }

    pub(super) async fn open(&mut self, path: &str) -> Page {
        self.follow(format!("{}{path}", self.base), None).await
    }

    /// Sends a form of the page with its own CSRF token.
    pub(super) async fn press(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = page.csrf();
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.follow(format!("{}{path}", self.base), Some(&fields)).await
    }
}

impl Page {
    pub(super) fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    pub(super) fn csrf(&self) -> String {
        let after = self.html.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}
