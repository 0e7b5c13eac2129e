use std::borrow::Cow;
use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

use super::cue::path;
use crate::timeline::Row;
use crate::{Error, ErrorKind};

/// The longest body that is made to a logged length.
const MAX_MADE_BYTES: u64 = 64 << 20;

/// What rows send that do not merely ask: by their method and path, the first rule that fits.
///
/// ```
/// use hammer_replay::play::Bodies;
///
/// let text = "[[body]]\nmethod = 'POST'\npath = '/cart/{id}'\ntemplate = '{\"item\": {id}}'\n";
/// let bodies = Bodies::parse(text, "bodies.toml", std::path::Path::new(""))?;
/// assert_eq!(bodies.len(), 1);
/// # Ok::<(), hammer_replay::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Bodies {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    method: Option<String>,
    path: Option<Pattern>,
    content_type: Option<String>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Literal(Vec<u8>),
    Template(String),
    /// As many bytes as were logged.
    Logged,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    body: Vec<Written>,
}

/// A rule as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    method: Option<String>,
    path: Option<String>,
    #[serde(rename = "content-type")]
    content_type: Option<String>,
    text: Option<String>,
    file: Option<String>,
    template: Option<String>,
    length: Option<String>,
}

/// The template of a path: `{name}` is a segment, and a `*` at the end whatever follows.
#[derive(Debug, Clone)]
struct Pattern {
    segments: Vec<Segment>,
    open: bool,
}

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    Any(String),
}

impl Bodies {
    /// Reads a file of rules; the files that it names are beside it.
    ///
    /// # Errors
    ///
    /// If it or one of those can't be read, or a rule is malformed.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).because(error);
        let text = fs::read_to_string(path).map_err(failed)?;
        Self::parse(&text, &name, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a file called `name`, which stands in `folder`.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(ErrorKind::Bodies, format!("{name}: {what}"));
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            let what = format!("{name}:{line}: {}", error.message());
            Error::new(ErrorKind::Bodies, what)
        })?;
        let rules = file.body.into_iter().enumerate();
        let rules = rules.map(|(index, written)| {
            written
                .rule(folder)
                .map_err(|what| wrong(format!("body {}: {what}", index + 1)))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
        })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a row sends, and the type of that; none if no rule fits.
    pub(super) fn of<'b>(&'b self, row: &Row<'_>) -> Option<(Cow<'b, [u8]>, Option<&'b str>)> {
        let path = String::from_utf8_lossy(path(row.target));
        for rule in &self.rules {
            if rule
                .method
                .as_deref()
                .is_some_and(|method| method != row.method)
            {
                continue;
            }
            let found = match &rule.path {
                None => Some(vec![]),
                Some(pattern) => pattern.find(&path),
            };
            let Some(found) = found else { continue };
            let body = match &rule.body {
                Body::Literal(bytes) => Cow::Borrowed(&bytes[..]),
                Body::Template(text) => Cow::Owned(filled(text, &found).into_bytes()),
                Body::Logged => {
                    let length = row.body_bytes.unwrap_or(0).min(MAX_MADE_BYTES);
                    Cow::Owned(vec![b'x'; length as usize])
                }
            };
            return Some((body, rule.content_type.as_deref()));
        }
        None
    }
}

impl Written {
    fn rule(self, folder: &Path) -> Result<Rule, String> {
        let body = match (self.text, self.file, self.template, self.length) {
            (Some(text), None, None, None) => Body::Literal(text.into_bytes()),
            (None, Some(file), None, None) => {
                let read = fs::read(folder.join(&file));
                Body::Literal(
                    read.map_err(|error| format!("file '{file}' can't be read: {error}"))?,
                )
            }
            (None, None, Some(template), None) => Body::Template(template),
            (None, None, None, Some(length)) if length == "logged" => Body::Logged,
            (None, None, None, Some(length)) => {
                return Err(format!("length is '{length}'; right would be 'logged'"));
            }
            _ => return Err("it needs one of text, file, template and length".into()),
        };
        let path = self.path.as_deref().map(Pattern::parse).transpose()?;
        Ok(Rule {
            method: self.method,
            path,
            content_type: self.content_type,
            body,
        })
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("path '{text}' does not begin with /"));
        }
        let closed = text.strip_suffix('*');
        let segments = closed.unwrap_or(text).split('/').map(|segment| {
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            name.map_or(Segment::Literal(segment.into()), |name| {
                Segment::Any(name.into())
            })
        });
        Ok(Self {
            segments: segments.collect(),
            open: closed.is_some(),
        })
    }

    /// What stands for each name, if the path fits.
    fn find<'p>(&'p self, path: &'p str) -> Option<Vec<(&'p str, &'p str)>> {
        let mut parts = path.split('/');
        let mut found = vec![];
        let last = self.segments.len() - 1;
        for (index, segment) in self.segments.iter().enumerate() {
            let part = parts.next()?;
            match segment {
                Segment::Any(name) if !part.is_empty() => found.push((&**name, part)),
                Segment::Literal(text) if self.open && index == last => {
                    return part.starts_with(&**text).then_some(found);
                }
                Segment::Literal(text) if text == part => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(found)
    }
}

fn filled(template: &str, found: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in found {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Result<Bodies, String> {
        Bodies::parse(text, "b.toml", Path::new("")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_rule_that_fits_says_what_is_sent() {
        let text = "
            [[body]]
            method = 'POST'
            path = '/cart/{id}/items/{item}'
            template = '{\"cart\": \"{id}\", \"item\": {item}}'
            content-type = 'application/json'
            [[body]]
            path = '/up*'
            length = 'logged'
            [[body]]
            method = 'PUT'
            text = 'put'
        ";
        let bodies = bodies(text).unwrap();
        for (method, target, body) in [
            (
                "POST",
                "/cart/a/items/7?x",
                Some("{\"cart\": \"a\", \"item\": 7}"),
            ),
            ("POST", "/cart/a/items/", None),
            ("POST", "/cart/a/items/7/more", None),
            ("PUT", "/cart/a/items/7", Some("put")),
            ("POST", "/upload/7", Some("xxx")),
            ("POST", "/down", None),
        ] {
            let row = Row {
                method,
                body_bytes: Some(3),
                ..Row::get(target.as_bytes())
            };
            let found = bodies.of(&row);
            let found = found.map(|(body, _)| String::from_utf8_lossy(&body).into_owned());
            assert_eq!(found.as_deref(), body, "{method} {target}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told() {
        for (text, wrong) in [
            ("[[body]]\n", "b.toml: body 1: it needs one of text"),
            (
                "[[body]]\ntext = ''\nfile = 'a'\n",
                "b.toml: body 1: it needs one of text",
            ),
            ("[[body]]\nlength = '7'\n", "b.toml: body 1: length is '7'"),
            (
                "[[body]]\ntext = ''\npath = 'a'\n",
                "b.toml: body 1: path 'a' does not begin",
            ),
            (
                "[[body]]\nfile = '/no/such'\n",
                "b.toml: body 1: file '/no/such' can't be read",
            ),
            ("\n[[body]]\nhead = 1\n", "b.toml:3: unknown field `head`"),
        ] {
            let error = bodies(text).unwrap_err();
            assert!(error.starts_with(wrong), "{error}");
        }
    }
}
