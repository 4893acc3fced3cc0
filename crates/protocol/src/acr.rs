//! How strongly somebody proved who they are: the values of `acr`, in order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An authentication context class. A later one satisfies whoever asks for an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Acr {
    /// One factor.
    #[default]
    Aal1,
    /// Two factors.
    Aal2,
    /// A factor that cannot be phished: a passkey that verified its user (OpenID EAP ACR Values).
    Phr,
}

impl Acr {
    /// Every value, the strongest first, for metadata.
    pub const ALL: &'static [Self] = &[Self::Phr, Self::Aal2, Self::Aal1];

    /// The value as tokens say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Phr => "phr",
        }
    }

    /// The value that tokens call so; `None` for what is not offered here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|acr| acr.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_and_ordered() {
        for acr in Acr::ALL {
            assert_eq!(Acr::parse(acr.as_str()), Some(*acr));
        }
        assert_eq!(Acr::parse("AAL1"), None);
        assert!(Acr::Aal1 < Acr::Aal2 && Acr::Aal2 < Acr::Phr);
    }
}
