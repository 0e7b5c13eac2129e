//! Wall-clock times as text.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::digits;

/// The number of bytes that [`push_rfc3339`] appends: `2026-11-24T15:04:05.678Z`.
pub(crate) const RFC3339_BYTES: usize = 24;

/// Returns the milliseconds since 1970, or 0 for an earlier time.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Appends `time` in UTC with milliseconds (RFC 3339). A time after the year 9999 becomes its last
/// millisecond.
pub(crate) fn push_rfc3339(to: &mut Vec<u8>, time: SystemTime) {
    /// The last millisecond with a year of four digits.
    const LAST: u64 = 253_402_300_799_999;
    let millis = millis(time).min(LAST);
    let (day, in_day) = (millis / 86_400_000, millis % 86_400_000);
    let (year, month, day) = civil_date(day);
    digits::push_padded(to, year, 4);
    to.push(b'-');
    digits::push_padded(to, month, 2);
    to.push(b'-');
    digits::push_padded(to, day, 2);
    to.push(b'T');
    digits::push_padded(to, in_day / 3_600_000, 2);
    to.push(b':');
    digits::push_padded(to, in_day / 60_000 % 60, 2);
    to.push(b':');
    digits::push_padded(to, in_day / 1_000 % 60, 2);
    to.push(b'.');
    digits::push_padded(to, in_day % 1_000, 3);
    to.push(b'Z');
}

/// Converts a number of days since 1970-01-01 to year, month and day.
///
/// Years begin in March, so that the leap day is the last day of its year. An era of 400 years has
/// 146,097 days. Month `m`, counted from March, begins on day (153 m + 2) / 5 of the year.
fn civil_date(days: u64) -> (u64, u64, u64) {
    // From 0000-03-01 to 1970-01-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, carry) = if month_from_march < 10 {
        (month_from_march + 3, 0)
    } else {
        (month_from_march - 9, 1)
    };
    (era * 400 + year_of_era + carry, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn writes_times_in_rfc_3339() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_001, "2024-02-29T23:59:59.001Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
        ] {
            let mut text = vec![];
            push_rfc3339(&mut text, UNIX_EPOCH + Duration::from_millis(millis));
            assert_eq!(String::from_utf8_lossy(&text), expected);
            assert_eq!(text.len(), RFC3339_BYTES);
        }
    }
}
