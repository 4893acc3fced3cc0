//! An authenticator app (RFC 6238), made of the RFC alone, and how a person sets one up while signing in.

use super::{
    browser::{Browser, Landing, Page},
    fixture::Person,
    flow::{Answer, Flow},
    html,
};

/// An app with one seed.
#[derive(Clone, Debug)]
pub struct Authenticator {
    seed: Vec<u8>,
}

impl Authenticator {
    /// The app that somebody sets up by typing the seed from the page.
    pub fn from_page(page: &Page) -> Self {
        let tags = html::tags(&page.reply.text());
        let shown = tags.iter().find(|tag| tag.get("id") == Some("totp-seed")).expect("the seed on the page");
        Self { seed: base32(&shown.text) }
    }

    /// The code that it shows so many time steps from now.
    pub fn code(&self, steps_ahead: i64) -> String {
        let step = super::now() / 30 + steps_ahead;
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let mac = ring::hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[19] & 0xf);
        let word = u32::from_be_bytes(mac[offset..offset + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }
}

fn base32(text: &str) -> Vec<u8> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in text.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            other => panic!("{other} is no letter of base32"),
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

/// The recovery codes that a page shows.
pub fn recovery_codes(page: &Page) -> Vec<String> {
    let tags = html::tags(&page.reply.text());
    tags.iter().filter(|tag| tag.name == "code").map(|tag| tag.text.trim().to_owned()).collect()
}

/// What a person has after setting up their second factor.
#[derive(Clone, Debug)]
pub struct Equipped {
    /// The app.
    pub app: Authenticator,
    /// The recovery codes.
    pub codes: Vec<String>,
    /// The answer to the application that asked for it.
    pub answer: Answer,
}

impl Flow<'_> {
    /// Signs in with the password alone, up to the page that comes next.
    pub async fn with_password(&self, browser: &mut Browser<'_>, person: &Person) -> Landing {
        let page = self.begin(browser).await.page();
        let typed = [("username", person.username.as_str()), ("password", &person.password)];
        browser.submit(&page, "login-submit", &typed).await
    }

    /// Signs in for the first time with a client that asks for a second factor: sets one up. The code of the present
    /// time step is spent by it.
    pub async fn equip(&self, browser: &mut Browser<'_>, person: &Person) -> Equipped {
        let page = self.with_password(browser, person).await.page();
        let app = Authenticator::from_page(&page);
        let page = browser.submit(&page, "enroll-submit", &[("code", &app.code(0))]).await.page();
        let codes = recovery_codes(&page);
        let landing = browser.submit(&page, "recovery-codes-continue", &[]).await;
        let answer = self.go_on(browser, landing, person).await;
        Equipped { app, codes, answer }
    }
}
