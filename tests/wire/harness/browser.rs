//! A browser without JavaScript: keeps cookies, follows redirects, fills in forms by the ids on the page.

use std::collections::BTreeMap;

use url::Url;

use super::{
    fixture::Person,
    html::{self, Form},
    http::{Reply, form_encode},
    world::World,
};

/// A cookie as it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its value.
    pub value: String,
    /// Its attributes, in lower case: `secure`, `path=/`.
    pub attributes: Vec<String>,
}

/// A page that stands in the window.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where.
    pub url: String,
    /// As it came.
    pub reply: Reply,
}

/// Where a click led.
#[derive(Clone, Debug)]
pub enum Landing {
    /// To a page of the server.
    Page(Page),
    /// Away from the server, by a redirect.
    Away(String),
    /// Away from the server, by a form that posts itself: to where, and with what.
    Posted(String, BTreeMap<String, String>),
}

impl Landing {
    /// Must be a page.
    #[track_caller]
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            other => panic!("not a page: {other:?}"),
        }
    }

    /// Must be a redirect away.
    #[track_caller]
    pub fn away(self) -> String {
        match self {
            Self::Away(url) => url,
            other => panic!("the browser should have left: {other:?}"),
        }
    }
}

impl Page {
    /// Its text.
    pub fn text(&self) -> String {
        html::text(&self.reply.text())
    }

    /// Its heading.
    pub fn heading(&self) -> String {
        html::heading(&self.reply.text())
    }

    /// Whether an element of that id is on it.
    pub fn has(&self, id: &str) -> bool {
        html::tags(&self.reply.text()).iter().any(|tag| tag.get("id") == Some(id))
    }

    /// The form with the element of that id.
    #[track_caller]
    pub fn form(&self, id: &str) -> Form {
        let found = html::forms(&self.reply.text()).into_iter().find(|form| form.has(id));
        found.unwrap_or_else(|| panic!("no form with #{id} on {self:#?}"))
    }

    /// Where a form goes.
    #[track_caller]
    pub fn action(&self, form: &Form) -> String {
        let here = Url::parse(&self.url).expect("the page's URL");
        here.join(form.tag.get("action").unwrap_or_default()).expect("the form's action").into()
    }
}

/// One browser.
#[derive(Clone, Debug)]
pub struct Browser<'w> {
    world: &'w World,
    /// The instance that it is sent to.
    pub instance: usize,
    /// Its cookies.
    pub cookies: BTreeMap<String, Cookie>,
    /// What it says of the languages that its person reads.
    pub accept_language: String,
    /// What it says of itself.
    pub user_agent: Option<String>,
    /// Where a proxy says that it is.
    pub forwarded_for: Option<String>,
}

impl<'w> Browser<'w> {
    /// A new one.
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            instance: 0,
            cookies: BTreeMap::new(),
            accept_language: "en".to_owned(),
            user_agent: None,
            forwarded_for: None,
        }
    }

    /// The `Cookie` header.
    pub fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, cookie)| format!("{name}={}", cookie.value)).collect();
        pairs.join("; ")
    }

    /// Opens a URL of the server and follows redirects until a page or the way out.
    pub async fn open(&mut self, url: &str) -> Landing {
        let reply = self.send("GET", url, None).await;
        self.land(url.to_owned(), reply).await
    }

    /// Presses the button of that id, with these fields (by id or name) filled in.
    pub async fn submit(&mut self, page: &Page, button: &str, typed: &[(&str, &str)]) -> Landing {
        let (url, reply) = self.press(page, button, typed).await;
        self.land(url, reply).await
    }

    /// Presses the button and follows nothing. Gives the URL and the reply.
    pub async fn press(&mut self, page: &Page, button: &str, typed: &[(&str, &str)]) -> (String, Reply) {
        let form = page.form(button);
        let mut fields = form.fields(button);
        for (field, value) in typed {
            let name = form.name_of(field).unwrap_or_else(|| panic!("no field {field} in {form:#?}")).to_owned();
            fields.retain(|(known, _)| *known != name);
            fields.push((name, (*value).to_owned()));
        }
        let action = page.action(&form);
        if form.tag.get("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
            let reply = self.send("POST", &action, Some(&fields)).await;
            return (action, reply);
        }
        let mut url = Url::parse(&action).expect("an action");
        url.set_query(Some(&form_encode(fields.iter().map(|(name, value)| (name, value)))));
        let reply = self.send("GET", url.as_str(), None).await;
        (url.into(), reply)
    }

    /// Sends one request as a browser would.
    pub async fn send(&mut self, method: &str, url: &str, form: Option<&[(String, String)]>) -> Reply {
        let parsed = Url::parse(url).expect("a URL");
        let origin = parsed.origin().ascii_serialization();
        let path = &url[origin.len()..];
        let mut call = self.world.call_at(self.instance, method, path.split('#').next().unwrap_or_default());
        call =
            call.header("accept", "text/html,application/xhtml+xml").header("accept-language", &self.accept_language);
        if let Some(user_agent) = &self.user_agent {
            call = call.header("user-agent", user_agent);
        }
        if let Some(address) = &self.forwarded_for {
            call = call.header("x-forwarded-for", address);
        }
        if !self.cookies.is_empty() {
            call = call.header("cookie", self.cookie_header());
        }
        if let Some(fields) = form {
            let body = form_encode(fields.iter().map(|(name, value)| (name, value)));
            call = call.header("origin", &origin).header("sec-fetch-site", "same-origin").raw_form(body);
        }
        let reply = call.send().await;
        self.keep_cookies(&reply);
        reply
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        for line in reply.headers.get_all("set-cookie") {
            let line = line.to_str().expect("a cookie in ASCII");
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
            if attributes.iter().any(|attribute| attribute == "max-age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), Cookie { value: value.to_owned(), attributes });
            }
        }
    }

    async fn land(&mut self, mut url: String, mut reply: Reply) -> Landing {
        for _ in 0..10 {
            if !(300..400).contains(&reply.status) {
                let page = Page { url, reply };
                return self.posted(&page).unwrap_or(Landing::Page(page));
            }
            let location = reply.header("location").unwrap_or_else(|| panic!("a redirect to nowhere: {reply:?}"));
            let here = Url::parse(&url).expect("a URL");
            let next = here.join(location).unwrap_or_else(|error| panic!("{location}: {error}"));
            if next.origin() != here.origin() {
                // As it was sent: what the client compares is text.
                return Landing::Away(location.to_owned());
            }
            assert!(matches!(reply.status, 302 | 303), "a redirect that may repeat the POST: {reply:?}");
            url = next.into();
            reply = self.send("GET", &url, None).await;
        }
        panic!("redirected in circles: {reply:?}");
    }

    /// A page that is nothing but a form on its way to somebody else.
    fn posted(&self, page: &Page) -> Option<Landing> {
        if !page.reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            return None;
        }
        let form = html::forms(&page.reply.text()).into_iter().next()?;
        let action = form.tag.get("action")?.to_owned();
        let is_foreign =
            Url::parse(&action).is_ok_and(|url| url.origin() != Url::parse(&page.url).expect("a URL").origin());
        is_foreign.then(|| Landing::Posted(action, form.fields("").into_iter().collect()))
    }

    /// Signs somebody in, through an app of ours that asks nothing else.
    pub async fn sign_in(&mut self, person: &Person) {
        let flow = self.world.flow(&self.world.client("house")).scope("openid");
        let answer = flow.authorize(self, person).await;
        assert!(answer.get("code").is_some(), "no code after signing in: {answer:?}");
    }
}
