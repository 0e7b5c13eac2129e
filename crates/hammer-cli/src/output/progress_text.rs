//! Texts about loads that get ready.

use std::time::{Duration, SystemTime};

use crate::parsers::instant;
use crate::text::number::{format_count, format_decimal};

/// The text while the hammer prepares and sessions open, which can look as if nothing happened.
pub(super) fn opening_text(limit: Duration) -> String {
    let limit = format_decimal(limit.as_secs_f64());
    format!("starting: opening sessions (at most {limit} s)")
}

/// The text while the hammer prepares data.
pub(super) fn preparing_text(ready: usize, total: usize) -> String {
    let (ready, total) = (format_count(ready as u64), format_count(total as u64));
    format!("{ready} of {total} ready")
}

/// The text while a run waits for its start.
pub(super) fn waiting_text(until: SystemTime) -> String {
    format!("waiting until {}", instant::format_utc(until))
}

/// The text during a warm-up.
pub(super) fn warm_up_text(length: Duration) -> String {
    format!("warming up for {}", humantime::format_duration(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_open_is_bounded() {
        for (ms, text) in [(3_000, "3 s"), (250, "0.25 s")] {
            let text = format!("starting: opening sessions (at most {text})");
            assert_eq!(opening_text(Duration::from_millis(ms)), text);
        }
    }
}
