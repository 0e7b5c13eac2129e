//! Topics, payloads and client ids with variables in them, compiled once.

use std::io::Write as _;

use crate::{Error, ErrorKind};

/// What a variable stands for in one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Values {
    /// The number of the client that sends it, from 0.
    pub(crate) client: u64,
    /// The number of the message among those of its client, from 0.
    pub(crate) seq: u64,
    /// The number of the hit in the schedule.
    pub(crate) hit: u64,
}

/// A text as a small program: what is fixed, and variables between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Fixed(Box<[u8]>),
    Client,
    Seq,
    Hit,
}

impl Template {
    /// Text without variables, whatever is in it.
    pub(crate) fn fixed(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self(match bytes.is_empty() {
            true => vec![],
            false => vec![Part::Fixed(bytes.into_boxed_slice())],
        })
    }

    /// Compiles `text`, in which a variable stands in two braces.
    pub(crate) fn compile(text: &str) -> Result<Self, Error> {
        let error = |message| Error::new(ErrorKind::Template, message);
        let mut parts = vec![];
        let mut rest = text;
        while let Some((fixed, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err(error(format!("{text:?} has a {{{{ without its }}}}")));
            };
            if !fixed.is_empty() {
                parts.push(Part::Fixed(fixed.as_bytes().into()));
            }
            parts.push(match name.trim() {
                "client" => Part::Client,
                "seq" => Part::Seq,
                "hit" => Part::Hit,
                name => {
                    let known = "known are client, seq and hit";
                    return Err(error(format!(
                        "unknown variable {name:?} in {text:?}: {known}"
                    )));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Fixed(rest.as_bytes().into()));
        }
        Ok(Self(parts))
    }

    /// Appends the text for `values`.
    pub(crate) fn render(&self, values: Values, to: &mut Vec<u8>) {
        for part in &self.0 {
            let number = match part {
                Part::Fixed(bytes) => {
                    to.extend_from_slice(bytes);
                    continue;
                }
                Part::Client => values.client,
                Part::Seq => values.seq,
                Part::Hit => values.hit,
            };
            // Writing to a vector does not fail.
            let _ = write!(to, "{number}");
        }
    }

    /// The text for `values`.
    pub(crate) fn text(&self, values: Values) -> String {
        let mut text = vec![];
        self.render(values, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Whether each message has another text.
    pub(crate) fn differs_by_message(&self) -> bool {
        self.0
            .iter()
            .any(|part| matches!(part, Part::Seq | Part::Hit))
    }

    /// Whether each client has another text.
    pub(crate) fn differs_by_client(&self) -> bool {
        self.0.contains(&Part::Client)
    }

    /// The longest text.
    pub(crate) fn most_bytes(&self) -> usize {
        let most = |part: &Part| match part {
            Part::Fixed(bytes) => bytes.len(),
            // As many digits as 2^64 has.
            Part::Client | Part::Seq | Part::Hit => 20,
        };
        self.0.iter().map(most).sum()
    }

    /// The text with `instead` for each level of a topic that has a variable.
    pub(crate) fn as_filter(&self) -> String {
        const MARK: char = '\u{1}';
        let marked = self.0.iter().map(|part| match part {
            Part::Fixed(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Part::Client | Part::Seq | Part::Hit => MARK.to_string(),
        });
        let marked: String = marked.collect();
        let level = |level| {
            if str::contains(level, MARK) {
                "+"
            } else {
                level
            }
        };
        marked.split('/').map(level).collect::<Vec<_>>().join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced() {
        let values = Values {
            client: 7,
            seq: 18_446_744_073_709_551_615,
            hit: 0,
        };
        for (text, rendered, filter) in [
            ("", "", ""),
            ("a/b", "a/b", "a/b"),
            (
                "devices/{{client}}/state",
                "devices/7/state",
                "devices/+/state",
            ),
            ("{{ client }}{{seq}}", "718446744073709551615", "+"),
            ("a{{hit}}/x{{client}}y/z", "a0/x7y/z", "+/+/z"),
            ("}}{x}", "}}{x}", "}}{x}"),
        ] {
            let template = Template::compile(text).expect(text);
            assert_eq!(template.text(values), rendered);
            assert_eq!(template.as_filter(), filter);
            assert!(template.most_bytes() >= rendered.len());
        }
    }

    #[test]
    fn what_differs_is_known() {
        for (text, by_client, by_message) in [
            ("a", false, false),
            ("{{client}}", true, false),
            ("{{seq}}", false, true),
            ("{{hit}}/{{client}}", true, true),
        ] {
            let template = Template::compile(text).expect(text);
            assert_eq!(template.differs_by_client(), by_client, "{text}");
            assert_eq!(template.differs_by_message(), by_message, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, told) in [
            ("a{{client", "without its }}"),
            ("{{clinet}}", "unknown variable \"clinet\""),
            ("{{}}", "known are client, seq and hit"),
        ] {
            let error = Template::compile(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Template);
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
