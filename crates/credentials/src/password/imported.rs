//! Hashes that came from elsewhere: bcrypt, scrypt, PBKDF2 and salted SHA. They verify as they did where they were
//! made, and are replaced at the next sign-in.

use std::num::NonZeroU32;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bcrypt::HashParts;
use ring::{digest, pbkdf2};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::PasswordError;

/// The highest cost of bcrypt: some two seconds.
const MOST_BCRYPT: u32 = 15;

/// The most memory of scrypt, and the most that it may do with it: four times over.
const MOST_SCRYPT: u64 = 256 * 1024 * 1024;
const MOST_SCRYPT_WORK: u64 = 4 * MOST_SCRYPT;

/// The most iterations of PBKDF2, over all blocks of its output: some two seconds.
const MOST_PBKDF2: u64 = 4_000_000;

/// How many bytes a hash has: fewer would be met by chance, more are nobody's.
const SIZE: std::ops::RangeInclusive<usize> = 16..=64;

/// The most bytes that a salt has.
const LONGEST_SALT: usize = 128;

/// Base64 as it is found: padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A hash that is not argon2.
pub(super) enum Imported<'a> {
    /// `$2b$12$…`, also 2a and 2y.
    Bcrypt(&'a str),
    /// `$scrypt$ln=16,r=8,p=1$salt$hash`.
    Scrypt { params: scrypt::Params, salt: Vec<u8>, hash: Vec<u8> },
    /// `$pbkdf2-sha256$i=600000,l=32$salt$hash`, `$pbkdf2-sha256$29000$salt$hash` (passlib), and
    /// `pbkdf2_sha256$600000$salt$hash` (Django).
    Pbkdf2 { algorithm: pbkdf2::Algorithm, iterations: NonZeroU32, salt: Vec<u8>, hash: Vec<u8> },
    /// `{SSHA256}…`: base64 of the hash and the salt that follows it (LDAP).
    Salted { algorithm: &'static digest::Algorithm, salt: Vec<u8>, hash: Vec<u8> },
}

impl<'a> Imported<'a> {
    /// Reads a hash. `None` where it is of none of these kinds.
    pub(super) fn parse(text: &'a str) -> Result<Option<Self>, PasswordError> {
        if text.starts_with("$2") {
            return bcrypt(text).map(Some);
        }
        if let Some(rest) = text.strip_prefix('{') {
            let (scheme, encoded) = rest.split_once('}').ok_or(PasswordError::Hash)?;
            return salted(scheme, encoded).map(Some);
        }
        if let Some(rest) = text.strip_prefix("pbkdf2_") {
            return django(rest).map(Some);
        }
        let Some((kind, fields)) = text.strip_prefix('$').and_then(|rest| rest.split_once('$')) else {
            return Ok(None);
        };
        match kind {
            "scrypt" => scrypt(fields).map(Some),
            "pbkdf2" => phc_pbkdf2("sha1", fields).map(Some),
            _ => match kind.strip_prefix("pbkdf2-") {
                Some(digest) => phc_pbkdf2(digest, fields).map(Some),
                None => Ok(None),
            },
        }
    }

    /// Whether these bytes were hashed.
    pub(super) fn verify(&self, password: &[u8]) -> bool {
        // HMAC, and so PBKDF2 and scrypt, take "secret\0" for "secret", and most bcrypt even "secret\0anything".
        if password.contains(&0) {
            return false;
        }
        match self {
            // Beyond 72 bytes nothing counts: that is how such a hash was made, and ends when it is replaced.
            Self::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Self::Scrypt { params, salt, hash } => {
                let mut made = Zeroizing::new(vec![0; hash.len()]);
                scrypt::scrypt(password, salt, params, &mut made).is_ok() && made.ct_eq(hash).into()
            }
            Self::Pbkdf2 { algorithm, iterations, salt, hash } => {
                pbkdf2::verify(*algorithm, *iterations, salt, password, hash).is_ok()
            }
            Self::Salted { algorithm, salt, hash } => {
                let mut context = digest::Context::new(algorithm);
                context.update(password);
                context.update(salt);
                context.finish().as_ref().ct_eq(hash).into()
            }
        }
    }
}

fn bcrypt(text: &str) -> Result<Imported<'_>, PasswordError> {
    // 2x marks hashes of an implementation with a fault, which ours does not repeat.
    if !["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)) {
        return Err(PasswordError::Hash);
    }
    let parts: HashParts = text.parse().map_err(|_| PasswordError::Hash)?;
    match parts.get_cost() {
        ..4 => Err(PasswordError::Hash),
        4..=MOST_BCRYPT => Ok(Imported::Bcrypt(text)),
        _ => Err(PasswordError::TooCostly),
    }
}

fn scrypt<'a>(fields: &str) -> Result<Imported<'a>, PasswordError> {
    let [parameters, salt, hash] = three(fields)?;
    let (mut log_n, mut r, mut p) = (None, None, None);
    for (name, value) in named(parameters)? {
        let place = match name {
            "ln" => &mut log_n,
            "r" => &mut r,
            "p" => &mut p,
            _ => return Err(PasswordError::Hash),
        };
        if place.replace(value).is_some() {
            return Err(PasswordError::Hash);
        }
    }
    let (Some(log_n @ 1..=63), Some(r @ 1..), Some(p @ 1..)) = (log_n, r, p) else {
        return Err(PasswordError::Hash);
    };
    let memory = (1_u64 << log_n).saturating_mul(128).saturating_mul(r.into());
    if memory > MOST_SCRYPT || memory.saturating_mul(p.into()) > MOST_SCRYPT_WORK {
        return Err(PasswordError::TooCostly);
    }
    let log_n = u8::try_from(log_n).map_err(|_| PasswordError::Hash)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| PasswordError::Hash)?;
    Ok(Imported::Scrypt { params, salt: salt_of(decode(salt)?)?, hash: hash_of(decode(hash)?)? })
}

fn phc_pbkdf2<'a>(digest: &str, fields: &str) -> Result<Imported<'a>, PasswordError> {
    let [parameters, salt, hash] = three(fields)?;
    let hash = decode(hash)?;
    let iterations = if parameters.contains('=') {
        let mut iterations = None;
        for (name, value) in named(parameters)? {
            match name {
                "i" if iterations.is_none() => iterations = Some(value),
                "l" if usize::try_from(value).is_ok_and(|length| length == hash.len()) => {}
                _ => return Err(PasswordError::Hash),
            }
        }
        iterations.ok_or(PasswordError::Hash)?
    } else {
        number(parameters)?
    };
    pbkdf2(digest, iterations, decode(salt)?, hash)
}

fn django<'a>(rest: &str) -> Result<Imported<'a>, PasswordError> {
    let (digest, fields) = rest.split_once('$').ok_or(PasswordError::Hash)?;
    let [iterations, salt, hash] = three(fields)?;
    // Django's salt is the text itself.
    pbkdf2(digest, number(iterations)?, salt.as_bytes().to_vec(), decode(hash)?)
}

fn pbkdf2<'a>(digest: &str, iterations: u32, salt: Vec<u8>, hash: Vec<u8>) -> Result<Imported<'a>, PasswordError> {
    let (algorithm, block) = match digest {
        "sha1" => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
        "sha256" => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        "sha512" => (pbkdf2::PBKDF2_HMAC_SHA512, 64),
        _ => return Err(PasswordError::Hash),
    };
    let iterations = NonZeroU32::new(iterations).ok_or(PasswordError::Hash)?;
    let hash = hash_of(hash)?;
    if u64::from(iterations.get()) * hash.len().div_ceil(block) as u64 > MOST_PBKDF2 {
        return Err(PasswordError::TooCostly);
    }
    Ok(Imported::Pbkdf2 { algorithm, iterations, salt: salt_of(salt)?, hash })
}

fn salted<'a>(scheme: &str, encoded: &str) -> Result<Imported<'a>, PasswordError> {
    let algorithm = match scheme.to_ascii_uppercase().as_str() {
        "SSHA" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "SSHA256" => &digest::SHA256,
        "SSHA512" => &digest::SHA512,
        _ => return Err(PasswordError::Hash),
    };
    let mut hash = BASE64.decode(encoded).map_err(|_| PasswordError::Hash)?;
    if hash.len() < algorithm.output_len() {
        return Err(PasswordError::Hash);
    }
    let salt = salt_of(hash.split_off(algorithm.output_len()))?;
    Ok(Imported::Salted { algorithm, salt, hash })
}

fn three(fields: &str) -> Result<[&str; 3], PasswordError> {
    let fields: Vec<&str> = fields.split('$').collect();
    fields.try_into().map_err(|_| PasswordError::Hash)
}

/// `ln=16,r=8,p=1`.
fn named(parameters: &str) -> Result<Vec<(&str, u32)>, PasswordError> {
    parameters
        .split(',')
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').ok_or(PasswordError::Hash)?;
            Ok((name, number(value)?))
        })
        .collect()
}

fn number(text: &str) -> Result<u32, PasswordError> {
    if text.starts_with('+') {
        return Err(PasswordError::Hash);
    }
    text.parse().map_err(|_| PasswordError::Hash)
}

/// passlib writes a dot for a plus.
fn decode(text: &str) -> Result<Vec<u8>, PasswordError> {
    BASE64.decode(text.replace('.', "+")).map_err(|_| PasswordError::Hash)
}

fn salt_of(salt: Vec<u8>) -> Result<Vec<u8>, PasswordError> {
    if (1..=LONGEST_SALT).contains(&salt.len()) { Ok(salt) } else { Err(PasswordError::Hash) }
}

fn hash_of(hash: Vec<u8>) -> Result<Vec<u8>, PasswordError> {
    if SIZE.contains(&hash.len()) { Ok(hash) } else { Err(PasswordError::Hash) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Parameters, check_hash, is_outdated, verify};
    use super::*;

    /// "correct horse", as the reference implementations hash it: argon2-cffi, pyca's bcrypt, libxcrypt, passlib,
    /// OpenSSL through Python's hashlib, Django.
    const KNOWN: [&str; 20] = [
        "$argon2i$v=19$m=64,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$Qm5MOQ8xGOC/27E01iuaKo7ITnUYmGorBtz+/hUdo4w",
        "$argon2d$v=19$m=64,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$QQe1+FexrQZoRfHLPg93tnOb8hE6viPX1huTEYHoLbk",
        "$argon2id$v=19$m=64,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$6+dmx/14byIeFGwkqs+oktKxDzfEhWnfmJd/wMER4H8",
        "argon2$argon2id$v=19$m=64,t=2,p=1$c2Vhc2FsdDEyMzQ1$QGd+9Lzun4AJ3pIvzRRSjPtfMBMBMidjyNOpt3jxojk",
        "$2a$04$enlBZM.7.5RavUY/VR4fquzUptoCgjON3KhooWhfyNm6Oqof1PywC",
        "$2b$04$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0IK",
        "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        "bcrypt$$2b$04$/BmhirDtomBLCqgcCzikv.6to/nbDKCLH09.QAPN9t0B3zoZqjIJS",
        "$scrypt$ln=4,r=8,p=2$qDVmTCmFMCZkDAGA0Po/5w$llhqmIsMQjnGyO+4DfXYyDs88guE/P/T0JpLvWaIy/w",
        "$scrypt$ln=4,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
        "$pbkdf2$1000$da415rwXIuRcq7XWeg8BYA$oAjWdlmMA/L3matozVScjKEbhp0",
        "$pbkdf2-sha256$1000$3BuDkPK.9x5jLIWw9h4jBA$29XD.MRptR/McpZf0U5fgJfy2hH/hG9CR2PS4d.z9wo",
        "$pbkdf2-sha512$1000$i3HunZPyvrf2vjdGyPl/bw$.z77EZxxA36NbBk2Fn/wdse1c0KuhhyqaRUBfKINXvw0PGZ.ZVNfVeW1wNIGksxzk6voPPMsEdpN8T1ADfnuZA",
        "$pbkdf2-sha256$i=1000,l=32$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkBAgYmPZD28K1T/C0Ky9yC0",
        "$pbkdf2-sha512$i=1000,l=64$c2l4dGVlbiBieXRlIHNhbA$uOZ5lW9DGtljratYZBG0rKaJBoJaZ37rjV2yeFmouG+78xHWUu5ax100ucooZMdd30uEfI+d0FNbwyQwUw2Ijw",
        "pbkdf2_sha256$1000$seasalt12345$Z+nnHCjHo1EcXJHpSbmoQLbOnqBar149Gl7nrWbhwYw=",
        "pbkdf2_sha1$1000$seasalt12345$IIBWRwLWNOHN3cksOPvnmW+8wFs=",
        "{SSHA}GOhDWOXvfhrc9f3zZRRs7ekdUDeKUSoF",
        "{SSHA256}p1kXG97910yvuUMxgC3IqLpOJ5RYk49TYEM+rU1Wdnx0Tsn5f2+NEQ==",
        "{ssha512}UXWDsVKLfDEeWHyx4Hh15pQtvE2IRdrXkNfHDnyeztTe8WbXU6mVqebJJfDv6LngmPgdWVe7Q5u7TOkHEjlOD54T4rzXmhPC",
    ];

    #[test]
    fn every_kind_verifies_and_is_replaced() {
        for hash in KNOWN {
            assert_eq!(check_hash(hash), Ok(()), "{hash}");
            assert!(verify("correct horse", hash).unwrap(), "{hash}");
            for wrong in
                ["correct horsf", "correct hors", "correct horse ", "Correct horse", "correct horse\0", "", hash]
            {
                assert!(!verify(wrong, hash).unwrap(), "{wrong:?} for {hash}");
            }
            assert!(is_outdated(hash, &Parameters::default()), "{hash}");
        }
    }

    #[test]
    fn a_hash_that_was_altered_does_not_verify() {
        for hash in KNOWN {
            // The last character may carry bits that do not count; the one before the middle of the digest does.
            let at = hash.len() - 12;
            let other = if &hash[at..=at] == "A" { "B" } else { "A" };
            let altered = format!("{}{other}{}", &hash[..at], &hash[at + 1..]);
            assert!(!verify("correct horse", &altered).unwrap_or(false), "{altered}");
            // Cut anywhere, it is no hash or another one; but a short output of PBKDF2 is the start of a long one.
            let derived = hash.contains("pbkdf2") || hash.contains("scrypt$ln");
            for end in 0..hash.trim_end_matches('=').len() {
                assert!(!verify("correct horse", &hash[..end]).unwrap_or(false) || derived, "{}", &hash[..end]);
            }
        }
    }

    #[test]
    fn bcrypt_goes_on_as_it_was() {
        // 71 times x, and y; z was typed too, and did not count.
        let hash = "$2b$04$LEr3SXkUtVs07qkIYiaNdOGdvZuwsFdGQJbjHi1q.wn9Qq8FTjdqG";
        let xs = "x".repeat(71);
        assert!(verify(&format!("{xs}y"), hash).unwrap());
        assert!(verify(&format!("{xs}yz"), hash).unwrap());
        assert!(!verify(&format!("{xs}z"), hash).unwrap());
        // What hashes that end at a NUL would take for "correct horse".
        assert!(!verify("correct horse\0battery", KNOWN[5]).unwrap());
    }

    #[test]
    fn letters_count_as_they_were_hashed_or_as_they_are_prepared() {
        // Hashed without normalization: decomposed, and composed.
        let decomposed = "$2b$04$7t81iSdPgUEDWukrzQ878eJw8QGlWgJbfy.mnzmp/utGnifMwdQc2";
        let composed = "$2b$04$st9vO0aRpwhvNUXdmeW6IuV1cX9tLdt6r7gVQ4s0H5GG/8nYKCDxm";
        assert!(verify("cafe\u{301} au lait", decomposed).unwrap(), "as it was");
        assert!(!verify("caf\u{e9} au lait", decomposed).unwrap(), "what was lost cannot be found");
        assert!(verify("caf\u{e9} au lait", composed).unwrap());
        assert!(verify("cafe\u{301} au lait", composed).unwrap(), "prepared");
    }

    #[test]
    fn what_costs_too_much_is_refused() {
        for hash in [
            "$2b$16$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0IK",
            "$2b$31$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0IK",
            "$scrypt$ln=20,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=63,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=1,r=4294967295,p=4294967295$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=14,r=8,p=65$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$pbkdf2-sha256$i=4000001$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkBAgYmPZD28K1T/C0Ky9yC0",
            "$pbkdf2$1000001$c2l4dGVlbiBieXRlIHNhbA$uOZ5lW9DGtljratYZBG0rKaJBoJaZ37rjV2yeFmouG+78xHWUu5ax100ucooZMdd30uEfI+d0FNbwyQwUw2Ijw",
            "pbkdf2_sha256$4294967295$seasalt12345$Z+nnHCjHo1EcXJHpSbmoQLbOnqBar149Gl7nrWbhwYw=",
        ] {
            assert_eq!(check_hash(hash), Err(PasswordError::TooCostly), "{hash}");
            assert_eq!(verify("correct horse", hash), Err(PasswordError::TooCostly), "{hash}");
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let huge = format!("{{SSHA}}{}", "A".repeat(100_000));
        for hash in [
            "",
            "$",
            "$$",
            "{",
            "{}",
            "{SSHA}",
            "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
            "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
            "{CLEAR}correct horse",
            "$2x$04$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0IK",
            "$2b$03$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0IK",
            "$2b$04$EsWyf7NFJvF/CX7HLs37GO60Uabrp.ECKDFX/06eVOGYB9jHyS0I\u{e9}",
            "$scrypt$ln=4,r=8$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=4,r=8,p=1,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=0,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=64,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=4,r=8,p=0$c2l4dGVlbiBieXRlIHNhbA$Qqq2LFvjRY4A56yE6OrqQ/HCjyQT8tKdqe/zUj97zk8",
            "$scrypt$ln=4,r=8,p=1$c2l4dGVlbiBieXRlIHNhbA$Qqo",
            "$pbkdf2-md5$1000$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkA",
            "$pbkdf2-sha256$0$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkA",
            "$pbkdf2-sha256$i=1000,l=31$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkBAgYmPZD28K1T/C0Ky9yC0",
            "$pbkdf2-sha256$l=32$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkBAgYmPZD28K1T/C0Ky9yC0",
            "$pbkdf2-sha256$+1000$c2l4dGVlbiBieXRlIHNhbA$ME1Iv4J4X2grhY8tE/VHkA",
            "$pbkdf2-sha256$1000$$ME1Iv4J4X2grhY8tE/VHkA",
            "pbkdf2_sha256$1000$seasalt12345",
            "pbkdf2_sha256",
            "bcrypt$",
            "argon2$",
            "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
            "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/",
            &huge,
        ] {
            assert_eq!(check_hash(hash), Err(PasswordError::Hash), "{hash}");
        }
    }
}
