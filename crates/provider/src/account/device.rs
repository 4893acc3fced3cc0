//! Which browser on which system, in words, by what it says of itself. It is a hint for its owner, and decides nothing.

use woothee::parser::Parser;

/// A browser, as far as it can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// As in `Firefox`.
    pub browser: Option<String>,
    /// As in `Windows`.
    pub system: Option<String>,
}

impl Device {
    /// What a `User-Agent` says.
    #[must_use]
    pub fn of(user_agent: Option<&str>) -> Self {
        let Some(found) = user_agent.and_then(|text| Parser::new().parse(text)) else { return Self::default() };
        Self { browser: known(found.name).map(browser), system: known(found.os).map(system) }
    }

    /// Whether it is held in a hand.
    #[must_use]
    pub fn is_handheld(&self) -> bool {
        matches!(self.system.as_deref(), Some("Android" | "iPhone" | "iPad"))
    }
}

fn known(name: &str) -> Option<&str> {
    Some(name).filter(|name| !name.is_empty() && *name != "UNKNOWN")
}

fn browser(name: &str) -> String {
    match name {
        "SamsungBrowser" => "Samsung Internet",
        other => other,
    }
    .to_owned()
}

/// Without versions, which browsers no longer tell truly.
fn system(name: &str) -> String {
    match name {
        "Mac OSX" | "Mac OS Classic" => "macOS",
        "iPod" | "iOS" => "iPhone",
        name if name.starts_with("Windows") => "Windows",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_browsers() {
        let table = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36",
                "Chrome",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 \
                 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Mobile Safari/537.36",
                "Chrome",
                "Android",
            ),
        ];
        for (text, browser, system) in table {
            let device = Device::of(Some(text));
            assert_eq!((device.browser.as_deref(), device.system.as_deref()), (Some(browser), Some(system)), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_told() {
        for text in [None, Some(""), Some("-"), Some("garbage \u{0}"), Some(&*"(".repeat(256))] {
            assert_eq!(Device::of(text), Device::default(), "{text:?}");
        }
    }
}
