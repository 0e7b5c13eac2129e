//! Parser of timestamps.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::number::{parse_decimal, parse_digits, parse_fraction};
use super::{LogTimeUnit, LogTimestamp};

/// The style of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimestampStyle {
    /// `10/Oct/2000:13:55:36 -0700`; fraction and zone are optional. Python's servers write a space before
    /// the hour.
    Clf,
    /// ISO 8601, with `T` or a space in the middle; fraction and zone are optional.
    Iso,
    /// A number of this unit since 1970.
    Epoch(LogTimeUnit),
    /// Any of these. The size of a number determines its unit.
    Any,
}

/// Parses the timestamps of a log.
///
/// Adjacent lines are nearly always in the same minute. So the text of the last minute is cached with
/// its value, and only two digits of the second are left to parse.
#[derive(Debug)]
pub(crate) struct TimestampParser {
    /// The zone of timestamps without one.
    zone: TimeZone,
    clf: CachedMinute<17>,
    iso: CachedMinute<16>,
}

impl TimestampParser {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            clf: CachedMinute::default(),
            iso: CachedMinute::default(),
        }
    }

    /// Parses the time at the start of `text`: the time and its length.
    pub(crate) fn parse_prefix(
        &mut self,
        text: &[u8],
        style: TimestampStyle,
    ) -> Option<(LogTimestamp, usize)> {
        match style {
            TimestampStyle::Clf => self.parse_clf(text),
            TimestampStyle::Iso => self.parse_iso(text),
            TimestampStyle::Epoch(unit) => parse_epoch(text, unit),
            TimestampStyle::Any => match text.get(2).zip(text.get(4)) {
                Some((b'/', _)) => self.parse_clf(text),
                Some((_, b'-')) => self.parse_iso(text),
                _ => parse_any_epoch(text),
            },
        }
    }

    /// Parses `text` as a time, without anything after it.
    pub(crate) fn parse_all(&mut self, text: &[u8], style: TimestampStyle) -> Option<LogTimestamp> {
        let (timestamp, length) = self.parse_prefix(text, style)?;
        (length == text.len()).then_some(timestamp)
    }

    /// Parses a date and a time of day, which are two columns in W3C logs.
    pub(crate) fn parse_date_and_time(&mut self, date: &[u8], time: &[u8]) -> Option<LogTimestamp> {
        let mut both = [b' '; 40];
        let end = date.len() + 1 + time.len();
        if end > both.len() {
            return None;
        }
        both[..date.len()].copy_from_slice(date);
        both[date.len() + 1..end].copy_from_slice(time);
        self.parse_all(&both[..end], TimestampStyle::Iso)
    }

    fn parse_clf(&mut self, text: &[u8]) -> Option<(LogTimestamp, usize)> {
        let (minute, seconds) = text.split_first_chunk::<17>()?;
        let (second, fraction, mut length) = parse_second(seconds)?;
        let mut zone = ZoneOffset::NONE;
        if let [b' ', sign @ (b'+' | b'-'), four @ ..] = &seconds[length..]
            && let Some(four) = four.first_chunk::<4>()
        {
            zone = ZoneOffset::from_digits(*sign, *four);
            length += 6;
        }
        let start = self.clf.start(minute, zone, &self.zone, clf_minute)?;
        Some((
            LogTimestamp::from_seconds(start + second, fraction),
            17 + length,
        ))
    }

    fn parse_iso(&mut self, text: &[u8]) -> Option<(LogTimestamp, usize)> {
        let (minute, seconds) = text.split_first_chunk::<16>()?;
        let (second, fraction, mut length) = parse_second(seconds)?;
        let zone = match &seconds[length..] {
            [b'Z' | b'z', ..] => {
                length += 1;
                ZoneOffset::UTC
            }
            [sign @ (b'+' | b'-'), h, t, b':', m, n, ..] => {
                length += 6;
                ZoneOffset::from_digits(*sign, [*h, *t, *m, *n])
            }
            [sign @ (b'+' | b'-'), h, t, m, n, ..] => {
                length += 5;
                ZoneOffset::from_digits(*sign, [*h, *t, *m, *n])
            }
            [sign @ (b'+' | b'-'), h, t] => {
                length += 3;
                ZoneOffset::from_digits(*sign, [*h, *t, b'0', b'0'])
            }
            _ => ZoneOffset::NONE,
        };
        let start = self.iso.start(minute, zone, &self.zone, iso_minute)?;
        Some((
            LogTimestamp::from_seconds(start + second, fraction),
            16 + length,
        ))
    }

    /// Converts a wall time, `offset` seconds east of UTC or in the zone of the log, to seconds since 1970.
    pub(crate) fn wall_to_epoch(&self, wall: DateTime, offset: Option<i64>) -> Option<i64> {
        civil_to_epoch(wall, offset, &self.zone)
    }
}

/// A zone as written: a sign and four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct ZoneOffset([u8; 5]);

impl ZoneOffset {
    const NONE: Self = Self([0; 5]);
    const UTC: Self = Self(*b"+0000");

    fn from_digits(sign: u8, [h, t, m, n]: [u8; 4]) -> Self {
        Self([sign, h, t, m, n])
    }

    /// Returns the seconds east of UTC, or `Some(None)` if the timestamp has no zone.
    fn seconds(self) -> Option<Option<i64>> {
        if self == Self::NONE {
            return Some(None);
        }
        let [sign, digits @ ..] = self.0;
        let (hours, minutes) = (two_digits(&digits)?, two_digits(&digits[2..])?);
        let seconds = (hours * 60 + minutes) * 60;
        (minutes < 60 && hours < 26).then_some(Some(if sign == b'-' { -seconds } else { seconds }))
    }
}

/// The last minute, as written and as parsed.
#[derive(Debug)]
struct CachedMinute<const N: usize> {
    written: [u8; N],
    zone: ZoneOffset,
    /// The start of the minute, in seconds since 1970.
    start: i64,
}

impl<const N: usize> Default for CachedMinute<N> {
    fn default() -> Self {
        Self {
            written: [0; N],
            zone: ZoneOffset::NONE,
            start: 0,
        }
    }
}

impl<const N: usize> CachedMinute<N> {
    fn start(
        &mut self,
        written: &[u8; N],
        zone: ZoneOffset,
        default: &TimeZone,
        read: fn(&[u8; N]) -> Option<DateTime>,
    ) -> Option<i64> {
        if self.written != *written || self.zone != zone {
            self.start = civil_to_epoch(read(written)?, zone.seconds()?, default)?;
            (self.written, self.zone) = (*written, zone);
        }
        Some(self.start)
    }
}

fn civil_to_epoch(wall: DateTime, offset: Option<i64>, zone: &TimeZone) -> Option<i64> {
    match offset {
        Some(offset) => {
            let utc = TimeZone::UTC.to_timestamp(wall).ok()?;
            Some(utc.as_second() - offset)
        }
        // When clocks go back, the first of the two equal times counts.
        None => Some(zone.to_timestamp(wall).ok()?.as_second()),
    }
}

/// Parses `:36` or `:36.127`: seconds, microseconds and the length.
fn parse_second(text: &[u8]) -> Option<(i64, Option<u32>, usize)> {
    let seconds = two_digits(text.strip_prefix(b":")?).filter(|seconds| *seconds <= 60)?;
    match text.get(3) {
        Some(b'.' | b',') => {
            let (billionths, length) = parse_fraction(&text[3..])?;
            Some((seconds, Some(billionths / 1_000), 3 + length))
        }
        _ => Some((seconds, None, 3)),
    }
}

fn two_digits(text: &[u8]) -> Option<i64> {
    let (tens, ones) = (
        text.first()?.wrapping_sub(b'0'),
        text.get(1)?.wrapping_sub(b'0'),
    );
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Parses `10/Oct/2000:13:55`.
fn clf_minute(text: &[u8; 17]) -> Option<DateTime> {
    let [
        _,
        _,
        b'/',
        a,
        b,
        c,
        b'/',
        _,
        _,
        _,
        _,
        b':' | b' ',
        _,
        _,
        b':',
        _,
        _,
    ] = text
    else {
        return None;
    };
    let month = month_number(&[*a, *b, *c])?;
    let year = two_digits(&text[7..])? * 100 + two_digits(&text[9..])?;
    civil_datetime(
        year,
        month,
        two_digits(text)?,
        two_digits(&text[12..])?,
        two_digits(&text[15..])?,
    )
}

/// Parses `2000-10-10T13:55`.
fn iso_minute(text: &[u8; 16]) -> Option<DateTime> {
    let [_, _, _, _, b'-', _, _, b'-', _, _, middle, _, _, b':', _, _] = text else {
        return None;
    };
    if !matches!(middle, b'T' | b't' | b' ') {
        return None;
    }
    let year = two_digits(text)? * 100 + two_digits(&text[2..])?;
    let (month, day) = (two_digits(&text[5..])?, two_digits(&text[8..])?);
    civil_datetime(
        year,
        month,
        day,
        two_digits(&text[11..])?,
        two_digits(&text[14..])?,
    )
}

pub(super) fn civil_datetime(
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
) -> Option<DateTime> {
    let small = |number: i64| i8::try_from(number).ok();
    let year = i16::try_from(year).ok()?;
    DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        0,
        0,
    )
    .ok()
}

/// Returns the number of a month by its English abbreviation.
pub(super) fn month_number(name: &[u8; 3]) -> Option<i64> {
    const NAMES: &[u8; 36] = b"janfebmaraprmayjunjulaugsepoctnovdec";
    let name = name.map(|letter| letter.to_ascii_lowercase());
    let at = NAMES.chunks_exact(3).position(|known| known == name)?;
    i64::try_from(at + 1).ok()
}

fn parse_epoch(text: &[u8], unit: LogTimeUnit) -> Option<(LogTimestamp, usize)> {
    let (whole, billionths, length) = parse_decimal(text)?;
    let micros = i64::try_from(unit.to_micros(whole, billionths.unwrap_or(0))).ok()?;
    let timestamp = LogTimestamp {
        micros,
        whole_second: unit == LogTimeUnit::Seconds && billionths.is_none(),
    };
    Some((timestamp, length))
}

/// Parses a number since 1970 whose size determines its unit: seconds have at most eleven digits until
/// the year 5138, milliseconds fourteen, microseconds seventeen.
fn parse_any_epoch(text: &[u8]) -> Option<(LogTimestamp, usize)> {
    let unit = match parse_digits(text)?.0 {
        0..100_000_000_000 => LogTimeUnit::Seconds,
        100_000_000_000..100_000_000_000_000 => LogTimeUnit::Millis,
        100_000_000_000_000..100_000_000_000_000_000 => LogTimeUnit::Micros,
        _ => LogTimeUnit::Nanos,
    };
    parse_epoch(text, unit)
}

#[cfg(test)]
mod tests {
    use jiff::tz::{self, TimeZone};

    use super::{LogTimeUnit, LogTimestamp, TimestampParser, TimestampStyle};

    /// Parses `text` twice, the second time with the minute cached.
    fn read(style: TimestampStyle, text: &str, zone: TimeZone) -> Option<(i64, bool)> {
        let mut timestamp_parser = TimestampParser::new(zone);
        let first = timestamp_parser.parse_all(text.as_bytes(), style);
        let again = timestamp_parser.parse_all(text.as_bytes(), style);
        assert_eq!(first, again, "{text}");
        first.map(
            |LogTimestamp {
                 micros,
                 whole_second: whole,
             }| (micros, whole),
        )
    }

    #[test]
    fn parses_each_style() {
        const T: i64 = 971_211_336_000_000;
        let table = [
            (
                TimestampStyle::Clf,
                "10/Oct/2000:13:55:36 -0700",
                Some((T, true)),
            ),
            (
                TimestampStyle::Clf,
                "10/Oct/2000:20:55:36 +0000",
                Some((T, true)),
            ),
            (TimestampStyle::Clf, "10/Oct/2000:20:55:36", Some((T, true))),
            (
                TimestampStyle::Clf,
                "10/oct/2000:20:55:36.127",
                Some((T + 127_000, false)),
            ),
            (TimestampStyle::Clf, "10/Oct/2000 20:55:36", Some((T, true))),
            (TimestampStyle::Clf, "31/Feb/2000:20:55:36 +0000", None),
            (TimestampStyle::Clf, "10/Oct/2000:20:55:36 +00a0", None),
            (TimestampStyle::Clf, "10/Okt/2000:20:55:36 +0000", None),
            (TimestampStyle::Iso, "2000-10-10T20:55:36Z", Some((T, true))),
            (TimestampStyle::Iso, "2000-10-10 20:55:36", Some((T, true))),
            (
                TimestampStyle::Iso,
                "2000-10-10T22:55:36+02:00",
                Some((T, true)),
            ),
            (
                TimestampStyle::Iso,
                "2000-10-10T22:55:36+0200",
                Some((T, true)),
            ),
            (
                TimestampStyle::Iso,
                "2000-10-10T22:55:36+02",
                Some((T, true)),
            ),
            (
                TimestampStyle::Iso,
                "2000-10-10T20:55:36.9799600Z",
                Some((T + 979_960, false)),
            ),
            (
                TimestampStyle::Iso,
                "2000-10-10T20:55:36,5Z",
                Some((T + 500_000, false)),
            ),
            (TimestampStyle::Iso, "2000-13-10T20:55:36Z", None),
            (TimestampStyle::Iso, "2000-10-10T20:55:61Z", None),
            (TimestampStyle::Iso, "2000-10-10X20:55:36Z", None),
            (
                TimestampStyle::Epoch(LogTimeUnit::Seconds),
                "971211336",
                Some((T, true)),
            ),
            (
                TimestampStyle::Epoch(LogTimeUnit::Seconds),
                "971211336.127",
                Some((T + 127_000, false)),
            ),
            (
                TimestampStyle::Epoch(LogTimeUnit::Millis),
                "971211336127",
                Some((T + 127_000, false)),
            ),
            (TimestampStyle::Any, "971211336", Some((T, true))),
            (
                TimestampStyle::Any,
                "971211336127.5",
                Some((T + 127_500, false)),
            ),
            (
                TimestampStyle::Any,
                "971211336127500",
                Some((T + 127_500, false)),
            ),
            (
                TimestampStyle::Any,
                "971211336127500123",
                Some((T + 127_500, false)),
            ),
            (
                TimestampStyle::Any,
                "10/Oct/2000:20:55:36 +0000",
                Some((T, true)),
            ),
            (TimestampStyle::Any, "2000-10-10T20:55:36Z", Some((T, true))),
            (TimestampStyle::Any, "yesterday", None),
            (TimestampStyle::Any, "", None),
        ];
        for (style, text, expected) in table {
            assert_eq!(read(style, text, TimeZone::UTC), expected, "{text}");
        }
    }

    #[test]
    fn a_written_zone_overrides_the_zone_of_the_log() {
        let zone = TimeZone::fixed(tz::offset(2));
        let without = read(TimestampStyle::Iso, "2000-10-10T22:55:36", zone.clone());
        let with = read(TimestampStyle::Iso, "2000-10-10T13:55:36-07:00", zone);
        assert_eq!(without, with);
    }

    #[test]
    fn the_cached_minute_is_not_used_for_another_zone() {
        let mut timestamp_parser = TimestampParser::new(TimeZone::UTC);
        let first = timestamp_parser.parse_all(b"10/Oct/2000:13:55:36 -0700", TimestampStyle::Clf);
        let other = timestamp_parser.parse_all(b"10/Oct/2000:13:55:36 -0800", TimestampStyle::Clf);
        let micros = |timestamp: Option<LogTimestamp>| timestamp.expect("a time").micros;
        assert_eq!(
            micros(other) - micros(first),
            3_600 * LogTimestamp::MICROS_PER_SECOND
        );
    }

    #[test]
    fn combines_date_and_time() {
        let mut timestamp_parser = TimestampParser::new(TimeZone::UTC);
        let timestamp = timestamp_parser.parse_date_and_time(b"2000-10-10", b"20:55:36");
        assert_eq!(
            timestamp,
            Some(LogTimestamp::from_seconds(971_211_336, None))
        );
        assert_eq!(
            timestamp_parser.parse_date_and_time(b"2000-10-10", b"-"),
            None
        );
    }
}
