//! Parser of extended logs of the W3C.

use memchr::memchr2;

use super::single_values::SingleValues;
use super::text::{LogField, TimestampedRequestEvent, set_time};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimeUnit, TimestampParser, parse_decimal, parse_duration_us};

/// A parser of W3C extended logs, whose `#Fields` line names the columns. IIS and CloudFront write them.
///
/// Sources: W3C Working Draft WD-logfile-960323; Microsoft, "W3C Logging" of IIS; AWS, "Standard
/// logging reference" of CloudFront. Both log the time of the end, in UTC. `date-local` and `time-local`
/// of IIS are in its zone.
#[derive(Debug, Clone)]
pub(crate) struct W3cParser {
    columns: Vec<W3cColumn>,
    dialect: W3cDialect,
    /// True if a line may have more values than there are names.
    allows_more: bool,
}

/// The separation and quotation of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum W3cDialect {
    /// Any white space separates values. A value in quotation marks can contain it, and doubles its own
    /// quotation marks.
    Draft,
    /// A space separates values, which contain none, and quotation marks have no meaning.
    Iis,
    /// A tab separates values, which contain none, and quotation marks have no meaning.
    CloudFront,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum W3cColumn {
    Date,
    Time,
    Other(LogField),
}

/// The columns of CloudFront, for files without a `#Fields` line.
const CLOUDFRONT: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem \
    sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type \
    x-edge-request-id x-host-header cs-protocol cs-bytes time-taken";
/// The default columns of IIS.
const IIS: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip \
    cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";

impl W3cParser {
    /// Makes a parser of logs as the draft describes them.
    pub(crate) fn draft() -> Self {
        Self {
            columns: parse_columns(IIS.as_bytes()),
            dialect: W3cDialect::Draft,
            allows_more: false,
        }
    }

    pub(crate) fn iis() -> Self {
        Self {
            dialect: W3cDialect::Iis,
            ..Self::draft()
        }
    }

    /// Makes a parser of CloudFront's logs, to whose columns AWS adds new ones.
    pub(crate) fn cloudfront() -> Self {
        Self {
            columns: parse_columns(CLOUDFRONT.as_bytes()),
            dialect: W3cDialect::CloudFront,
            allows_more: true,
        }
    }

    /// Reads a line into `entry`, and consumes the part of `rest` that matches. A line with more values
    /// than names is malformed: it is unknown which of them is which.
    pub(crate) fn read<'l>(
        &mut self,
        rest: &mut &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        if rest.starts_with(b"#") {
            if let Some(names) = rest.strip_prefix(b"#Fields:") {
                self.columns = parse_columns(names);
                self.allows_more = false;
            }
            return Err(SkipReason::Directive);
        }
        let (mut date, mut time) = (None, None);
        let mut has_more = true;
        for column in &self.columns {
            if !has_more {
                return Err(match (date, time) {
                    (Some(_), Some(_)) => SkipReason::Truncated,
                    _ => SkipReason::Malformed,
                });
            }
            let before = *rest;
            let value;
            (value, has_more) = self.dialect.split_value(rest)?;
            match column {
                // Without a date, the line is in another format.
                W3cColumn::Date if !is_date(value.raw()) => {
                    *rest = before;
                    return Err(SkipReason::Malformed);
                }
                W3cColumn::Date => date = Some(value.raw()),
                W3cColumn::Time => time = Some(value.raw()),
                W3cColumn::Other(field) => set_field(field, value, entry),
            }
        }
        if has_more && !rest.trim_ascii().is_empty() && !self.allows_more {
            return Err(SkipReason::Malformed);
        }
        let (date, time) = date.zip(time).ok_or(SkipReason::NoTime)?;
        let timestamp = timestamp_parser
            .parse_date_and_time(date, time)
            .ok_or(SkipReason::NoTime)?;
        set_time(entry, TimestampedRequestEvent::End, timestamp);
        // A request without a method would be taken for GET.
        if entry.method.is_none() {
            return Err(SkipReason::NoRequest);
        }
        Ok(())
    }
}

/// Returns true for a date or for the mark of a missing one.
fn is_date(value: &[u8]) -> bool {
    value == b"-" || value.len() == 10 && value[4] == b'-'
}

impl W3cDialect {
    /// Consumes the next value and the separator after it. The flag is true if there was a separator.
    fn split_value<'l>(self, rest: &mut &'l [u8]) -> Result<(EscapedText<'l>, bool), SkipReason> {
        let line: &'l [u8] = rest;
        if self == Self::Draft && line.starts_with(b"\"") {
            return split_quoted_value(rest);
        }
        let [one, other] = match self {
            Self::Draft => *b" \t",
            Self::Iis => [b' '; 2],
            Self::CloudFront => [b'\t'; 2],
        };
        let end = memchr2(one, other, line);
        let value = &line[..end.unwrap_or(line.len())];
        *rest = match end {
            Some(at) if self == Self::Draft => line[at..].trim_ascii_start(),
            Some(at) => &line[at + 1..],
            None => b"",
        };
        Ok((EscapedText::new(value, EscapeStyle::None), end.is_some()))
    }
}

/// Consumes a value in quotation marks, and the white space after it.
fn split_quoted_value<'l>(rest: &mut &'l [u8]) -> Result<(EscapedText<'l>, bool), SkipReason> {
    let line: &'l [u8] = rest;
    let (mut at, mut escape) = (1, EscapeStyle::None);
    loop {
        let quote = line.get(at..).and_then(|text| memchr::memchr(b'"', text));
        at += quote.ok_or(SkipReason::Truncated)?;
        match line.get(at + 1) {
            Some(b'"') => (at, escape) = (at + 2, EscapeStyle::DoubledQuote),
            Some(b' ' | b'\t') | None => break,
            Some(_) => return Err(SkipReason::Malformed),
        }
    }
    let value = EscapedText::new(&line[1..at], escape);
    *rest = line[at + 1..].trim_ascii_start();
    Ok((value, at + 1 < line.len()))
}

fn set_field<'l>(field: &LogField, value: EscapedText<'l>, entry: &mut LogEntry<'l>) {
    // `-` instead of the method means that there was no request.
    if value.is_absent() && *field != LogField::Method {
        return;
    }
    let number = || parse_decimal(value.raw()).map(|(number, _, _)| number);
    match field {
        LogField::Client => entry.client = Some(value),
        LogField::Method => entry.method = Some(value),
        LogField::Target => entry.target = Some(value),
        LogField::Query => entry.query = Some(value),
        LogField::Host => entry.host = Some(value),
        LogField::Duration(unit) => entry.duration_us = parse_duration_us(value.raw(), *unit),
        LogField::Status => {
            entry.status = number().and_then(|it| u16::try_from(it).ok()).unwrap_or(0)
        }
        LogField::ResponseBytes => entry.response_bytes = number(),
        _ => {}
    }
}

/// Returns the columns of these names: none, so that no line matches, if a name is there twice.
fn parse_columns(names: &[u8]) -> Vec<W3cColumn> {
    let names: Vec<&[u8]> = names
        .split(u8::is_ascii_whitespace)
        .filter(|name| !name.is_empty())
        .collect();
    // The draft and CloudFront write seconds, IIS writes milliseconds.
    let iis = [
        "sc-win32-status",
        "sc-substatus",
        "s-sitename",
        "s-computername",
        "s-ip",
    ];
    let is_iis = names
        .iter()
        .any(|name| iis.iter().any(|field| field.as_bytes() == *name));
    let unit = if is_iis {
        LogTimeUnit::Millis
    } else {
        LogTimeUnit::Seconds
    };
    // In CloudFront logs, cs(Host) is the name of the distribution and x-host-header the host
    // that the client requested.
    let has_host_header = names.contains(&b"x-host-header".as_slice());
    let has_utc = names.contains(&b"date".as_slice()) && names.contains(&b"time".as_slice());
    let column = |name: &&[u8]| {
        W3cColumn::Other(match *name {
            b"date" => return W3cColumn::Date,
            b"time" => return W3cColumn::Time,
            b"date-local" if !has_utc => return W3cColumn::Date,
            b"time-local" if !has_utc => return W3cColumn::Time,
            b"cs-method" => LogField::Method,
            b"cs-uri-stem" | b"cs-uri" => LogField::Target,
            b"cs-uri-query" => LogField::Query,
            b"x-host-header" => LogField::Host,
            b"cs-host" | b"cs(Host)" if !has_host_header => LogField::Host,
            b"c-ip" => LogField::Client,
            b"sc-status" => LogField::Status,
            b"sc-bytes" => LogField::ResponseBytes,
            b"time-taken" => LogField::Duration(unit),
            _ => LogField::Ignored,
        })
    };
    let columns: Vec<_> = names.iter().map(column).collect();
    let mut single_values = SingleValues::default();
    let is_unique = names
        .iter()
        .zip(&columns)
        .all(|(name, column)| match column {
            W3cColumn::Other(field) => single_values.admits(field, name),
            W3cColumn::Date | W3cColumn::Time => true,
        });
    if is_unique { columns } else { Vec::new() }
}
