//! The pages of the account.

use askama::Template;
use messages::Text;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

use super::{AccountView, AppView, Frame, PasskeyView, ScopeGroup, TotpSetupView};
use crate::paths;

/// One of the pages that the navigation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Who they are.
    Profile,
    /// What they sign in with.
    Security,
    /// Where they are signed in.
    Sessions,
    /// The apps that they let in.
    Apps,
    /// What happened.
    Activity,
    /// Taking one's data along, and deleting the account.
    Data,
}

impl Room {
    const ALL: [Self; 6] = [Self::Profile, Self::Security, Self::Sessions, Self::Apps, Self::Activity, Self::Data];

    /// Its path, below the issuer.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Profile => paths::ACCOUNT,
            Self::Security => paths::ACCOUNT_SECURITY,
            Self::Sessions => paths::ACCOUNT_SESSIONS,
            Self::Apps => paths::ACCOUNT_APPS,
            Self::Activity => paths::ACCOUNT_ACTIVITY,
            Self::Data => paths::ACCOUNT_DATA,
        }
    }

    fn name(self, frame: &Frame) -> Text {
        let texts = frame.texts;
        match self {
            Self::Profile => texts.my_profile(),
            Self::Security => texts.my_security(),
            Self::Sessions => texts.my_sessions(),
            Self::Apps => texts.my_apps(),
            Self::Activity => texts.my_activity(),
            Self::Data => texts.my_data(),
        }
    }
}

/// What was done on the page before, as its address says: a code, never a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The profile was changed.
    Saved,
    /// A form was too old, or of another browser or session.
    Expired,
    /// They proved who they are, and can go on.
    Confirmed,
    /// A mail that confirms the address is on its way.
    EmailAsked,
    /// A mail to the new address is on its way.
    EmailChanging,
    /// The address stays as it is.
    EmailKept,
    /// The password was set or changed.
    Password,
    /// An authenticator app was added.
    TotpAdded,
    /// It was removed.
    TotpRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// One was removed.
    PasskeyRemoved,
    /// An account at another provider was connected.
    Connected,
    /// One was disconnected.
    Disconnected,
    /// A session was ended.
    SessionEnded,
    /// All others were.
    SessionsEnded,
    /// An app was thrown out.
    AppWithdrawn,
}

impl Done {
    const ALL: [Self; 16] = [
        Self::Saved,
        Self::Expired,
        Self::Confirmed,
        Self::EmailAsked,
        Self::EmailChanging,
        Self::EmailKept,
        Self::Password,
        Self::TotpAdded,
        Self::TotpRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::Connected,
        Self::Disconnected,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::AppWithdrawn,
    ];

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Expired => "expired",
            Self::Confirmed => "confirmed",
            Self::EmailAsked => "email-asked",
            Self::EmailChanging => "email-changing",
            Self::EmailKept => "email-kept",
            Self::Password => "password",
            Self::TotpAdded => "app-added",
            Self::TotpRemoved => "app-removed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::AppWithdrawn => "withdrawn",
        }
    }

    /// What a code stands for.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.code() == code)
    }

    fn text(self, frame: &Frame) -> Text {
        let texts = frame.texts;
        match self {
            Self::Saved => texts.my_done_saved(),
            Self::Expired => texts.my_done_expired(),
            Self::Confirmed => texts.my_done_confirmed(),
            Self::EmailAsked => texts.account_email_sent(),
            Self::EmailChanging => texts.account_email_change_sent(),
            Self::EmailKept => texts.account_email_canceled(),
            Self::Password => texts.my_done_password(),
            Self::TotpAdded => texts.my_done_totp_added(),
            Self::TotpRemoved => texts.my_done_totp_removed(),
            Self::PasskeyAdded => texts.my_done_passkey_added(),
            Self::PasskeyRemoved => texts.my_done_passkey_removed(),
            Self::Connected => texts.my_done_connected(),
            Self::Disconnected => texts.my_done_disconnected(),
            Self::SessionEnded => texts.my_done_session_ended(),
            Self::SessionsEnded => texts.my_done_sessions_ended(),
            Self::AppWithdrawn => texts.my_done_withdrawn(),
        }
    }
}

/// What all pages of the account share.
#[derive(Clone, Debug)]
pub struct Me {
    /// Whose account it is.
    pub account: AccountView,
    /// Which page of the navigation this belongs to.
    pub room: Room,
    /// What its forms carry.
    pub token: String,
    /// What was done on the page before.
    pub done: Option<Done>,
}

/// A line of the navigation.
struct Line {
    href: String,
    name: Text,
    here: bool,
}

impl Me {
    fn lines(&self, frame: &Frame) -> Vec<Line> {
        let line = |room: Room| Line {
            href: format!("{}{}", frame.base, room.path()),
            name: room.name(frame),
            here: room == self.room,
        };
        Room::ALL.map(line).into()
    }

    fn said(&self, frame: &Frame) -> Option<Text> {
        self.done.map(|done| done.text(frame))
    }

    /// Whether it is good news.
    fn is_success(&self) -> bool {
        self.done != Some(Done::Expired)
    }
}

/// A moment, for machines and for people. A script says it in their zone and language.
#[derive(Clone, Debug)]
pub struct When {
    iso: String,
    shown: String,
}

impl When {
    /// That moment.
    #[must_use]
    pub fn of(at: OffsetDateTime) -> Self {
        let at = at.to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(at);
        let shown = at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC"));
        Self { iso: at.format(&Rfc3339).unwrap_or_default(), shown: shown.unwrap_or_default() }
    }
}

/// `GET /account`.
#[derive(Debug, Template)]
#[template(path = "account/profile.html")]
pub struct ProfilePage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The name to sign in with.
    pub username: String,
    /// The mail address, and whether it is known to be theirs.
    pub email: Option<(String, bool)>,
    /// Where the address is changed, where that can be done.
    pub change_email: Option<String>,
    /// What they say of themselves: label and value, which may be empty.
    pub values: Vec<(Text, String)>,
    /// Where they change it.
    pub edit: String,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: Text,
    /// What stands in it.
    pub value: String,
    /// What helps to fill it in.
    pub hint: Option<Text>,
    /// What is wrong with what was typed.
    pub error: Option<Text>,
    /// What browsers may fill in.
    pub autocomplete: &'static str,
    /// Value and words of what can be chosen; empty: it is typed.
    pub choices: Vec<(String, String)>,
}

impl FieldView {
    /// The ids of what describes it.
    fn described_by(&self) -> String {
        let part = |there: bool, what: &str| there.then(|| format!("{}-{what}", self.name));
        let parts = [part(self.error.is_some(), "error"), part(self.hint.is_some(), "hint")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// `GET /account/profile`. Posts back to that path.
#[derive(Debug, Template)]
#[template(path = "account/profile_edit.html")]
pub struct ProfileEditPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// The fields.
    pub fields: Vec<FieldView>,
}

/// `GET /account/email`. Posts `choice` (`verify`, `change` with `email`, or `cancel`) back to that path.
#[derive(Debug, Template)]
#[template(path = "account/email.html")]
pub struct EmailPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the forms post to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// The address.
    pub current: Option<String>,
    /// Whether it is known to be theirs.
    pub verified: bool,
    /// The one that is to replace it.
    pub pending: Option<String>,
    /// Whether mail is sent at all.
    pub mails: bool,
    /// What stands in the field `email`.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<Text>,
}

/// A passkey in a list.
#[derive(Clone, Debug)]
pub struct KeyView {
    /// Where it is renamed or removed.
    pub href: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: When,
    /// When it was last used.
    pub used: Option<When>,
}

/// An account at another provider in a list.
#[derive(Clone, Debug)]
pub struct LinkedView {
    /// Where it is disconnected.
    pub href: String,
    /// The provider's name.
    pub name: String,
    /// The address that the provider knows them by.
    pub address: Option<String>,
    /// Whether people may sign in with that provider now.
    pub works: bool,
    /// When it was connected.
    pub since: When,
    /// When it was last used.
    pub used: Option<When>,
}

/// `GET /account/security`. Posts `connect`, the slug of a provider, to [`paths::ACCOUNT_LINKED`].
#[derive(Debug, Template)]
#[template(path = "account/security.html")]
pub struct SecurityPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether there is an authenticator app.
    pub has_totp: bool,
    /// How many recovery codes are left; `None` where there is nothing that they could stand in for.
    pub codes: Option<u32>,
    /// The passkeys.
    pub passkeys: Vec<KeyView>,
    /// Where one is added, where there may be any.
    pub add_passkey: Option<String>,
    /// The accounts at other providers.
    pub linked: Vec<LinkedView>,
    /// The providers at which one could be connected: slug and name.
    pub connect: Vec<(String, String)>,
}

impl SecurityPage {
    fn password(&self) -> String {
        format!("{}{}", self.frame.base, paths::ACCOUNT_PASSWORD)
    }

    fn connecting(&self) -> String {
        format!("{}{}", self.frame.base, paths::ACCOUNT_LINKED)
    }

    fn totp(&self) -> String {
        format!("{}{}", self.frame.base, paths::ACCOUNT_TOTP)
    }

    fn codes_left(&self) -> Option<Text> {
        self.codes.map(|left| self.frame.texts.my_codes_left(left))
    }

    fn has_few_codes(&self) -> bool {
        self.codes.is_some_and(|left| left < 3)
    }

    fn recovery(&self) -> String {
        format!("{}{}", self.frame.base, paths::ACCOUNT_CODES)
    }
}

/// `GET /account/security/password`. Posts `password` back to that path.
#[derive(Debug, Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// Whether there is one already.
    pub has_password: bool,
    /// What is wrong with what was typed.
    pub error: Option<Text>,
}

impl PasswordPage {
    fn heading(&self) -> Text {
        if self.has_password { self.frame.texts.my_password_change() } else { self.frame.texts.my_password_set() }
    }
}

/// `GET /account/security/app`. Posts `setup` and `code`, or nothing, back to that path.
#[derive(Debug, Template)]
#[template(path = "account/totp.html")]
pub struct TotpPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// The app that is being set up; `None`: there is one, which can be removed.
    pub setup: Option<TotpSetupView>,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
}

impl TotpPage {
    fn heading(&self) -> Text {
        match self.setup {
            Some(_) => self.frame.texts.my_totp_set_up_heading(),
            None => self.frame.texts.my_totp_remove_heading(),
        }
    }
}

/// `GET /account/security/passkey/add`. Posts `name`, and what a new passkey answers, back to that path.
#[derive(Debug, Template)]
#[template(path = "account/passkey_add.html")]
pub struct PasskeyAddPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// What the browser is asked; `None`: there are as many as there may be.
    pub passkey: Option<PasskeyView>,
    /// The name that was typed.
    pub name: String,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
}

/// `GET /account/security/passkey`. Posts `passkey`, and `name` or `choice` (`remove`), back to that path.
#[derive(Debug, Template)]
#[template(path = "account/passkey.html")]
pub struct PasskeyEditPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the forms post to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is wrong with the name that was typed.
    pub name_error: Option<Text>,
    /// Why it was not removed.
    pub error: Option<Text>,
}

/// `GET /account/security/linked`. Posts `account` back to that path.
#[derive(Debug, Template)]
#[template(path = "account/linked.html")]
pub struct LinkedPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// What the form names the account by.
    pub key: String,
    /// The provider's name.
    pub name: String,
    /// The address that the provider knows them by.
    pub address: Option<String>,
    /// Why it was not disconnected.
    pub error: Option<Text>,
}

/// `GET /account/security/codes`. Posts nothing but its token back to that path.
#[derive(Debug, Template)]
#[template(path = "account/codes.html")]
pub struct CodesPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
}

/// A session in a list.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// Browser and system, in words.
    pub device: Text,
    /// Whether it is held in a hand.
    pub is_handheld: bool,
    /// Where.
    pub place: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// Since when.
    pub since: When,
    /// When it was last used.
    pub seen: When,
    /// Whether it is the one that looks.
    pub is_this: bool,
}

/// `GET /account/sessions`. Posts `session`, or `choice` (`others`), back to that path.
#[derive(Debug, Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the forms post to.
    pub action: String,
    /// The sessions, this one first.
    pub sessions: Vec<SessionView>,
}

impl SessionsPage {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

/// An app in a list.
#[derive(Clone, Debug)]
pub struct ConnectedView {
    /// What the form names it by.
    pub key: String,
    /// How people know it.
    pub app: AppView,
    /// What it may do.
    pub scopes: Vec<ScopeGroup>,
    /// Since when.
    pub since: When,
    /// When it last got something.
    pub used: Option<When>,
    /// Whether it belongs to the house, and asks nobody.
    pub first_party: bool,
}

/// `GET /account/apps`. Posts `app` back to that path.
#[derive(Debug, Template)]
#[template(path = "account/apps.html")]
pub struct AppsPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the forms post to.
    pub action: String,
    /// The apps.
    pub apps: Vec<ConnectedView>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct HappeningView {
    /// In words.
    pub what: Text,
    /// When.
    pub when: When,
    /// Browser and system, in words, where they were noted.
    pub device: Option<Text>,
    /// Place or address.
    pub place: Option<String>,
}

/// `GET /account/activity`.
#[derive(Debug, Template)]
#[template(path = "account/activity.html")]
pub struct ActivityPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// What happened, the newest first.
    pub happenings: Vec<HappeningView>,
    /// Where the list goes on.
    pub older: Option<String>,
    /// Where it begins, if this is not the beginning.
    pub newest: Option<String>,
}

/// `GET /account/data`.
#[derive(Debug, Template)]
#[template(path = "account/data.html")]
pub struct DataPage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form for the data posts to.
    pub export: String,
    /// The page where the account is deleted.
    pub delete: String,
}

/// `GET /account/data/delete`. Posts `username` back to that path.
#[derive(Debug, Template)]
#[template(path = "account/delete.html")]
pub struct DeletePage {
    /// What all pages share.
    pub frame: Frame,
    /// What the pages of the account share.
    pub me: Me,
    /// The path that the form posts to.
    pub action: String,
    /// Where nothing is changed.
    pub back: String,
    /// What went wrong with the last attempt.
    pub error: Option<Text>,
}

/// After the account was deleted.
#[derive(Debug, Template)]
#[template(path = "account/deleted.html")]
pub struct DeletedPage {
    /// What all pages share.
    pub frame: Frame,
}
