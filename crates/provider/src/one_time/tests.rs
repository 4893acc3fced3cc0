#![allow(clippy::unwrap_used)]

use zeroize::Zeroizing;

use super::*;

fn keys(ids: &[u8]) -> SealingKeys {
    let masters: Vec<_> = ids.iter().map(|id| (*id, Zeroizing::new([*id; 32]))).collect();
    SealingKeys::new(&masters).unwrap()
}

fn row() -> Row {
    Row {
        id: OneTimeId::new(),
        kind: Kind::SignIn.as_str().to_owned(),
        sealing_key_id: 1,
        user_id: Some(UserId::new()),
        user_epoch: Some(3),
        address: Some("ada@example.test".to_owned()),
        browser: Some(sha256(b"browser").to_vec()),
        data: Value::Null,
        wrong: 0,
        created_at: OffsetDateTime::UNIX_EPOCH,
        expires_at: OffsetDateTime::UNIX_EPOCH + Duration::from_secs(600),
        spent_at: None,
        person_stands: true,
    }
}

fn opens(keys: &SealingKeys, row: &Row, kind: Kind, token: &str) -> bool {
    decode(token).is_some_and(|(id, mac)| id == row.id && is_authentic(keys, row, kind, &mac))
}

#[test]
fn a_token_is_for_its_row_and_nothing_else() {
    let (keys, row) = (keys(&[1]), row());
    let token = Seed::of(&row).token(&keys, 1).unwrap();
    assert_eq!(token.len(), 64);
    assert!(opens(&keys, &row, Kind::SignIn, &token));
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::SignIn) {
        assert!(!opens(&keys, &row, kind, &token), "{kind:?}");
        let turned = Row { kind: kind.as_str().to_owned(), ..row.clone() };
        assert!(!opens(&keys, &turned, kind, &token), "{kind:?}");
    }
    // Whoever can write the database turns it to nobody else.
    for turned in [
        Row { user_id: Some(UserId::new()), ..row.clone() },
        Row { user_id: None, ..row.clone() },
        Row { user_epoch: Some(4), ..row.clone() },
        Row { address: Some("eve@example.test".to_owned()), ..row.clone() },
        Row { address: None, ..row.clone() },
        Row { browser: None, ..row.clone() },
        Row { sealing_key_id: 2, ..row.clone() },
        Row { id: OneTimeId::new(), ..row.clone() },
    ] {
        assert!(!opens(&keys, &turned, Kind::SignIn, &token), "{turned:?}");
        assert_ne!(Seed::of(&turned).code(&keys, key_of(&turned)), Seed::of(&row).code(&keys, 1), "{turned:?}");
    }
}

#[test]
fn anything_else_is_no_token() {
    let (keys, row) = (keys(&[1]), row());
    let token = Seed::of(&row).token(&keys, 1).unwrap();
    for bad in ["", "AAAA", &token[1..], &token[..63], &format!("{token}A"), &format!("{token}="), "é"] {
        assert!(decode(bad).is_none(), "{bad}");
    }
    for index in 0..64 {
        let mut flipped = token.clone().into_bytes();
        flipped[index] = if flipped[index] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        assert!(!opens(&keys, &row, Kind::SignIn, &flipped), "character {index}");
    }
}

#[test]
fn keys_are_rotated() {
    let row = row();
    let token = Seed::of(&row).token(&keys(&[1]), 1).unwrap();
    let rotated = keys(&[2, 1]);
    assert!(opens(&rotated, &row, Kind::SignIn, &token));
    assert_eq!(Seed::of(&row).code(&rotated, 1), Seed::of(&row).code(&keys(&[1]), 1));
    assert!(!opens(&keys(&[2]), &row, Kind::SignIn, &token));
}

#[test]
fn codes_are_digits_and_typed_as_people_do() {
    let keys = keys(&[1]);
    for _ in 0..100 {
        let code = Seed::of(&row()).code(&keys, 1).unwrap();
        assert!(code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    }
    for text in ["12345678", " 1234 5678 ", "1234-5678", "1234\u{a0}5678"] {
        assert_eq!(typed(text), "12345678");
    }
    assert!(typed(&"1".repeat(1_000_000)).len() < 100);
}

#[test]
fn how_a_link_stands() {
    let start = OffsetDateTime::UNIX_EPOCH;
    let over = |row: Row, browser: &[u8], now| match standing(row, Kind::SignIn, browser, now) {
        Standing::Over(over) => Some(over),
        Standing::Live(_) => None,
    };
    assert_eq!(over(row(), b"browser", start), None);
    assert_eq!(over(row(), b"another", start), Some(Over::OtherBrowser));
    assert_eq!(over(Row { browser: None, ..row() }, b"another", start), None);
    assert_eq!(over(row(), b"browser", start + Duration::from_secs(600)), Some(Over::Ended));
    assert_eq!(over(Row { person_stands: false, ..row() }, b"browser", start), Some(Over::Ended));
    assert_eq!(over(Row { wrong: 5, ..row() }, b"browser", start), Some(Over::Ended));
    assert_eq!(over(Row { spent_at: Some(start), ..row() }, b"browser", start), Some(Over::Spent));
}
