//! Columns or keys of a log that the user maps to fields.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::FormatSource;
use super::text::{LogField, TimestampFormat, TimestampedRequestEvent};
use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// The fields of columns or JSON keys: `time=ts target=request.uri duration=took:ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnMapping {
    pub(crate) fields: Vec<(String, LogField)>,
}

const FIELD_NAMES: [&str; 15] = [
    "time", "start", "end", "duration", "request", "method", "target", "query", "url", "host",
    "client", "route", "status", "bytes", "body",
];

impl ColumnMapping {
    /// Parses pairs that are separated by white space or commas.
    ///
    /// # Errors
    ///
    /// If a pair is malformed, or no column has the time.
    pub(crate) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let source = FormatSource(text);
        let mut fields = Vec::new();
        for pair in text
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|pair| !pair.is_empty())
        {
            let (name, column) = pair.split_once('=').ok_or_else(|| {
                let problem = format!("missing '=' in {}", excerpt(pair));
                let fields = FIELD_NAMES.join(", ");
                let expected = format!("FIELD=COLUMN with one of the fields {fields}");
                source.error(pair, problem, expected)
            })?;
            let (column, detail) = match column.split_once(':') {
                Some((column, detail)) => (column, Some(detail)),
                None => (column, None),
            };
            if column.is_empty() {
                let problem = format!("missing column in {}", excerpt(pair));
                return Err(source.error(pair, problem, "FIELD=COLUMN"));
            }
            let field = parse_field(name, detail).map_err(|error| {
                let position = source.position(pair);
                error.about(excerpt(pair)).map_position(|_| position)
            })?;
            fields.push((column.to_owned(), field));
        }
        if !fields
            .iter()
            .any(|(_, field)| matches!(field, LogField::Time(..)))
        {
            return Err(source.whole_error("no column with the time", "time=COLUMN"));
        }
        Ok(Self { fields })
    }

    /// Returns true if a column has the target. Otherwise the target is `/`.
    pub(crate) fn has_target(&self) -> bool {
        let target = |field: &LogField| {
            matches!(field, LogField::Request | LogField::Target | LogField::Url)
        };
        self.fields.iter().any(|(_, field)| target(field))
    }
}

/// Parses a field. The position of an error is that of the whole pair.
fn parse_field(name: &str, detail: Option<&str>) -> Result<LogField, Diagnostic> {
    let time = |event| parse_time_field(event, detail);
    let field = match name {
        "time" | "start" => return time(TimestampedRequestEvent::Start),
        "end" => return time(TimestampedRequestEvent::End),
        "duration" => {
            let unit = detail.unwrap_or("s");
            return match LogTimeUnit::from_name(unit.as_bytes()) {
                Some(unit) => Ok(LogField::Duration(unit)),
                None => {
                    let problem = format!("unknown unit {}", excerpt(unit));
                    Err(Diagnostic::new(0..0, problem).with_expected("s, ms, us or ns"))
                }
            };
        }
        "request" => LogField::Request,
        "method" => LogField::Method,
        "target" => LogField::Target,
        "query" => LogField::Query,
        "url" => LogField::Url,
        "host" => LogField::Host,
        "client" => LogField::Client,
        "route" => LogField::Route,
        "status" => LogField::Status,
        "bytes" => LogField::ResponseBytes,
        "body" => LogField::RequestBytes,
        _ => {
            return Err(Diagnostic::unknown(0..0, "field", name, FIELD_NAMES));
        }
    };
    match detail {
        Some(detail) => {
            let problem = format!("unexpected {}", excerpt(&format!(":{detail}")));
            Err(Diagnostic::new(0..0, problem).with_expected("FIELD=COLUMN"))
        }
        None => Ok(field),
    }
}

fn parse_time_field(
    event: TimestampedRequestEvent,
    detail: Option<&str>,
) -> Result<LogField, Diagnostic> {
    let style = match detail {
        None => TimestampStyle::Any,
        Some("iso") => TimestampStyle::Iso,
        Some("clf") => TimestampStyle::Clf,
        Some(format) if format.contains('%') => {
            let strftime = StrftimeFormat::compile(format)?;
            return Ok(LogField::Time(event, TimestampFormat::Strftime(strftime)));
        }
        Some(unit) => {
            TimestampStyle::Epoch(LogTimeUnit::from_name(unit.as_bytes()).ok_or_else(|| {
                let problem = format!("unknown time format {}", excerpt(unit));
                Diagnostic::new(0..0, problem)
                    .with_expected("iso, clf, s, ms, us, ns or a format with %")
            })?)
        }
    };
    Ok(LogField::time(event, style))
}

#[cfg(test)]
mod tests {
    use super::ColumnMapping;

    #[test]
    fn parses_columns_or_names_the_problem() {
        for (text, problem) in [
            ("time=ts", None),
            ("time=ts:ms, target=request.uri duration=took:ms", None),
            ("time=ts:%FT%T url=u status=s", None),
            ("time=@timestamp", None),
            ("target=u", Some("no column with the time")),
            ("time", Some("missing '=' in 'time'")),
            ("time=", Some("missing column in 'time='")),
            ("time=a:h", Some("unknown time format 'h'")),
            ("duration=a:h", Some("unknown unit 'h'")),
            ("time=a status=b:ms", Some("unexpected ':ms'")),
            ("time=a color=b", Some("unknown field 'color'")),
        ] {
            let error = ColumnMapping::parse(text).err();
            match problem {
                None => assert_eq!(error, None, "{text}"),
                Some(problem) => assert!(
                    error.is_some_and(|it| it.problem().contains(problem)),
                    "{text}"
                ),
            }
        }
    }
}
