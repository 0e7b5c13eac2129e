use super::text::{Base, Format, What};
use crate::time::{Strftime, Style, Unit};

/// Which column, or which key of an object, means what: `time=ts target=request.uri
/// duration=took:ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) meanings: Vec<(String, What)>,
}

const MEANINGS: &str = "time, start, end, duration, request, method, target, query, url, host, \
                        client, route, status, bytes or body";

impl Columns {
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
            let (meaning, column) = pair
                .split_once('=')
                .ok_or_else(|| format!("\"{pair}\" has no =; right would be {MEANINGS}=COLUMN"))?;
            let (column, detail) = match column.split_once(':') {
                Some((column, detail)) => (column, Some(detail)),
                None => (column, None),
            };
            if column.is_empty() {
                return Err(format!("\"{pair}\" names no column"));
            }
            let what = what(meaning, detail).map_err(|why| format!("\"{pair}\": {why}"))?;
            meanings.push((column.to_owned(), what));
        }
        if !meanings
            .iter()
            .any(|(_, what)| matches!(what, What::Time(..)))
        {
            return Err("no column tells a time; right would be time=COLUMN".to_owned());
        }
        Ok(Self { meanings })
    }

    /// Whether a column says what was asked for. Where none does, it was `/`.
    pub(crate) fn has_target(&self) -> bool {
        let target = |what: &What| matches!(what, What::Request | What::Target | What::Url);
        self.meanings.iter().any(|(_, what)| target(what))
    }
}

fn what(meaning: &str, detail: Option<&str>) -> Result<What, String> {
    let time = |base| time(base, detail);
    let what = match meaning {
        "time" | "start" => return time(Base::Start),
        "end" => return time(Base::End),
        "duration" => {
            let name = detail.unwrap_or("s");
            let unit = Unit::named(name.as_bytes());
            let unit =
                unit.ok_or_else(|| format!("no unit {name}; right would be s, ms, us or ns"))?;
            return Ok(What::Duration(unit));
        }
        "request" => What::Request,
        "method" => What::Method,
        "target" => What::Target,
        "query" => What::Query,
        "url" => What::Url,
        "host" => What::Host,
        "client" => What::Client,
        "route" => What::Route,
        "status" => What::Status,
        "bytes" => What::Bytes,
        "body" => What::Body,
        _ => return Err(format!("no meaning {meaning}; right would be {MEANINGS}")),
    };
    match detail {
        Some(detail) => Err(format!("there is no use for {detail}")),
        None => Ok(what),
    }
}

fn time(base: Base, detail: Option<&str>) -> Result<What, String> {
    let style = match detail {
        None => Style::Any,
        Some("iso") => Style::Iso,
        Some("clf") => Style::Clf,
        Some(format) if format.contains('%') => {
            let strftime = Strftime::new(format.as_bytes())?;
            return Ok(What::Time(base, Format::Strftime(strftime)));
        }
        Some(unit) => Style::Epoch(Unit::named(unit.as_bytes()).ok_or_else(|| {
            format!("no time {unit}; right would be iso, clf, s, ms, us, ns or a format with %")
        })?),
    };
    Ok(What::time(base, style))
}

#[cfg(test)]
mod tests {
    use super::Columns;

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
            let error = Columns::parse(text).err();
            match wrong {
                None => assert_eq!(error, None, "{text}"),
                Some(wrong) => assert!(error.is_some_and(|it| it.contains(wrong)), "{text}"),
            }
        }
    }
}
