//! Codes of an authenticator app: RFC 6238 with what every app knows (SHA-1, six digits, 30 seconds).
//!
//! A code names its time step. Whoever stores the seed stores the last step that was spent, and spends a step once
//! (section 5.2).

use base64::{Engine, engine::general_purpose::STANDARD};
use qrcode::{EcLevel, QrCode, render::svg};
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Builder, Secret};
use zeroize::Zeroizing;

/// How many bytes a seed has: 160 bits, as RFC 4226 section 4 recommends.
pub const SEED: usize = 20;

/// How many digits a code has.
pub const DIGITS: usize = 6;

/// How many seconds a time step lasts.
pub const STEP: u64 = 30;

/// How many steps a clock may be off, either way.
const SKEW: u16 = 1;

/// How many characters of a name go into the URI, so that it always fits into a QR code.
const LONGEST_ISSUER: usize = 40;
const LONGEST_ACCOUNT: usize = 100;

/// The seed that a person's app and this server share.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; SEED]>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// A new seed.
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; SEED]);
        SystemRandom::new().fill(bytes.as_mut()).expect("the operating system provides randomness");
        Self(bytes)
    }

    /// A seed that was stored: 20 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The 20 bytes, to be sealed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The seed in base32 (RFC 4648), in groups of four, for people who type it into their app.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let base32 = Zeroizing::new(self.secret().to_base32());
        let mut text = Zeroizing::new(String::with_capacity(base32.len() + base32.len() / 4));
        for (index, character) in base32.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        text
    }

    /// What an app reads from the QR code, and what opens it on a phone: `otpauth://totp/ISSUER:ACCOUNT?secret=…`.
    /// Names that are too long for a code are cut.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let totp = Builder::new()
            .with_secret(self.secret())
            .with_issuer(Some(label(issuer, LONGEST_ISSUER)))
            .with_account_name(label(account, LONGEST_ACCOUNT))
            .build_noncompliant();
        Zeroizing::new(totp.to_url().expect("a label is neither empty nor has a colon"))
    }

    /// The QR code of `uri` as a `data:` URI of an SVG, for the `src` of an image. It needs no style, so that a strict
    /// Content-Security-Policy shows it; its `alt` is the caller's, and `text` is there for who cannot see it.
    #[must_use]
    pub fn qr(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let uri = self.uri(issuer, account);
        let code = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::M)
            .expect("the longest labels fit into a QR code");
        // One unit a module: the page says how large it is.
        let svg = Zeroizing::new(code.render::<svg::Color<'_>>().module_dimensions(1, 1).build());
        Zeroizing::new(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg.as_bytes())))
    }

    /// The time step of `code`, where it is this seed's code at `now` (Unix time in seconds), or of one step before or
    /// after. Spaces between the digits do not matter. Digits are compared in constant time.
    ///
    /// A step counts once: whoever asks spends it, by storing it where the stored one is less.
    #[must_use]
    pub fn verify(&self, code: &str, now: u64) -> Option<u64> {
        let code = digits(code)?;
        Builder::new().with_secret(self.secret()).with_skew(SKEW).build_noncompliant().check(&code, now)
    }

    fn secret(&self) -> Secret {
        Secret::new_stack(*self.0)
    }
}

/// What was typed without the spaces that apps show, or `None` where it is not six digits.
fn digits(typed: &str) -> Option<Zeroizing<String>> {
    // Nothing that somebody should make us read.
    if typed.len() > 64 {
        return None;
    }
    let digits: Zeroizing<String> =
        Zeroizing::new(typed.chars().filter(|character| !character.is_whitespace() && *character != '-').collect());
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A name that can stand in the label of the URI: a colon would part issuer and account, nothing would be no name.
fn label(name: &str, longest: usize) -> String {
    let label: String =
        name.chars().map(|character| if character == ':' { ' ' } else { character }).take(longest).collect();
    if label.trim().is_empty() { "-".to_owned() } else { label }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The seed of RFC 6238 appendix B.
    fn seed() -> Seed {
        Seed::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238() {
        // Appendix B lists eight digits; six are their end.
        for (now, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(seed().verify(&code[2..], now), Some(now / 30), "{now}");
        }
    }

    #[test]
    fn one_step_either_way_and_no_more() {
        let (step, code) = (1_111_111_111 / 30, "050471");
        for (off, known) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let now = (step as i64 + off) as u64 * 30;
            assert_eq!(seed().verify(code, now), known.then_some(step), "{off}");
            assert_eq!(seed().verify(code, now + 29), known.then_some(step), "{off}, at its end");
        }
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(seed().verify("755224", 0), Some(0), "RFC 4226 appendix D, count 0");
        assert_eq!(seed().verify("287082", 0), Some(1));
        assert_eq!(seed().verify("000000", u64::MAX - 30), None);
    }

    #[test]
    fn spaces_do_not_matter_and_garbage_is_refused() {
        for code in ["050 471", " 050471\n", "0 5 0 4 7 1", "050\u{a0}471", "050-471"] {
            assert_eq!(seed().verify(code, 1_111_111_111), Some(1_111_111_111 / 30), "{code:?}");
        }
        let long = "0".repeat(100_000);
        for code in ["", "05047", "0504711", "+50471", "-50471", "05047\u{661}", "\u{ff10}50471", "050471a", &long] {
            assert_eq!(seed().verify(code, 1_111_111_111), None, "{code:?}");
        }
        assert_eq!(Seed::generate().verify("050471", 1_111_111_111), None, "an own seed each (but for one in 330,000)");
    }

    #[test]
    fn a_seed_is_shown_as_text_and_as_a_uri() {
        let seed = seed();
        assert_eq!(seed.text().as_str(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            seed.uri("Acme: Ltd & Söhne", "mia@example.com").as_str(),
            "otpauth://totp/Acme%20%20Ltd%20%26%20S%C3%B6hne:mia%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%20Ltd%20%26%20S%C3%B6hne"
        );
        let read = totp_rs::Totp::from_url(seed.uri("Acme", "mia").as_str()).unwrap();
        assert_eq!(read.secret().as_bytes(), seed.as_bytes());
        assert_eq!((read.issuer(), read.account_name()), (Some("Acme"), "mia"));
        assert!(seed.uri("", ":").starts_with("otpauth://totp/-:-?"));
    }

    #[test]
    fn seeds_are_160_bits_and_never_shown() {
        let seed = Seed::generate();
        assert_eq!(seed.as_bytes().len(), 20);
        assert_ne!(seed.as_bytes(), Seed::generate().as_bytes());
        assert_eq!(format!("{seed:?}"), "Seed(…)");
        assert!(Seed::from_bytes(&[0; 19]).is_none());
    }

    #[test]
    fn the_qr_code_is_an_image_without_style() {
        let qr = seed().qr("Acme", "mia@example.com");
        let svg = STANDARD.decode(qr.strip_prefix("data:image/svg+xml;base64,").unwrap()).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        assert!(svg.contains("<svg ") && svg.contains("fill=\"#fff\"") && !svg.contains("style"), "{svg}");
        // However long and foreign the names are.
        let names = "\u{1f600}".repeat(500);
        assert!(seed().qr(&names, &names).len() > qr.len());
    }
}
