//! Colors, and whether one can be read on another (WCAG 2.2, success criterion 1.4.3).

use std::{fmt, str::FromStr};

/// WCAG AA for text.
pub const TEXT: f64 = 4.5;

/// A color without transparency: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// White.
    pub const WHITE: Self = Self([255, 255, 255]);
    /// Black.
    pub const BLACK: Self = Self([0, 0, 0]);

    /// Relative luminance, as WCAG defines it.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio of two colors, from 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// So much of this color, and the rest of the other.
    #[must_use]
    pub fn mix(self, share: f64, other: Self) -> Self {
        let mut mixed = [0; 3];
        for (mixed, (own, other)) in mixed.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            // Between two bytes, so it is one.
            *mixed = (f64::from(own) * share + f64::from(other) * (1.0 - share)).round() as u8;
        }
        Self(mixed)
    }

    /// White or black, whichever is read better on this color.
    #[must_use]
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest color on the way to the other that can be read on all of these.
    #[must_use]
    pub fn legible_on(self, grounds: &[Self], toward: Self) -> Self {
        let steps = (0..=20).map(|step| self.mix(1.0 - f64::from(step) / 20.0, toward));
        let legible = |color: &Self| grounds.iter().all(|ground| color.contrast(*ground) >= TEXT);
        steps.into_iter().find(legible).unwrap_or(toward)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed = || format!("{text:?} is no color: write it as \"#26365f\"");
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii()).ok_or_else(malformed)?;
        let mut color = [0; 3];
        for (index, channel) in color.iter_mut().enumerate() {
            let digits = &digits[2 * index..2 * index + 2];
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(malformed());
            }
            *channel = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
        }
        Ok(Self(color))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().expect("a color")
    }

    #[test]
    fn contrasts_as_wcag_reckons_them() {
        assert!((color("#ffffff").contrast(color("#000000")) - 21.0).abs() < 0.01);
        assert!((color("#777777").contrast(color("#ffffff")) - 4.48).abs() < 0.01);
        assert!((color("#767676").contrast(color("#ffffff")) - 4.54).abs() < 0.01);
        assert!((color("#ff0000").contrast(color("#ff0000")) - 1.0).abs() < 0.001);
    }

    #[test]
    fn colors_are_six_digits() {
        assert_eq!(color("#26365F").to_string(), "#26365f");
        for text in ["", "#", "26365f", "#263", "#26365g", "#+1+1+1", "#26365f;", "red", "#éé00", "#26365f80"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_legible_is() {
        let ground = color("#1b1d21");
        let found = color("#26365f").legible_on(&[ground], Color::WHITE);
        assert!(found.contrast(ground) >= TEXT && found != Color::WHITE, "{found}");
        for ground in ["#000000", "#777777", "#ffffff", "#ff0000", "#00ff00", "#0000ff"] {
            assert!(color(ground).ink().contrast(color(ground)) >= TEXT, "{ground}");
        }
    }
}
