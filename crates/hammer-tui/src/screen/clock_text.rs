//! Times of a run as on a clock.

use std::time::Duration;

/// Formats a time as minutes and seconds, or with hours: `03:12`, `1:03:12`.
pub(crate) fn clock_text(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_shown_if_there_are_any() {
        for (seconds, shown) in [(0, "00:00"), (192, "03:12"), (3_792, "1:03:12")] {
            assert_eq!(clock_text(Duration::from_secs(seconds)), shown);
        }
    }
}
