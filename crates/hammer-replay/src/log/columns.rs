use super::text::{LogField, TimestampEvent, TimestampFormat};
use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// Which column, or which key of an object, means what: `time=ts target=request.uri
/// duration=took:ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnMapping {
    pub(crate) fields: Vec<(String, LogField)>,
}

const FIELD_NAMES: &str = "time, start, end, duration, request, method, target, query, url, host, \
                        client, route, status, bytes or body";

impl ColumnMapping {
    /// Reads them; blanks or commas stand between.
    ///
    /// # Errors
    ///
    /// What is wrong, and what would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut meanings = Vec::new();
        for pair in text
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|pair| !pair.is_empty())
        {
            let (meaning, column) = pair.split_once('=').ok_or_else(|| {
                format!("\"{pair}\" has no =; right would be {FIELD_NAMES}=COLUMN")
            })?;
            let (column, detail) = match column.split_once(':') {
                Some((column, detail)) => (column, Some(detail)),
                None => (column, None),
            };
            if column.is_empty() {
                return Err(format!("\"{pair}\" names no column"));
            }
            let what = parse_field(meaning, detail).map_err(|why| format!("\"{pair}\": {why}"))?;
            meanings.push((column.to_owned(), what));
        }
        if !meanings
            .iter()
            .any(|(_, what)| matches!(what, LogField::Time(..)))
        {
            return Err("no column tells a time; right would be time=COLUMN".to_owned());
        }
        Ok(Self { fields: meanings })
    }

    /// Whether a column says what was asked for. Where none does, it was `/`.
    pub(crate) fn has_target(&self) -> bool {
        let target =
            |what: &LogField| matches!(what, LogField::Request | LogField::Target | LogField::Url);
        self.fields.iter().any(|(_, what)| target(what))
    }
}

fn parse_field(meaning: &str, detail: Option<&str>) -> Result<LogField, String> {
    let time = |base| parse_time_field(base, detail);
    let what = match meaning {
        "time" | "start" => return time(TimestampEvent::Start),
        "end" => return time(TimestampEvent::End),
        "duration" => {
            let name = detail.unwrap_or("s");
            let unit = LogTimeUnit::from_name(name.as_bytes());
            let unit =
                unit.ok_or_else(|| format!("no unit {name}; right would be s, ms, us or ns"))?;
            return Ok(LogField::Duration(unit));
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
            return Err(format!(
                "no meaning {meaning}; right would be {FIELD_NAMES}"
            ));
        }
    };
    match detail {
        Some(detail) => Err(format!("there is no use for {detail}")),
        None => Ok(what),
    }
}

fn parse_time_field(base: TimestampEvent, detail: Option<&str>) -> Result<LogField, String> {
    let style = match detail {
        None => TimestampStyle::Any,
        Some("iso") => TimestampStyle::Iso,
        Some("clf") => TimestampStyle::Clf,
        Some(format) if format.contains('%') => {
            let strftime = StrftimeFormat::compile(format.as_bytes())?;
            return Ok(LogField::Time(base, TimestampFormat::Strftime(strftime)));
        }
        Some(unit) => {
            TimestampStyle::Epoch(LogTimeUnit::from_name(unit.as_bytes()).ok_or_else(|| {
                format!("no time {unit}; right would be iso, clf, s, ms, us, ns or a format with %")
            })?)
        }
    };
    Ok(LogField::time(base, style))
}

#[cfg(test)]
mod tests {
    use super::ColumnMapping;

    #[test]
    fn reads_columns_or_says_what_is_wrong() {
        for (text, wrong) in [
            ("time=ts", None),
            ("time=ts:ms, target=request.uri duration=took:ms", None),
            ("time=ts:%FT%T url=u status=s", None),
            ("time=@timestamp", None),
            ("target=u", Some("no column tells a time")),
            ("time", Some("\"time\" has no =")),
            ("time=", Some("names no column")),
            ("time=a:h", Some("no time h")),
            ("duration=a:h", Some("no unit h")),
            ("time=a status=b:ms", Some("no use for ms")),
            ("time=a colour=b", Some("no meaning colour")),
        ] {
            let error = ColumnMapping::parse(text).err();
            match wrong {
                None => assert_eq!(error, None, "{text}"),
                Some(wrong) => assert!(error.is_some_and(|it| it.contains(wrong)), "{text}"),
            }
        }
    }
}
