//! A device that keeps a passkey, and the browser before it (WebAuthn), made of the specification alone. It does what it
//! is told, wrong things too.

use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use url::Url;

use super::{
    authenticator::recovery_codes,
    browser::{Browser, Landing, Page},
    fixture::Person,
    flow::{Answer, Flow},
    jwt::b64,
    world::World,
};

/// Flags of authenticator data (WebAuthn section 6.1).
const PRESENT: u8 = 1;
/// The device asked for PIN, finger or face.
pub const VERIFIED: u8 = 1 << 2;
/// The key may be copied to other devices.
pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
const ATTESTED: u8 = 1 << 6;

/// One passkey on its device.
#[derive(Debug)]
pub struct Device {
    key: EcdsaKeyPair,
    /// Its id.
    pub credential_id: Vec<u8>,
    /// Whose it is, once it is made.
    pub user_handle: Vec<u8>,
    /// What it says of its person.
    pub flags: u8,
    /// How often it was used; 0: it does not count.
    pub counter: u32,
    /// The origin of the page that asks.
    pub origin: String,
    /// The relying party.
    pub rp_id: String,
    /// The challenge to sign instead of the one that is asked for.
    pub challenge: Option<String>,
}

impl Device {
    /// One that verifies its person and does not count.
    pub fn new(world: &World) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let mut credential_id = vec![0; 32];
        random.fill(&mut credential_id).expect("randomness");
        let issuer = Url::parse(world.issuer()).expect("the issuer");
        Self {
            key: EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("a key"),
            credential_id,
            user_handle: Vec::new(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            origin: issuer.origin().ascii_serialization(),
            rp_id: issuer.host_str().expect("the issuer's host").to_owned(),
            challenge: None,
        }
    }

    /// `navigator.credentials.create` for the form with that button.
    pub fn create(&mut self, page: &Page, button: &str) -> String {
        let options = options(page, button);
        self.user_handle = unb64(options["publicKey"]["user"]["id"].as_str().expect("a user handle"));
        let mut data = self.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = vec![0xa3];
        for part in [text("fmt"), text("none"), text("attStmt"), vec![0xa0], text("authData"), bytes(&data)] {
            object.extend(part);
        }
        json!({
            "id": b64(&self.credential_id),
            "rawId": b64(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(self.client_data("webauthn.create", &options)),
                "attestationObject": b64(object),
                "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// `navigator.credentials.get` for the form with that button.
    pub fn get(&self, page: &Page, button: &str) -> String {
        let client_data = self.client_data("webauthn.get", &options(page, button));
        let data = self.authenticator_data(0);
        let signed = [&data, digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        json!({
            "id": b64(&self.credential_id),
            "rawId": b64(&self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(client_data),
                "authenticatorData": b64(data),
                "signature": b64(signature.as_ref()),
                "userHandle": b64(&self.user_handle),
            },
        })
        .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let asked = options["publicKey"]["challenge"].as_str().expect("a challenge");
        let challenge = self.challenge.as_deref().unwrap_or(asked);
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 section 7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
        key.extend(bytes(&point[1..33]));
        key.push(0x22);
        key.extend(bytes(&point[33..]));
        key
    }
}

/// What the page asks the browser, in the form with that button.
pub fn options(page: &Page, button: &str) -> Value {
    let form = page.form(button);
    let asked = form.tag.get("data-passkey").unwrap_or_else(|| panic!("nothing is asked: {page:#?}"));
    serde_json::from_str(asked).expect("options in JSON")
}

fn unb64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

/// CBOR (RFC 8949): a byte string.
fn bytes(content: &[u8]) -> Vec<u8> {
    string(0x40, content)
}

/// CBOR: a text string.
fn text(content: &str) -> Vec<u8> {
    string(0x60, content.as_bytes())
}

fn string(major: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = match u8::try_from(content.len()) {
        Ok(length @ 0..24) => vec![major | length],
        Ok(length) => vec![major | 24, length],
        Err(_) => panic!("too long for these tests"),
    };
    encoded.extend(content);
    encoded
}

/// What a person has after making their first passkey.
#[derive(Debug)]
pub struct Keyed {
    /// The device.
    pub device: Device,
    /// The recovery codes.
    pub codes: Vec<String>,
    /// The answer to the application that asked for it.
    pub answer: Answer,
}

impl Flow<'_> {
    /// Signs in for the first time with a client that asks for a further factor: makes a passkey.
    pub async fn make_passkey(&self, browser: &mut Browser<'_>, person: &Person, mut device: Device) -> Keyed {
        let page = self.with_password(browser, person).await.page();
        let made = device.create(&page, "enroll-passkey");
        let page = browser.submit(&page, "enroll-passkey", &[("response", &made)]).await.page();
        let codes = recovery_codes(&page);
        let landing = browser.submit(&page, "recovery-codes-continue", &[]).await;
        let answer = self.go_on(browser, landing, person).await;
        Keyed { device, codes, answer }
    }

    /// Begins, and signs in with the passkey, up to what comes next.
    pub async fn with_passkey(&self, browser: &mut Browser<'_>, device: &Device) -> Landing {
        let page = self.begin(browser).await.page();
        let answer = device.get(&page, "login-passkey");
        browser.submit(&page, "login-passkey", &[("response", &answer)]).await
    }
}
