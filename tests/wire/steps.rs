//! Every step of every flow × what if it is skipped, repeated, swapped, or posted by someone else. A step is a form that
//! is about to be sent, with the right answers. Whatever is done with it but to send it once, from where it was asked
//! for, changes nothing; and then its owner goes on as if nothing had been.

use std::time::Duration;

use crate::harness::{
    Browser, Reply, World,
    authenticator::Authenticator,
    browser::Page,
    json, run,
    smtp::{Mail, Sink},
    unique, until,
    world::Person,
};

const NEW: &str = "seven llamas knit copper socks";

/// What must not change: everything of people but what they last did, and when.
const EFFECTS: &str = "
    select md5(string_agg(line, '|' order by line)) from (
        select concat_ws(' ', 'user', id, username, email, email_verified, password_hash, claims, enabled, epoch) line
            from user_account
        union all select concat_ws(' ', 'name', name, user_id) from login_name
        union all select concat_ws(' ', 'session', id, acr, ended_at) from auth_session
        union all select concat_ws(' ', 'grant', id, pairs, revoked_at) from grants where user_id is not null
        union all select concat_ws(' ', 'code', grant_id, spent_at) from authorization_code
        union all select concat_ws(' ', 'consent', user_id, client_key, resource, scope) from consent
        union all select concat_ws(' ', 'app', user_id) from totp
        union all select concat_ws(' ', 'recovery', user_id, digest, spent_at) from recovery_code
        union all select concat_ws(' ', 'one-time', id) from one_time where spent_at is not null) as lines";

struct Step<'w> {
    name: &'static str,
    browser: Browser<'w>,
    url: String,
    /// What the page put into the form.
    hidden: Vec<(String, String)>,
    /// The right answers.
    typed: Vec<(String, String)>,
    /// It only leads on to the next step: the proof travels sealed.
    leads_on: bool,
    /// Where the answer is the code of an app: it changes with the time.
    app: Option<(Authenticator, i64)>,
}

impl<'w> Step<'w> {
    fn of(name: &'static str, browser: Browser<'w>, page: &Page, button: &str, answers: &[(&str, &str)]) -> Self {
        let form = page.form(button);
        let answers = answers.iter().map(|(id, answer)| {
            let field = form.name_of(id).unwrap_or_else(|| panic!("{name}: no field {id} in {form:#?}"));
            (field.to_owned(), (*answer).to_owned())
        });
        let typed: Vec<_> = answers.collect();
        let mut hidden = form.fields(button);
        hidden.retain(|(field, _)| typed.iter().all(|(known, _)| known != field));
        Self { name, browser, url: page.action(&form), hidden, typed, leads_on: false, app: None }
    }

    fn leading_on(self) -> Self {
        Self { leads_on: true, ..self }
    }

    fn with(self, app: &Authenticator, ahead: i64) -> Self {
        Self { app: Some((app.clone(), ahead)), ..self }
    }

    /// The right answers of now.
    fn refreshed(mut self) -> Self {
        if let (Some((app, ahead)), [(_, code)]) = (&self.app, &mut self.typed[..]) {
            *code = app.code(*ahead);
        }
        self
    }

    fn fields(&self) -> Vec<(String, String)> {
        [self.hidden.clone(), self.typed.clone()].concat()
    }

    async fn send(&self, browser: &Browser<'w>, fields: &[(String, String)]) -> Reply {
        browser.clone().send("POST", &self.url, Some(fields)).await
    }
}

/// A deployment with everything that people may do, and somebody at each step of it.
struct House {
    world: World,
    sink: Sink,
}

impl House {
    async fn open() -> Self {
        let sink = Sink::start().await;
        let mut builder = World::builder().instances(2).setting("sign_up", "mode", "\"open\"").setting(
            "throttle",
            "free_attempts",
            "100",
        );
        for (section, key, value) in sink.settings() {
            builder = builder.setting(section, key, value);
        }
        Self { world: builder.start().await, sink }
    }

    fn address(person: &Person) -> String {
        format!("{}@example.test", person.username)
    }

    async fn mail(&self, address: &str) -> Mail {
        until("a mail", Duration::from_secs(20), async || {
            self.sink.mails().into_iter().rfind(|mail| mail.to == address)
        })
        .await
    }

    /// The sign-in page of an application's request, and what a link on it leads to.
    async fn begin<'w>(&'w self, browser: &mut Browser<'w>, link: Option<&str>) -> Page {
        let page = self.world.flow(&self.world.client("house")).scope("openid").begin(browser).await.page();
        match link {
            Some(link) => self.follow(browser, &page, link).await,
            None => page,
        }
    }

    /// Clicks on a link.
    async fn follow<'w>(&'w self, browser: &mut Browser<'w>, page: &Page, link: &str) -> Page {
        let tags = crate::harness::html::tags(&page.reply.text());
        let href = tags.iter().find(|tag| tag.get("id") == Some(link)).and_then(|tag| tag.get("href"));
        browser.open(&self.world.url(href.unwrap_or_else(|| panic!("no #{link} on {page:#?}")))).await.page()
    }

    async fn sign_in_steps(&self) -> Vec<Step<'_>> {
        let world = &self.world;
        let strict = world.add_client("house", json!({ "required_acr": "aal2" })).await;
        let strict = world.flow(&strict).scope("openid");
        let mut steps = Vec::new();

        let person = world.add_person().await;
        let mut browser = world.browser();
        let page = self.begin(&mut browser, None).await;
        let typed = [("username", person.username.as_str()), ("password", &person.password)];
        steps.push(Step::of("a password", browser, &page, "login-submit", &typed));

        let person = world.add_person().await;
        let equipped = strict.equip(&mut world.browser(), &person).await;
        let mut browser = world.browser();
        let page = strict.begin(&mut browser).await.page();
        let typed = [("username", person.username.as_str()), ("password", &person.password)];
        steps.push(Step::of("a password of two", browser, &page, "login-submit", &typed).leading_on());
        let mut browser = world.browser();
        let page = strict.with_password(&mut browser, &person).await.page();
        let code = equipped.app.code(1);
        let step = Step::of("a second factor", browser, &page, "verify-submit", &[("code", &code)]);
        steps.push(step.with(&equipped.app, 1));
        let mut browser = world.browser();
        let page = strict.with_password(&mut browser, &person).await.page();
        let page = self.follow(&mut browser, &page, "verify-with-recovery").await;
        steps.push(Step::of("a recovery code", browser, &page, "verify-submit", &[("code", &equipped.codes[0])]));

        let person = world.add_person().await;
        let mut browser = world.browser();
        let page = strict.with_password(&mut browser, &person).await.page();
        let app = Authenticator::from_page(&page);
        let step = Step::of("a factor to set up", browser, &page, "enroll-submit", &[("code", &app.code(0))]);
        steps.push(step.with(&app, 0));

        let person = world.add_person().await;
        let mut browser = world.browser();
        let shop = world.add_client("shop", json!({})).await;
        let page = world.flow(&shop).scope("openid read").with_password(&mut browser, &person).await.page();
        steps.push(Step::of("consent", browser, &page, "consent-allow", &[]));
        steps
    }

    async fn mail_steps(&self) -> Vec<Step<'_>> {
        let world = &self.world;
        let mut steps = Vec::new();

        for (name, by_link) in [("a mailed code", false), ("a mailed link", true)] {
            let person = world.add_person().await;
            let mut browser = world.browser();
            let page = self.begin(&mut browser, Some("login-mail-code")).await;
            let page = browser.submit(&page, "mail-ask-submit", &[("username", &person.username)]).await.page();
            let mail = self.mail(&Self::address(&person)).await;
            steps.push(if by_link {
                let page = browser.open(&mail.link()).await.page();
                Step::of(name, browser, &page, "link-submit", &[])
            } else {
                Step::of(name, browser, &page, "code-submit", &[("code", &mail.code())])
            });
        }

        let person = world.add_person().await;
        let mut browser = world.browser();
        let page = self.begin(&mut browser, Some("login-reset")).await;
        browser.submit(&page, "mail-ask-submit", &[("username", &person.username)]).await.page();
        let page = browser.open(&self.mail(&Self::address(&person)).await.link()).await.page();
        steps.push(Step::of("a new password", browser, &page, "new-password-submit", &[("password", NEW)]));

        let mut browser = world.browser();
        let newcomer = format!("{}@example.test", unique("n").replace('-', ""));
        let page = self.begin(&mut browser, Some("login-sign-up")).await;
        browser.submit(&page, "mail-ask-submit", &[("email", &newcomer)]).await.page();
        let page = browser.open(&self.mail(&newcomer).await.link()).await.page();
        let name = unique("n").replace('-', "")[..16].to_owned();
        steps.push(Step::of(
            "a new account",
            browser,
            &page,
            "sign-up-submit",
            &[("username", &name), ("password", NEW)],
        ));

        let person = world.add_person().await;
        let mut browser = world.signed_in(&person).await;
        let new = format!("{}@elsewhere.test", unique("n").replace('-', ""));
        let page = browser.open(&world.url("/account/email")).await.page();
        browser.submit(&page, "email-change", &[("email", &new)]).await.page();
        let page = browser.open(&self.mail(&new).await.link()).await.page();
        steps.push(Step::of("a new address", browser, &page, "link-submit", &[]));
        steps
    }

    async fn account_steps(&self) -> Vec<Step<'_>> {
        let world = &self.world;
        let mut steps = Vec::new();
        let mut at = async |name, path: &str, button: &str, answers: &[(&str, &str)]| {
            let person = world.add_person().await;
            let mut browser = world.signed_in(&person).await;
            let page = browser.open(&world.url(path)).await.page();
            let own = [("username", person.username.as_str())];
            let answers = if answers == [("username", "")] { &own[..] } else { answers };
            steps.push(Step::of(name, browser, &page, button, answers));
        };
        at("a profile", "/account/profile", "profile-save", &[("nickname", "Countess")]).await;
        at("a password to change", "/account/security/password", "password-save", &[("password", NEW)]).await;
        at("an account to delete", "/account/data/delete", "delete-confirm", &[("username", "")]).await;
        at("signing out", "/logout", "logout-confirm", &[]).await;
        let person = world.add_person().await;
        let mut browser = world.signed_in(&person).await;
        let page = browser.open(&world.url("/account/security/app")).await.page();
        let app = Authenticator::from_page(&page);
        let step = Step::of("an app to set up", browser, &page, "totp-confirm", &[("code", &app.code(0))]);
        steps.push(step.with(&app, 0));
        steps
    }

    async fn effects(&self) -> String {
        self.world.database.text(EFFECTS).await
    }

    /// Sends a form as it must not be sent. `before` is what there is.
    async fn attack(
        &self,
        what: &str,
        (step, before): (&Step<'_>, &str),
        browser: &Browser<'_>,
        fields: &[(String, String)],
    ) {
        let reply = browser.clone().send("POST", &step.url, Some(fields)).await;
        assert!(reply.status < 500, "{}, {what}: {reply:?}", step.name);
        assert_eq!(self.effects().await, before, "{}, {what}: {reply:?}", step.name);
    }
}

#[test]
fn whatever_is_done_with_a_step_but_to_take_it_changes_nothing() {
    run(async {
        let house = House::open().await;
        let mut steps = house.sign_in_steps().await;
        steps.extend(house.mail_steps().await);
        steps.extend(house.account_steps().await);
        // Whoever has the same page open elsewhere: a browser of their own, signed in as themselves.
        let stranger = house.world.signed_in(&house.world.add_person().await).await;
        let before = house.effects().await;
        for one in &steps {
            let step = (one, before.as_str());
            house.attack("without a cookie", step, &house.world.browser(), &one.fields()).await;
            house.attack("by someone else", step, &stranger, &one.fields()).await;
            house.attack("with the answers alone", step, &one.browser, &one.typed).await;
            for other in steps.iter().filter(|other| other.url != one.url) {
                let mixed = [other.hidden.clone(), one.typed.clone()].concat();
                // The other step's form, sent here: this step is skipped, or taken with a proof of something else. But
                // whoever knows a password may sign in on any request of their own browser, and the forms of one's own
                // account all bear one token: those are no mix-ups.
                if !(one.url.contains("/account/") && other.url.contains("/account/")) {
                    house.attack(other.name, step, &other.browser, &other.fields()).await;
                    if !one.url.ends_with("/login") {
                        house.attack(other.name, step, &other.browser, &mixed).await;
                    }
                }
                house.attack(other.name, step, &one.browser, &mixed).await;
            }
            for other in steps.iter().filter(|other| other.url == one.url && other.name != one.name) {
                let swapped = [other.hidden.clone(), one.typed.clone()].concat();
                house.attack(other.name, step, &one.browser, &swapped).await;
            }
        }
        for step in steps.into_iter().map(Step::refreshed) {
            let before = house.effects().await;
            let reply = step.send(&step.browser, &step.fields()).await;
            assert!(reply.status < 400, "{}: {}", step.name, crate::harness::html::text(&reply.text()));
            let after = house.effects().await;
            assert_eq!(after == before, step.leads_on, "{}: {reply:?}", step.name);
            // Once more, and on the other instance.
            for instance in [0, 1] {
                let mut browser = step.browser.clone();
                browser.instance = instance;
                house.attack("repeated", (&step, &after), &browser, &step.fields()).await;
            }
        }
    });
}
