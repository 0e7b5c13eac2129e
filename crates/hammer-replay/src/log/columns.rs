//! Columns or keys of a log that the user maps to fields.

use hammer_diagnostic::excerpt;

use super::LogFormatError;
use super::text::{LogField, TimestampFormat, TimestampedRequestEvent};
use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// The fields of columns or JSON keys: `time=ts target=request.uri duration=took:ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnMapping {
    pub(crate) fields: Vec<(String, LogField)>,
}

const FIELD_NAMES: &str = "time, start, end, duration, request, method, target, query, url, host, \
                        client, route, status, bytes or body";

impl ColumnMapping {
    /// Parses pairs that are separated by white space or commas.
    ///
    /// # Errors
    ///
    /// If a pair is malformed, or no column has the time.
    pub(crate) fn parse(text: &str) -> Result<Self, LogFormatError> {
        let mut fields = Vec::new();
        for pair in text
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|pair| !pair.is_empty())
        {
            let (name, column) = pair.split_once('=').ok_or_else(|| {
                LogFormatError::new(
                    &format!("missing '=' in {}", excerpt(pair)),
                    &format!("FIELD=COLUMN with one of the fields {FIELD_NAMES}"),
                )
            })?;
            let (column, detail) = match column.split_once(':') {
                Some((column, detail)) => (column, Some(detail)),
                None => (column, None),
            };
            if column.is_empty() {
                return Err(LogFormatError::new(
                    &format!("missing column in {}", excerpt(pair)),
                    "FIELD=COLUMN",
                ));
            }
            let field = parse_field(name, detail).map_err(|error| error.at(&excerpt(pair)))?;
            fields.push((column.to_owned(), field));
        }
        if !fields
            .iter()
            .any(|(_, field)| matches!(field, LogField::Time(..)))
        {
            return Err(LogFormatError::new(
                "no column with the time",
                "time=COLUMN",
            ));
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

fn parse_field(name: &str, detail: Option<&str>) -> Result<LogField, LogFormatError> {
    let time = |event| parse_time_field(event, detail);
    let field = match name {
        "time" | "start" => return time(TimestampedRequestEvent::Start),
        "end" => return time(TimestampedRequestEvent::End),
        "duration" => {
            let unit = detail.unwrap_or("s");
            return match LogTimeUnit::from_name(unit.as_bytes()) {
                Some(unit) => Ok(LogField::Duration(unit)),
                None => Err(LogFormatError::new(
                    &format!("unknown unit {}", excerpt(unit)),
                    "s, ms, us or ns",
                )),
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
            return Err(LogFormatError::new(
                &format!("unknown field {}", excerpt(name)),
                FIELD_NAMES,
            ));
        }
    };
    match detail {
        Some(detail) => Err(LogFormatError::new(
            &format!("unexpected {}", excerpt(&format!(":{detail}"))),
            "FIELD=COLUMN",
        )),
        None => Ok(field),
    }
}

fn parse_time_field(
    event: TimestampedRequestEvent,
    detail: Option<&str>,
) -> Result<LogField, LogFormatError> {
    let style = match detail {
        None => TimestampStyle::Any,
        Some("iso") => TimestampStyle::Iso,
        Some("clf") => TimestampStyle::Clf,
        Some(format) if format.contains('%') => {
            let strftime = StrftimeFormat::compile(format.as_bytes())?;
            return Ok(LogField::Time(event, TimestampFormat::Strftime(strftime)));
        }
        Some(unit) => {
            TimestampStyle::Epoch(LogTimeUnit::from_name(unit.as_bytes()).ok_or_else(|| {
                LogFormatError::new(
                    &format!("unknown time format {}", excerpt(unit)),
                    "iso, clf, s, ms, us, ns or a format with %",
                )
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
