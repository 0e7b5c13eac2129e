//! Targets as HTTP writes requests.

use bytes::Bytes;

use super::{TargetEntry, TargetLineError, parse_once, parse_weight};
use crate::RequestHeader;

const EXPECTED_LINE: &str =
    "it should be \"METHOD URL\", \"Name: value\", \"@FILE\" or \"# comment\"";

/// The targets of `text`, whose bodies `read` gets from the files it names.
pub(super) fn parse(
    text: &str,
    read: &dyn Fn(&str) -> Result<Bytes, String>,
) -> Result<Vec<TargetEntry>, TargetLineError> {
    let mut entries: Vec<TargetEntry> = Vec::new();
    // Whether a line without a method belongs to the last of them.
    let mut open = false;
    let mut above = TargetDirectives::default();
    for (index, line) in text.lines().enumerate() {
        let at = index + 1;
        let wrong = |what: String| TargetLineError::new(at, what);
        let line = line.trim();
        if line.is_empty() {
            open = false;
        } else if let Some(comment) = line.strip_prefix('#') {
            above.parse_comment(comment, at).map_err(wrong)?;
        } else if let Some((method, url)) = parse_request_line(line) {
            entries.push(TargetEntry {
                line: at,
                method: method.to_owned(),
                url: url.to_owned(),
                headers: Vec::new(),
                body: Bytes::new(),
                weight: above.weight.take().unwrap_or(1),
                once: std::mem::take(&mut above.once),
                name: above.name.take(),
            });
            above.last_line = None;
            open = true;
        } else {
            // The line is not repeated: a malformed header may be a secret.
            let entry = entries.last_mut().filter(|_| open);
            let entry =
                entry.ok_or_else(|| wrong(format!("no target above for this: {EXPECTED_LINE}")))?;
            if let Some(path) = line.strip_prefix('@') {
                entry.body = read(path.trim()).map_err(wrong)?;
            } else {
                let header: RequestHeader = line
                    .parse()
                    .map_err(|_| wrong(format!("malformed: {EXPECTED_LINE}")))?;
                entry.headers.push(header);
            }
        }
    }
    match above.last_line {
        Some(at) => Err(TargetLineError::new(
            at,
            "no target follows: a weight, a name or once stands above one",
        )),
        None => Ok(entries),
    }
}

/// Method and URL, if this is the first line of a request: the name of a header ends with a colon.
fn parse_request_line(line: &str) -> Option<(&str, &str)> {
    let (method, url) = line.split_once([' ', '\t'])?;
    let is_word = !method.contains(':') && !method.starts_with('@');
    is_word.then(|| (method, url.trim_start()))
}

/// What comments say of the next target.
#[derive(Default)]
struct TargetDirectives {
    weight: Option<u32>,
    name: Option<String>,
    once: bool,
    /// The line of the last of them.
    last_line: Option<usize>,
}

impl TargetDirectives {
    fn parse_comment(&mut self, comment: &str, at: usize) -> Result<(), String> {
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
        self.last_line = Some(at);
        Ok(())
    }
}
