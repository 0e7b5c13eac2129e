//! Suggested columns for a log whose format is unknown.

use std::fmt;

use hammer_diagnostic::is_control;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{LogEntry, LogFormat, LogParser};

/// A format and columns that read a log, guessed from the names of its columns or keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSuggestion {
    /// `json`, `csv`, `tsv` or `ltsv`.
    pub format: &'static str,
    /// The columns, such as `time=ts target=path`.
    pub columns: String,
}

/// The names of columns by field, in lower case and without anything but letters and digits. The first
/// column with one of the names has the field.
const NAMES: [(&str, &[&str]); 9] = [
    (
        "time",
        &[
            "timestamp",
            "time",
            "ts",
            "timelocal",
            "timeiso8601",
            "datetime",
            "date",
            "starttime",
            "startedat",
            "receivedat",
            "eventtime",
            "logtime",
            "asctime",
            "msec",
            "requesttime",
        ],
    ),
    ("request", &["request", "requestline", "req"]),
    (
        "method",
        &[
            "method",
            "requestmethod",
            "httpmethod",
            "reqmethod",
            "httprequestmethod",
            "verb",
            "requestverb",
        ],
    ),
    (
        "target",
        &[
            "path",
            "uri",
            "requesturi",
            "requestpath",
            "urlpath",
            "target",
            "httppath",
            "requri",
        ],
    ),
    (
        "url",
        &[
            "url",
            "requesturl",
            "fullurl",
            "requrl",
            "httpurl",
            "urloriginal",
        ],
    ),
    (
        "query",
        &["query", "querystring", "args", "requestquery", "urlquery"],
    ),
    (
        "status",
        &[
            "status",
            "statuscode",
            "responsestatus",
            "responsecode",
            "httpstatus",
            "code",
            "httpstatuscode",
            "responsestatuscode",
            "resstatuscode",
            "httpresponsestatuscode",
        ],
    ),
    (
        "host",
        &["httphost", "requesthost", "vhost", "authority", "host"],
    ),
    (
        "duration",
        &[
            "requesttime",
            "durationms",
            "latencyms",
            "elapsedms",
            "responsetimems",
            "durationus",
        ],
    ),
];

impl ColumnSuggestion {
    /// Guesses the columns of a log from its first lines.
    ///
    /// Returns `None` if no column seems to have the time, or the suggestion does not read the lines. Lines
    /// with keys or labels need a target, too: a table of times is one of requests, but other logs without
    /// a target are not.
    #[must_use]
    pub fn from_lines<'l>(mut lines: impl Iterator<Item = &'l [u8]>) -> Option<Self> {
        let first = lines.next()?;
        let second = lines.next().unwrap_or(b"");
        let (format, pairs) = if first.trim_ascii_start().starts_with(b"{") {
            let Value::Object(object) = serde_json::from_slice(first).ok()? else {
                return None;
            };
            let mut pairs = Vec::new();
            flatten("", &object, &mut pairs);
            ("json", pairs)
        } else {
            let text = std::str::from_utf8(first).ok()?;
            let next = std::str::from_utf8(second).ok()?;
            named_columns(text.trim_end(), next.trim_end())?
        };
        let suggestion = Self {
            format,
            columns: choose_columns(&pairs)?,
        };
        let is_table = matches!(format, "csv" | "tsv");
        let is_of_requests = is_table || !suggestion.lacks_target();
        (is_of_requests && suggestion.reads([first, second])).then_some(suggestion)
    }

    /// Returns true if no column has the method, so that it would be GET.
    #[must_use]
    pub fn lacks_method(&self) -> bool {
        !self.has_one_of(&["method", "request"])
    }

    /// Returns true if no column has the target, so that it would be `/`.
    #[must_use]
    pub fn lacks_target(&self) -> bool {
        !self.has_one_of(&["target", "url", "request"])
    }

    fn has_one_of(&self, fields: &[&str]) -> bool {
        let mut names = self.columns.split([' ', '=']).step_by(2);
        names.any(|name| fields.contains(&name))
    }

    /// Returns true if one of the lines becomes a row.
    fn reads(&self, lines: [&[u8]; 2]) -> bool {
        let Ok(format) = LogFormat::parse(self.format, Some(&self.columns)) else {
            return false;
        };
        let mut parser = LogParser::new(&format, TimeZone::UTC);
        lines.into_iter().any(|line| {
            let mut entry = LogEntry::default();
            parser.read(line, &mut entry).is_ok() && (entry.start.is_some() || entry.end.is_some())
        })
    }
}

/// Writes the settings in the form of messages.
impl fmt::Display for ColumnSuggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, columns } = self;
        write!(f, "`format` {format} and `columns` '{columns}'")?;
        match (self.lacks_method(), self.lacks_target()) {
            (true, true) => f.write_str("; without a method and a target, requests are GET /"),
            (true, false) => f.write_str("; without a method, requests are GET"),
            (false, true) => f.write_str("; without a target, it is /"),
            (false, false) => Ok(()),
        }
    }
}

/// Appends the names and values of an object, with dots before those of nested objects.
fn flatten(
    prefix: &str,
    object: &serde_json::Map<String, Value>,
    pairs: &mut Vec<(String, String)>,
) {
    const MAX_DOTS: usize = 4;
    for (key, value) in object {
        let path = format!("{prefix}{key}");
        match value {
            Value::Object(inner) if prefix.matches('.').count() < MAX_DOTS => {
                flatten(&format!("{path}."), inner, pairs);
            }
            Value::String(text) => pairs.push((path, text.clone())),
            Value::Number(number) => pairs.push((path, number.to_string())),
            _ => {}
        }
    }
}

/// Splits the names and the values of a log with separated columns or with labels.
fn named_columns(first: &str, second: &str) -> Option<(&'static str, Vec<(String, String)>)> {
    let labeled = |field: &str| {
        let (label, value) = field.split_once(':')?;
        Some((label.to_owned(), value.to_owned()))
    };
    if first.contains('\t')
        && let Some(pairs) = first.split('\t').map(labeled).collect()
    {
        return Some(("ltsv", pairs));
    }
    let (format, separator) = match first.contains('\t') {
        true => ("tsv", '\t'),
        false => ("csv", ','),
    };
    let names = first.trim_start_matches('\u{feff}').split(separator);
    let unquoted = |text: &str| text.trim().trim_matches('"').to_owned();
    let values = second.split(separator).chain(std::iter::repeat(""));
    let pairs = names
        .zip(values)
        .map(|(name, value)| (unquoted(name), unquoted(value)));
    Some((format, pairs.collect()))
}

/// Chooses a column for each field. Returns `None` without one for the time.
fn choose_columns(pairs: &[(String, String)]) -> Option<String> {
    let mut columns = Vec::new();
    for (field, names) in NAMES {
        let found = names.iter().find_map(|wanted| {
            pairs.iter().find(|(name, value)| {
                is_expressible(name)
                    && normalized(name) == *wanted
                    && is_plausible(field, wanted, value)
            })
        });
        if let Some((name, _)) = found {
            let unit = match &*normalized(name) {
                name if field == "duration" && name.ends_with("ms") => ":ms",
                name if field == "duration" && name.ends_with("us") => ":us",
                _ => "",
            };
            columns.push(format!("{field}={name}{unit}"));
        }
    }
    columns.first().filter(|first| first.starts_with("time="))?;
    Some(columns.join(" "))
}

/// Returns true if a column of this name can be written in `columns` and shown in a message.
fn is_expressible(name: &str) -> bool {
    const MAX_BYTES: usize = 64;
    let is_excluded =
        |letter: char| letter.is_whitespace() || "=,:'`".contains(letter) || is_control(letter);
    (1..=MAX_BYTES).contains(&name.len()) && !name.contains(is_excluded)
}

fn normalized(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Returns true if `value` is possible for `field`, as far as the name of its column leaves it open.
fn is_plausible(field: &str, name: &str, value: &str) -> bool {
    match (field, name) {
        // A time or, in logs of nginx, a duration.
        ("time", "requesttime") => value.contains(':'),
        ("duration", "requesttime") => !value.contains(':'),
        ("request", _) => value.contains(" HTTP/"),
        ("target", _) => value.is_empty() || value.starts_with('/'),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnSuggestion;

    #[test]
    fn guesses_columns_by_their_names() {
        for (lines, expected) in [
            (
                r#"{"timestamp":"2026-06-05T10:00:00Z","url":"/cart","request_method":"POST","response_status":500}"#,
                Some("json: time=timestamp method=request_method url=url status=response_status"),
            ),
            (
                r#"{"level":30,"time":1772359200125,"req":{"method":"GET","url":"/"},"res":{"statusCode":200},"msg":"done"}"#,
                Some("json: time=time method=req.method url=req.url status=res.statusCode"),
            ),
            (
                r#"{"requestTime":"09/Apr/2015:12:34:56 +0000","httpMethod":"GET","path":"/a"}"#,
                Some("json: time=requestTime method=httpMethod target=path"),
            ),
            (
                r#"{"time_iso8601":"2026-03-01T10:00:00Z","request":"GET / HTTP/1.1","request_time":0.1}"#,
                Some("json: time=time_iso8601 request=request duration=request_time"),
            ),
            (
                "TIMESTAMP,ContextTokens\r\n2023-11-16 18:17:03.9799600,4808\r",
                Some("csv: time=TIMESTAMP"),
            ),
            (
                "t:1\ttime:2026-03-01T10:00:00Z\tpath:/a\tverb:GET",
                Some("ltsv: time=time method=verb target=path"),
            ),
            (
                "time,path\0\n2026-03-01 10:00:00,/a",
                Some("csv: time=time"),
            ),
            // Lines of Docker with their keys in another order.
            (
                r#"{"stream":"stdout","time":"2026-03-01T10:00:00Z","log":"GET /a\n"}"#,
                None,
            ),
            (
                r#"{"time":"2026-03-01T10:00:00Z","method":"GET","level":"info"}"#,
                None,
            ),
            ("time:2026-03-01T10:00:00Z\tstatus:200", None),
            (r#"{"time":"yesterday","path":"/a"}"#, None),
            (r#"{"when":"2026-03-01T10:00:00Z"}"#, None),
            ("no log\nat all", None),
            ("", None),
        ] {
            let suggestion =
                ColumnSuggestion::from_lines(lines.as_bytes().split(|it| *it == b'\n'));
            let shown = suggestion.map(|it| format!("{}: {}", it.format, it.columns));
            assert_eq!(shown.as_deref(), expected, "{lines}");
        }
    }
}
