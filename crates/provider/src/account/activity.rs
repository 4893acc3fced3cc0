//! What happened to an account, from the audit trail.

use std::collections::{HashMap, hash_map::Entry};

use messages::Locale;
use serde_json::Value;
use storage::{id::UserId, journal};
use time::OffsetDateTime;

use super::device::Device;
use crate::{Context, refusal::Refusal, sessions::SignedIn, trail::Reader};

/// How many are shown on a page.
pub const PAGE: i64 = 50;

/// What people are told of, by its name in the trail.
pub const EVENTS: &[&str] = &[
    "consent.denied",
    "consent.given",
    "consent.withdrawn",
    "factor.passkey_added",
    "factor.passkey_cloned",
    "factor.passkey_removed",
    "factor.passkey_renamed",
    "factor.recovery_code_used",
    "factor.recovery_codes_made",
    "factor.totp_added",
    "factor.totp_removed",
    "one_time.mailed",
    "session.ended",
    "session.opened",
    "session.renewed",
    "upstream.linked",
    "upstream.signed_in",
    "upstream.unlinked",
    "user.address_change_asked",
    "user.address_change_canceled",
    "user.address_changed",
    "user.address_confirmed",
    "user.created",
    "user.data_exported",
    "user.disabled",
    "user.enabled",
    "user.factor_not_required",
    "user.factor_required",
    "user.password_changed",
    "user.password_reset",
    "user.password_set",
    "user.reset_link_made",
    "user.updated",
];

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Happening {
    /// Its place in the trail.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What: one of [`EVENTS`].
    pub event: String,
    /// Why, or what for, where there are several reasons.
    pub why: Option<String>,
    /// Which app it was about, as people know it.
    pub app: Option<String>,
    /// Which provider it was about, as people know it.
    pub provider: Option<String>,
    /// Browser and system.
    pub device: Device,
    /// The address.
    pub address: Option<String>,
    /// Where that is, where it is known.
    pub place: Option<String>,
}

/// A part of the list, the newest first, and where it goes on.
#[derive(Clone, Debug)]
pub struct Page {
    /// What happened.
    pub happenings: Vec<Happening>,
    /// What stands before this is older.
    pub older: Option<i64>,
}

/// What happened before one of them, the newest first.
///
/// # Errors
/// `Refusal::Unavailable`.
pub async fn page(context: &Context, session: &SignedIn, before: Option<i64>, locale: Locale) -> Result<Page, Refusal> {
    let mut happenings =
        read(context, (session.user_id, session.trail_key.as_deref()), before, PAGE + 1, locale).await?;
    let older = usize::try_from(PAGE).ok().filter(|page| happenings.len() > *page).and_then(|page| {
        happenings.truncate(page);
        happenings.last().map(|last| last.id)
    });
    Ok(Page { happenings, older })
}

pub(super) async fn read(
    context: &Context,
    (user, key): (UserId, Option<&[u8]>),
    before: Option<i64>,
    limit: i64,
    locale: Locale,
) -> Result<Vec<Happening>, Refusal> {
    let events: Vec<String> = EVENTS.iter().map(|event| (*event).to_owned()).collect();
    let reader = Reader::new(context, user, key)?;
    let upstreams = context.upstreams().await?;
    // The same few apps and browsers come again and again.
    let (mut names, mut devices) = (HashMap::new(), HashMap::new());
    let mut happenings = Vec::new();
    for entry in journal::of_person(&context.database, user, &events, before, limit).await? {
        let personal = reader.read(&entry);
        let detail = |name: &str| entry.detail.as_ref().and_then(|detail| detail.get(name)).and_then(Value::as_str);
        let why = detail("why").or_else(|| detail("for"));
        let provider = detail("upstream").map(|slug| match upstreams.by_slug(slug) {
            Some(upstream) => upstream.name.clone(),
            None => slug.to_owned(),
        });
        let app = match &entry.client_id {
            Some(client_id) => {
                if let Entry::Vacant(vacant) = names.entry(client_id.clone()) {
                    vacant.insert(name_of(context, client_id).await?);
                }
                names.get(client_id).cloned()
            }
            None => None,
        };
        let device = devices.entry(personal.user_agent).or_insert_with_key(|agent| Device::of(agent.as_deref()));
        happenings.push(Happening {
            id: entry.id,
            at: entry.at,
            why: why.map(ToOwned::to_owned),
            app,
            provider,
            device: device.clone(),
            place: personal.address.and_then(|address| context.places.name(address, locale)),
            address: personal.address.map(|address| address.to_string()),
            event: entry.event,
        });
    }
    Ok(happenings)
}

async fn name_of(context: &Context, client_id: &str) -> Result<String, Refusal> {
    let client = context.client(client_id).await?;
    let name = client.and_then(|client| client.metadata.client_name.clone());
    Ok(name.unwrap_or_else(|| client_id.to_owned()))
}
