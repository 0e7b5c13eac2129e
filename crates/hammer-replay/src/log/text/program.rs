use memchr::{memchr, memchr2};

use super::variable::{LogField, TimestampEvent, TimestampFormat};
use crate::log::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimestamp, TimestampParser, parse_decimal};

/// A format of text as a small program: a step for each variable, and what has to stand behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormatProgram {
    pub(super) prefix: Box<[u8]>,
    pub(super) steps: Box<[FormatStep]>,
    /// What lies behind the last step of use is only looked at to tell formats apart.
    pub(super) needed_steps: usize,
    pub(super) escape: EscapeStyle,
    /// Request lines have whole URLs, whoever asked.
    pub(super) absolute_urls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatStep {
    pub(super) field: LogField,
    pub(super) terminator: ValueTerminator,
    /// The literal behind it; nothing at the end of a line.
    pub(super) literal: Box<[u8]>,
}

/// How the end of a value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueTerminator {
    /// At the first literal.
    Plain,
    /// At the first quotation mark that is not escaped.
    Quoted,
    /// Where the number ends.
    Number,
    /// Where the time ends.
    Time,
    /// At the first literal that is no separator of a list.
    List,
    /// At the end of the line.
    Line,
}

/// What steps leave for each other.
#[derive(Default)]
struct PendingFractions {
    fraction: [Option<u32>; 2],
}

impl FormatProgram {
    /// Reads `line` into `entry`. `all` of the format is looked at, or only what is of use.
    pub(crate) fn read<'l>(
        &self,
        line: &'l [u8],
        clock: &mut TimestampParser,
        all: bool,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        if !starts_with_short(line, &self.prefix) {
            return Err(SkipReason::Malformed);
        }
        let mut rest = &line[self.prefix.len()..];
        let (mut left, mut timed) = (PendingFractions::default(), false);
        let steps = if all {
            self.steps.len()
        } else {
            self.needed_steps
        };
        for step in &self.steps[..steps] {
            let length = match step.terminator {
                ValueTerminator::Time => match read_time(step, rest, clock, entry) {
                    Some(length) => length,
                    None if rest.starts_with(b"-") => return Err(SkipReason::NoTime),
                    None => return Err(truncated_or_malformed(timed && rest.len() < 10)),
                },
                ValueTerminator::Number => read_number(step, rest, entry, &mut left)
                    .ok_or(truncated_or_malformed(timed && rest.is_empty()))?,
                _ => {
                    let length = value_length(step, rest).ok_or(truncated_or_malformed(timed))?;
                    read_text(
                        step,
                        EscapedText::new(&rest[..length], self.escape),
                        clock,
                        entry,
                    )?;
                    length
                }
            };
            timed |= step.terminator == ValueTerminator::Time;
            rest = &rest[length..];
            rest = match (&*step.literal, step.terminator) {
                (
                    [],
                    ValueTerminator::Line
                    | ValueTerminator::Plain
                    | ValueTerminator::Number
                    | ValueTerminator::Time
                    | ValueTerminator::List,
                ) if rest.is_empty() => rest,
                ([], _) => return Err(SkipReason::Malformed),
                (until, _) if starts_with_short(rest, until) => &rest[until.len()..],
                // A whole line of the common format among those of a longer one.
                _ if rest.is_empty() && matches!(step.field, LogField::ResponseBytes) => {
                    return Err(SkipReason::Malformed);
                }
                (until, _) => return Err(truncated_or_malformed(timed && until.starts_with(rest))),
            };
        }
        left.apply(entry);
        if self.absolute_urls {
            entry.url = entry.request;
        }
        Ok(())
    }
}

/// Whether `bytes` begins with `start`, without the call that comparing slices is: most are of a byte
/// or three.
#[inline]
fn starts_with_short(bytes: &[u8], start: &[u8]) -> bool {
    match (start, bytes) {
        ([], _) => true,
        ([a], [x, ..]) => a == x,
        ([a, b], [x, y, ..]) => a == x && b == y,
        ([a, b, c], [x, y, z, ..]) => a == x && b == y && c == z,
        _ => bytes.starts_with(start),
    }
}

/// A line that is over too soon, and was right so far, or one that is wrong.
fn truncated_or_malformed(right_so_far: bool) -> SkipReason {
    if right_so_far {
        SkipReason::Truncated
    } else {
        SkipReason::Malformed
    }
}

/// The length of the value that `rest` begins with.
#[inline]
fn value_length(step: &FormatStep, rest: &[u8]) -> Option<usize> {
    let until = &*step.literal;
    match step.terminator {
        ValueTerminator::Line => Some(rest.len()),
        ValueTerminator::Quoted => {
            let mut at = 0;
            loop {
                at += memchr2(b'"', b'\\', &rest[at..])?;
                if rest[at] == b'"' {
                    return Some(at);
                }
                at = (at + 2).min(rest.len());
            }
        }
        ValueTerminator::List => list_length(rest),
        _ if until.is_empty() => Some(rest.len()),
        _ => {
            let mut at = 0;
            loop {
                at += memchr(until[0], &rest[at..])?;
                if starts_with_short(&rest[at..], until) {
                    return Some(at);
                }
                at += 1;
            }
        }
    }
}

/// nginx writes several upstreams with `, ` between them, and with ` : ` where it was sent on within.
fn list_length(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += match memchr(b' ', &rest[at..]) {
            Some(length) => length,
            None => return Some(rest.len()),
        };
        if at > 0 && rest[at - 1] == b',' {
            at += 1;
        } else if rest[at..].starts_with(b" : ") {
            at += 3;
        } else {
            return Some(at);
        }
    }
}

#[inline]
fn read_time(
    step: &FormatStep,
    rest: &[u8],
    clock: &mut TimestampParser,
    entry: &mut LogEntry<'_>,
) -> Option<usize> {
    let LogField::Time(base, format) = &step.field else {
        return None;
    };
    let (stamp, length) = match format {
        TimestampFormat::Style(style) => clock.parse_prefix(rest, *style)?,
        TimestampFormat::Strftime(strftime) => strftime.parse_prefix(rest, clock)?,
    };
    set_time(entry, *base, stamp);
    Some(length)
}

/// Of several stamps the finest counts.
pub(crate) fn set_time(entry: &mut LogEntry<'_>, base: TimestampEvent, stamp: LogTimestamp) {
    let place = match base {
        TimestampEvent::Start => &mut entry.start,
        TimestampEvent::End => &mut entry.end,
    };
    if place.is_none_or(|old| old.whole_second) {
        *place = Some(stamp);
    }
}

#[inline]
fn read_number(
    step: &FormatStep,
    rest: &[u8],
    entry: &mut LogEntry<'_>,
    left: &mut PendingFractions,
) -> Option<usize> {
    let Some((whole, billionths, length)) = parse_decimal(rest) else {
        // `-`, and load balancers write -1.
        return match rest {
            [b'-', b'1', ..] => Some(2),
            [b'-', ..] => Some(1),
            _ => None,
        };
    };
    match &step.field {
        LogField::Duration(unit) => {
            let micros = unit.to_micros(whole, billionths.unwrap_or(0));
            entry.duration_us = Some(micros);
        }
        LogField::PartialDuration(unit) => {
            let micros = unit.to_micros(whole, billionths.unwrap_or(0));
            let sum = entry.duration_us.unwrap_or(0).saturating_add(micros);
            entry.duration_us = Some(sum);
        }
        LogField::Fraction(base, unit) => {
            let micros = unit.to_micros(whole, 0);
            left.fraction[*base as usize] = u32::try_from(micros).ok();
        }
        what => set_number(entry, what, whole),
    }
    Some(length)
}

/// Puts a whole number where `what` says.
pub(crate) fn set_number(entry: &mut LogEntry<'_>, what: &LogField, number: u64) {
    match what {
        LogField::Status => entry.status = u16::try_from(number).unwrap_or(0),
        LogField::ResponseBytes => entry.response_bytes = Some(number),
        LogField::RequestBytes => entry.body_bytes = Some(number),
        _ => {}
    }
}

fn read_text<'l>(
    step: &FormatStep,
    value: EscapedText<'l>,
    clock: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Result<(), SkipReason> {
    set_text(&step.field, value, clock, entry).ok_or(SkipReason::NoTime)
}

/// Puts a value where `what` says; none if it is no time and should be one.
pub(crate) fn set_text<'l>(
    what: &LogField,
    value: EscapedText<'l>,
    clock: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Option<()> {
    match what {
        LogField::Client => entry.client = Some(value),
        LogField::Request => entry.request = Some(value),
        LogField::Method => entry.method = Some(value),
        LogField::Target => entry.target = Some(value),
        LogField::Query => {
            let written = value.raw();
            entry.query = Some(value.slice(written.strip_prefix(b"?").unwrap_or(written)));
        }
        LogField::Url => entry.url = Some(value),
        LogField::Host => entry.host = Some(value),
        LogField::Route => entry.route = Some(value),
        LogField::Duration(unit) => {
            let length = crate::time::parse_duration_us(value.raw(), *unit);
            entry.duration_us = length.or(entry.duration_us);
        }
        LogField::Time(base, format) => {
            let written = value.raw();
            let (stamp, length) = match format {
                TimestampFormat::Style(style) => clock.parse_prefix(written, *style)?,
                TimestampFormat::Strftime(strftime) => strftime.parse_prefix(written, clock)?,
            };
            (length == written.len()).then_some(())?;
            set_time(entry, *base, stamp);
        }
        // The results of vegeta have the body of the answer there, behind the number of bytes sent.
        LogField::Base64Body if entry.body_bytes.is_none() => {
            let written = value.raw();
            let padding = written
                .iter()
                .rev()
                .take_while(|byte| **byte == b'=')
                .count();
            entry.body_bytes = Some((written.len() * 3 / 4).saturating_sub(padding) as u64);
        }
        LogField::Status | LogField::ResponseBytes | LogField::RequestBytes => {
            if let Some((number, _, _)) = parse_decimal(value.raw()) {
                set_number(entry, what, number);
            }
        }
        LogField::Ignored
        | LogField::PartialDuration(_)
        | LogField::Fraction(..)
        | LogField::Base64Body => {}
    }
    Some(())
}

impl PendingFractions {
    /// A fraction makes a whole second finer.
    fn apply(self, entry: &mut LogEntry<'_>) {
        let [start, end] = self.fraction;
        for (fraction, stamp) in [(start, &mut entry.start), (end, &mut entry.end)] {
            if let (Some(fraction), Some(stamp)) = (fraction, stamp)
                && stamp.whole_second
            {
                stamp.micros += i64::from(fraction);
                stamp.whole_second = false;
            }
        }
    }
}
