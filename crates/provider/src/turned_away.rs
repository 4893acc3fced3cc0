//! Who was refused before anybody knew who they are: counted by endpoint, reason and range of addresses, and written to
//! the trail once a minute, so that strangers cannot fill it.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use serde_json::json;
use storage::journal;

use crate::{Context, refusal::Refusal};

/// The most rows of a minute for each instance and reason, and of all reasons; whoever comes after them is counted
/// without their range.
const RANGES: usize = 50;
const ROWS: usize = 500;

/// Where, and why.
type Kind = (&'static str, &'static str);

/// What was counted since it was last written.
#[derive(Debug, Default)]
pub struct TurnedAway(Mutex<HashMap<Kind, HashMap<Option<IpAddr>, u64>>>);

/// The beginning of an address: IPv4 /24, IPv6 /48.
fn range(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

fn name(range: IpAddr) -> String {
    format!("{range}/{}", if range.is_ipv4() { 24 } else { 48 })
}

impl TurnedAway {
    /// Counts one. What could not be decided is none.
    pub(crate) fn note(&self, endpoint: &'static str, refusal: &Refusal, address: Option<IpAddr>) {
        if !matches!(refusal, Refusal::Refused { .. } | Refusal::Throttled { .. }) {
            return;
        }
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows: usize = counted.values().map(HashMap::len).sum();
        let ranges = counted.entry((endpoint, refusal.reason())).or_default();
        let range = address
            .map(range)
            .filter(|range| ranges.contains_key(&Some(*range)) || ranges.len() < RANGES && rows < ROWS);
        *ranges.entry(range).or_default() += 1;
    }

    fn take(&self) -> HashMap<Kind, HashMap<Option<IpAddr>, u64>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes back what could not be written.
    fn give_back(&self, counted: HashMap<Kind, HashMap<Option<IpAddr>, u64>>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, ranges) in counted {
            let known = now.entry(kind).or_default();
            for (range, count) in ranges {
                // Without the range where there is no room.
                let range = range.filter(|_| known.len() < RANGES);
                *known.entry(range).or_default() += count;
            }
        }
    }
}

/// Writes what was counted.
///
/// # Errors
/// `Refusal::Unavailable`: it is written the next time.
pub async fn write(context: &Context) -> Result<(), Refusal> {
    let counted = context.turned_away.take();
    if counted.is_empty() {
        return Ok(());
    }
    let written = write_all(context, &counted).await;
    if written.is_err() {
        context.turned_away.give_back(counted);
    }
    written
}

async fn write_all(context: &Context, counted: &HashMap<Kind, HashMap<Option<IpAddr>, u64>>) -> Result<(), Refusal> {
    let mut tx = context.database.begin().await?;
    for ((endpoint, reason), ranges) in counted {
        for (range, count) in ranges {
            let mut entry = context.entry("request.refused", reason);
            entry.request_id = None;
            entry.detail = Some(json!({ "endpoint": endpoint, "range": range.map(name), "count": count }));
            journal::append(&mut tx, &entry).await?;
        }
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use protocol::error::ErrorCode;

    use super::*;

    #[test]
    fn strangers_fill_nothing() {
        let turned_away = TurnedAway::default();
        let refusal = Refusal::new(ErrorCode::InvalidClient, "no", "client_unknown");
        for last in 0..=255 {
            for third in 0..=255 {
                turned_away.note("token", &refusal, Some(Ipv4Addr::new(198, 51, third, last).into()));
            }
        }
        turned_away.note("token", &Refusal::unavailable("x"), None);
        turned_away.note("token", &refusal, None);
        let counted = turned_away.take();
        let ranges = &counted[&("token", "client_unknown")];
        assert_eq!((counted.len(), ranges.len()), (1, RANGES + 1));
        assert_eq!(ranges.values().sum::<u64>(), 65_537);
        assert!(turned_away.take().is_empty());
        turned_away.give_back(counted);
        assert_eq!(turned_away.take().values().flat_map(HashMap::values).sum::<u64>(), 65_537);
    }

    #[test]
    fn ranges() {
        let of = |address: &str| name(range(address.parse().unwrap()));
        assert_eq!(of("198.51.100.77"), "198.51.100.0/24");
        assert_eq!(of("::ffff:198.51.100.77"), "198.51.100.0/24");
        assert_eq!(of("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
