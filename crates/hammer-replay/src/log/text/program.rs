use memchr::{memchr, memchr2};

use super::variable::{Base, Format, What};
use crate::log::{Entry, Escape, Skip, Text};
use crate::time::{Clock, Stamp, decimal};

/// A format of text as a small program: a step for each variable, and what has to stand behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    pub(super) prefix: Box<[u8]>,
    pub(super) steps: Box<[Step]>,
    /// What lies behind the last step of use is only looked at to tell formats apart.
    pub(super) needed: usize,
    pub(super) escape: Escape,
    /// Request lines have whole URLs, whoever asked.
    pub(super) urls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) what: What,
    pub(super) shape: Shape,
    /// The literal behind it; nothing at the end of a line.
    pub(super) until: Box<[u8]>,
}

/// How the end of a value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
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
struct Left {
    fraction: [Option<u32>; 2],
}

impl Program {
    /// Reads `line` into `entry`. `all` of the format is looked at, or only what is of use.
    pub(crate) fn read<'l>(
        &self,
        line: &'l [u8],
        clock: &mut Clock,
        all: bool,
        entry: &mut Entry<'l>,
    ) -> Result<(), Skip> {
        if !begins(line, &self.prefix) {
            return Err(Skip::Malformed);
        }
        let mut rest = &line[self.prefix.len()..];
        let (mut left, mut timed) = (Left::default(), false);
        let steps = if all { self.steps.len() } else { self.needed };
        for step in &self.steps[..steps] {
            let length = match step.shape {
                Shape::Time => match time(step, rest, clock, entry) {
                    Some(length) => length,
                    None if rest.starts_with(b"-") => return Err(Skip::NoTime),
                    None => return Err(cut(timed && rest.len() < 10)),
                },
                Shape::Number => {
                    number(step, rest, entry, &mut left).ok_or(cut(timed && rest.is_empty()))?
                }
                _ => {
                    let length = end(step, rest).ok_or(cut(timed))?;
                    text(step, Text::new(&rest[..length], self.escape), clock, entry)?;
                    length
                }
            };
            timed |= step.shape == Shape::Time;
            rest = &rest[length..];
            rest = match (&*step.until, step.shape) {
                ([], Shape::Line | Shape::Plain | Shape::Number | Shape::Time | Shape::List)
                    if rest.is_empty() =>
                {
                    rest
                }
                ([], _) => return Err(Skip::Malformed),
                (until, _) if begins(rest, until) => &rest[until.len()..],
                // A whole line of the common format among those of a longer one.
                _ if rest.is_empty() && matches!(step.what, What::Bytes) => {
                    return Err(Skip::Malformed);
                }
                (until, _) => return Err(cut(timed && until.starts_with(rest))),
            };
        }
        left.put(entry);
        if self.urls {
            entry.url = entry.request;
        }
        Ok(())
    }
}

/// Whether `bytes` begins with `start`, without the call that comparing slices is: most are of a byte
/// or three.
#[inline]
fn begins(bytes: &[u8], start: &[u8]) -> bool {
    match (start, bytes) {
        ([], _) => true,
        ([a], [x, ..]) => a == x,
        ([a, b], [x, y, ..]) => a == x && b == y,
        ([a, b, c], [x, y, z, ..]) => a == x && b == y && c == z,
        _ => bytes.starts_with(start),
    }
}

/// A line that is over too soon, and was right so far, or one that is wrong.
fn cut(right_so_far: bool) -> Skip {
    if right_so_far {
        Skip::Cut
    } else {
        Skip::Malformed
    }
}

/// The length of the value that `rest` begins with.
#[inline]
fn end(step: &Step, rest: &[u8]) -> Option<usize> {
    let until = &*step.until;
    match step.shape {
        Shape::Line => Some(rest.len()),
        Shape::Quoted => {
            let mut at = 0;
            loop {
                at += memchr2(b'"', b'\\', &rest[at..])?;
                if rest[at] == b'"' {
                    return Some(at);
                }
                at = (at + 2).min(rest.len());
            }
        }
        Shape::List => list(rest),
        _ if until.is_empty() => Some(rest.len()),
        _ => {
            let mut at = 0;
            loop {
                at += memchr(until[0], &rest[at..])?;
                if begins(&rest[at..], until) {
                    return Some(at);
                }
                at += 1;
            }
        }
    }
}

/// nginx writes several upstreams with `, ` between them, and with ` : ` where it was sent on within.
fn list(rest: &[u8]) -> Option<usize> {
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
fn time(step: &Step, rest: &[u8], clock: &mut Clock, entry: &mut Entry<'_>) -> Option<usize> {
    let What::Time(base, format) = &step.what else {
        return None;
    };
    let (stamp, length) = match format {
        Format::Style(style) => clock.read(rest, *style)?,
        Format::Strftime(strftime) => strftime.read(rest, clock)?,
    };
    put_time(entry, *base, stamp);
    Some(length)
}

/// Of several stamps the finest counts.
pub(crate) fn put_time(entry: &mut Entry<'_>, base: Base, stamp: Stamp) {
    let place = match base {
        Base::Start => &mut entry.start,
        Base::End => &mut entry.end,
    };
    if place.is_none_or(|old| old.whole) {
        *place = Some(stamp);
    }
}

#[inline]
fn number(step: &Step, rest: &[u8], entry: &mut Entry<'_>, left: &mut Left) -> Option<usize> {
    let Some((whole, billionths, length)) = decimal(rest) else {
        // `-`, and load balancers write -1.
        return match rest {
            [b'-', b'1', ..] => Some(2),
            [b'-', ..] => Some(1),
            _ => None,
        };
    };
    match &step.what {
        What::Duration(unit) => {
            let micros = unit.micros(whole, billionths.unwrap_or(0));
            entry.duration_us = Some(micros);
        }
        What::Share(unit) => {
            let micros = unit.micros(whole, billionths.unwrap_or(0));
            let sum = entry.duration_us.unwrap_or(0).saturating_add(micros);
            entry.duration_us = Some(sum);
        }
        What::Fraction(base, unit) => {
            let micros = unit.micros(whole, 0);
            left.fraction[*base as usize] = u32::try_from(micros).ok();
        }
        what => put_number(entry, what, whole),
    }
    Some(length)
}

/// Puts a whole number where `what` says.
pub(crate) fn put_number(entry: &mut Entry<'_>, what: &What, number: u64) {
    match what {
        What::Status => entry.status = u16::try_from(number).unwrap_or(0),
        What::Bytes => entry.bytes = Some(number),
        What::Body => entry.body_bytes = Some(number),
        _ => {}
    }
}

fn text<'l>(
    step: &Step,
    value: Text<'l>,
    clock: &mut Clock,
    entry: &mut Entry<'l>,
) -> Result<(), Skip> {
    put_text(&step.what, value, clock, entry).ok_or(Skip::NoTime)
}

/// Puts a value where `what` says; none if it is no time and should be one.
pub(crate) fn put_text<'l>(
    what: &What,
    value: Text<'l>,
    clock: &mut Clock,
    entry: &mut Entry<'l>,
) -> Option<()> {
    match what {
        What::Client => entry.client = Some(value),
        What::Request => entry.request = Some(value),
        What::Method => entry.method = Some(value),
        What::Target => entry.target = Some(value),
        What::Query => {
            let written = value.written();
            entry.query = Some(value.part(written.strip_prefix(b"?").unwrap_or(written)));
        }
        What::Url => entry.url = Some(value),
        What::Host => entry.host = Some(value),
        What::Route => entry.route = Some(value),
        What::Duration(unit) => {
            let length = crate::time::length_us(value.written(), *unit);
            entry.duration_us = length.or(entry.duration_us);
        }
        What::Time(base, format) => {
            let written = value.written();
            let (stamp, length) = match format {
                Format::Style(style) => clock.read(written, *style)?,
                Format::Strftime(strftime) => strftime.read(written, clock)?,
            };
            (length == written.len()).then_some(())?;
            put_time(entry, *base, stamp);
        }
        // The results of vegeta have the body of the answer there, behind the number of bytes sent.
        What::Base64 if entry.body_bytes.is_none() => {
            let written = value.written();
            let padding = written
                .iter()
                .rev()
                .take_while(|byte| **byte == b'=')
                .count();
            entry.body_bytes = Some((written.len() * 3 / 4).saturating_sub(padding) as u64);
        }
        What::Status | What::Bytes | What::Body => {
            if let Some((number, _, _)) = decimal(value.written()) {
                put_number(entry, what, number);
            }
        }
        What::Nothing | What::Share(_) | What::Fraction(..) | What::Base64 => {}
    }
    Some(())
}

impl Left {
    /// A fraction makes a whole second finer.
    fn put(self, entry: &mut Entry<'_>) {
        let [start, end] = self.fraction;
        for (fraction, stamp) in [(start, &mut entry.start), (end, &mut entry.end)] {
            if let (Some(fraction), Some(stamp)) = (fraction, stamp)
                && stamp.whole
            {
                stamp.micros += i64::from(fraction);
                stamp.whole = false;
            }
        }
    }
}
