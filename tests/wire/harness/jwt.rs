//! JWTs, seen with other eyes than the server's: decoded by hand, verified and signed with ring alone.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use ring::{
    rand::SystemRandom,
    signature::{self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use serde_json::{Value, json};

/// A JWT that was taken apart.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

/// Base64url without padding.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    B64.encode(bytes)
}

fn unb64(text: &str) -> Vec<u8> {
    B64.decode(text).unwrap_or_else(|error| panic!("no base64url ({error}): {text}"))
}

/// Takes a JWT apart; says nothing about its signature.
#[track_caller]
pub fn decode(token: &str) -> Jwt {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("no JWT: {token}") };
    let json = |part: &str| serde_json::from_slice(&unb64(part)).expect("JSON in a JWT");
    Jwt {
        header: json(header),
        claims: json(claims),
        signed: format!("{header}.{claims}"),
        signature: unb64(signature),
    }
}

/// Whether it looks like a JWT.
pub fn is_jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| B64.decode(part).is_ok_and(|bytes| !bytes.is_empty()))
}

/// Verifies a JWT with the key of a JWK Set that its `kid` names, and takes it apart.
#[track_caller]
pub fn verify(token: &str, jwks: &Value) -> Jwt {
    let jwt = decode(token);
    let kid = jwt.header["kid"].as_str().expect("a kid");
    let keys = jwks["keys"].as_array().expect("keys");
    let key = keys.iter().find(|key| key["kid"] == kid).unwrap_or_else(|| panic!("the key {kid} is not in {jwks}"));
    assert_eq!(key["alg"], jwt.header["alg"], "the key is for another algorithm");
    let bytes = |name: &str| unb64(key[name].as_str().expect("a member of the key"));
    let (message, signature) = (jwt.signed.as_bytes(), &jwt.signature);
    let verified = match jwt.header["alg"].as_str() {
        Some("RS256") => signature::RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") }.verify(
            &signature::RSA_PKCS1_2048_8192_SHA256,
            message,
            signature,
        ),
        Some("ES256") => {
            let point = [vec![4], bytes("x"), bytes("y")].concat();
            UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
        }
        Some("EdDSA") => UnparsedPublicKey::new(&signature::ED25519, bytes("x")).verify(message, signature),
        other => panic!("an algorithm that is not ours: {other:?}"),
    };
    assert!(verified.is_ok(), "the signature is wrong: {token}");
    jwt
}

/// The left half of a SHA-256, as `at_hash` says it (OpenID Connect Core section 3.1.3.6; for EdDSA with Ed25519 it
/// is SHA-512's left half).
pub fn half_hash(token: &str, alg: &str) -> String {
    let algorithm = if alg == "EdDSA" { &ring::digest::SHA512 } else { &ring::digest::SHA256 };
    let digest = ring::digest::digest(algorithm, token.as_bytes());
    b64(&digest.as_ref()[..digest.as_ref().len() / 2])
}

/// An EC key of ours.
pub struct Key(EcdsaKeyPair);

impl Key {
    /// A new one.
    pub fn generate() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key"))
    }

    /// Its public half.
    pub fn jwk(&self, kid: &str) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256", "use": "sig", "x": b64(&point[1..33]), "y": b64(&point[33..]) })
    }

    /// Signs.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", b64(signature))
    }
}

/// The first two parts.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", b64(header.to_string()), b64(claims.to_string()))
}

static CLIENT_KEY: LazyLock<Key> = LazyLock::new(Key::generate);

/// The key of the fixture's clients with `private_key_jwt`.
pub fn client_key() -> &'static Key {
    &CLIENT_KEY
}

/// Its public half, as registered.
pub fn client_jwks() -> Value {
    json!({ "keys": [CLIENT_KEY.jwk("client-key")] })
}

/// The claims of a good client assertion (RFC 7523 section 3).
pub fn assertion_claims(client_id: &str, audience: &str) -> Value {
    let now = super::now();
    json!({ "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": super::unique("jti") })
}

/// A good client assertion.
pub fn assertion(client_id: &str, audience: &str) -> String {
    assertion_of(&assertion_claims(client_id, audience))
}

/// An assertion with these claims, signed by the fixture's key.
pub fn assertion_of(claims: &Value) -> String {
    CLIENT_KEY.sign(&json!({ "alg": "ES256", "kid": "client-key", "typ": "JWT" }), claims)
}

/// What an attacker makes of a token: cut short, flipped, unsigned, signed by somebody else, dressed up.
pub fn mutilated(token: &str) -> Vec<(&'static str, String)> {
    let jwt = decode(token);
    let parts: Vec<&str> = token.split('.').collect();
    let flip = |text: &str, at: usize| {
        let mut bytes = unb64(text);
        bytes[at] ^= 1;
        b64(bytes)
    };
    let mut none = jwt.header.clone();
    none["alg"] = json!("none");
    let mut hmac = jwt.header.clone();
    hmac["alg"] = json!("HS256");
    let mut embedded = jwt.header.clone();
    let other = Key::generate();
    embedded["jwk"] = other.jwk("mine");
    embedded["alg"] = json!("ES256");
    let mut foreign = embedded.clone();
    foreign["kid"] = json!("mine");
    let mut longer = jwt.claims.clone();
    longer["exp"] = json!(super::now() + 1_000_000);
    vec![
        ("cut short", token[..token.len() - 9].to_owned()),
        ("without its last part", parts[..2].join(".")),
        ("with an empty signature", format!("{}.{}.", parts[0], parts[1])),
        ("with a flipped signature", format!("{}.{}.{}", parts[0], parts[1], flip(parts[2], 5))),
        ("with a flipped last bit of the signature", {
            let last = unb64(parts[2]).len() - 1;
            format!("{}.{}.{}", parts[0], parts[1], flip(parts[2], last))
        }),
        ("with other claims", format!("{}.{}.{}", parts[0], b64(longer.to_string()), parts[2])),
        ("with another header", format!("{}.{}.{}", b64(none.to_string()), parts[1], parts[2])),
        ("unsigned", format!("{}.", unsigned(&none, &jwt.claims))),
        ("with HS256 under a public key", {
            let signed = unsigned(&hmac, &jwt.claims);
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"public");
            format!("{signed}.{}", b64(ring::hmac::sign(&key, signed.as_bytes())))
        }),
        ("signed by a key in its own header", other.sign(&embedded, &jwt.claims)),
        ("signed by a key that nobody knows", other.sign(&foreign, &jwt.claims)),
        ("with a part too many", format!("{token}.x")),
        ("with padding", format!("{token}==")),
        ("with a space", format!("{} {}", &token[..20], &token[20..])),
        ("twice", format!("{token}{token}")),
        ("as something else entirely", "not-a-token".to_owned()),
    ]
}
