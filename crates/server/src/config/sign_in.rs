//! `[sign_in]`: what a sign-in must come to.

use protocol::Acr;

use super::section::section;

section! {
    /// How people sign in.
    SignIn {
        /// How strongly everybody must sign in: "aal1" (one factor), "aal2" (two), or "phr" (a passkey). Clients and
        /// scopes may ask for more (`required_acr`). Who lacks the factor sets it up while signing in.
        required_acr: Acr = Acr::Aal1,
        /// Whether people may sign in with passkeys. They belong to the issuer's host: after a change of it, nobody can
        /// use theirs any more. An issuer whose host is an IP address has none.
        passkeys: bool = true,
        /// Let people sign in with a code that is mailed to them, where mail is sent. A second factor is asked for as
        /// after a password.
        mail_code: bool = true,
    }
}
