//! How people prove who they are.

pub mod password;
pub mod throttle;

use storage::{id::UserId, sessions::SignIn};

use crate::Context;

/// A sign-in with one factor.
pub const AAL1: &str = "aal1";
/// Every `acr` that a sign-in here can reach, for metadata.
pub const ACR_VALUES: &[&str] = &[AAL1];

/// Somebody proved who they are. What follows from it is decided in [`crate::sessions::establish`].
#[derive(Clone, Debug)]
pub struct Proof {
    /// Who.
    pub user_id: UserId,
    /// Their epoch when the proof was checked.
    pub user_epoch: i32,
    /// What they sign in with.
    pub username: String,
    /// What people call them.
    pub name: Option<String>,
    /// How strong the proof is.
    pub acr: &'static str,
    /// With what (RFC 8176).
    pub amr: &'static [&'static str],
}

impl Proof {
    /// With what, as tokens say it.
    #[must_use]
    pub fn amr(&self) -> Vec<String> {
        self.amr.iter().map(|method| (*method).to_owned()).collect()
    }

    pub(crate) fn at(&self, context: &Context) -> SignIn {
        let lifetimes = &context.settings.lifetimes;
        SignIn {
            user_id: self.user_id,
            user_epoch: self.user_epoch,
            at: context.now,
            acr: self.acr,
            amr: self.amr(),
            address: context.request.address,
            user_agent: context.request.user_agent.clone(),
            idle_expires_at: context.now + lifetimes.session_idle.min(lifetimes.session_absolute),
            expires_at: context.now + lifetimes.session_absolute,
        }
    }
}
