//! What a sign-in still lacks: a pure decision on what is needed, what the person has, and what was proven.

use storage::factors::Person;

use super::Acr;

/// How strong a sign-in must be, and how strong somebody would like it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Not less than this: the policy of the server, of the client and of its scopes, and what is essential to the
    /// client.
    pub required: Acr,
    /// `acr_values`, the preferred first (OpenID Connect Core section 3.1.2.1): the first that the person can reach
    /// with what they have counts. They are never an error.
    pub preferred: Vec<Acr>,
}

/// What comes next in a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is strong enough.
    Enough,
    /// One more factor that the person has.
    Verify,
    /// A factor that reaches this must be set up first: the person has none.
    Enroll(Acr),
}

/// The strongest that a person can reach with what they have.
#[must_use]
pub fn attainable(person: &Person) -> Acr {
    if person.passkeys > 0 {
        Acr::Phr
    } else if person.has_totp {
        Acr::Aal2
    } else {
        Acr::Aal1
    }
}

/// How strong a sign-in of this person must be.
#[must_use]
pub fn target(need: &Need, person: &Person) -> Acr {
    let attainable = attainable(person);
    // Whoever set up an authenticator app wants to be asked for it. A passkey alone does not force itself on a person
    // who has a password as well.
    let own = if person.has_totp || person.require_factor { Acr::Aal2 } else { Acr::Aal1 };
    let preferred = need.preferred.iter().copied().find(|acr| *acr <= attainable).unwrap_or_default();
    need.required.max(own).max(preferred)
}

/// What comes next when `reached` was proven.
#[must_use]
pub fn next(need: &Need, person: &Person, reached: Acr) -> Step {
    let target = target(need, person);
    if reached >= target {
        Step::Enough
    } else if reached < attainable(person) {
        // First with what they have: whoever knows the password alone must not set up factors.
        Step::Verify
    } else {
        Step::Enroll(target)
    }
}

#[cfg(test)]
mod tests {
    use storage::id::UserId;

    use super::*;

    fn person(totp: bool, passkeys: i64, forced: bool) -> Person {
        Person {
            user_id: UserId::new(),
            username: "ada".to_owned(),
            name: None,
            email: None,
            email_verified: false,
            enabled: true,
            epoch: 1,
            has_password: true,
            require_factor: forced,
            has_totp: totp,
            passkeys,
            recovery_codes: 0,
            trail_key: None,
        }
    }

    fn need(required: Acr, preferred: &[Acr]) -> Need {
        Need { required, preferred: preferred.to_vec() }
    }

    #[test]
    fn every_case() {
        use Acr::{Aal1, Aal2, Phr};
        use Step::{Enough, Enroll, Verify};
        let (plain, app, key, both) =
            (person(false, 0, false), person(true, 0, false), person(false, 1, false), person(true, 2, false));
        let (forced, forced_key) = (person(false, 0, true), person(false, 1, true));
        let table: &[(Acr, &[Acr], &Person, Acr, Step)] = &[
            (Aal1, &[], &plain, Aal1, Enough),
            (Aal1, &[], &app, Aal1, Verify),
            (Aal1, &[], &app, Aal2, Enough),
            (Aal1, &[], &key, Aal1, Enough),
            (Aal1, &[], &forced, Aal1, Enroll(Aal2)),
            (Aal1, &[], &forced_key, Aal1, Verify),
            (Aal1, &[], &forced_key, Phr, Enough),
            (Aal2, &[], &plain, Aal1, Enroll(Aal2)),
            (Aal2, &[], &key, Aal1, Verify),
            (Phr, &[], &plain, Aal1, Enroll(Phr)),
            (Phr, &[], &app, Aal1, Verify),
            (Phr, &[], &app, Aal2, Enroll(Phr)),
            (Phr, &[], &both, Aal2, Verify),
            (Phr, &[], &both, Phr, Enough),
            // Preferences: the first that can be reached counts, and none of them is an error.
            (Aal1, &[Phr, Aal2], &plain, Aal1, Enough),
            (Aal1, &[Phr, Aal2], &app, Aal1, Verify),
            (Aal1, &[Phr, Aal2], &app, Aal2, Enough),
            (Aal1, &[Phr], &key, Aal1, Verify),
            (Aal1, &[Aal1, Phr], &key, Aal1, Enough),
            (Aal2, &[Aal1], &app, Aal1, Verify),
        ];
        for (index, (required, preferred, person, reached, expected)) in table.iter().enumerate() {
            assert_eq!(next(&need(*required, preferred), person, *reached), *expected, "row {index}");
        }
    }
}
