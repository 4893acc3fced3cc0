//! Signing in with another OpenID provider.

mod account;
mod attacks;
mod fake;
mod link;
mod registration;
mod sign_in;

use crate::harness::{
    Value, World,
    browser::{Browser, Landing, Page},
    json,
    world::Person,
};

/// Two deployments that know nothing of each other: people of the second sign in to the first.
struct Pair {
    here: World,
    there: World,
}

impl Pair {
    /// The first registers the second, with these changes.
    async fn new(changes: Value) -> Self {
        Self::with(1, changes).await
    }

    /// The same, with so many instances of the first.
    async fn with(instances: usize, changes: Value) -> Self {
        let (here, there) = (World::builder().instances(instances), World::builder());
        let (here, there) = futures_util::future::join(here.start(), there.start()).await;
        let secret = "the secret of chancery at the other chancery";
        let client = json!({
            "client_id": "chancery", "client_secret": secret, "first_party": true, "scope": "openid profile email",
            "grant_types": ["authorization_code"], "redirect_uris": [here.url("/login/upstream/there/callback")],
        });
        there.home.apply(&json!({ "client": [client] })).await.ok();
        let mut upstream = json!({
            "slug": "there", "name": "Over there", "issuer": there.issuer(), "client_id": "chancery",
            "client_secret": secret, "sign_up": "on",
        });
        for (name, value) in changes.as_object().unwrap() {
            upstream[name] = value.clone();
        }
        here.home.apply(&json!({ "upstream": [upstream] })).await.ok();
        crate::harness::until("the button", crate::harness::WITHIN_A_SECOND, async || {
            let page = here.browser().open(&here.url("/login")).await.page();
            (page.has("upstream-there") || page.has("upstream-organization")).then_some(())
        })
        .await;
        Self { here, there }
    }

    /// Somebody leaves from a sign-in page here, signs in there, and is on the way back.
    async fn cross(&self, browser: &mut Browser<'_>, page: &Page, person: &Person) -> String {
        let away = browser.submit(page, "upstream-there", &[]).await.away();
        assert!(away.starts_with(self.there.issuer()), "{away}");
        self.sign_in_there(&away, person).await
    }

    /// Signs in there, in a browser of its own (which is the same one: cookies do not cross), and gives the way back.
    async fn sign_in_there(&self, address: &str, person: &Person) -> String {
        let mut over_there = self.there.browser();
        let page = over_there.open(address).await.page();
        let typed = [("username", person.username.as_str()), ("password", person.password.as_str())];
        over_there.submit(&page, "login-submit", &typed).await.away()
    }

    /// The whole way, for no application.
    async fn sign_in(&self, browser: &mut Browser<'_>, person: &Person) -> Landing {
        let page = browser.open(&self.here.url("/login")).await.page();
        let back = self.cross(browser, &page, person).await;
        browser.open(&back).await
    }

    async fn count(&self, table: &str) -> i64 {
        self.here.database.count(&format!("select count(*) from {table}")).await
    }
}
