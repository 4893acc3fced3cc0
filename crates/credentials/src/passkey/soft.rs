//! An authenticator and its browser in software, for tests: does what it is told, wrong things too.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

/// Flags of authenticator data (WebAuthn section 6.1).
pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 1 << 2;
pub(super) const BACKUP_ELIGIBLE: u8 = 1 << 3;
pub(super) const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;

/// One passkey on its device.
pub(super) struct Soft {
    pub(super) key: EcdsaKeyPair,
    pub(super) credential_id: Vec<u8>,
    pub(super) user_handle: Option<Vec<u8>>,
    pub(super) flags: u8,
    pub(super) counter: u32,
    pub(super) origin: String,
    pub(super) rp_id: String,
    pub(super) cross_origin: bool,
}

impl Soft {
    /// A device that verifies its person and does not count.
    pub(super) fn new(origin: &str, rp_id: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let mut credential_id = vec![0; 32];
        random.fill(&mut credential_id).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap(),
            credential_id,
            user_handle: None,
            flags: PRESENT | VERIFIED,
            counter: 0,
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            cross_origin: false,
        }
    }

    /// `navigator.credentials.create`, as `toJSON` writes it.
    pub(super) fn create(&mut self, options: &Value) -> Value {
        let user = options["publicKey"]["user"]["id"].as_str().unwrap();
        self.user_handle = Some(URL_SAFE_NO_PAD.decode(user).unwrap());

        let mut data = self.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key());

        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = vec![0xa3];
        object.extend(text("fmt"));
        object.extend(text("none"));
        object.extend(text("attStmt"));
        object.push(0xa0);
        object.extend(text("authData"));
        object.extend(bytes(&data));

        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.credential_id),
            "rawId": URL_SAFE_NO_PAD.encode(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "transports": ["internal", "smart-card"],
                "publicKeyAlgorithm": -7,
            },
        })
    }

    /// `navigator.credentials.get`, as `toJSON` writes it.
    pub(super) fn get(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.authenticator_data(0);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.credential_id),
            "rawId": URL_SAFE_NO_PAD.encode(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
                "userHandle": self.user_handle.as_ref().map(|handle| URL_SAFE_NO_PAD.encode(handle)),
            },
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin })
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

/// CBOR (RFC 8949): a byte string.
fn bytes(content: &[u8]) -> Vec<u8> {
    string(0x40, content)
}

/// CBOR: a text string.
fn text(content: &str) -> Vec<u8> {
    string(0x60, content.as_bytes())
}

fn string(major: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = match content.len() {
        length @ 0..24 => vec![major | u8::try_from(length).unwrap()],
        length @ 24..256 => vec![major | 24, u8::try_from(length).unwrap()],
        length => {
            let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
            vec![major | 25, high, low]
        }
    };
    encoded.extend(content);
    encoded
}
