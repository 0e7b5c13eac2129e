//! Rows as they are read from JSON.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

use super::TimelineRow;

/// A row: one request.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Row")]
pub(super) struct JsonRow<'a> {
    /// Arrival in µs since the epoch of the header. Rows are sorted by it.
    t: u64,
    /// Method; GET if absent.
    #[serde(borrow, default)]
    m: Option<JsonRowString<'a>>,
    /// Target as in the request line.
    #[serde(borrow, default)]
    u: Option<JsonRowString<'a>>,
    /// Target in base64 if it is not UTF-8; `u` is absent then.
    #[serde(borrow, default)]
    u64: Option<JsonRowString<'a>>,
    /// Requested host.
    #[serde(borrow, default)]
    h: Option<JsonRowString<'a>>,
    /// Status of the response.
    #[serde(default)]
    s: Option<u16>,
    /// Duration until the end of the response, in µs.
    #[serde(default)]
    d: Option<u64>,
    /// Size of the request body in bytes.
    #[serde(default)]
    q: Option<u64>,
    /// Size of the response in bytes.
    #[serde(default)]
    b: Option<u64>,
    /// Keyed hash of the client: 16 hexadecimal digits.
    #[serde(borrow, default)]
    c: Option<JsonRowString<'a>>,
    /// Route that the server chose.
    #[serde(borrow, default)]
    r: Option<JsonRowString<'a>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct JsonRowString<'a>(#[serde(borrow)] Cow<'a, str>);

/// A row that was read, from which [`row`](Self::row) borrows.
#[derive(Debug)]
pub struct ParsedRow<'a> {
    text: JsonRow<'a>,
    target: Cow<'a, [u8]>,
    client: Option<u64>,
}

impl<'a> ParsedRow<'a> {
    /// Parses a line, or returns the problem.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let mut text: JsonRow<'a> = serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            // serde_json counts lines from the start of this row, so its position would mislead.
            match error.rsplit_once(" at line ") {
                Some((what, _)) => what.to_owned(),
                None => error,
            }
        })?;
        let target = match (text.u.take(), text.u64.take()) {
            (Some(JsonRowString(Cow::Borrowed(target))), None) => Cow::Borrowed(target.as_bytes()),
            (Some(JsonRowString(Cow::Owned(target))), None) => Cow::Owned(target.into_bytes()),
            (None, Some(JsonRowString(encoded))) => {
                let decoded = STANDARD.decode(encoded.as_bytes());
                Cow::Owned(decoded.map_err(|error| format!("u64 is not base64: {error}"))?)
            }
            (Some(_), Some(_)) => return Err("expected u or u64, found both".into()),
            (None, None) => return Err("expected u or u64, found neither".into()),
        };
        let client = match &text.c {
            None => None,
            Some(JsonRowString(digits)) => {
                let client = u64::from_str_radix(digits, 16).ok();
                let client = client.filter(|_| digits.len() == 16);
                Some(client.ok_or_else(|| {
                    format!("expected 16 hexadecimal digits in c, found {digits:?}")
                })?)
            }
        };
        Ok(Self {
            text,
            target,
            client,
        })
    }

    /// Returns the row.
    #[must_use]
    pub fn row(&self) -> TimelineRow<'_> {
        let JsonRow { t, s, d, q, b, .. } = self.text;
        TimelineRow {
            t_us: t,
            method: as_str(&self.text.m).unwrap_or("GET"),
            target: &self.target,
            host: as_str(&self.text.h),
            status: s,
            duration_us: d,
            body_bytes: q,
            response_bytes: b,
            client: self.client,
            route: as_str(&self.text.r),
        }
    }
}

fn as_str<'t>(text: &'t Option<JsonRowString<'_>>) -> Option<&'t str> {
    text.as_ref().map(|JsonRowString(text)| &**text)
}
