//! Passwords: argon2id in PHC string format (RFC 9106), prepared as RFC 8265 section 4 says (OpaqueString),
//! so that the same password typed on two systems is the same bytes. Hashes of other kinds that came from elsewhere
//! verify too, until they are replaced.

mod imported;
pub mod strength;

use std::ops::RangeInclusive;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use precis_profiles::{OpaqueString, precis_core::profile::PrecisFastInvocation};
use zeroize::Zeroizing;

use imported::Imported;

/// How many bytes a new password may have. Checked before anything is hashed.
pub const LENGTH: RangeInclusive<usize> = 8..=256;

/// The most that an argon2 hash from elsewhere may cost to verify: 256 MiB, 16 passes, 16 lanes.
const MOST: (u32, u32, u32) = (256 * 1024, 16, 16);

/// The most bytes that the text of a hash has.
const LONGEST_HASH: usize = 512;

/// Why a password or a hash was not accepted. Never holds any part of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 bytes.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// More than 256 bytes.
    #[error("a password has at most 256 bytes")]
    TooLong,
    /// Control characters and the like (RFC 8265 section 4.2).
    #[error("a password holds no control characters")]
    Characters,
    /// Memory, passes or lanes that argon2 does not take.
    #[error("argon2 does not take these parameters")]
    Parameters,
    /// Not a hash of a kind that can be verified.
    #[error("not a hash of argon2 (as in $argon2id$v=19$m=19456,t=2,p=1$…), bcrypt, scrypt, PBKDF2 or SSHA")]
    Hash,
    /// A hash that costs more to verify than is good for the server.
    #[error(
        "the hash costs too much: at most 256 MiB, and for argon2 16 passes and 16 lanes, for bcrypt a cost of 15, \
         for PBKDF2 4,000,000 iterations"
    )]
    TooCostly,
    /// There was no memory to hash with.
    #[error("no memory to hash with")]
    OutOfMemory,
}

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for Parameters {
    /// 19 MiB, two passes, one lane: OWASP's recommendation.
    fn default() -> Self {
        Self { memory: Params::DEFAULT_M_COST, iterations: Params::DEFAULT_T_COST, parallelism: Params::DEFAULT_P_COST }
    }
}

impl Parameters {
    /// Whether argon2 takes them and a hash made with them will be verified.
    ///
    /// # Errors
    /// `Parameters`, `TooCostly`.
    pub fn check(&self) -> Result<(), PasswordError> {
        self.argon2()?;
        within_bounds(self.memory, self.iterations, self.parallelism)
    }

    fn argon2(&self) -> Result<Argon2<'static>, PasswordError> {
        let params =
            Params::new(self.memory, self.iterations, self.parallelism, None).map_err(|_| PasswordError::Parameters)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

fn within_bounds(memory: u32, iterations: u32, parallelism: u32) -> Result<(), PasswordError> {
    let (most_memory, most_iterations, most_parallelism) = MOST;
    if memory > most_memory || iterations > most_iterations || parallelism > most_parallelism {
        return Err(PasswordError::TooCostly);
    }
    Ok(())
}

/// Whether `password` may be chosen as a new password.
///
/// # Errors
/// `TooShort`, `TooLong`, `Characters`.
pub fn check(password: &str) -> Result<(), PasswordError> {
    prepare(password).map(drop)
}

/// Whether `hash` is one that `verify` can work with, at bearable cost: argon2, bcrypt, scrypt, PBKDF2 or salted SHA,
/// as PHC string or as passlib, Django and LDAP write them.
///
/// # Errors
/// `Hash`, `TooCostly`.
pub fn check_hash(hash: &str) -> Result<(), PasswordError> {
    parse(hash).map(drop)
}

/// Hashes a new password with a random salt. Takes some 20 ms and `parameters.memory` KiB.
///
/// # Errors
/// What `check` says; `Parameters`; `OutOfMemory`.
pub fn hash(password: &str, parameters: &Parameters) -> Result<String, PasswordError> {
    let prepared = prepare(password)?;
    let hash: PasswordHash =
        parameters.argon2()?.hash_password(prepared.as_bytes()).map_err(|_| PasswordError::OutOfMemory)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed. Costs what the hash was made with; nothing where the
/// password is empty or longer than can be chosen, and twice as much where preparing changes it.
///
/// # Errors
/// `Hash` and `TooCostly` for a hash that cannot be worked with, `OutOfMemory`.
pub fn verify(password: &str, hash: &str) -> Result<bool, PasswordError> {
    let hash = parse(hash)?;
    // A hash that was brought along may be of a shorter password than can be chosen here.
    if password.is_empty() || password.len() > *LENGTH.end() {
        return Ok(false);
    }
    let prepared = OpaqueString::enforce(password).ok().map(|prepared| Zeroizing::new(prepared.into_owned()));
    if let Some(prepared) = &prepared
        && hash.verify(prepared.as_bytes())?
    {
        return Ok(true);
    }
    // Where it was made, nobody may have prepared what was typed.
    if prepared.as_deref().is_some_and(|prepared| prepared == password) {
        Ok(false)
    } else {
        hash.verify(password.as_bytes())
    }
}

/// Costs what a hash made with `parameters` costs beyond this one, so that an account with a cheaper hash does not
/// answer sooner than one that does not exist. Nothing where `verify` cost nothing, or as much already.
pub fn make_up(password: &str, phc: &str, parameters: &Parameters) {
    let Some(missing) = missing(phc, parameters) else { return };
    if !password.is_empty() && !matches!(prepare(password), Err(PasswordError::TooLong | PasswordError::Characters)) {
        let mut out = Zeroizing::new([0; 32]);
        // What comes out does not matter, nor whether there was memory for it.
        let _ = missing.argon2().map(|argon2| argon2.hash_password_into(b"nobody's", b"any salt", &mut *out));
    }
}

/// Parameters that cost the difference: the work is the memory times the passes.
fn missing(phc: &str, parameters: &Parameters) -> Option<Parameters> {
    let hash = PasswordHash::new(phc).ok()?;
    let found = Params::try_from(&hash).ok()?;
    let work = |memory: u32, iterations: u32| u64::from(memory) * u64::from(iterations);
    let missing = work(parameters.memory, parameters.iterations).checked_sub(work(found.m_cost(), found.t_cost()))?;
    let memory = u32::try_from(missing / u64::from(parameters.iterations)).ok()?;
    let missing = Parameters { memory, ..*parameters };
    missing.argon2().is_ok().then_some(missing)
}

/// Whether a hash is of another kind or was made with other parameters than these, and should be made anew at the
/// next sign-in.
#[must_use]
pub fn is_outdated(hash: &str, parameters: &Parameters) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return true;
    };
    let Ok(found) = Params::try_from(&hash) else {
        return true;
    };
    let current = hash.algorithm.as_str() == "argon2id" && hash.version == Some(Version::V0x13.into());
    let found = Parameters { memory: found.m_cost(), iterations: found.t_cost(), parallelism: found.p_cost() };
    !current || found != *parameters
}

/// A hash that can be verified.
enum Hash<'a> {
    Argon2(Box<PasswordHash>),
    Imported(Imported<'a>),
}

impl Hash<'_> {
    fn verify(&self, password: &[u8]) -> Result<bool, PasswordError> {
        match self {
            Self::Argon2(hash) => match Argon2::default().verify_password(password, hash.as_ref()) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(_) => Err(PasswordError::OutOfMemory),
            },
            Self::Imported(hash) => Ok(hash.verify(password)),
        }
    }
}

fn parse(text: &str) -> Result<Hash<'_>, PasswordError> {
    if text.len() > LONGEST_HASH {
        return Err(PasswordError::Hash);
    }
    // Django writes its own name of the kind before these.
    let text = ["argon2", "bcrypt$"]
        .iter()
        .find_map(|name| text.strip_prefix(name))
        .filter(|rest| rest.starts_with("$argon2") || rest.starts_with("$2"))
        .unwrap_or(text);
    if let Some(imported) = Imported::parse(text)? {
        return Ok(Hash::Imported(imported));
    }
    let hash = PasswordHash::new(text).map_err(|_| PasswordError::Hash)?;
    let known = matches!(hash.algorithm.as_str(), "argon2id" | "argon2i" | "argon2d");
    if !known || hash.salt.is_none() || hash.hash.is_none() {
        return Err(PasswordError::Hash);
    }
    let params = Params::try_from(&hash).map_err(|_| PasswordError::Hash)?;
    within_bounds(params.m_cost(), params.t_cost(), params.p_cost())?;
    Ok(Hash::Argon2(Box::new(hash)))
}

fn prepare(password: &str) -> Result<Zeroizing<String>, PasswordError> {
    // First of all, so that nobody makes us normalize a megabyte.
    if password.len() > *LENGTH.end() {
        return Err(PasswordError::TooLong);
    }
    let prepared = OpaqueString::enforce(password)
        .map(|prepared| Zeroizing::new(prepared.into_owned()))
        .map_err(|_| if password.is_empty() { PasswordError::TooShort } else { PasswordError::Characters })?;
    if prepared.len() < *LENGTH.start() {
        return Err(PasswordError::TooShort);
    }
    if prepared.len() > *LENGTH.end() {
        return Err(PasswordError::TooLong);
    }
    Ok(prepared)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const CHEAP: Parameters = Parameters { memory: 64, iterations: 1, parallelism: 1 };

    #[test]
    fn verifies_what_it_hashed() {
        let phc = hash("correct horse battery", &CHEAP).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
        assert!(verify("correct horse battery", &phc).unwrap());
        assert!(!verify("correct horse batterie", &phc).unwrap());
        assert!(!verify("", &phc).unwrap());
        assert_ne!(phc, hash("correct horse battery", &CHEAP).unwrap(), "each hash has a salt of its own");
    }

    #[test]
    fn length_is_checked_before_hashing() {
        assert_eq!(check("1234567"), Err(PasswordError::TooShort));
        assert_eq!(check(""), Err(PasswordError::TooShort));
        assert_eq!(check("12345678"), Ok(()));
        assert_eq!(check(&"x".repeat(256)), Ok(()));
        assert_eq!(check(&"x".repeat(257)), Err(PasswordError::TooLong));
        assert_eq!(check("line\nbreak"), Err(PasswordError::Characters));
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_password() {
        let phc = hash("caf\u{e9} au lait", &CHEAP).unwrap();
        assert!(verify("cafe\u{301} au lait", &phc).unwrap());
        assert!(verify("caf\u{e9}\u{a0}au\u{a0}lait", &phc).unwrap(), "a no-break space is a space");
        assert!(!verify("cafe au lait", &phc).unwrap());
    }

    #[test]
    fn a_hash_from_elsewhere_is_verified_with_its_own_parameters() {
        // From the reference implementation's test suite: argon2id, m=65536, t=2, p=1, "password", "somesalt".
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(check_hash(phc), Ok(()));
        assert!(verify("password", phc).unwrap());
        assert!(is_outdated(phc, &Parameters::default()));
    }

    #[test]
    fn foreign_and_costly_hashes_are_refused() {
        assert_eq!(check_hash("password"), Err(PasswordError::Hash));
        assert_eq!(check_hash("$2b$12$abcdefghijklmnopqrstuv"), Err(PasswordError::Hash));
        assert_eq!(
            check_hash("$argon2x$v=19$m=64,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c"),
            Err(PasswordError::Hash)
        );
        assert_eq!(check_hash("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"), Err(PasswordError::Hash));
        let costly = "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(check_hash(costly), Err(PasswordError::TooCostly));
        assert_eq!(verify("password", costly), Err(PasswordError::TooCostly));
    }

    #[test]
    fn what_a_cheaper_hash_lacks() {
        let today = Parameters { memory: 4096, iterations: 3, parallelism: 1 };
        let of = |memory, iterations| {
            let parameters = Parameters { memory, iterations, parallelism: 1 };
            missing(&hash("correct horse battery", &parameters).unwrap(), &today)
        };
        assert_eq!(of(4096, 2), Some(Parameters { memory: 4096 / 3, ..today }));
        assert_eq!(of(1024, 3), Some(Parameters { memory: 3072, ..today }));
        assert_eq!(of(4096, 3), None, "nothing");
        assert_eq!(of(8192, 3), None, "it costs more already");
        make_up("correct horse battery", &hash("correct horse battery", &CHEAP).unwrap(), &today);
        make_up("correct horse battery", "not a hash", &today);
    }

    #[test]
    fn parameters_are_checked() {
        assert_eq!(Parameters::default().check(), Ok(()));
        assert_eq!(Parameters { memory: 1, ..CHEAP }.check(), Err(PasswordError::Parameters));
        assert_eq!(Parameters { iterations: 99, ..CHEAP }.check(), Err(PasswordError::TooCostly));
        let phc = hash("correct horse battery", &CHEAP).unwrap();
        assert!(!is_outdated(&phc, &CHEAP));
        assert!(is_outdated(&phc, &Parameters { iterations: 2, ..CHEAP }));
    }
}
