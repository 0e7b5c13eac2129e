use memchr::{memchr, memchr2};

use super::text::{Base, What, put_time};
use super::{Entry, Escape, Skip, Text};
use crate::time::{Clock, Unit, decimal, length_us};

/// Extended logs of the W3C, whose lines `#Fields` explain: IIS and CloudFront write them.
///
/// Sources: W3C Working Draft WD-logfile-960323; Microsoft, "W3C Logging" of IIS; AWS, "Standard
/// logging reference" of CloudFront. Both stamp the end; their time is UTC.
#[derive(Debug, Clone)]
pub(crate) struct W3c {
    fields: Vec<Field>,
    /// What stands between values: a blank, a tabulator, or nobody knows which.
    separators: [u8; 2],
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Date,
    Time,
    Other(What),
}

/// What CloudFront writes, for files whose `#Fields` was cut off.
const CLOUDFRONT: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem \
    sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type \
    x-edge-request-id x-host-header cs-protocol cs-bytes time-taken";
/// What IIS writes unless it is told otherwise.
const IIS: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip \
    cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";

impl W3c {
    /// Values are parted by blanks or tabulators.
    pub(crate) fn any() -> Self {
        Self {
            fields: fields(IIS.as_bytes()),
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
            fields: fields(CLOUDFRONT.as_bytes()),
            separators: [b'\t'; 2],
        }
    }

    /// Reads `line` into `entry`.
    pub(crate) fn read<'l>(
        &mut self,
        line: &'l [u8],
        clock: &mut Clock,
        entry: &mut Entry<'l>,
    ) -> Result<(), Skip> {
        if line.starts_with(b"#") {
            if let Some(names) = line.strip_prefix(b"#Fields:") {
                self.fields = fields(names);
            }
            return Err(Skip::Directive);
        }
        let [one, other] = self.separators;
        let (mut date, mut time) = (None, None);
        let mut rest = Some(line);
        for field in &self.fields {
            let text = rest.ok_or(match (date, time) {
                (Some(_), Some(_)) => Skip::Cut,
                _ => Skip::Malformed,
            })?;
            let value;
            (value, rest) = match memchr2(one, other, text) {
                Some(at) => (&text[..at], Some(&text[at + 1..])),
                None => (text, None),
            };
            match field {
                Field::Date => date = Some(value),
                Field::Time => time = Some(value),
                Field::Other(what) => put(what, Text::new(value, Escape::None), entry),
            }
        }
        let (date, time) = date.zip(time).ok_or(Skip::NoTime)?;
        // Not a date at all: the line is of some other format.
        if memchr(b'-', date) != Some(4) {
            return Err(Skip::Malformed);
        }
        let stamp = clock.date_and_time(date, time).ok_or(Skip::NoTime)?;
        put_time(entry, Base::End, stamp);
        Ok(())
    }
}

fn put<'l>(what: &What, value: Text<'l>, entry: &mut Entry<'l>) {
    if value.is_absent() {
        return;
    }
    let number = || decimal(value.written()).map(|(number, _, _)| number);
    match what {
        What::Client => entry.client = Some(value),
        What::Method => entry.method = Some(value),
        What::Target => entry.target = Some(value),
        What::Query => entry.query = Some(value),
        What::Host => entry.host = Some(value),
        What::Duration(unit) => entry.duration_us = length_us(value.written(), *unit),
        What::Status => entry.status = number().and_then(|it| u16::try_from(it).ok()).unwrap_or(0),
        What::Bytes => entry.bytes = number(),
        _ => {}
    }
}

fn fields(names: &[u8]) -> Vec<Field> {
    let names: Vec<&[u8]> = names
        .split(u8::is_ascii_whitespace)
        .filter(|name| !name.is_empty())
        .collect();
    // The draft and CloudFront count seconds, IIS milliseconds.
    let iis = [
        "sc-win32-status",
        "sc-substatus",
        "s-sitename",
        "s-computername",
        "s-ip",
    ];
    let millis = names
        .iter()
        .any(|name| iis.iter().any(|field| field.as_bytes() == *name));
    let unit = if millis { Unit::Millis } else { Unit::Seconds };
    // CloudFront's own name is in cs(Host), and the one that was asked for here.
    let edge = names.contains(&b"x-host-header".as_slice());
    let fields = names.into_iter().map(|name| {
        Field::Other(match name {
            b"date" => return Field::Date,
            b"time" => return Field::Time,
            b"cs-method" => What::Method,
            b"cs-uri-stem" | b"cs-uri" => What::Target,
            b"cs-uri-query" => What::Query,
            b"x-host-header" => What::Host,
            b"cs-host" | b"cs(Host)" if !edge => What::Host,
            b"c-ip" => What::Client,
            b"sc-status" => What::Status,
            b"sc-bytes" => What::Bytes,
            b"time-taken" => What::Duration(unit),
            _ => What::Nothing,
        })
    });
    fields.collect()
}
