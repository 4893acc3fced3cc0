//! How far a long command is: one line on standard error that is written over, where somebody looks at it.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

const WIDTH: usize = 30;
const REFRESH: Duration = Duration::from_millis(100);

/// A bar with a count and a rate. Dropped, it leaves an empty line behind.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    shown: bool,
    begun: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// Of people. Silent where standard error is no terminal.
    pub fn new() -> Self {
        Self::of("people")
    }

    /// Of what is counted.
    pub fn of(what: &'static str) -> Self {
        Self { what, shown: io::stderr().is_terminal(), begun: Instant::now(), drawn: None }
    }

    /// Says how far it is: `done` of `total`, if that is known, and how many that were of what is counted.
    pub fn update(&mut self, done: u64, total: Option<u64>, count: u64) {
        if !self.shown || self.drawn.is_some_and(|drawn| drawn.elapsed() < REFRESH) {
            return;
        }
        self.drawn = Some(Instant::now());
        let line = line((done, total), (count, self.what), self.begun.elapsed());
        let _ = write!(io::stderr(), "\r{line}\x1b[K");
    }

    /// How long it has taken.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn line((done, total): (u64, Option<u64>), (count, what): (u64, &str), elapsed: Duration) -> String {
    let rate = count as f64 / elapsed.as_secs_f64().max(0.001);
    let count = format!("{count} {what}, {rate:.0} a second");
    let Some(total) = total.filter(|total| *total > 0) else { return count };
    let part = (done as f64 / total as f64).min(1.0);
    let full = (part * WIDTH as f64) as usize;
    let left = elapsed.mul_f64((1.0 - part) / part.max(0.001)).as_secs();
    format!("[{:<WIDTH$}] {:3.0} %  {count}, {left} s left", "#".repeat(full), part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let half = line((500, Some(1000)), (40, "people"), Duration::from_secs(2));
        assert_eq!(half, "[###############               ]  50 %  40 people, 20 a second, 2 s left");
        assert_eq!(line((500, None), (40, "records"), Duration::from_secs(2)), "40 records, 20 a second");
        assert!(line((0, Some(0)), (0, "people"), Duration::ZERO).starts_with("0 people"));
        assert!(line((9, Some(5)), (1, "people"), Duration::ZERO).contains("100 %"), "a file that grew");
    }
}
