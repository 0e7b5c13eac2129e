//! Parser of targets in the format of HTTP requests.

use bytes::Bytes;

use hammer_diagnostic::nearest;

use super::{ParsedTargets, TargetEntry, TargetLineError, parse_once, parse_weight};
use crate::RequestHeader;

/// The keys of directives.
const DIRECTIVES: [&str; 3] = ["weight", "name", "once"];

const EXPECTED_LINE: &str = "expected \"METHOD URL\", \"Name: value\", \"@FILE\" or \"# comment\"";

/// Parses the targets in `text`; `read` reads the body files that it names.
pub(super) fn parse(
    text: &str,
    read: &dyn Fn(&str) -> Result<Bytes, String>,
) -> Result<ParsedTargets, TargetLineError> {
    let mut entries: Vec<TargetEntry> = Vec::new();
    let mut unknown_keys = vec![];
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
            let is_known = directives
                .parse_comment(comment, line_number)
                .map_err(error)?;
            let unknown = (!is_known).then(|| unknown_directive(comment)).flatten();
            unknown_keys.extend(unknown.map(|problem| TargetLineError::new(line_number, problem)));
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
        None => Ok(ParsedTargets {
            entries,
            unknown_keys,
        }),
    }
}

/// Describes a comment that looks like a directive with an unknown key, such as `# weigth: 3`.
///
/// A key is one word in lower case, or near a known one. Sentences and URLs are comments.
fn unknown_directive(comment: &str) -> Option<String> {
    let (key, value) = comment.split_once(':')?;
    let key = key.trim();
    let near = nearest(key, DIRECTIVES);
    let is_word = key
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte));
    if key.is_empty()
        || key.contains(' ')
        || value.starts_with("//")
        || !(is_word || near.is_some())
    {
        return None;
    }
    let expected = match near {
        Some(near) => format!("did you mean \"# {near}:\"?"),
        None => "expected \"# weight:\", \"# name:\" or \"# once:\"".to_owned(),
    };
    Some(format!("unknown key {key:?} in a comment, {expected}"))
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
    /// Reads a directive. Returns false if the comment is not one.
    fn parse_comment(&mut self, comment: &str, line_number: usize) -> Result<bool, String> {
        let Some((key, value)) = comment.split_once(':') else {
            return Ok(false);
        };
        let value = value.trim();
        match key.trim() {
            "once" => self.once = parse_once(value)?,
            "weight" => self.weight = Some(parse_weight(value)?),
            "name" if !value.is_empty() => self.name = Some(value.to_owned()),
            // A directive without a value.
            "name" => return Ok(true),
            _ => return Ok(false),
        }
        self.last_line = Some(line_number);
        Ok(true)
    }
}
