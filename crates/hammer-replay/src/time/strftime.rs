use super::clock::{civil, month};
use super::number::{digits, fraction};
use super::{Clock, Stamp};

/// A time as `strftime` writes it: Apache's `%{…}t` and the `--time-format` of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Strftime {
    parts: Box<[Part]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Is(u8),
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

impl Strftime {
    /// Compiles `format`.
    ///
    /// # Errors
    ///
    /// The directive that it has no use for, or that something is missing.
    pub(crate) fn new(format: &[u8]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = format;
        while let [first, more @ ..] = rest {
            rest = more;
            if *first != b'%' {
                parts.push(Part::Is(*first));
                continue;
            }
            let [directive, more @ ..] = rest else {
                return Err("it ends with a lone %".to_owned());
            };
            rest = more;
            directive_parts(*directive, &mut parts)?;
        }
        let has = |part| parts.contains(&part);
        let date = has(Part::Year) && has(Part::Day) && (has(Part::Month) || has(Part::MonthName));
        let time = has(Part::Hour) && has(Part::Minute) && has(Part::Second);
        if !(has(Part::Epoch) || date && time) {
            return Err("it does not say year, month, day, hour, minute and second".to_owned());
        }
        Ok(Self {
            parts: parts.into(),
        })
    }

    /// The time that `text` begins with, and its length.
    pub(crate) fn read(&self, text: &[u8], clock: &Clock) -> Option<(Stamp, usize)> {
        let [
            mut year,
            mut months,
            mut day,
            mut hour,
            mut minute,
            mut second,
        ] = [0_i64; 6];
        let (mut micros, mut offset, mut epoch) = (None, None, None);
        let mut at = 0;
        for part in &self.parts {
            let rest = text.get(at..)?;
            let mut number = |most: usize| {
                let (number, length) = digits(rest.get(..most.min(rest.len()))?)?;
                at += length;
                i64::try_from(number).ok()
            };
            match part {
                Part::Is(byte) => {
                    at += 1;
                    (rest.first() == Some(byte)).then_some(())?;
                }
                Part::Year => year = number(4)?,
                Part::Month => months = number(2)?,
                Part::MonthName => {
                    at += 3;
                    months = month(rest.first_chunk()?)?;
                }
                // `%e` pads with a blank.
                Part::Day if rest.first() == Some(&b' ') => {
                    day = i64::try_from(digits(rest.get(1..2)?)?.0).ok()?;
                    at += 2;
                }
                Part::Day => day = number(2)?,
                Part::Hour => hour = number(2)?,
                Part::Minute => minute = number(2)?,
                Part::Second => second = number(2)?,
                Part::Epoch => epoch = Some(number(12)?),
                Part::Fraction => {
                    // `fraction` steps over a point, and here there is none.
                    let (billionths, length) = fraction(text.get(at.checked_sub(1)?..)?)?;
                    micros = Some(billionths / 1_000);
                    at += length - 1;
                }
                Part::Zone => {
                    let (seconds, length) = zone(rest)?;
                    offset = Some(seconds);
                    at += length;
                }
            }
        }
        let seconds = match epoch {
            Some(epoch) => epoch,
            None if second > 60 => return None,
            None => clock.wall(civil(year, months, day, hour, minute)?, offset)? + second,
        };
        Some((Stamp::new(seconds, micros), at))
    }
}

fn directive_parts(directive: u8, parts: &mut Vec<Part>) -> Result<(), String> {
    let time = [Part::Hour, Part::Is(b':'), Part::Minute];
    match directive {
        b'Y' => parts.push(Part::Year),
        b'm' => parts.push(Part::Month),
        b'b' | b'h' => parts.push(Part::MonthName),
        b'd' | b'e' => parts.push(Part::Day),
        b'H' | b'k' => parts.push(Part::Hour),
        b'M' => parts.push(Part::Minute),
        b'S' => parts.push(Part::Second),
        b'f' | b'L' | b'N' => parts.push(Part::Fraction),
        b'z' => parts.push(Part::Zone),
        b's' => parts.push(Part::Epoch),
        b'%' => parts.push(Part::Is(b'%')),
        b'n' => parts.push(Part::Is(b'\n')),
        b't' => parts.push(Part::Is(b'\t')),
        b'R' => parts.extend(time),
        b'T' => parts.extend(time.into_iter().chain([Part::Is(b':'), Part::Second])),
        b'F' => parts.extend([
            Part::Year,
            Part::Is(b'-'),
            Part::Month,
            Part::Is(b'-'),
            Part::Day,
        ]),
        other => {
            return Err(format!("there is no use for its %{}", other.escape_ascii()));
        }
    }
    Ok(())
}

/// `+0200`, `+02:00` or `Z`: seconds east of Greenwich.
fn zone(text: &[u8]) -> Option<(i64, usize)> {
    if text.first() == Some(&b'Z') {
        return Some((0, 1));
    }
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, _) = digits(text.get(1..3)?)?;
    let colon = usize::from(text.get(3) == Some(&b':'));
    let (minutes, length) = digits(text.get(3 + colon..5 + colon)?)?;
    let seconds = i64::try_from((hours * 60 + minutes) * 60).ok()?;
    (length == 2).then_some((sign * seconds, 5 + colon))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Clock, Strftime};

    #[test]
    fn reads_what_strftime_writes() {
        let clock = Clock::new(TimeZone::UTC);
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
            let strftime = Strftime::new(format.as_bytes()).expect(format);
            let (stamp, length) = strftime.read(text.as_bytes(), &clock).expect(text);
            assert_eq!((stamp.micros, length), (micros, text.len()), "{format}");
            for end in 0..text.len() {
                let cut = strftime.read(&text.as_bytes()[..end], &clock);
                assert!(
                    cut.is_none_or(|(_, length)| length <= end),
                    "{format} {end}"
                );
            }
        }
    }

    #[test]
    fn refuses_what_says_too_little() {
        for format in ["%d/%b/%Y", "%T", "%c", "%"] {
            assert!(Strftime::new(format.as_bytes()).is_err(), "{format}");
        }
    }
}
