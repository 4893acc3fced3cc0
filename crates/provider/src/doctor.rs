//! What an operator wants to know about a deployment before its users find out.

use serde::Serialize;
use storage::{Database, clients, schema, sealed::SealingKeys, signing_keys};
use time::{Duration, OffsetDateTime};

use crate::keys::ALGORITHMS;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work, or is not safe.
    Failure,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How bad it is.
    pub verdict: Verdict,
    /// What was found, and what to do about it.
    pub message: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, message: message.into() }
    }

    /// It works, and should be looked at.
    pub fn warning(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, message: message.into() }
    }

    /// It does not work, or is not safe.
    pub fn failure(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Failure, message: message.into() }
    }
}

/// Looks at everything that the database tells: clocks, signing keys, sealing keys. The schema must be in range.
pub async fn examine(database: &Database, sealing: Option<&SealingKeys>) -> Vec<Finding> {
    let mut findings = vec![clock(database).await];
    match sealing {
        Some(sealing) => {
            findings.extend(signing(database, sealing).await);
            findings.extend(secrets(database, sealing).await);
            findings.extend(upstreams(database, sealing).await);
        }
        None => findings.push(Finding::failure(
            "sealing keys",
            "none is known: name the configuration file, or set CHANCERY__SECRETS__SEALING_KEYS",
        )),
    }
    findings
}

async fn clock(database: &Database) -> Finding {
    let before = OffsetDateTime::now_utc();
    let theirs = match schema::clock(database).await {
        Ok(theirs) => theirs,
        Err(error) => return Finding::failure("clock", format!("the database's clock cannot be read: {error}")),
    };
    // It was read within the round trip: judge by the nearer end.
    let after = OffsetDateTime::now_utc();
    let off = if theirs < before {
        before - theirs
    } else if theirs > after {
        theirs - after
    } else {
        Duration::ZERO
    };
    if off > Duration::SECOND {
        let seconds = off.as_seconds_f64();
        let message =
            format!("{seconds:.1} s off the database's: run NTP on both machines; until then no instance is ready");
        return Finding::failure("clock", message);
    }
    Finding::ok("clock", "within a second of the database's")
}

async fn signing(database: &Database, sealing: &SealingKeys) -> Vec<Finding> {
    let now = OffsetDateTime::now_utc();
    let rows = match signing_keys::list(database, now).await {
        Ok(rows) => rows,
        Err(error) => return vec![Finding::failure("signing keys", format!("cannot be read: {error}"))],
    };
    if rows.is_empty() {
        return vec![Finding::ok("signing keys", "none yet: they are made at the first start")];
    }
    let mut findings = Vec::new();
    let loaded: Vec<u8> = sealing.ids().collect();
    let sealed_by = |row: &signing_keys::SigningKeyRow| row.private_sealed.get(1).copied().unwrap_or_default();
    for row in rows.iter().filter(|row| !loaded.contains(&sealed_by(row))) {
        let message = format!("{} is sealed with key {}, which is not loaded: add it", row.kid, sealed_by(row));
        findings.push(Finding::failure("signing keys", message));
    }
    let old = rows.iter().filter(|row| sealed_by(row) != sealing.active_id()).count();
    if old > 0 {
        let message = format!("{old} are sealed with an older sealing key: run `chancery keys reseal`");
        findings.push(Finding::warning("signing keys", message));
    }
    for algorithm in ALGORITHMS {
        let signs = rows.iter().any(|row| {
            row.algorithm == algorithm.as_str()
                && row.activates_at <= now
                && row.compromised_at.is_none()
                && row.retires_at.is_none_or(|at| at > now)
        });
        if !signs {
            let message = format!("none signs {} now: run `chancery keys rotate --now`", algorithm.as_str());
            findings.push(Finding::failure("signing keys", message));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("signing keys", format!("{} published, one of each algorithm signs", rows.len())));
    }
    findings
}

async fn secrets(database: &Database, sealing: &SealingKeys) -> Vec<Finding> {
    let counts = match clients::secrets_by_sealing_key(database, OffsetDateTime::now_utc()).await {
        Ok(counts) => counts,
        Err(error) => return vec![Finding::failure("client secrets", format!("cannot be read: {error}"))],
    };
    let loaded: Vec<u8> = sealing.ids().collect();
    let mut findings = Vec::new();
    for (id, count) in counts.iter().filter(|(id, _)| !loaded.contains(id)) {
        let message =
            format!("{count} depend on sealing key {id}, which is not loaded: add it, or rotate those secrets");
        findings.push(Finding::failure("client secrets", message));
    }
    for (id, count) in counts.iter().filter(|(id, _)| loaded.contains(id) && *id != sealing.active_id()) {
        let message = format!("{count} depend on sealing key {id}: keep it until they are rotated");
        findings.push(Finding::warning("client secrets", message));
    }
    if findings.is_empty() {
        let total: i64 = counts.iter().map(|(_, count)| count).sum();
        findings.push(Finding::ok("client secrets", format!("{total} live, all under the first sealing key")));
    }
    findings
}

/// Only what is wrong: most deployments have no upstream providers.
async fn upstreams(database: &Database, sealing: &SealingKeys) -> Vec<Finding> {
    let records = match storage::upstreams::enabled(database).await {
        Ok(records) => records,
        Err(error) => return vec![Finding::failure("upstream secrets", format!("cannot be read: {error}"))],
    };
    let sealed = records.iter().filter_map(|record| {
        let by = record.client_secret_sealed.as_ref()?.get(1).copied().unwrap_or_default();
        (by != sealing.active_id()).then_some((record, by))
    });
    let judged = sealed.map(|(record, by)| {
        let slug = &record.slug;
        if sealing.ids().any(|id| id == by) {
            let message = format!("that of {slug} is sealed with key {by}: run `chancery keys reseal`");
            return Finding::warning("upstream secrets", message);
        }
        let message = format!("that of {slug} is sealed with key {by}, which is not loaded: add it, or apply it anew");
        Finding::failure("upstream secrets", message)
    });
    judged.collect()
}
