//! The numbers, the keys, and what the database makes of them.
#![allow(clippy::unwrap_used)]

mod database;

use zeroize::Zeroizing;

use super::*;

/// When an attacker who never pauses is let in, in seconds: what the statement in `storage` does.
fn admitted(budget: Budget, until: f64) -> Vec<f64> {
    let (mut now, mut level, mut last): (f64, f64, f64) = (0.0, 0.0, 0.0);
    let mut times = Vec::new();
    while now < until {
        level = (level - (now - last) / budget.forget).max(0.0);
        (last, level) = (now, level + 1.0);
        times.push(now);
        let over = level + 1.0 - budget.free;
        if over > 0.0 {
            now += budget.ceiling.min(budget.first * (over.ceil() - 1.0).exp2()).min(over * budget.forget);
        }
    }
    times
}

fn user() -> UserId {
    "0192f0c1-0000-7000-8000-000000000001".parse().unwrap()
}

fn plan(guess: Guess<'_>) -> Plan {
    guess.plan(&Throttle::default())
}

#[test]
fn the_waits_double_up_to_the_ceiling() {
    let times = admitted(plan(Guess::Password(Account::Known(user()))).place.unwrap(), 2.0 * HOUR);
    assert_eq!(times[9], 0.0, "ten at once");
    let waits: Vec<f64> = times[9..].windows(2).map(|pair| (pair[1] - pair[0]).round()).collect();
    assert_eq!(waits[..10], [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0]);
    assert!(waits[10..].iter().all(|wait| *wait <= 15.0 * MINUTE), "{waits:?}");
}

#[test]
fn a_day_of_guessing_passwords() {
    let plan = plan(Guess::Password(Account::Known(user())));
    let a_day = |budget: Option<Budget>| admitted(budget.unwrap(), DAY).len();
    assert!(a_day(plan.place) <= 116, "from one range: {}", a_day(plan.place));
    assert!(a_day(plan.account) <= 1480, "from everywhere: {}", a_day(plan.account));
    assert!(a_day(plan.range) <= 1000 + 8650, "at everybody: {}", a_day(plan.range));
}

/// RFC 6238 with a step to each side: three codes of a million are right.
#[test]
fn a_month_of_guessing_codes() {
    let budget = plan(Guess::SecondFactor(user())).account.unwrap();
    let first = admitted(budget, 30.0 * DAY).len();
    let second = admitted(budget, 60.0 * DAY).len() - first;
    assert!(first as f64 * 3e-6 < 1.5e-4, "{first}");
    assert!(second as f64 * 3e-6 < 1e-4, "{second}");
}

#[test]
fn nobody_waits_for_good() {
    for guess in [
        Guess::Password(Account::Known(user())),
        Guess::SecondFactor(user()),
        Guess::RecoveryCode(user()),
        Guess::MailCode(user()),
        Guess::MailTo("ada@example.test"),
        Guess::SignUp,
    ] {
        let plan = plan(guess);
        for budget in [plan.place, plan.account, plan.range].into_iter().flatten() {
            assert!(budget.ceiling <= DAY && budget.forget <= DAY && budget.free >= 1.0, "{plan:?}");
            // From one range the account as a whole never says more than the pair of both: nobody learns from
            // it whether they are known.
            assert!(budget.forget >= budget.ceiling, "the ceiling would not hold: {plan:?}");
        }
    }
}

#[test]
fn keys_tell_everything_apart() {
    let sealing = SealingKeys::new(&[(1, Zeroizing::new([1; 32]))]).unwrap();
    let other = SealingKeys::new(&[(1, Zeroizing::new([2; 32]))]).unwrap();
    let keys = [
        key(&sealing, "password", Scope::Pair, b"a", b"b"),
        key(&sealing, "password", Scope::Pair, b"ab", b""),
        key(&sealing, "password", Scope::Account, b"a", b"b"),
        key(&sealing, "mail", Scope::Pair, b"a", b"b"),
        key(&other, "password", Scope::Pair, b"a", b"b"),
    ];
    for (index, one) in keys.iter().enumerate() {
        assert!(!keys[index + 1..].contains(one), "{index}");
    }
    assert_eq!(keys[0], key(&sealing, "password", Scope::Pair, b"a", b"b"));
}

#[test]
fn a_name_is_counted_as_it_is_compared() {
    let account = |typed| Guess::Password(Account::Unknown(typed)).account();
    assert_eq!(account("Nobody"), account(" nobody "));
    assert_ne!(account("nobody"), account("no body"));
    assert_eq!(Guess::MailTo("Ada@Example.test").account(), Guess::MailTo("ada@example.test").account());
    assert_ne!(account("nobody"), Guess::Password(Account::Known(user())).account());
}

#[test]
fn addresses_share_what_one_can_have_for_the_asking() {
    let of = |text: &str| ranges(Some(text.parse().unwrap()));
    assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.254"));
    assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
    assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:ff::2"), "one /56");
    assert_ne!(of("2001:db8:0:100::1").0, of("2001:db8::1").0);
    assert_eq!(of("2001:db8:0:100::1").1, of("2001:db8::1").1, "one /48");
    assert_ne!(of("2001:db8:1::1").1, of("2001:db8::1").1);
}
