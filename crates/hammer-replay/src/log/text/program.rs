//! Programs that read the lines of a text format.

use memchr::{memchr, memchr2};

use super::variable::{LogField, TimestampFormat, TimestampedRequestEvent};
use crate::log::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimestamp, TimestampParser, parse_decimal};

/// A text format as a program: a step for each variable and the literal after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormatProgram {
    pub(super) prefix: Box<[u8]>,
    pub(super) steps: Box<[FormatStep]>,
    /// The number of steps up to the last used variable. The rest only matters for detection.
    pub(super) needed_steps: usize,
    pub(super) escape: EscapeStyle,
    pub(super) request_urls: RequestUrls,
}

/// The absolute URLs in the request lines of a format, whatever the client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestUrls {
    /// The targets are those that clients sent.
    AsSent,
    /// The server writes URLs, as far as it knows the host.
    Usual,
    /// The server always writes URLs.
    Always,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatStep {
    pub(super) field: LogField,
    pub(super) terminator: ValueTerminator,
    /// The literal after the variable; empty at the end of a line.
    pub(super) literal: Box<[u8]>,
}

/// The rule that finds the end of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueTerminator {
    /// Before the first literal.
    Plain,
    /// Before the first quotation mark that is not escaped.
    Quoted,
    /// At the end of the number.
    Number,
    /// At the end of the time.
    Time,
    /// Before the first space that does not separate values of the list.
    List,
    /// At the end of the line.
    Line,
}

/// Fractions of a second that are separate variables, by event.
#[derive(Default)]
struct PendingFractions {
    fractions: [Option<u32>; 2],
}

impl FormatProgram {
    /// Reads a line into `entry`, and consumes the part of `rest` that matches. If `pedantic` is true,
    /// unused variables at the end must match too.
    pub(crate) fn read<'l>(
        &self,
        rest: &mut &'l [u8],
        timestamp_parser: &mut TimestampParser,
        pedantic: bool,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        if !starts_with_short(rest, &self.prefix) {
            return Err(SkipReason::Malformed);
        }
        *rest = &rest[self.prefix.len()..];
        let (mut pending, mut timed) = (PendingFractions::default(), false);
        let mut is_time_missing = false;
        let steps = if pedantic {
            self.steps.len()
        } else {
            self.needed_steps
        };
        for step in &self.steps[..steps] {
            let length = match step.terminator {
                ValueTerminator::Time => match read_time(step, rest, timestamp_parser, entry) {
                    Some(length) => length,
                    None if is_missing_time(step, rest) => match value_length(step, rest) {
                        // The rest shows whether the line is in this format.
                        Some(length) if pedantic => {
                            is_time_missing = true;
                            length
                        }
                        None if pedantic => return Err(SkipReason::Malformed),
                        _ => return Err(SkipReason::NoTime),
                    },
                    None => return Err(truncated_or_malformed(timed && rest.len() < 10)),
                },
                ValueTerminator::Number => read_number(step, rest, entry, &mut pending)
                    .ok_or(truncated_or_malformed(timed && rest.is_empty()))?,
                _ => {
                    let length = value_length(step, rest).ok_or(truncated_or_malformed(timed))?;
                    read_text(
                        step,
                        EscapedText::new(&rest[..length], self.escape),
                        timestamp_parser,
                        entry,
                    )?;
                    length
                }
            };
            timed |= step.terminator == ValueTerminator::Time;
            *rest = &rest[length..];
            *rest = match (&*step.literal, step.terminator) {
                (
                    [],
                    ValueTerminator::Line
                    | ValueTerminator::Plain
                    | ValueTerminator::Number
                    | ValueTerminator::Time
                    | ValueTerminator::List,
                ) if rest.is_empty() => *rest,
                ([], _) => return Err(SkipReason::Malformed),
                (literal, _) if starts_with_short(rest, literal) => &rest[literal.len()..],
                // A complete line of the common format in a log of a longer one.
                _ if rest.is_empty() && matches!(step.field, LogField::ResponseBytes) => {
                    return Err(SkipReason::Malformed);
                }
                (literal, _) => {
                    let is_cut = timed && literal.starts_with(rest);
                    *rest = &rest[common_prefix_length(literal, rest)..];
                    return Err(truncated_or_malformed(is_cut));
                }
            };
        }
        pending.apply(entry);
        match self.request_urls {
            RequestUrls::AsSent => {}
            // Servers of other formats with URLs do not add fields at the end.
            RequestUrls::Always
                if entry.request.is_some_and(has_origin_form) || pedantic && !rest.is_empty() =>
            {
                return Err(SkipReason::Malformed);
            }
            RequestUrls::Usual | RequestUrls::Always => entry.url = entry.request,
        }
        if is_time_missing {
            return Err(SkipReason::NoTime);
        }
        Ok(())
    }
}

/// Returns true if the target of a request line is a path.
fn has_origin_form(request: EscapedText<'_>) -> bool {
    let request = request.raw();
    let target = memchr(b' ', request).and_then(|at| request.get(at + 1));
    target == Some(&b'/')
}

/// Returns true if the time at the start of `rest` is missing or impossible.
fn is_missing_time(step: &FormatStep, rest: &[u8]) -> bool {
    let LogField::Time(_, format) = &step.field else {
        return false;
    };
    rest.starts_with(b"-")
        || match format {
            TimestampFormat::Style(style) => style.has_shape(rest),
            TimestampFormat::Strftime(strftime) => strftime.has_shape(rest),
        }
}

/// Returns true if `bytes` begins with `start`. Most literals have up to three bytes, which are
/// compared inline and not by a call.
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

#[cold]
fn common_prefix_length(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Returns `Truncated` for a line that matched up to its end, and `Malformed` otherwise.
fn truncated_or_malformed(matched_so_far: bool) -> SkipReason {
    if matched_so_far {
        SkipReason::Truncated
    } else {
        SkipReason::Malformed
    }
}

/// Returns the length of the value at the start of `rest`.
#[inline]
fn value_length(step: &FormatStep, rest: &[u8]) -> Option<usize> {
    let literal = &*step.literal;
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
        _ if literal.is_empty() => Some(rest.len()),
        _ => {
            let mut at = 0;
            loop {
                at += memchr(literal[0], &rest[at..])?;
                if starts_with_short(&rest[at..], literal) {
                    return Some(at);
                }
                at += 1;
            }
        }
    }
}

/// Returns the length of a list of upstream values, which nginx separates by `, `, and by ` : ` after
/// an internal redirect.
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
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'_>,
) -> Option<usize> {
    let LogField::Time(event, format) = &step.field else {
        return None;
    };
    let (timestamp, length) = match format {
        TimestampFormat::Style(style) => timestamp_parser.parse_prefix(rest, *style)?,
        TimestampFormat::Strftime(strftime) => strftime.parse_prefix(rest, timestamp_parser)?,
    };
    set_time(entry, *event, timestamp);
    Some(length)
}

/// Sets the start or end time. A time with a fraction replaces one in whole seconds.
pub(crate) fn set_time(
    entry: &mut LogEntry<'_>,
    event: TimestampedRequestEvent,
    timestamp: LogTimestamp,
) {
    let current = match event {
        TimestampedRequestEvent::Start => &mut entry.start,
        TimestampedRequestEvent::End => &mut entry.end,
    };
    if current.is_none_or(|old| old.whole_second) {
        *current = Some(timestamp);
    }
}

#[inline]
fn read_number(
    step: &FormatStep,
    rest: &[u8],
    entry: &mut LogEntry<'_>,
    pending: &mut PendingFractions,
) -> Option<usize> {
    let Some((whole, billionths, length)) = parse_decimal(rest) else {
        // A missing number is `-`, or -1 in logs of load balancers.
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
        LogField::Fraction(event, unit) => {
            let micros = unit.to_micros(whole, 0);
            pending.fractions[*event as usize] = u32::try_from(micros).ok();
        }
        field => set_number(entry, field, whole),
    }
    Some(length)
}

/// Sets `field` to a whole number.
pub(crate) fn set_number(entry: &mut LogEntry<'_>, field: &LogField, number: u64) {
    match field {
        LogField::Status => entry.status = u16::try_from(number).unwrap_or(0),
        LogField::ResponseBytes => entry.response_bytes = Some(number),
        LogField::RequestBytes => entry.body_bytes = Some(number),
        _ => {}
    }
}

fn read_text<'l>(
    step: &FormatStep,
    value: EscapedText<'l>,
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Result<(), SkipReason> {
    set_text(&step.field, value, timestamp_parser, entry).ok_or(SkipReason::NoTime)
}

/// Sets `field` to `value`. Returns `None` if a time field has an invalid time.
pub(crate) fn set_text<'l>(
    field: &LogField,
    value: EscapedText<'l>,
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Option<()> {
    match field {
        LogField::Client => entry.client = Some(value),
        LogField::Request => entry.request = Some(value),
        LogField::Method => entry.method = Some(value),
        LogField::Target => entry.target = Some(value),
        LogField::Query => {
            let raw = value.raw();
            entry.query = Some(value.slice(raw.strip_prefix(b"?").unwrap_or(raw)));
        }
        LogField::Url => entry.url = Some(value),
        LogField::Host => entry.host = Some(value),
        LogField::Route => entry.route = Some(value),
        LogField::Duration(unit) => {
            let length = crate::time::parse_duration_us(value.raw(), *unit);
            entry.duration_us = length.or(entry.duration_us);
        }
        LogField::Time(event, format) => {
            let raw = value.raw();
            let (timestamp, length) = match format {
                TimestampFormat::Style(style) => timestamp_parser.parse_prefix(raw, *style)?,
                TimestampFormat::Strftime(strftime) => {
                    strftime.parse_prefix(raw, timestamp_parser)?
                }
            };
            (length == raw.len()).then_some(())?;
            set_time(entry, *event, timestamp);
        }
        // In vegeta's targets this is the request body. In its results it is the response body, and
        // the size of the request body precedes it.
        LogField::Base64Body if entry.body_bytes.is_none() => {
            let raw = value.raw();
            let padding = raw.iter().rev().take_while(|byte| **byte == b'=').count();
            entry.body_bytes = Some((raw.len() * 3 / 4).saturating_sub(padding) as u64);
        }
        LogField::Status | LogField::ResponseBytes | LogField::RequestBytes => {
            if let Some((number, _, _)) = parse_decimal(value.raw()) {
                set_number(entry, field, number);
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
    /// Adds the fractions to times in whole seconds.
    fn apply(self, entry: &mut LogEntry<'_>) {
        let [start, end] = self.fractions;
        for (fraction, timestamp) in [(start, &mut entry.start), (end, &mut entry.end)] {
            if let (Some(fraction), Some(timestamp)) = (fraction, timestamp)
                && timestamp.whole_second
            {
                timestamp.micros += i64::from(fraction);
                timestamp.whole_second = false;
            }
        }
    }
}
