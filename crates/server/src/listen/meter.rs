//! What is counted of every request: how many there were of which kind, and how long they took.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use metrics::{Counter, Histogram, counter, histogram};

/// Counters that were used before. Finding one here is cheaper than asking the recorder for it by its labels.
#[derive(Default)]
pub struct Meter {
    routes: RwLock<HashMap<String, Route>>,
}

struct Route {
    seconds: Histogram,
    /// By method and status.
    requests: HashMap<(&'static str, u16), Counter>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meter")
    }
}

impl Meter {
    /// Counts a request. `route` and `method` are of bounded sets: strangers must not choose our metrics.
    pub fn count(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(route)
            && let Some(requests) = found.requests.get(&(method, status))
        {
            requests.increment(1);
            found.seconds.record(took.as_secs_f64());
            return;
        }
        drop(known);
        let mut known = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(route.to_owned()).or_insert_with(|| Route {
            seconds: histogram!("chancery_http_request_seconds", "route" => route.to_owned()),
            requests: HashMap::new(),
        });
        let requests = found.requests.entry((method, status)).or_insert_with(|| {
            let labels = [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
            counter!("chancery_http_requests_total", &labels)
        });
        requests.increment(1);
        found.seconds.record(took.as_secs_f64());
    }
}
