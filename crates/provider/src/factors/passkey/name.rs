//! What a passkey is called: what its owner says, else where it seems to be kept.

use credentials::passkey::Make;
use messages::Locale;

/// The most characters that a name has.
pub const LONGEST: usize = 60;

/// Where passkeys are kept, by the make that they say they are of (AAGUID). Nothing depends on it but a name.
const MAKES: &[(Make, &str)] = &[
    (Make(0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd), "iCloud Keychain"),
    (Make(0xdd4e_c289_e01d_41c9_bb89_70fa_845d_4bf2), "iCloud Keychain"),
    (Make(0xea9b_8d66_4d01_1d21_3ce4_b6b4_8cb5_75d4), "Google Password Manager"),
    (Make(0xadce_0002_35bc_c60a_648b_0b25_f1f0_5503), "Chrome on Mac"),
    (Make(0x0898_7058_cadc_4b81_b6e1_30de_50dc_be96), "Windows Hello"),
    (Make(0x9ddd_1817_af5a_4672_a2b9_3e3d_d950_00a9), "Windows Hello"),
    (Make(0x6028_b017_b1d4_4c02_b4b3_afcd_afc9_6bb2), "Windows Hello"),
    (Make(0x5341_4d53_554e_4700_0000_0000_0000_0000), "Samsung Pass"),
    (Make(0xbada_5566_a7aa_401f_bd96_4561_9a55_120d), "1Password"),
    (Make(0xd548_826e_79b4_db40_a3d8_1111_6f7e_8349), "Bitwarden"),
    (Make(0x5311_26d6_e717_415c_9320_3d9a_a698_1239), "Dashlane"),
    (Make(0xfdb1_41b2_5d84_443e_8a35_4698_c205_a502), "KeePassXC"),
    (Make(0x5072_6f74_6f6e_5061_7373_5072_6f74_6f6e), "Proton Pass"),
    (Make(0xb84e_4048_15dc_4dd0_8640_f4f6_0813_c8af), "NordPass"),
    (Make(0xf380_9540_7f14_49c1_a8b3_8f81_3b22_5541), "Enpass"),
];

/// Systems, by a word of the `User-Agent`. The first that fits: Android says Linux, too.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// A name as it is kept; `None` when nothing is left of it.
#[must_use]
pub fn clean(typed: &str) -> Option<String> {
    let words: Vec<&str> =
        typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let name: String = words.join(" ").chars().take(LONGEST).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A name for a passkey whose owner gave none.
pub(super) fn guess(make: Option<Make>, user_agent: Option<&str>, language: Locale) -> String {
    let kept_by = MAKES.iter().find(|(known, _)| Some(*known) == make).map(|(_, name)| *name);
    let system = || SYSTEMS.iter().find(|(word, _)| user_agent.is_some_and(|said| said.contains(word)));
    match kept_by.or_else(|| system().map(|(_, name)| *name)) {
        Some(name) => name.to_owned(),
        None => language.passkey_name().to_string(),
    }
}

/// The name, with a number where the person has one of that name already.
pub(super) fn distinct(name: String, others: &[String]) -> String {
    let taken = |name: &str| others.iter().any(|other| other == name);
    if !taken(&name) {
        return name;
    }
    let stem: String = name.chars().take(LONGEST - 4).collect();
    let numbered = (2..=others.len() + 2).map(|number| format!("{stem} {number}"));
    numbered.into_iter().find(|name| !taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_one_short_line() {
        assert_eq!(clean("  My\n\tkey\u{0}chain "), Some("My key chain".to_owned()));
        assert_eq!(clean(" \u{0}\n"), None);
        assert_eq!(clean(&"é".repeat(100)).map(|name| name.chars().count()), Some(LONGEST));
        assert_eq!(clean(&format!("{} b", "a".repeat(LONGEST - 1))), Some("a".repeat(LONGEST - 1)));
    }

    #[test]
    fn a_passkey_is_called_after_where_it_is_kept() {
        let chrome = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
        let bitwarden = Make(0xd548_826e_79b4_db40_a3d8_1111_6f7e_8349);
        assert_eq!(guess(Some(bitwarden), Some(chrome), Locale::default()), "Bitwarden");
        assert_eq!(guess(Some(Make(0)), Some(chrome), Locale::default()), "Android");
        assert_eq!(guess(None, Some("curl/8"), Locale::default()), "My passkey");
    }

    #[test]
    fn the_second_one_has_a_number() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(distinct("Mac".to_owned(), &names(&["Linux"])), "Mac");
        assert_eq!(distinct("Mac".to_owned(), &names(&["Mac"])), "Mac 2");
        assert_eq!(distinct("Mac".to_owned(), &names(&["Mac", "Mac 2", "Mac 4"])), "Mac 3");
        assert!(distinct("a".repeat(LONGEST), &names(&[&"a".repeat(LONGEST)])).len() <= LONGEST);
    }
}
