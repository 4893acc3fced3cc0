//! Who somebody is here that a provider speaks of. One decision, on facts alone.
//!
//! Issuer and subject say who somebody is. An address never does: whoever gets hold of an address at some provider
//! must not get hold of the person here who has the same. It may say whom to ask, though.

use storage::id::UserId;

use super::registration::SignUp;

/// A person whom an answer may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub id: UserId,
    pub enabled: bool,
}

/// An address as the provider names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Whether the provider says that it belongs to them.
    pub verified: bool,
    /// Whether the provider speaks for its domain.
    pub authoritative: bool,
    /// Who has proven here that it is theirs.
    pub owner: Option<Person>,
}

/// All that the decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Who signs in with this account.
    pub known: Option<Person>,
    /// The address that the provider names, if it names one.
    pub address: Option<Address>,
    /// Which strangers become people.
    pub sign_up: SignUp,
    /// Who is signed in and wants this account linked.
    pub linking: Option<UserId>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// They are this person.
    SignIn(UserId),
    /// The account becomes one of this person, who asked for it.
    Link(UserId),
    /// It was one of theirs already.
    AlreadyLinked,
    /// They may be this person: they must sign in as such, and say so.
    Prove(UserId),
    /// They become a person, with or without the address.
    Create(Keep),
    /// They may not sign in.
    Disabled,
    /// Somebody else signs in with this account.
    Taken,
    /// Nobody signs in with this account, and nobody is made.
    NoAccount,
}

/// What a new person keeps of the address that the provider names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It is theirs.
    Verified,
    /// It is written down, and must be confirmed before it counts.
    Unverified,
    /// Nothing: there is none, or somebody here has proven that it is theirs.
    Nothing,
}

/// Decides.
pub(super) fn decide(facts: &Facts) -> Decision {
    if let Some(user) = facts.linking {
        return match facts.known {
            Some(known) if known.id == user => Decision::AlreadyLinked,
            Some(_) => Decision::Taken,
            None => Decision::Link(user),
        };
    }
    match (facts.known, facts.address) {
        (Some(known), _) if known.enabled => Decision::SignIn(known.id),
        (Some(_), _) => Decision::Disabled,
        (None, Some(Address { verified: true, owner: Some(owner), .. })) if owner.enabled => Decision::Prove(owner.id),
        (None, Some(Address { verified: true, owner: Some(_), .. })) => Decision::Disabled,
        (None, address) if lets_in(facts.sign_up, address) => Decision::Create(keep(address)),
        (None, _) => Decision::NoAccount,
    }
}

fn lets_in(sign_up: SignUp, address: Option<Address>) -> bool {
    match sign_up {
        SignUp::Off => false,
        SignUp::On => true,
        SignUp::Domains => address.is_some_and(|address| address.verified && address.authoritative),
    }
}

fn keep(address: Option<Address>) -> Keep {
    match address {
        Some(Address { owner: Some(_), .. }) | None => Keep::Nothing,
        Some(Address { verified: true, authoritative: true, .. }) => Keep::Verified,
        Some(_) => Keep::Unverified,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(enabled: bool) -> Person {
        Person { id: UserId::new(), enabled }
    }

    fn address(verified: bool, authoritative: bool, owner: Option<Person>) -> Option<Address> {
        Some(Address { verified, authoritative, owner })
    }

    const STRANGER: Facts = Facts { known: None, address: None, sign_up: SignUp::Off, linking: None };

    const ALL: [SignUp; 3] = [SignUp::Off, SignUp::Domains, SignUp::On];

    /// Every address that there can be.
    fn addresses() -> Vec<Option<Address>> {
        let mut all = vec![None];
        for verified in [false, true] {
            for authoritative in [false, true] {
                for owner in [None, Some(person(true)), Some(person(false))] {
                    all.push(address(verified, authoritative, owner));
                }
            }
        }
        all
    }

    #[test]
    fn issuer_and_subject_alone_say_who_somebody_is() {
        for address in addresses() {
            for sign_up in ALL {
                let facts = |known| Facts { known: Some(known), address, sign_up, linking: None };
                let (known, disabled) = (person(true), person(false));
                assert_eq!(decide(&facts(known)), Decision::SignIn(known.id), "whatever the address: {address:?}");
                assert_eq!(decide(&facts(disabled)), Decision::Disabled);
                // Without a link nobody is signed in, whatever the provider says.
                let unknown = decide(&Facts { known: None, address, sign_up, linking: None });
                assert!(!matches!(unknown, Decision::SignIn(_) | Decision::Link(_)), "{address:?}: {unknown:?}");
            }
        }
    }

    #[test]
    fn the_owner_of_a_verified_address_is_asked_first() {
        let (owner, disabled) = (person(true), person(false));
        for sign_up in ALL {
            for authoritative in [false, true] {
                let facts = |owner| Facts { address: address(true, authoritative, Some(owner)), sign_up, ..STRANGER };
                assert_eq!(decide(&facts(owner)), Decision::Prove(owner.id));
                assert_eq!(decide(&facts(disabled)), Decision::Disabled);
            }
        }
    }

    #[test]
    fn an_unverified_address_is_nobodys() {
        let owner = Some(person(true));
        for authoritative in [false, true] {
            let unverified = address(false, authoritative, owner);
            assert_eq!(decide(&Facts { address: unverified, ..STRANGER }), Decision::NoAccount);
            let open = Facts { address: unverified, sign_up: SignUp::On, ..STRANGER };
            assert_eq!(decide(&open), Decision::Create(Keep::Nothing), "it stays its owner's");
        }
    }

    #[test]
    fn strangers_become_people_where_policy_says_so() {
        for address in [None, address(true, true, None), address(false, false, None)] {
            assert_eq!(decide(&Facts { address, ..STRANGER }), Decision::NoAccount);
        }
        for (address, keep) in [
            (None, Keep::Nothing),
            (address(true, true, None), Keep::Verified),
            (address(true, false, None), Keep::Unverified),
            (address(false, true, None), Keep::Unverified),
            (address(false, false, None), Keep::Unverified),
        ] {
            assert_eq!(
                decide(&Facts { address, sign_up: SignUp::On, ..STRANGER }),
                Decision::Create(keep),
                "{address:?}"
            );
        }
    }

    #[test]
    fn a_domain_lets_in_whom_the_provider_vouches_for() {
        for verified in [false, true] {
            for authoritative in [false, true] {
                let address = address(verified, authoritative, None);
                let decision = decide(&Facts { address, sign_up: SignUp::Domains, ..STRANGER });
                let expected =
                    if verified && authoritative { Decision::Create(Keep::Verified) } else { Decision::NoAccount };
                assert_eq!(decision, expected, "{address:?}");
            }
        }
        assert_eq!(decide(&Facts { sign_up: SignUp::Domains, ..STRANGER }), Decision::NoAccount);
    }

    #[test]
    fn linking_is_for_accounts_that_nobody_has() {
        let me = person(true);
        for address in addresses() {
            for sign_up in ALL {
                let facts = |known| Facts { known, address, sign_up, linking: Some(me.id) };
                assert_eq!(decide(&facts(None)), Decision::Link(me.id));
                assert_eq!(decide(&facts(Some(me))), Decision::AlreadyLinked);
                assert_eq!(decide(&facts(Some(person(true)))), Decision::Taken);
                assert_eq!(decide(&facts(Some(person(false)))), Decision::Taken);
            }
        }
    }
}
