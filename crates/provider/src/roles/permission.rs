//! What an administrator may be allowed to do: a closed list, and sets of it.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal: $words:literal),+ $(,)?) => {
        /// One thing that an administrator may be allowed to do. Its name is a scope of the management API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $($(#[doc = $doc])+ $name),+
        }

        impl Permission {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name: the scope.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What it allows, in plain words, for the consent page and for documents.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words),+ }
            }
        }
    };
}

permissions! {
    /// Seeing clients: what they registered, never their secrets.
    ClientsRead = "clients:read": "See the apps and services",
    /// Making, changing, stopping and deleting clients; new secrets for them.
    ClientsWrite = "clients:write": "Change the apps and services, and give them secrets",
    /// Seeing people: names, addresses, claims, which factors they have.
    PeopleRead = "people:read": "See the people and what is known of them",
    /// Making, changing, stopping and deleting people.
    PeopleWrite = "people:write": "Change people, keep them out, delete them",
    /// Seeing where people are signed in.
    SessionsRead = "sessions:read": "See where people are signed in",
    /// Signing people out.
    SessionsWrite = "sessions:write": "Sign people out",
    /// Seeing APIs and their scopes.
    ResourcesRead = "resources:read": "See the APIs",
    /// Making, changing, stopping and deleting APIs.
    ResourcesWrite = "resources:write": "Change the APIs",
    /// Seeing upstream providers.
    UpstreamsRead = "upstreams:read": "See the providers that people sign in with",
    /// Making, changing and deleting upstream providers. Whoever speaks for a provider speaks for its people.
    UpstreamsWrite = "upstreams:write": "Change the providers that people sign in with",
    /// Seeing roles and who holds them.
    RolesRead = "roles:read": "See the roles and who holds them",
    /// Making roles and giving them, within what one holds oneself.
    RolesWrite = "roles:write": "Give and take roles",
    /// Seeing signing keys, their public halves.
    KeysRead = "keys:read": "See the signing keys",
    /// Rotating signing keys. What is signed with them is believed everywhere.
    KeysWrite = "keys:write": "Rotate the signing keys",
    /// Reading the audit trail.
    AuditRead = "audit:read": "Read the audit trail",
    /// Seeing how the server is configured, without secrets.
    SettingsRead = "settings:read": "See how the server is configured",
}

impl Permission {
    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Every permission.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Those of these names. What this version does not know is left out: it allows nothing.
    pub fn of_names<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        names.into_iter().filter_map(|name| Permission::parse(name.as_ref())).collect()
    }

    /// Whether a permission is among them.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether all of the others are among these.
    #[must_use]
    pub fn covers(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Those of either.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One after the other, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// Their names.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::as_str).collect()
    }
}

const fn bit(permission: Permission) -> u32 {
    1 << permission as u8
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | bit(permission)))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}
