//! Who may do what to whom: pure rules. Whoever asks has read the facts in the transaction of the change.
//!
//! Two rules, and all else follows. Nobody gives what they do not hold. And nobody changes a principal who can do more
//! than they can: with a person's password or address, or a client's secret or redirect URIs, one is that principal, so
//! whatever could be reached through it must be held already.

use super::{Permission, Permissions};

/// What counts at the management API: what the token's scopes say, as far as everybody who takes part holds it. For a
/// token of a client's own that is the client; for a person's it is the person and the client; for a delegated one, the
/// clients that act as well.
#[must_use]
pub fn effective(scopes: Permissions, parties: &[Permissions]) -> Permissions {
    // No party at all holds nothing.
    let held = parties.iter().copied().reduce(Permissions::and).unwrap_or_default();
    scopes.and(held)
}

/// What is lacking to change a principal who holds this.
#[must_use]
pub fn lacking_to_change(held: Permissions, principal: Permissions) -> Permissions {
    principal.without(held)
}

/// What is lacking to give a role to a principal, or to take it from them.
#[must_use]
pub fn lacking_to_grant(held: Permissions, role: Permissions, principal: Permissions) -> Permissions {
    needed(Permission::RolesWrite, role.or(principal)).without(held)
}

/// What is lacking to make a role of these permissions, or to change it from some to others.
#[must_use]
pub fn lacking_to_define(held: Permissions, before: Permissions, after: Permissions) -> Permissions {
    needed(Permission::RolesWrite, before.or(after)).without(held)
}

/// What can be reached through signing keys: everything, for whatever they sign is believed.
#[must_use]
pub fn reach_of_keys() -> Permissions {
    Permissions::all()
}

/// What can be reached through an upstream provider. It can say that it is anybody who signs in with it, and through an
/// address anybody else; so it is what the strongest of them hold.
#[must_use]
pub fn reach_of_upstreams() -> Permissions {
    Permissions::all()
}

fn needed(permission: Permission, reach: Permissions) -> Permissions {
    Permissions::from_iter([permission]).or(reach)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_permissions() -> impl Strategy<Value = Permissions> {
        prop::collection::vec(prop::sample::select(Permission::ALL), 0..Permission::ALL.len())
            .prop_map(|some| some.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nobody_grants_more_than_they_hold(
            held in any_permissions(), role in any_permissions(), principal in any_permissions(),
        ) {
            let allowed = lacking_to_grant(held, role, principal).is_empty();
            prop_assert_eq!(allowed, held.has(Permission::RolesWrite) && held.covers(role) && held.covers(principal));
            // Whatever chain of grants begins with somebody, nobody in it comes to hold more than the first.
            if allowed {
                prop_assert!(held.covers(principal.or(role)));
            }
        }

        #[test]
        fn a_chain_of_grants_never_grows(
            first in any_permissions(), roles in prop::collection::vec(any_permissions(), 0..6),
        ) {
            let mut holder = first;
            let mut reached = first;
            for role in roles {
                if lacking_to_grant(holder, role, Permissions::NONE).is_empty() {
                    holder = role;
                    reached = reached.or(role);
                }
            }
            prop_assert!(first.covers(reached));
        }

        #[test]
        fn nobody_changes_who_is_stronger(held in any_permissions(), principal in any_permissions()) {
            let lacking = lacking_to_change(held, principal);
            prop_assert_eq!(lacking.is_empty(), held.covers(principal));
            prop_assert!(held.or(lacking).covers(principal));
            prop_assert!(lacking.and(held).is_empty());
        }

        #[test]
        fn what_counts_is_held_by_all(
            scopes in any_permissions(), parties in prop::collection::vec(any_permissions(), 0..4),
        ) {
            let counts = effective(scopes, &parties);
            prop_assert!(scopes.covers(counts));
            prop_assert!(parties.iter().all(|party| party.covers(counts)));
            prop_assert!(!parties.is_empty() || counts.is_empty());
            // One more who takes part never adds anything.
            for party in &parties {
                let more: Vec<_> = parties.iter().copied().chain([*party]).collect();
                prop_assert!(counts.covers(effective(scopes, &more)));
            }
        }

        #[test]
        fn sets_are_sets(a in any_permissions(), b in any_permissions()) {
            prop_assert_eq!(a.or(b).without(b).or(a.and(b)), a);
            prop_assert_eq!(Permissions::of_names(a.names()), a);
            prop_assert!(a.or(b).covers(a) && a.covers(a.and(b)));
        }
    }

    #[test]
    fn unknown_names_allow_nothing() {
        assert_eq!(Permissions::of_names(["clients:admin", "", "*"]), Permissions::NONE);
    }

    /// The shipped roles stand in the migration; here is what they must come to.
    #[test]
    fn shipped_roles() {
        let schema = include_str!("../../../../migrations/0001_init.sql");
        let role = |name: &str| {
            let row = schema.split(&format!("('{name}', ")).nth(1).expect("the role is shipped");
            let list = row.split('{').nth(1).and_then(|rest| rest.split('}').next()).expect("a list");
            let names: Vec<&str> = list.split(',').collect();
            assert!(names.iter().all(|name| Permission::parse(name).is_some()), "{names:?}");
            Permissions::of_names(names)
        };
        let writes = |permission: &Permission| permission.as_str().ends_with(":write");
        assert_eq!(role("owner"), Permissions::all());
        assert_eq!(Permissions::all().without(role("administrator")).names(), ["keys:write"]);
        assert_eq!(role("auditor"), Permission::ALL.iter().copied().filter(|one| !writes(one)).collect());
        assert_eq!(role("support").iter().filter(writes).count(), 2);
        // An administrator manages everybody but owners.
        assert!(role("administrator").covers(role("support")) && role("administrator").covers(role("auditor")));
        assert!(!lacking_to_grant(role("administrator"), role("owner"), Permissions::NONE).is_empty());
        assert!(!lacking_to_change(role("support"), role("owner")).is_empty());
    }
}
