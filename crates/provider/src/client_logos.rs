//! The pictures of applications (RFC 7591 section 2, `logo_uri`): fetched by us, judged by their first bytes, and
//! remembered for a while. Pages show what is remembered and never wait for a fetch.
//!
//! Strangers cannot make us fetch what they like: only what a client has registered, once at a time for each, few at
//! a time in all, and not again soon after it failed.

use std::{fmt::Write, sync::Arc, time::Duration};

use moka::{Entry, future::Cache, ops::compute::Op};
use ring::digest::{SHA256, digest};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tracing::info;
use url::Url;

use crate::{Context, registry::Client};

/// How long a picture is shown before it is fetched again.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);
/// How long it is shown while it cannot be fetched again.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon it may be fetched again after a failure.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// How many bytes of pictures are remembered.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// What an entry counts beside its picture.
const OVERHEAD: usize = 512;
/// How many are fetched at once.
const AT_ONCE: usize = 4;

/// The kinds of pictures that are shown: pixels only. An SVG is a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

impl LogoKind {
    /// By its first bytes, whatever its server says.
    fn of(content: &[u8]) -> Option<Self> {
        Some(match content {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            _ => return None,
        })
    }

    /// The type to serve it as.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// A picture of an application.
#[derive(Debug)]
pub struct Logo {
    /// What it is.
    pub kind: LogoKind,
    /// Changes when the content does.
    pub version: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl Logo {
    fn new(content: Vec<u8>) -> Option<Self> {
        let kind = LogoKind::of(&content)?;
        let version = digest(&SHA256, &content).as_ref()[..8].iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        Some(Self { kind, version, content })
    }
}

/// What was fetched, and when that was last tried.
#[derive(Clone, Debug)]
struct Fetched {
    /// The picture, and when it was asked for. A fetch that fails leaves it as it is.
    logo: Option<(Arc<Logo>, OffsetDateTime)>,
    tried_at: OffsetDateTime,
}

impl Fetched {
    /// The picture, unless it is too old to show.
    fn usable(&self, now: OffsetDateTime) -> Option<Arc<Logo>> {
        self.logo.as_ref().filter(|(_, at)| now - *at < LONGEST).map(|(logo, _)| Arc::clone(logo))
    }

    /// Whether it should be fetched again, and may be.
    fn is_due(&self, now: OffsetDateTime) -> bool {
        let aged = self.logo.as_ref().is_none_or(|(_, at)| now - *at >= MAX_AGE);
        aged && now - self.tried_at >= PAUSE
    }

    /// After another try.
    fn tried(before: Option<&Self>, outcome: Option<Logo>, now: OffsetDateTime) -> Self {
        let new = outcome.map(|logo| (Arc::new(logo), now));
        Self { logo: new.or_else(|| before?.logo.clone()), tried_at: now }
    }

    fn weight(&self) -> u32 {
        let content = self.logo.as_ref().map_or(0, |(logo, _)| logo.content.len());
        u32::try_from(content + OVERHEAD).unwrap_or(u32::MAX)
    }
}

/// A client's id, and the address of its picture.
type Key = (String, String);

/// What was fetched, by client and address: a client that changes its address is asked anew.
#[derive(Debug)]
pub struct ClientLogos {
    fetched: Cache<Key, Fetched>,
    hands: Semaphore,
}

impl Default for ClientLogos {
    fn default() -> Self {
        let fetched = Cache::builder()
            .weigher(|(id, uri): &Key, fetched: &Fetched| {
                fetched.weight().saturating_add(u32::try_from(id.len() + uri.len()).unwrap_or(u32::MAX))
            })
            .max_capacity(CAPACITY)
            .time_to_live(LONGEST)
            .build();
        Self { fetched, hands: Semaphore::new(AT_ONCE) }
    }
}

impl Context {
    /// The picture of a client, if it is there. If it is not, or is old, a fetch begins that nobody waits for.
    pub async fn remembered_client_logo(&self, client: &Client) -> Option<Arc<Logo>> {
        let key = key(client)?;
        let found = self.client_logos.fetched.get(&key).await;
        if found.as_ref().is_none_or(|found| found.is_due(self.now)) {
            let context = self.clone();
            tokio::spawn(async move {
                let entry = context.client_logos.fetched.entry_by_ref(&key);
                // Where somebody fetches it already, that will do.
                entry.and_try_compute_if_nobody_else(|found| renew(&context, &key, found)).await.map(drop)
            });
        }
        found?.usable(self.now)
    }

    /// The picture of a client; fetched now if it is not there.
    pub async fn client_logo(&self, client: &Client) -> Option<Arc<Logo>> {
        let key = key(client)?;
        let found = self.client_logos.fetched.get(&key).await.filter(|found| !found.is_due(self.now));
        if let Some(found) = found {
            return found.usable(self.now);
        }
        let context = self.clone();
        // It goes on when the caller hangs up: so that it counts. Further callers wait for this one.
        let fetch = tokio::spawn(async move {
            let entry = context.client_logos.fetched.entry_by_ref(&key);
            let _ = entry.and_try_compute_with(|found| renew(&context, &key, found)).await;
            context.client_logos.fetched.get(&key).await
        });
        fetch.await.ok()??.usable(self.now)
    }
}

fn key(client: &Client) -> Option<Key> {
    client.metadata.logo_uri.as_ref().map(|uri| (client.client_id.clone(), uri.clone()))
}

/// All hands are busy: nothing is fetched, and nothing is remembered of it.
#[derive(Debug)]
struct Busy;

/// Fetches what is due.
async fn renew(context: &Context, key: &Key, found: Option<Entry<Key, Fetched>>) -> Result<Op<Fetched>, Busy> {
    let found = found.map(Entry::into_value);
    if found.as_ref().is_some_and(|found| !found.is_due(context.now)) {
        return Ok(Op::Nop);
    }
    let _hand = context.client_logos.hands.try_acquire().map_err(|_| Busy)?;
    let outcome = get(context, &key.1).await;
    Ok(Op::Put(Fetched::tried(found.as_ref(), outcome, context.now)))
}

async fn get(context: &Context, uri: &str) -> Option<Logo> {
    let failed = |why: &dyn std::fmt::Display| info!(uri, why = %why, "the picture of a client cannot be fetched");
    let url = Url::parse(uri).map_err(|error| failed(&error)).ok()?;
    let answer = context.outbound.get(&url, "image/png, image/webp, image/jpeg, image/gif").await;
    let answer = answer.map_err(|error| failed(&error)).ok()?;
    if answer.status != 200 {
        failed(&format_args!("status {}", answer.status));
        return None;
    }
    let logo = Logo::new(answer.body);
    if logo.is_none() {
        failed(&"it is neither PNG, JPEG, GIF nor WebP");
    }
    logo
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (content, kind) in [
            (PNG, LogoKind::Png),
            (b"\xff\xd8\xff\xe0", LogoKind::Jpeg),
            (b"GIF89a..", LogoKind::Gif),
            (b"GIF87a..", LogoKind::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", LogoKind::WebP),
        ] {
            assert_eq!(LogoKind::of(content), Some(kind));
        }
        for content in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<html>",
            b"\x89PNG",
            b"RIFF\0\0\0\0WAVE",
            b" GIF89a",
            b"BM",
            b"\0\0\x01\0",
        ] {
            assert_eq!(LogoKind::of(content), None, "{content:?}");
        }
    }

    #[test]
    fn a_failure_is_remembered_and_leaves_what_was_there() {
        let now = datetime!(2030-01-01 00:00 UTC);
        let failed = Fetched::tried(None, None, now);
        assert!(failed.usable(now).is_none() && !failed.is_due(now));
        assert!(failed.is_due(now + PAUSE));
        let good = Fetched::tried(Some(&failed), Logo::new(PNG.to_vec()), now);
        assert!(good.usable(now).is_some() && !good.is_due(now + PAUSE));
        assert!(good.is_due(now + MAX_AGE));
        let later = Fetched::tried(Some(&good), None, now + MAX_AGE);
        assert!(later.usable(now + MAX_AGE).is_some() && !later.is_due(now + MAX_AGE));
        assert!(later.usable(now + LONGEST).is_none());
    }
}
