//! RFC 7515 appendix A.2 and A.3, RFC 8037 appendix A.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::ready;
use crate::compact::Compact;
use crate::verification::PublicKey;
use crate::{Algorithm, Jwk, Signer as _, SigningKey, VerifyError};

const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn check(jwk: Value, algorithm: Algorithm, token: &str) {
    let jwk: Jwk = serde_json::from_value(jwk).unwrap();
    assert!(jwk.algorithms().contains(&algorithm));
    let key = PublicKey::parse(&jwk).unwrap();
    let mut compact = Compact::parse(token).unwrap();
    assert_eq!(compact.header.alg, algorithm.as_str());
    assert_eq!(key.verify(algorithm, &compact), Ok(()));
    compact.signature[10] ^= 1;
    assert_eq!(key.verify(algorithm, &compact), Err(VerifyError::Signature));
}

#[test]
fn rfc_7515_a_2_rs256() {
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let jwk = json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB"
    });
    check(jwk, Algorithm::RS256, &format!("eyJhbGciOiJSUzI1NiJ9.{JOE}.{signature}"));
}

#[test]
fn rfc_7515_a_3_es256() {
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    });
    check(jwk, Algorithm::ES256, &format!("eyJhbGciOiJFUzI1NiJ9.{JOE}.{signature}"));
}

const ED25519_PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const ED25519_PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const ED25519_INPUT: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const ED25519_SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#[test]
fn rfc_8037_a_4_and_a_5_ed25519() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_PUBLIC});
    let token = format!("{ED25519_INPUT}.{ED25519_SIGNATURE}");
    check(jwk, Algorithm::EdDSA, &token);

    // The PKCS#8 frame (RFC 8410 §7) around the private key of A.1.
    let mut pkcs8 =
        vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    pkcs8.extend(URL_SAFE_NO_PAD.decode(ED25519_PRIVATE).unwrap());
    let key = SigningKey::from_pkcs8("a", Algorithm::EdDSA, &pkcs8).unwrap();
    assert_eq!(key.public_jwk().x.as_deref(), Some(ED25519_PUBLIC));
    let signature = ready(key.sign(ED25519_INPUT.as_bytes())).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(signature), ED25519_SIGNATURE);
}
