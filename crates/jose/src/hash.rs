//! Hashes of tokens inside ID tokens (OpenID Connect Core §3.1.3.6).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, SHA384, SHA512, digest};

use crate::algorithm::Algorithm;

/// `at_hash`: the left half of the access token's hash, with the hash function
/// of the algorithm that signs the ID token, base64url. Ed25519 means SHA-512.
pub fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
    let function = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => &SHA256,
        Algorithm::ES384 => &SHA384,
        Algorithm::EdDSA => &SHA512,
    };
    let hash = digest(function, access_token.as_bytes());
    let half = hash.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..half])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_connect_core_appendix_a() {
        // A.3 (response_type "id_token token") and A.4.
        assert_eq!(at_hash(Algorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        // A.4, the same function over a code (c_hash).
        assert_eq!(
            at_hash(Algorithm::RS256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn half_of_the_algorithms_hash() {
        for (algorithm, characters) in
            [(Algorithm::ES256, 22), (Algorithm::PS256, 22), (Algorithm::ES384, 32), (Algorithm::EdDSA, 43)]
        {
            assert_eq!(at_hash(algorithm, "x").len(), characters);
        }
    }
}
