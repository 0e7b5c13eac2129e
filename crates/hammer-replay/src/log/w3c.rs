//! Parser of extended logs of the W3C.

use memchr::{memchr, memchr2};

use super::text::{LogField, TimestampedRequestEvent, set_time};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimeUnit, TimestampParser, parse_decimal, parse_duration_us};

/// A parser of W3C extended logs, whose `#Fields` line names the columns. IIS and CloudFront write them.
///
/// Sources: W3C Working Draft WD-logfile-960323; Microsoft, "W3C Logging" of IIS; AWS, "Standard
/// logging reference" of CloudFront. Both log the time of the end, in UTC.
#[derive(Debug, Clone)]
pub(crate) struct W3cParser {
    columns: Vec<W3cColumn>,
    /// The separators between values: spaces, tabs or either.
    separators: [u8; 2],
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
    /// Makes a parser that accepts spaces and tabs as separators.
    pub(crate) fn any() -> Self {
        Self {
            columns: parse_columns(IIS.as_bytes()),
            separators: *b" \t",
        }
    }

    pub(crate) fn iis() -> Self {
        Self {
            separators: [b' '; 2],
            ..Self::any()
        }
    }

    pub(crate) fn cloudfront() -> Self {
        Self {
            columns: parse_columns(CLOUDFRONT.as_bytes()),
            separators: [b'\t'; 2],
        }
    }

    /// Reads `line` into `entry`.
    pub(crate) fn read<'l>(
        &mut self,
        line: &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        if line.starts_with(b"#") {
            if let Some(names) = line.strip_prefix(b"#Fields:") {
                self.columns = parse_columns(names);
            }
            return Err(SkipReason::Directive);
        }
        let [one, other] = self.separators;
        let (mut date, mut time) = (None, None);
        let mut rest = Some(line);
        for column in &self.columns {
            let text = rest.ok_or(match (date, time) {
                (Some(_), Some(_)) => SkipReason::Truncated,
                _ => SkipReason::Malformed,
            })?;
            let value;
            (value, rest) = match memchr2(one, other, text) {
                Some(at) => (&text[..at], Some(&text[at + 1..])),
                None => (text, None),
            };
            match column {
                W3cColumn::Date => date = Some(value),
                W3cColumn::Time => time = Some(value),
                W3cColumn::Other(field) => {
                    set_field(field, EscapedText::new(value, EscapeStyle::None), entry)
                }
            }
        }
        let (date, time) = date.zip(time).ok_or(SkipReason::NoTime)?;
        // Without a date the line is in another format.
        if memchr(b'-', date) != Some(4) {
            return Err(SkipReason::Malformed);
        }
        let timestamp = timestamp_parser
            .parse_date_and_time(date, time)
            .ok_or(SkipReason::NoTime)?;
        set_time(entry, TimestampedRequestEvent::End, timestamp);
        Ok(())
    }
}

fn set_field<'l>(field: &LogField, value: EscapedText<'l>, entry: &mut LogEntry<'l>) {
    if value.is_absent() {
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
    let fields = names.into_iter().map(|name| {
        W3cColumn::Other(match name {
            b"date" => return W3cColumn::Date,
            b"time" => return W3cColumn::Time,
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
    });
    fields.collect()
}
