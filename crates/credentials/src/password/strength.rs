//! Whether a new password is hard enough to guess (NIST SP 800-63B section 3.1.1.2): not one of the common ones, not
//! made of the person's own words, and of the score that policy asks for (zxcvbn).
//!
//! What `password::check` says of length and characters is asked before.

use zxcvbn::matching::patterns::MatchPattern;

/// The common passwords: in lower case, sorted by byte, one a line. `common.md` says where they come from.
const COMMON: &str = include_str!("common.txt");

/// How many characters are judged: zxcvbn's time grows with the square of them, and whoever has more has enough.
const JUDGED: usize = 64;

/// What zxcvbn reads as letters: it tries all ways of reading them, whose number is a product.
const LOOKALIKES: [&str; 12] = ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];

/// How many ways of reading times squared characters one judgement may cost: about 20 ms.
const MOST_WORK: usize = 24 * JUDGED * JUDGED;

/// How many own words are looked for, and how long they may be.
const MOST_WORDS: usize = 32;
const LONGEST_WORD: usize = 64;

/// Own words shorter than this are no hint: too many passwords hold them by chance.
const SHORTEST_WORD: usize = 3;

/// The score that policy asks for where it says nothing: some 10^8 guesses, beyond guessing through this server.
pub const DEFAULT_SCORE: u8 = 3;

/// The highest score.
pub const MOST_SCORE: u8 = 4;

/// Why a password is too weak. Never holds any part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// On the list of common passwords.
    #[error("this is one of the most common passwords")]
    TooCommon,
    /// Little more than the person's name, address, or the name of the service.
    #[error("a password that is made of a name or an address is easy to guess")]
    OwnWords,
    /// Words, patterns and dates that are guessed early.
    #[error("this password is easy to guess")]
    TooGuessable,
}

/// Whether `password` is strong enough for a person whose own words (user name, mail address, name, the service's
/// name) are `words`. A `min_score` of 0 asks for nothing but what is not common; above 4 is 4.
///
/// Bounded: usually a millisecond and at most some 20, whatever the password and the words are.
///
/// # Errors
/// The first weakness that was found; common before own before guessable.
pub fn judge(password: &str, words: &[&str], min_score: u8) -> Result<(), Weakness> {
    if is_common(password) {
        return Err(Weakness::TooCommon);
    }
    let min_score = min_score.min(MOST_SCORE);
    if min_score == 0 {
        return Ok(());
    }
    let words = parts(words);
    let judged = judged(password);
    let entropy = zxcvbn::zxcvbn(&judged, &words.iter().map(String::as_str).collect::<Vec<_>>());
    if u8::from(entropy.score()) >= min_score {
        return Ok(());
    }
    let own = entropy.sequence().iter().any(|found| match &found.pattern {
        MatchPattern::Dictionary(found) => words.contains(&found.matched_word),
        _ => false,
    });
    Err(if own { Weakness::OwnWords } else { Weakness::TooGuessable })
}

/// Whether a password, in whatever case, stands on the list.
fn is_common(password: &str) -> bool {
    let wanted = password.to_lowercase();
    let list = COMMON.as_bytes();
    // Bisects the bytes: `low` and `high` are always starts of lines.
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = list[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end = list[start..].iter().position(|byte| *byte == b'\n').map_or(list.len(), |at| start + at);
        match list[start..end].cmp(wanted.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// The start of a password, as long as judging it is cheap. What is left out would only make it stronger.
fn judged(password: &str) -> String {
    let mut judged: Vec<char> = password.chars().take(JUDGED).collect();
    while judged.len() * judged.len() * readings(&judged) > MOST_WORK {
        judged.pop();
    }
    judged.into_iter().collect()
}

/// In how many ways zxcvbn reads the characters that look like letters: for each letter one of those that are there,
/// and twice as many for each that stands for two letters.
fn readings(password: &[char]) -> usize {
    let there = |character: &char| password.contains(character);
    let product: usize = LOOKALIKES.iter().map(|letter| letter.chars().filter(there).count().max(1)).product();
    let shared = ['1', '|', '7'].iter().filter(|character| there(character)).count();
    product << shared
}

/// The words as a guesser tries them: whole, without what stands between their parts, and each part.
fn parts(words: &[&str]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in words {
        let word: String = word.chars().take(LONGEST_WORD).flat_map(char::to_lowercase).collect();
        let joined: String = word.chars().filter(|character| character.is_alphanumeric()).collect();
        let pieces = word.split(|character: char| !character.is_alphanumeric()).map(str::to_owned);
        for part in [word.clone(), joined].into_iter().chain(pieces) {
            if part.chars().count() >= SHORTEST_WORD && !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts.truncate(MOST_WORDS);
    parts
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_list_is_sorted_and_each_of_its_entries_is_found() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() > 10_000, "{}", lines.len());
        assert!(lines.is_sorted_by(|left, right| left.as_bytes() < right.as_bytes()));
        for line in lines {
            assert!(line.len() >= 8 && line.to_lowercase() == line, "{line}");
            assert!(is_common(line), "{line}");
            assert!(is_common(&line.to_uppercase()), "{line}");
        }
    }

    #[test]
    fn what_is_not_on_the_list_is_not_found() {
        for password in [
            "",
            "\n",
            "!",
            "~~~~~~~~~~",
            "password\n",
            "password\npassword1",
            "correct horse battery staple",
            "\u{fffd}",
        ] {
            assert!(!is_common(password), "{password:?}");
        }
    }

    #[test]
    fn each_weakness_is_told_apart() {
        let words = ["mia.carter", "mia.carter@northwind.example", "Mia Carter", "Chancery"];
        for (password, weakness) in [
            ("password1", Some(Weakness::TooCommon)),
            ("QWERTYUIOP", Some(Weakness::TooCommon)),
            ("miacarter1", Some(Weakness::OwnWords)),
            ("Carter2024", Some(Weakness::OwnWords)),
            ("northwind!", Some(Weakness::OwnWords)),
            ("Chancery123", Some(Weakness::OwnWords)),
            ("retrac.aim", Some(Weakness::OwnWords)),
            ("aaaaaaaaaaaa", Some(Weakness::TooGuessable)),
            ("abcdefgh12", Some(Weakness::TooGuessable)),
            ("Passw0rd!!", Some(Weakness::TooGuessable)),
            ("1984-12-31", Some(Weakness::TooGuessable)),
            ("correct horse battery", None),
            ("vT7#kq0-Lw2z", None),
            ("mia carter eats seventeen plums", None),
            ("größenwahn im märz", None),
            ("在月光下跳舞的大象", None),
        ] {
            assert_eq!(judge(password, &words, DEFAULT_SCORE).err(), weakness, "{password}");
        }
        assert_eq!(judge("aaaaaaaaaaaa", &words, 0), Ok(()), "0 asks for nothing but what is not common");
        assert_eq!(judge("password1", &words, 0), Err(Weakness::TooCommon));
    }

    #[test]
    fn all_that_looks_like_letters_is_judged_by_its_start() {
        let symbols = "@4({[<369&#!1|05$7+%2".repeat(12);
        assert!((12..24).contains(&judged(&symbols).len()), "{}", judged(&symbols).len());
        assert_eq!(judge(&symbols, &[], MOST_SCORE), Ok(()));
        assert_eq!(judged(&"correct horse ".repeat(18)).len(), JUDGED);
    }

    #[test]
    fn nobody_makes_it_slow() {
        let word = "aA1!".repeat(500);
        let words: Vec<&str> = (0..500).map(|index| &word[index..]).collect();
        let long: Vec<String> = [
            "a",
            "ab",
            "aA1",
            "1",
            "1!",
            "qwerty",
            "password",
            "p4$$w0rd",
            "@4({[<369&#!1|05$7+%2",
            "0123456789",
            "1999",
            "13.12.1999",
            "\u{1f600}",
            "e\u{301}",
            "\u{130}",
            "zxcvbnmasdfghjklqwertyuiop",
            "4@8({[<36",
        ]
        .iter()
        .map(|unit| unit.repeat(256 / unit.len()))
        .collect();
        for password in &long {
            let before = Instant::now();
            let _ = judge(password, &words, MOST_SCORE);
            let took = before.elapsed();
            println!("{took:?} {}", &password.chars().take(8).collect::<String>());
            // A debug build on a busy machine; built with optimization it is a few milliseconds.
            assert!(took < Duration::from_secs(2), "{took:?} for {password}");
        }
    }
}
