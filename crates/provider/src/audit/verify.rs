//! Proving that nothing was changed, left out, put in or reordered; else the first record where something was.

use std::collections::BTreeMap;

use serde::Serialize;
use storage::audit::{
    Sealed,
    checkpoints::{self, Checkpoint},
    read::{self, Extent},
};
use time::OffsetDateTime;

use super::{
    checkpoint::{self, Claims, Dropped},
    record::{self, Hash},
    seal::{EVERY, EVERY_RECORDS},
};
use crate::{Context, keys, refusal::Refusal};

/// Positions of one statement.
const PAGE: i64 = 2000;
/// Checkpoints of one statement.
const CHECKPOINTS: i64 = 1000;
/// How often it begins anew when months are dropped meanwhile.
const ATTEMPTS: usize = 3;

/// What is to be proven.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What happened from here on.
    pub since: Option<OffsetDateTime>,
    /// What happened before this.
    pub until: Option<OffsetDateTime>,
    /// A checkpoint that was kept elsewhere.
    pub checkpoint: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether everything is as it was sealed.
    pub proven: bool,
    /// The first place where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    /// The first position that was looked at.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// How many records were looked at.
    pub records: u64,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// The position of the newest checkpoint: what lies behind it can still be taken away unseen.
    pub signed_to: i64,
    /// When that was signed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub signed_at: Option<OffsetDateTime>,
    /// The position of the checkpoint that was kept elsewhere, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_elsewhere: Option<i64>,
    /// Up to where the trail was dropped because of its age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped_to: Option<i64>,
    /// What the last drop took, as far as its checkpoint is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
    /// How many records are not sealed yet.
    pub unsealed: i64,
    /// The oldest of them.
    #[serde(with = "time::serde::rfc3339::option")]
    pub oldest_unsealed: Option<OffsetDateTime>,
}

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// At which position of the chain, if it is a record's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// At which checkpoint, if it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<i64>,
    /// What.
    pub what: String,
}

impl Broken {
    fn at(seq: i64, what: impl Into<String>) -> Self {
        Self { seq: Some(seq), checkpoint: None, what: what.into() }
    }

    fn checkpoint(number: i64, what: impl Into<String>) -> Self {
        Self { seq: None, checkpoint: Some(number), what: what.into() }
    }

    fn kept(what: impl Into<String>) -> Self {
        Self { seq: None, checkpoint: None, what: what.into() }
    }
}

/// Why a proof stops.
enum Stop {
    Broken(Broken),
    Refusal(Refusal),
}

impl<E: Into<Refusal>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refusal(error.into())
    }
}

/// Proves it, or finds the first place where it is broken. `progress` hears how many records of how many were looked at.
///
/// # Errors
/// `Refusal::Unavailable` when it cannot be known.
pub async fn run(
    context: &Context,
    asked: &Asked,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report, Refusal> {
    let mut attempt = 1;
    loop {
        let mut report = Report::default();
        let outcome = Proof { context, asked, report: &mut report, progress }.run().await;
        match outcome {
            Ok(()) => report.proven = true,
            Err(Stop::Refusal(refusal)) => return Err(refusal),
            Err(Stop::Broken(broken)) => {
                let moved = begins(context).await? > report.dropped_to;
                if moved && attempt < ATTEMPTS {
                    attempt += 1; // Months were dropped in between.
                    continue;
                }
                report.broken = Some(broken);
            }
        }
        return Ok(report);
    }
}

/// Where the chain begins by the newest checkpoint.
async fn begins(context: &Context) -> Result<Option<i64>, Refusal> {
    let newest = checkpoints::newest(&context.database).await?;
    let claims = newest.and_then(|newest| checkpoint::open(&newest.jws).ok());
    Ok(claims.and_then(|(claims, _)| claims.start.map(|start| start.seq)))
}

/// The signed points of the chain, verified.
struct Points {
    /// Where the chain begins: that much was dropped.
    start: (i64, Hash),
    /// Every signed position.
    signed: BTreeMap<i64, Hash>,
    newest: Option<(Claims, OffsetDateTime)>,
}

struct Proof<'a> {
    context: &'a Context,
    asked: &'a Asked,
    report: &'a mut Report,
    progress: &'a mut (dyn FnMut(u64, u64) + Send),
}

impl Proof<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let database = &self.context.database;
        // In this order: what is sealed meanwhile is behind every point that is known here.
        let mut points = self.points().await?;
        let extent = read::extent(database).await?;
        (self.report.unsealed, self.report.oldest_unsealed) = (extent.unsealed, extent.oldest_unsealed);
        self.ends(&extent, &points)?;
        let kept = self.kept(&extent, &mut points).await?;
        let Some((first, last)) = self.range(&extent, &points, kept).await? else { return Ok(()) };
        // From a signed point before what was asked for to the first one behind it.
        let (mut at, mut previous) = match points.signed.range(..first).next_back() {
            Some((seq, hash)) if *seq > points.start.0 => (*seq, *hash),
            _ => points.start,
        };
        let to = points.signed.range(last..).next().map_or(extent.head.seq, |(seq, _)| *seq).min(extent.head.seq);
        (self.report.from, self.report.to) = (at + 1, to);
        let total = u64::try_from(to - at).unwrap_or_default();
        let mut last_sealed_at = None;
        let covered = points.newest.as_ref().map(|(claims, made_at)| (claims.seq, *made_at));
        while at < to {
            let page = read::chain(database, at, (at + PAGE).min(to)).await?;
            let end = (at + PAGE).min(to);
            let mut rows = page.iter().peekable();
            while at < end {
                let Some(row) = rows.next() else { return Err(Stop::Broken(missing(at + 1, end, extent.head.seq))) };
                let next = rows.peek().copied();
                previous = self.one((at, &previous), row, next).await?;
                at += 1;
                if points.signed.get(&at).is_some_and(|signed| *signed != previous) {
                    let what = "is not what a signed checkpoint says was there: the trail was rewritten";
                    return Err(Stop::Broken(Broken::at(at, what)));
                }
                last_sealed_at = Some(row.sealed_at);
                if let Some((seq, made_at)) = covered
                    && at > seq
                    && (row.sealed_at > made_at + EVERY * 2 || at - seq > EVERY_RECORDS * 2)
                {
                    let what = format!(
                        "lies too far behind the newest checkpoint, at {seq}: checkpoints that followed were taken away"
                    );
                    return Err(Stop::Broken(Broken::at(at, what)));
                }
                self.report.records += 1;
            }
            if let Some(row) = rows.next() {
                return Err(Stop::Broken(Broken::at(row.seq, "stands twice: one was put in")));
            }
            (self.progress)(self.report.records, total);
        }
        let other =
            previous[..] != extent.head.hash[..] || last_sealed_at.is_some_and(|at| at != extent.head.sealed_at);
        if at == extent.head.seq && other {
            return Err(Stop::Broken(Broken::at(at, "is not the record with which the chain ended")));
        }
        Ok(())
    }

    /// One record behind another. Returns its hash.
    async fn one(&self, (at, previous): (i64, &Hash), row: &Sealed, next: Option<&Sealed>) -> Result<Hash, Stop> {
        let seq = at + 1;
        if row.seq > seq {
            return Err(Stop::Broken(missing(seq, row.seq - 1, i64::MAX)));
        }
        if row.seq < seq {
            return Err(Stop::Broken(Broken::at(row.seq, "stands twice: one was put in")));
        }
        let should = record::hash_of(previous, row);
        if should[..] == row.hash[..] {
            return Ok(should);
        }
        let read;
        let next = match next {
            Some(next) => Some(next),
            None => {
                read = read::chain(&self.context.database, seq, seq + 1).await?;
                read.first()
            }
        };
        let fits = |hash: &Hash| next.is_some_and(|next| record::hash_of(hash, next)[..] == next.hash[..]);
        let stored: Option<Hash> = row.hash[..].try_into().ok();
        let what = if next.is_some_and(|next| next.seq == seq) {
            "stands twice: one was put in"
        } else if fits(&should) {
            "has another hash than it was sealed with; what it says is as it was"
        } else if stored.is_some_and(|stored| fits(&stored)) {
            "does not say what was sealed: a field was changed, or another record was put in its place"
        } else {
            "does not say what was sealed, nor does what follows fit: it was changed or moved"
        };
        Err(Stop::Broken(Broken::at(seq, what)))
    }

    /// What must hold at both ends.
    fn ends(&self, extent: &Extent, points: &Points) -> Result<(), Stop> {
        let (begins, end) = (points.start.0, extent.head.seq);
        if let Some(first) = extent.first.filter(|first| *first <= begins) {
            return Err(Stop::Broken(Broken::at(first, "was put in before the beginning of the chain")));
        }
        if let Some(last) = extent.last.filter(|last| *last > end) {
            return Err(Stop::Broken(Broken::at(last, format!("was put in behind the end of the chain, at {end}"))));
        }
        let last = extent.last.unwrap_or(begins);
        if last < end {
            return Err(Stop::Broken(missing(last + 1, end, end)));
        }
        match &points.newest {
            Some((claims, _)) if claims.seq > end => {
                let what = format!("is signed for and gone: the trail was cut off behind {end}");
                Err(Stop::Broken(Broken::at(end + 1, what)))
            }
            None if end > 0 => {
                Err(Stop::Broken(Broken::kept("there are records and no checkpoint: all were taken away")))
            }
            _ => Ok(()),
        }
    }

    /// Verifies every checkpoint: each by its own key and by the one behind it, the newest by being ours.
    async fn points(&mut self) -> Result<Points, Stop> {
        let mut points = Points { start: (0, record::GENESIS), signed: BTreeMap::new(), newest: None };
        let mut before: Option<(i64, String)> = None;
        let mut newest: Option<(Claims, String, OffsetDateTime)> = None;
        loop {
            let after = before.as_ref().map_or(i64::MIN, |(number, _)| *number);
            let page = checkpoints::page(&self.context.database, after, CHECKPOINTS).await?;
            for found in &page {
                let (claims, kid) = one_checkpoint(found, before.as_ref()).map_err(Stop::Broken)?;
                if let Some((last, ..)) = &newest
                    && (claims.seq < last.seq || claims.start.is_none() && last.start.is_some())
                {
                    return Err(Stop::Broken(Broken::checkpoint(found.number, "runs backward")));
                }
                points.signed.extend(claims.point().hash().map(|hash| (claims.seq, hash)));
                self.report.checkpoints += 1;
                self.report.dropped = claims.dropped.clone().or(self.report.dropped.take());
                before = Some((found.number, found.jws.clone()));
                newest = Some((claims, kid, found.made_at));
            }
            if (page.len() as i64) < CHECKPOINTS {
                break;
            }
        }
        let Some((claims, kid, made_at)) = newest else { return Ok(points) };
        // Those before the oldest went with what they signed for, or were taken away.
        let oldest = claims.number + 1 - i64::try_from(self.report.checkpoints).unwrap_or_default();
        if oldest > 1 && claims.start.is_none() {
            return Err(Stop::Broken(Broken::checkpoint(1, "is missing")));
        }
        if !keys::is_ours(self.context, &kid).await? {
            let what = "is signed with a key that is not ours: it is forged";
            return Err(Stop::Broken(Broken::checkpoint(claims.number, what)));
        }
        points.start = claims.start().unwrap_or(points.start);
        self.report.dropped_to = claims.start.as_ref().map(|start| start.seq);
        (self.report.signed_to, self.report.signed_at) = (claims.seq, Some(made_at));
        points.newest = Some((claims, made_at));
        Ok(points)
    }

    /// Takes in the checkpoint that was kept elsewhere. Returns its position, if that is still there.
    async fn kept(&mut self, extent: &Extent, points: &mut Points) -> Result<Option<i64>, Stop> {
        let Some(text) = &self.asked.checkpoint else { return Ok(None) };
        let opened = checkpoint::open(text.trim());
        let (claims, _) =
            opened.map_err(|what| Broken::kept(format!("the checkpoint in the file: {what}"))).map_err(Stop::Broken)?;
        let Some(hash) = claims.point().hash() else { return Ok(None) };
        let seq = claims.seq;
        self.report.kept_elsewhere = Some(seq);
        if seq > extent.head.seq {
            let what = format!(
                "is known to the checkpoint in the file and gone: the trail ends at {}, and was cut off or rewritten",
                extent.head.seq
            );
            return Err(Stop::Broken(Broken::at(seq, what)));
        }
        if seq < points.start.0 {
            let what = format!(
                "the checkpoint in the file is of record {seq}, and the trail was dropped up to {}: keep a newer one",
                points.start.0
            );
            return Err(Stop::Broken(Broken::kept(what)));
        }
        let known = if seq == points.start.0 { Some(&points.start.1) } else { points.signed.get(&seq) };
        if known.is_some_and(|known| *known != hash) {
            let what = "is another one than the checkpoint in the file says: history was rewritten";
            return Err(Stop::Broken(Broken::at(seq, what)));
        }
        if seq > points.start.0 {
            points.signed.insert(seq, hash);
        }
        Ok(Some(seq).filter(|seq| *seq > points.start.0))
    }

    /// The first and the last position that must be looked at. `None`: there is none.
    async fn range(&self, extent: &Extent, points: &Points, kept: Option<i64>) -> Result<Option<(i64, i64)>, Stop> {
        let all = Some((points.start.0 + 1, extent.head.seq)).filter(|(first, last)| first <= last);
        if self.asked.since.is_none() && self.asked.until.is_none() {
            return Ok(all);
        }
        let found = read::positions(&self.context.database, self.asked.since, self.asked.until).await?;
        Ok(match (found, kept) {
            (Some((first, last)), Some(kept)) => Some((first.min(kept), last.max(kept))),
            (Some(range), None) => Some(range),
            (None, Some(kept)) => Some((kept, kept)),
            (None, None) => None,
        })
    }
}

/// All of these are missing; `end` is the end of the chain.
fn missing(first: i64, last: i64, end: i64) -> Broken {
    let mut what = "is missing".to_owned();
    if last > first {
        what += &format!(", and so are all up to {last}");
    }
    if last == end {
        what += ", the end of the chain";
    }
    Broken::at(first, what)
}

/// A checkpoint behind another.
fn one_checkpoint(found: &Checkpoint, before: Option<&(i64, String)>) -> Result<(Claims, String), Broken> {
    let broken = |what: &str| Err(Broken::checkpoint(found.number, what));
    let (claims, kid) =
        checkpoint::open(&found.jws).map_err(|what| Broken::checkpoint(found.number, format!("is broken: {what}")))?;
    if claims.number != found.number || claims.seq != found.seq || claims.made_at() != Some(found.made_at) {
        return broken("does not say what was signed");
    }
    if let Some((number, jws)) = before {
        if *number + 1 != found.number {
            return Err(Broken::checkpoint(number + 1, "is missing"));
        }
        if claims.previous.as_deref() != Some(checkpoint::name(jws).as_str()) {
            return Err(Broken::checkpoint(*number, "is another one than the next one was signed behind"));
        }
    }
    Ok((claims, kid))
}
