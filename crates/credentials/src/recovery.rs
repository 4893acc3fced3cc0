//! Recovery codes: what gets a person in when their device is lost. Made as a set, shown once, each spent once.
//! Whoever stores them keeps an HMAC of the normal form only.

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// How many codes a set has.
pub const CODES: usize = 10;

/// How many characters a code has: five bits each, 50 together.
const LENGTH: usize = 10;

/// Crockford's alphabet in lower case: no i, l, o or u, so that nothing is misread or means something.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new set of codes, as they are shown: `7k2qm-x90fd`. All of them differ.
///
/// # Panics
/// When the operating system gives no randomness.
#[must_use]
pub fn generate() -> Vec<Zeroizing<String>> {
    let mut codes: Vec<Zeroizing<String>> = Vec::with_capacity(CODES);
    while codes.len() < CODES {
        let code = code();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// What was typed in its one normal form, ten characters without a dash, as it is hashed: case, spaces and dashes do
/// not matter, and letters that look like digits are digits. `None` where it cannot be a code.
#[must_use]
pub fn normalize(typed: &str) -> Option<Zeroizing<String>> {
    // Longer than any way of writing a code, and nothing that somebody should make us read.
    if typed.len() > 100 {
        return None;
    }
    let mut normal = Zeroizing::new(String::with_capacity(LENGTH));
    for character in typed.chars() {
        match character.to_ascii_lowercase() {
            character if character.is_whitespace() || is_dash(character) => {}
            'o' => normal.push('0'),
            'i' | 'l' => normal.push('1'),
            character if u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte)) => normal.push(character),
            _ => return None,
        }
        if normal.len() > LENGTH {
            return None;
        }
    }
    (normal.len() == LENGTH).then_some(normal)
}

fn code() -> Zeroizing<String> {
    let mut random = Zeroizing::new([0u8; LENGTH]);
    SystemRandom::new().fill(random.as_mut()).expect("the operating system provides randomness");
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + 1));
    for (index, byte) in random.iter().enumerate() {
        if index == LENGTH / 2 {
            code.push('-');
        }
        // 256 is a multiple of 32, so that every character is as likely as the next.
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    code
}

/// Hyphens and dashes that keyboards and word processors put where one typed a minus.
fn is_dash(character: char) -> bool {
    matches!(character, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_set_is_ten_different_codes_in_two_groups() {
        let codes = generate();
        assert_eq!(codes.len(), CODES);
        assert_eq!(codes.iter().map(|code| code.as_str()).collect::<HashSet<_>>().len(), CODES);
        for code in &codes {
            let (first, second) = code.split_once('-').unwrap();
            assert_eq!((first.len(), second.len()), (5, 5), "{}", code.as_str());
            assert_eq!(*normalize(code).unwrap(), format!("{first}{second}"));
        }
    }

    #[test]
    fn every_character_of_the_alphabet_is_used() {
        let seen: HashSet<char> =
            (0..100).flat_map(|_| generate()).flat_map(|code| code.chars().collect::<Vec<_>>()).collect();
        assert_eq!(seen.len(), ALPHABET.len() + 1, "and the dash");
    }

    #[test]
    fn however_it_is_typed_it_is_the_same_code() {
        let normal = "701qm1x90f";
        for typed in ["701qm-1x90f", "7O1QM 1X90F", " 7oiqm\u{2013}lx9of\n", "701-qm1-x90f", "701qm\u{a0}Ix90f"] {
            assert_eq!(normalize(typed).as_deref().map(String::as_str), Some(normal), "{typed:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        let long = "0".repeat(101);
        let spaces = format!("{}701qm1x90f", " ".repeat(100));
        for typed in
            ["", "-", "701qm1x90", "701qm1x90f0", "701qm1x9uf", "701qm1x90\u{e9}", "7\u{ff10}1qm1x90f", &long, &spaces]
        {
            assert_eq!(normalize(typed), None, "{typed:?}");
        }
    }
}
