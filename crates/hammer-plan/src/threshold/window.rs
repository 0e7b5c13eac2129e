//! The window of a condition: the time over which it is measured.

use std::time::Duration;

use hammer_diagnostic::excerpt;

use super::text_slice::{TextSlice, ThresholdParseResult};

/// The keyword before a window.
pub(crate) const KEYWORD: &str = "over";
/// The longest window, in seconds.
const MAX_SECONDS: u64 = 3600;
/// Units of a window, with their length in seconds.
const UNITS: [(&str, u64); 3] = [("s", 1), ("m", 60), ("h", 3600)];

/// Parses the text after a bound, which is empty or a window such as `over 10s`.
///
/// Returns `None` for a text that is neither.
pub(crate) fn parse(text: TextSlice<'_>) -> Option<ThresholdParseResult<Option<Duration>>> {
    let text = text.trim();
    if text.text.is_empty() {
        return Some(Ok(None));
    }
    let rest = text.text.strip_prefix(KEYWORD)?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    Some(parse_length(text.split_at(KEYWORD.len()).1.trim()).map(Some))
}

fn parse_length(text: TextSlice<'_>) -> ThresholdParseResult<Duration> {
    if text.text.is_empty() {
        return text.error("missing window", "a window such as 10s");
    }
    let digits = text.text.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = text.text.split_at(digits.unwrap_or(text.text.len()));
    let unit = UNITS
        .iter()
        .find(|(unit_name, _)| *unit_name == unit.trim_start());
    let seconds = unit.and_then(|(_, factor)| digits.parse::<u64>().ok()?.checked_mul(*factor));
    match seconds {
        Some(seconds @ 1..=MAX_SECONDS) => Ok(Duration::from_secs(seconds)),
        _ => text.error(
            format!("{} is not a window", excerpt(text.text)),
            "whole seconds up to an hour, such as 10s or 5m",
        ),
    }
}
