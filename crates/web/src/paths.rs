//! Every path of the server, relative to the issuer. Routes, metadata and pages take them from here.

/// RFC 6749 section 3.1.
pub const AUTHORIZE: &str = "/oauth2/authorize";
/// RFC 6749 section 3.2.
pub const TOKEN: &str = "/oauth2/token";
/// RFC 7662.
pub const INTROSPECT: &str = "/oauth2/introspect";
/// RFC 7009.
pub const REVOKE: &str = "/oauth2/revoke";
/// OpenID Connect Core section 5.3.
pub const USERINFO: &str = "/oauth2/userinfo";
/// OpenID Connect RP-Initiated Logout.
pub const END_SESSION: &str = "/oauth2/logout";
/// OpenID Connect Discovery section 4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 section 3.
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// The metadata of the management API as a protected resource (RFC 9728 section 3).
pub const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
/// RFC 7517.
pub const JWKS: &str = "/.well-known/jwks.json";
/// The sign-in page.
pub const LOGIN: &str = "/login";
/// One more factor.
pub const VERIFY: &str = "/login/verify";
/// Setting up a factor that is needed.
pub const ENROLL: &str = "/login/enroll";
/// Signing in with a passkey.
pub const PASSKEY: &str = "/login/passkey";
/// Being offered a passkey after signing in without one.
pub const PASSKEY_OFFER: &str = "/login/passkey-offer";
/// Signing in with another OpenID provider.
pub const UPSTREAM: &str = "/login/upstream";
/// Back from another provider: each has an address of its own.
pub const UPSTREAM_CALLBACK: &str = "/login/upstream/{slug}/callback";
/// Linking an account at another provider to somebody who is here already.
pub const UPSTREAM_LINK: &str = "/login/upstream/link";
/// Choosing between accounts.
pub const SELECT_ACCOUNT: &str = "/login/account";
/// The consent page.
pub const CONSENT: &str = "/consent";
/// Confirming a sign-out.
pub const LOGOUT: &str = "/logout";
/// Where a person lands who came without an application.
pub const HOME: &str = "/";
/// Where people look after their account: their profile.
pub const ACCOUNT: &str = "/account";
/// Changing it.
pub const ACCOUNT_PROFILE: &str = "/account/profile";
/// What they sign in with.
pub const ACCOUNT_SECURITY: &str = "/account/security";
/// The password.
pub const ACCOUNT_PASSWORD: &str = "/account/security/password";
/// The authenticator app.
pub const ACCOUNT_TOTP: &str = "/account/security/app";
/// One of the passkeys.
pub const ACCOUNT_PASSKEY: &str = "/account/security/passkey";
/// Adding one.
pub const ACCOUNT_PASSKEY_ADD: &str = "/account/security/passkey/add";
/// Recovery codes.
pub const ACCOUNT_CODES: &str = "/account/security/codes";
/// An account at another provider: connecting or disconnecting it.
pub const ACCOUNT_LINKED: &str = "/account/security/linked";
/// Where they are signed in.
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
/// The apps that they let in.
pub const ACCOUNT_APPS: &str = "/account/apps";
/// What happened.
pub const ACCOUNT_ACTIVITY: &str = "/account/activity";
/// Taking one's data along.
pub const ACCOUNT_DATA: &str = "/account/data";
/// The data.
pub const ACCOUNT_EXPORT: &str = "/account/data/export";
/// Deleting the account.
pub const ACCOUNT_DELETE: &str = "/account/data/delete";
/// After that.
pub const ACCOUNT_DELETED: &str = "/account/deleted";
/// Mail that was trapped.
pub const DEV_MAIL: &str = "/dev/mail";
/// One of them.
pub const DEV_MAIL_ONE: &str = "/dev/mail/{id}";
/// Its HTML part, alone.
pub const DEV_MAIL_HTML: &str = "/dev/mail/{id}/html";
/// Stylesheet, script, pictures.
pub const STATIC: &str = "/static/{*path}";
/// Choosing the language of the pages.
pub const LANGUAGE: &str = "/language";
/// The tokens of the theme.
pub const THEME_CSS: &str = "/theme.css";
/// The logo of the theme.
pub const THEME_LOGO: &str = "/theme/logo";
/// The tokens that an application changes.
pub const CLIENT_THEME: &str = "/client-theme/{client_id}";
/// The picture of an application.
pub const CLIENT_LOGO: &str = "/client-logo/{client_id}";
/// Signing in with a code that is mailed.
pub const MAIL_CODE: &str = "/login/code";
/// The link beside that code.
pub const MAIL_LINK: &str = "/login/link";
/// Choosing a new password in place of a forgotten one.
pub const RESET: &str = "/reset";
/// Confirming one's mail address.
pub const VERIFY_EMAIL: &str = "/verify-email";
/// Confirming the mail address that one is to have.
pub const VERIFY_NEW_EMAIL: &str = "/verify-email/new";
/// Making an account.
pub const SIGN_UP: &str = "/sign-up";
/// The link that leads to the form of it.
pub const SIGN_UP_CONFIRM: &str = "/sign-up/confirm";
/// The link of an invitation.
pub const INVITATION: &str = "/invitation";
/// One's own mail address.
pub const ACCOUNT_EMAIL: &str = "/account/email";
