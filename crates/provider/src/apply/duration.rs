//! Lifetimes as people write them: `"90s"`, `"5m"`, `"2h"`, `"14d"`, or a plain number of seconds.

use std::time::Duration;

/// Reads a duration.
///
/// # Errors
/// One line that says how to write it.
pub fn parse(text: &str) -> Result<Duration, String> {
    let malformed = || format!("{text:?} is no duration: write it as \"90s\", \"5m\", \"2h\" or \"14d\"");
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| malformed())?;
    if unit == "ms" {
        return Some(number).filter(|ms| ms / 1000 < 1 << 32).map(Duration::from_millis).ok_or_else(malformed);
    }
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(malformed()),
    };
    number.checked_mul(seconds).filter(|seconds| *seconds < 1 << 32).map(Duration::from_secs).ok_or_else(malformed)
}

/// Writes a duration with the largest unit that fits: `parse` reads the same again.
#[must_use]
pub fn format(duration: Duration) -> String {
    if duration.subsec_millis() != 0 {
        return format!("{}ms", duration.as_millis());
    }
    let seconds = duration.as_secs();
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] {
        if seconds != 0 && seconds.is_multiple_of(length) {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("5m", 300), ("2h", 7200), ("14d", 14 * 86_400)] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(parse(text), Ok(duration));
            assert_eq!(format(duration), text);
        }
        assert_eq!(parse("60"), Ok(Duration::from_secs(60)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(format(Duration::from_millis(1500)), "1500ms");
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", "m", "-5m", "5 m", "5w", "1.5h", "5m3s", "99999999999999d", "+5s", "300000000000000ms"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
