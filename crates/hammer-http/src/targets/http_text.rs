//! Targets as HTTP writes requests.

use bytes::Bytes;

use super::{Entry, Wrong, once, weight};
use crate::Header;

const RIGHT: &str = "it should be \"METHOD URL\", \"Name: value\", \"@FILE\" or \"# comment\"";

/// The targets of `text`, whose bodies `read` gets from the files it names.
pub(super) fn parse(
    text: &str,
    read: &dyn Fn(&str) -> Result<Bytes, String>,
) -> Result<Vec<Entry>, Wrong> {
    let mut entries: Vec<Entry> = Vec::new();
    // Whether a line without a method belongs to the last of them.
    let mut open = false;
    let mut above = Above::default();
    for (index, line) in text.lines().enumerate() {
        let at = index + 1;
        let wrong = |what: String| Wrong::new(at, what);
        let line = line.trim();
        if line.is_empty() {
            open = false;
        } else if let Some(comment) = line.strip_prefix('#') {
            above.take(comment, at).map_err(wrong)?;
        } else if let Some((method, url)) = request(line) {
            entries.push(Entry {
                line: at,
                method: method.to_owned(),
                url: url.to_owned(),
                headers: Vec::new(),
                body: Bytes::new(),
                weight: above.weight.take().unwrap_or(1),
                once: std::mem::take(&mut above.once),
                name: above.name.take(),
            });
            above.at = None;
            open = true;
        } else {
            // The line is not repeated: a malformed header may be a secret.
            let entry = entries.last_mut().filter(|_| open);
            let entry = entry.ok_or_else(|| wrong(format!("no target above for this: {RIGHT}")))?;
            if let Some(path) = line.strip_prefix('@') {
                entry.body = read(path.trim()).map_err(wrong)?;
            } else {
                let header: Header = line
                    .parse()
                    .map_err(|_| wrong(format!("malformed: {RIGHT}")))?;
                entry.headers.push(header);
            }
        }
    }
    match above.at {
        Some(at) => Err(Wrong::new(
            at,
            "no target follows: a weight, a name or once stands above one",
        )),
        None => Ok(entries),
    }
}

/// Method and URL, if this is the first line of a request: the name of a header ends with a colon.
fn request(line: &str) -> Option<(&str, &str)> {
    let (method, url) = line.split_once([' ', '\t'])?;
    let is_word = !method.contains(':') && !method.starts_with('@');
    is_word.then(|| (method, url.trim_start()))
}

/// What comments say of the next target.
#[derive(Default)]
struct Above {
    weight: Option<u32>,
    name: Option<String>,
    once: bool,
    /// The line of the last of them.
    at: Option<usize>,
}

impl Above {
    fn take(&mut self, comment: &str, at: usize) -> Result<(), String> {
        let Some((key, value)) = comment.split_once(':') else {
            return Ok(());
        };
        let value = value.trim();
        match key.trim() {
            "once" => self.once = once(value)?,
            "weight" => self.weight = Some(weight(value)?),
            "name" if !value.is_empty() => self.name = Some(value.to_owned()),
            _ => return Ok(()),
        }
        self.at = Some(at);
        Ok(())
    }
}
