//! Speed of a playback.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The factor by which a timeline is played faster. It is an exact decimal, so due times are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaybackSpeed {
    /// The factor in billionths.
    billionths: u64,
}

const BILLION: u64 = 1_000_000_000;

impl PlaybackSpeed {
    /// Returns the due time of a row that is `us` µs after the start of the timeline.
    #[must_use]
    pub fn due_after(self, us: u128) -> Duration {
        let billionths = u128::from(self.billionths);
        // The product is computed in two parts, since it could overflow although the quotient does not.
        let (whole, fraction) = (us / billionths, us % billionths);
        let scale = 1000 * u128::from(BILLION);
        let nanos = whole
            .saturating_mul(scale)
            .saturating_add(fraction * scale / billionths);
        Duration::from_nanos_u128(nanos.min(Duration::MAX.as_nanos()))
    }

    /// Returns the nearest float.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.billionths as f64 / BILLION as f64
    }
}

impl Default for PlaybackSpeed {
    fn default() -> Self {
        Self {
            billionths: BILLION,
        }
    }
}

/// Parses a decimal such as `2` or `0.5`, from 0.000001 to 1,000,000.
impl FromStr for PlaybackSpeed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let message = "expected a number from 0.000001 to 1000000, such as 2 or 0.5";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
            return Err(message);
        }
        let whole: u64 = whole.parse().map_err(|_| message)?;
        let fraction: u64 = format!("{fraction:0<9}").parse().map_err(|_| message)?;
        let billionths = whole
            .checked_mul(BILLION)
            .and_then(|billionths| billionths.checked_add(fraction));
        let billionths =
            billionths.filter(|billionths| (1000..=1_000_000 * BILLION).contains(billionths));
        billionths
            .map(|billionths| Self { billionths })
            .ok_or(message)
    }
}

impl fmt::Display for PlaybackSpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_are_exact_quotients() {
        for (speed, us, nanos) in [
            ("1", 7, 7_000),
            ("2", 7, 3_500),
            ("0.5", 7, 14_000),
            ("3", 604_800_000_000, 201_600_000_000_000),
            ("3", 1, 333),
            (
                "0.000001",
                u128::from(u64::MAX),
                u128::from(u64::MAX) * 1_000_000_000,
            ),
            ("1000000", u128::MAX, Duration::MAX.as_nanos()),
            ("1.000000001", 1_000_000_001, 1_000_000_000_000),
        ] {
            let speed: PlaybackSpeed = speed.parse().unwrap();
            assert_eq!(speed.due_after(us).as_nanos(), nanos, "{speed}");
        }
    }

    #[test]
    fn malformed_speeds_are_rejected() {
        for text in [
            "",
            "0",
            "-1",
            "1e3",
            ".5",
            "1/2",
            "2x",
            "1000001",
            "0.0000001",
            "1.0000000001",
        ] {
            assert!(text.parse::<PlaybackSpeed>().is_err(), "{text}");
        }
    }
}
