use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

use super::TimelineRow;

/// A row as it stands in its line, which it borrows from as far as nothing is escaped there.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Row")]
pub(super) struct JsonRow<'a> {
    /// When it arrived, in µs since the epoch of the header. Rows are sorted by it.
    t: u64,
    /// The method; GET if there is none.
    #[serde(borrow, default)]
    m: Option<JsonText<'a>>,
    /// The target, as it stood in the request line.
    #[serde(borrow, default)]
    u: Option<JsonText<'a>>,
    /// The target in base64, if it is not UTF-8; then there is no `u`.
    #[serde(borrow, default)]
    u64: Option<JsonText<'a>>,
    /// The host that was asked for.
    #[serde(borrow, default)]
    h: Option<JsonText<'a>>,
    /// The status of the answer.
    #[serde(default)]
    s: Option<u16>,
    /// How long the answer took, in µs.
    #[serde(default)]
    d: Option<u64>,
    /// The bytes of the body that was sent with it.
    #[serde(default)]
    q: Option<u64>,
    /// The bytes of the answer.
    #[serde(default)]
    b: Option<u64>,
    /// A keyed hash of the client: 16 hexadecimal digits.
    #[serde(borrow, default)]
    c: Option<JsonText<'a>>,
    /// The route that it belongs to.
    #[serde(borrow, default)]
    r: Option<JsonText<'a>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

/// A row that was read: what [`row`](Self::row) borrows from.
#[derive(Debug)]
pub struct ParsedRow<'a> {
    text: JsonRow<'a>,
    target: Cow<'a, [u8]>,
    client: Option<u64>,
}

impl<'a> ParsedRow<'a> {
    /// Reads a line; what is wrong with it.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let mut text: JsonRow<'a> = serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            // The line is the file's, not the first one of the text that was parsed.
            match error.rsplit_once(" at line ") {
                Some((what, _)) => what.to_owned(),
                None => error,
            }
        })?;
        let target = match (text.u.take(), text.u64.take()) {
            (Some(JsonText(Cow::Borrowed(target))), None) => Cow::Borrowed(target.as_bytes()),
            (Some(JsonText(Cow::Owned(target))), None) => Cow::Owned(target.into_bytes()),
            (None, Some(JsonText(coded))) => {
                let decoded = STANDARD.decode(coded.as_bytes());
                Cow::Owned(decoded.map_err(|error| format!("u64 is no base64: {error}"))?)
            }
            (Some(_), Some(_)) => return Err("it has both u and u64".into()),
            (None, None) => return Err("it has neither u nor u64".into()),
        };
        let client = match &text.c {
            None => None,
            Some(JsonText(digits)) => {
                let client = u64::from_str_radix(digits, 16).ok();
                let client = client.filter(|_| digits.len() == 16);
                Some(client.ok_or_else(|| format!("c is {digits:?}, not 16 hexadecimal digits"))?)
            }
        };
        Ok(Self {
            text,
            target,
            client,
        })
    }

    /// The row.
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

fn as_str<'t>(text: &'t Option<JsonText<'_>>) -> Option<&'t str> {
    text.as_ref().map(|JsonText(text)| &**text)
}
