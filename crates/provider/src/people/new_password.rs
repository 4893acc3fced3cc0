//! What a password must be that a person chooses.

use credentials::password::{
    self, PasswordError,
    strength::{self, Weakness},
};

use crate::Context;

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Fewer than 8 bytes, or more than 256.
    Length,
    /// It holds control characters and the like.
    Characters,
    /// One of the most common ones.
    Common,
    /// Made of the person's own words.
    OwnWords,
    /// Easy to guess.
    Guessable,
}

/// Whether somebody may choose a password. `words` are their own: what they are called, and their address.
///
/// # Errors
/// Why not.
pub fn judge(context: &Context, chosen: &str, words: &[&str]) -> Result<(), Unfit> {
    password::check(chosen).map_err(|error| match error {
        PasswordError::TooShort | PasswordError::TooLong => Unfit::Length,
        _ => Unfit::Characters,
    })?;
    let mut words = words.to_vec();
    words.push(&context.settings.service);
    strength::judge(chosen, &words, context.settings.passwords.min_score).map_err(|weakness| match weakness {
        Weakness::TooCommon => Unfit::Common,
        Weakness::OwnWords => Unfit::OwnWords,
        Weakness::TooGuessable => Unfit::Guessable,
    })
}
