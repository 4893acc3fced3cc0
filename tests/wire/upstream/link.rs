//! Somebody at the provider has the address of somebody here. That alone makes them nobody.

use super::Pair;
use crate::harness::{
    browser::{Browser, Page},
    html, json, run,
    world::Person,
};

/// Follows the link of that id.
async fn follow(browser: &mut Browser<'_>, page: &Page, id: &str) -> Page {
    let tags = html::tags(&page.reply.text());
    let href = tags.iter().find(|tag| tag.get("id") == Some(id)).and_then(|tag| tag.get("href")).unwrap().to_owned();
    let url = url::Url::parse(&page.url).unwrap().join(&href).unwrap();
    browser.open(url.as_str()).await.page()
}

fn typed(person: &Person) -> [(&str, &str); 2] {
    [("username", &person.username), ("password", &person.password)]
}

#[test]
fn the_existing_person_signs_in_and_confirms() {
    run(async {
        // ada is in both deployments, with one verified address.
        let pair = Pair::new(json!({ "domains": ["example.test"] })).await;
        let ada = pair.here.person("ada");
        let mut browser = pair.here.browser();
        let page = pair.sign_in(&mut browser, &ada).await.page();
        assert!(page.has("link-sign-in") && page.text().contains("ada@example.test"), "{}", page.text());
        for table in ["spent", "upstream_account", "auth_session"] {
            assert_eq!(pair.count(table).await, 0, "{table}: nothing happened yet");
        }
        // Only ada may confirm it: the page does nothing for who is not signed in, or is somebody else.
        let link = page.url.split("link=").nth(1).unwrap().to_owned();
        let press = async |browser: &Browser<'_>| {
            let mut browser = browser.clone();
            let form = [("link".to_owned(), link.clone()), ("choice".to_owned(), "link".to_owned())];
            browser.send("POST", &pair.here.url("/login/upstream/link"), Some(&form)).await
        };
        assert!(press(&browser).await.text().contains("link-sign-in"));
        let mut bob = browser.clone();
        let login = bob.open(&pair.here.url("/login")).await.page();
        bob.submit(&login, "login-submit", &typed(&pair.here.person("bob"))).await.page();
        let reply = press(&bob).await;
        assert!(!reply.text().contains("link-confirm"), "{}", reply.text());
        assert!(bob.open(&page.url).await.page().has("link-sign-out"));
        assert_eq!(pair.count("upstream_account").await, 0, "bob cannot take it");
        // And in no other browser.
        let mut elsewhere = pair.here.signed_in(&ada).await;
        assert!(!press(&elsewhere).await.text().contains("link-confirm"));
        assert!(!elsewhere.open(&page.url).await.page().has("link-confirm"));
        assert_eq!(pair.count("upstream_account").await, 0);
        // ada signs in as always, comes back to the question, and confirms.
        let login = follow(&mut browser, &page, "link-sign-in").await;
        let question = browser.submit(&login, "login-submit", &typed(&ada)).await.page();
        assert!(question.has("link-confirm"), "{}", question.text());
        let home = browser.submit(&question, "link-confirm", &[]).await.page();
        assert!(home.text().contains("ada"), "{}", home.text());
        assert_eq!(pair.count("upstream_account").await, 1);
        // Twice does nothing more, and says so.
        assert_eq!(press(&browser).await.status, 400);
        // From now on, that account signs ada in.
        let mut next = pair.here.browser();
        let home = pair.sign_in(&mut next, &ada).await.page();
        assert!(home.text().contains("ada") && !home.has("link-sign-in"), "{}", home.text());
        let user = pair.here.command(["user", "show", "ada", "--json"]).await.ok().json();
        let owner = format!("select count(*) from upstream_account where user_id = '{}'", user["id"].as_str().unwrap());
        assert_eq!(pair.here.database.count(&owner).await, 1);
    });
}

#[test]
fn declining_links_nothing_and_the_application_still_gets_its_code() {
    run(async {
        let pair = Pair::new(json!({})).await;
        let ada = pair.here.person("ada");
        let shop = pair.here.client("house");
        let mut browser = pair.here.browser();
        let page = pair.here.flow(&shop).scope("openid").begin(&mut browser).await.page();
        let back = pair.cross(&mut browser, &page, &ada).await;
        let page = browser.open(&back).await.page();
        let login = follow(&mut browser, &page, "link-sign-in").await;
        let question = browser.submit(&login, "login-submit", &typed(&ada)).await.page();
        let landing = browser.submit(&question, "link-decline", &[]).await;
        crate::harness::flow::Answer::of(landing).code();
        assert_eq!(pair.count("upstream_account").await, 0);
    });
}
