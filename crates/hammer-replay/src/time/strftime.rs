//! Timestamps in `strftime` formats.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::number::{parse_digits, parse_fraction};
use super::timestamp_parser::{civil_datetime, month_number};
use super::{LogTimestamp, TimestampParser};

/// A compiled `strftime` format, as in Apache's `%{…}t` and in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StrftimeFormat {
    parts: Box<[StrftimePart]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StrftimePart {
    Literal(u8),
    Year,
    Month,
    MonthName,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
    Zone,
    Epoch,
}

impl StrftimeFormat {
    /// Compiles `format`.
    ///
    /// # Errors
    ///
    /// If it contains an unknown directive, or has no full date and time.
    pub(crate) fn compile(format: &str) -> Result<Self, Diagnostic> {
        let mut parts = Vec::new();
        let mut rest = format.as_bytes();
        while let [first, more @ ..] = rest {
            rest = more;
            if *first != b'%' {
                parts.push(StrftimePart::Literal(*first));
                continue;
            }
            let [directive, more @ ..] = rest else {
                let position = format.len() - 1..format.len();
                return Err(Diagnostic::new(position, "% at the end of the time format")
                    .with_expected("a letter after it"));
            };
            let start = format.len() - more.len() - 2;
            rest = more;
            push_directive(*directive, start, &mut parts)?;
        }
        let has = |part| parts.contains(&part);
        let date = has(StrftimePart::Year)
            && has(StrftimePart::Day)
            && (has(StrftimePart::Month) || has(StrftimePart::MonthName));
        let time =
            has(StrftimePart::Hour) && has(StrftimePart::Minute) && has(StrftimePart::Second);
        if !(has(StrftimePart::Epoch) || date && time) {
            let problem = "time format without a full date and time";
            return Err(Diagnostic::new(0..format.len(), problem)
                .with_expected("year, month, day, hour, minute and second, or %s"));
        }
        Ok(Self {
            parts: parts.into(),
        })
    }

    /// Parses the time at the start of `text`: the time and its length.
    pub(crate) fn parse_prefix(
        &self,
        text: &[u8],
        timestamp_parser: &TimestampParser,
    ) -> Option<(LogTimestamp, usize)> {
        let [
            mut year,
            mut month,
            mut day,
            mut hour,
            mut minute,
            mut second,
        ] = [0_i64; 6];
        let (mut micros, mut offset, mut epoch) = (None, None, None);
        let mut at = 0;
        for part in &self.parts {
            let rest = text.get(at..)?;
            let mut number = |max_digits: usize| {
                let (number, length) = parse_digits(rest.get(..max_digits.min(rest.len()))?)?;
                at += length;
                i64::try_from(number).ok()
            };
            match part {
                StrftimePart::Literal(byte) => {
                    at += 1;
                    (rest.first() == Some(byte)).then_some(())?;
                }
                StrftimePart::Year => year = number(4)?,
                StrftimePart::Month => month = number(2)?,
                StrftimePart::MonthName => {
                    at += 3;
                    month = month_number(rest.first_chunk()?)?;
                }
                // `%e` pads with a space.
                StrftimePart::Day if rest.first() == Some(&b' ') => {
                    day = i64::try_from(parse_digits(rest.get(1..2)?)?.0).ok()?;
                    at += 2;
                }
                StrftimePart::Day => day = number(2)?,
                StrftimePart::Hour => hour = number(2)?,
                StrftimePart::Minute => minute = number(2)?,
                StrftimePart::Second => second = number(2)?,
                StrftimePart::Epoch => epoch = Some(number(12)?),
                StrftimePart::Fraction => {
                    // `parse_fraction` skips the point, which precedes this part.
                    let (billionths, length) = parse_fraction(text.get(at.checked_sub(1)?..)?)?;
                    micros = Some(billionths / 1_000);
                    at += length - 1;
                }
                StrftimePart::Zone => {
                    let (seconds, length) = zone(rest)?;
                    offset = Some(seconds);
                    at += length;
                }
            }
        }
        let seconds = match epoch {
            Some(epoch) => epoch,
            None if second > 60 => return None,
            None => {
                timestamp_parser
                    .wall_to_epoch(civil_datetime(year, month, day, hour, minute)?, offset)?
                    + second
            }
        };
        Some((LogTimestamp::from_seconds(seconds, micros), at))
    }

    /// Returns true if `text` begins like a time of this format, even if there is no such day or hour.
    #[cold]
    pub(crate) fn has_shape(&self, text: &[u8]) -> bool {
        let digits = |rest: &[u8], max: usize| {
            let digits = rest
                .iter()
                .take(max)
                .take_while(|byte| byte.is_ascii_digit());
            Some(digits.count()).filter(|count| *count > 0)
        };
        let mut rest = text;
        for part in &self.parts {
            let length = match part {
                StrftimePart::Literal(byte) => (rest.first() == Some(byte)).then_some(1),
                StrftimePart::Year => digits(rest, 4),
                StrftimePart::MonthName => (rest.len() >= 3).then_some(3),
                StrftimePart::Day if rest.first() == Some(&b' ') => (rest.len() >= 2).then_some(2),
                StrftimePart::Epoch | StrftimePart::Fraction => digits(rest, usize::MAX),
                // The zone is usually last, and its length varies.
                StrftimePart::Zone => return true,
                _ => digits(rest, 2),
            };
            match length {
                Some(length) => rest = &rest[length..],
                None => return false,
            }
        }
        true
    }
}

/// Appends the part of the directive that begins at byte `start` of the format.
fn push_directive(
    directive: u8,
    start: usize,
    parts: &mut Vec<StrftimePart>,
) -> Result<(), Diagnostic> {
    let time = [
        StrftimePart::Hour,
        StrftimePart::Literal(b':'),
        StrftimePart::Minute,
    ];
    match directive {
        b'Y' => parts.push(StrftimePart::Year),
        b'm' => parts.push(StrftimePart::Month),
        b'b' | b'h' => parts.push(StrftimePart::MonthName),
        b'd' | b'e' => parts.push(StrftimePart::Day),
        b'H' | b'k' => parts.push(StrftimePart::Hour),
        b'M' => parts.push(StrftimePart::Minute),
        b'S' => parts.push(StrftimePart::Second),
        b'f' | b'L' | b'N' => parts.push(StrftimePart::Fraction),
        b'z' => parts.push(StrftimePart::Zone),
        b's' => parts.push(StrftimePart::Epoch),
        b'%' => parts.push(StrftimePart::Literal(b'%')),
        b'n' => parts.push(StrftimePart::Literal(b'\n')),
        b't' => parts.push(StrftimePart::Literal(b'\t')),
        b'R' => parts.extend(time),
        b'T' => parts.extend(
            time.into_iter()
                .chain([StrftimePart::Literal(b':'), StrftimePart::Second]),
        ),
        b'F' => parts.extend([
            StrftimePart::Year,
            StrftimePart::Literal(b'-'),
            StrftimePart::Month,
            StrftimePart::Literal(b'-'),
            StrftimePart::Day,
        ]),
        other => {
            let directive = format!("%{}", other.escape_ascii());
            let problem = format!("unknown time directive {}", excerpt(&directive));
            return Err(Diagnostic::new(start..start + 1, problem)
                .with_expected("%Y, %m, %b, %d, %e, %F, %H, %M, %S, %R, %T, %f, %z or %s"));
        }
    }
    Ok(())
}

/// Parses `+0200`, `+02:00` or `Z`: seconds east of UTC, and the length.
fn zone(text: &[u8]) -> Option<(i64, usize)> {
    if text.first() == Some(&b'Z') {
        return Some((0, 1));
    }
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, _) = parse_digits(text.get(1..3)?)?;
    let colon = usize::from(text.get(3) == Some(&b':'));
    let (minutes, length) = parse_digits(text.get(3 + colon..5 + colon)?)?;
    let seconds = i64::try_from((hours * 60 + minutes) * 60).ok()?;
    (length == 2).then_some((sign * seconds, 5 + colon))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{StrftimeFormat, TimestampParser};

    #[test]
    fn parses_strftime_formats() {
        let timestamp_parser = TimestampParser::new(TimeZone::UTC);
        for (format, text, micros) in [
            (
                "%d/%b/%Y:%T %z",
                "10/Oct/2000:13:55:36 -0700",
                971_211_336_000_000,
            ),
            ("%FT%T", "2000-10-10T20:55:36", 971_211_336_000_000),
            (
                "%FT%T.%f%z",
                "2000-10-10T20:55:36.127+00:00",
                971_211_336_127_000,
            ),
            ("%s", "971211336", 971_211_336_000_000),
            (
                "%b %e %Y, %R:%S",
                "Oct  9 2000, 20:55:36",
                971_124_936_000_000,
            ),
        ] {
            let strftime = StrftimeFormat::compile(format).expect(format);
            let (timestamp, length) = strftime
                .parse_prefix(text.as_bytes(), &timestamp_parser)
                .expect(text);
            assert_eq!((timestamp.micros, length), (micros, text.len()), "{format}");
            for end in 0..text.len() {
                let cut = strftime.parse_prefix(&text.as_bytes()[..end], &timestamp_parser);
                assert!(
                    cut.is_none_or(|(_, length)| length <= end),
                    "{format} {end}"
                );
            }
        }
    }

    #[test]
    fn rejects_incomplete_formats() {
        for format in ["%d/%b/%Y", "%T", "%c", "%"] {
            assert!(StrftimeFormat::compile(format).is_err(), "{format}");
        }
    }
}
