//! Parser of targets in the format of HTTP requests.

use bytes::Bytes;

use super::{TargetEntry, TargetLineError, parse_once, parse_weight};
use crate::RequestHeader;

const EXPECTED_LINE: &str = "expected \"METHOD URL\", \"Name: value\", \"@FILE\" or \"# comment\"";

/// Parses the targets in `text`; `read` reads the body files that it names.
pub(super) fn parse(
    text: &str,
    read: &dyn Fn(&str) -> Result<Bytes, String>,
) -> Result<Vec<TargetEntry>, TargetLineError> {
    let mut entries: Vec<TargetEntry> = Vec::new();
    // True if a line without a method belongs to the last target.
    let mut in_target = false;
    let mut directives = TargetDirectives::default();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let error = |message: String| TargetLineError::new(line_number, message);
        let line = line.trim();
        if line.is_empty() {
            in_target = false;
        } else if let Some(comment) = line.strip_prefix('#') {
            directives
                .parse_comment(comment, line_number)
                .map_err(error)?;
        } else if let Some((method, url)) = parse_request_line(line) {
            entries.push(TargetEntry {
                line: line_number,
                method: method.to_owned(),
                url: url.to_owned(),
                headers: Vec::new(),
                body: Bytes::new(),
                weight: directives.weight.take().unwrap_or(1),
                once: std::mem::take(&mut directives.once),
                name: directives.name.take(),
            });
            directives.last_line = None;
            in_target = true;
        } else {
            // The line is not repeated: a malformed header may be a secret.
            let entry = entries.last_mut().filter(|_| in_target);
            let entry = entry.ok_or_else(|| {
                error(format!("unexpected line before a target; {EXPECTED_LINE}"))
            })?;
            if let Some(path) = line.strip_prefix('@') {
                entry.body = read(path.trim()).map_err(error)?;
            } else {
                let header: RequestHeader = line
                    .parse()
                    .map_err(|_| error(format!("malformed line; {EXPECTED_LINE}")))?;
                entry.headers.push(header);
            }
        }
    }
    match directives.last_line {
        Some(line_number) => Err(TargetLineError::new(
            line_number,
            "missing target after \"# weight\", \"# name\" or \"# once\"",
        )),
        None => Ok(entries),
    }
}

/// Splits a request line into method and URL; returns `None` for headers and body files.
fn parse_request_line(line: &str) -> Option<(&str, &str)> {
    let (method, url) = line.split_once([' ', '\t'])?;
    let is_word = !method.contains(':') && !method.starts_with('@');
    is_word.then(|| (method, url.trim_start()))
}

/// Directives in comments, for the next target.
#[derive(Default)]
struct TargetDirectives {
    weight: Option<u32>,
    name: Option<String>,
    once: bool,
    /// The line of the last directive.
    last_line: Option<usize>,
}

impl TargetDirectives {
    fn parse_comment(&mut self, comment: &str, line_number: usize) -> Result<(), String> {
        let Some((key, value)) = comment.split_once(':') else {
            return Ok(());
        };
        let value = value.trim();
        match key.trim() {
            "once" => self.once = parse_once(value)?,
            "weight" => self.weight = Some(parse_weight(value)?),
            "name" if !value.is_empty() => self.name = Some(value.to_owned()),
            _ => return Ok(()),
        }
        self.last_line = Some(line_number);
        Ok(())
    }
}
