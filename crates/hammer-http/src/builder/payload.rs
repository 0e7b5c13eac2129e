//! Where bodies come from.

use bytes::Bytes;

use hammer_data::Template;

use crate::blanks::{Content, Texts};
use crate::coding::Coding;
use crate::form::{self, FormField, Piece};
use crate::lines::lines;
use crate::{Error, ErrorKind};

/// What the builder is told about bodies.
#[derive(Debug, Default)]
pub(super) struct Payload {
    pub(super) bytes: Option<Bytes>,
    pub(super) json: Option<Bytes>,
    pub(super) form: Vec<FormField>,
    pub(super) lines: Option<Bytes>,
    pub(super) compress: Option<Coding>,
}

/// The bodies that hits send.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// The only one, or the first.
    pub(super) first: Content,
    /// All of them, if there are several to take in turn.
    pub(super) turn: Vec<Content>,
    /// What they are, if that is known here.
    pub(super) content_type: Option<String>,
    /// What answers should be.
    pub(super) accept: Option<&'static str>,
    /// Whether `Content-Type` can't be another.
    pub(super) is_form: bool,
}

impl Payload {
    /// What was given, as it is called in messages.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("data", self.bytes.is_some()),
            ("JSON", self.json.is_some()),
            ("a form", !self.form.is_empty()),
            ("lines of data", self.lines.is_some()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        given.map(|(name, _)| name).collect()
    }

    /// The bodies to send.
    pub(super) fn bodies(self, texts: &Texts) -> Result<Bodies, Error> {
        if let [one, other, ..] = self.given()[..] {
            return Err(wrong(format!(
                "the body is to be {one}, and {other} too: leave out one of them"
            )));
        }
        if self.compress.is_some() && self.given().is_empty() {
            return Err(wrong(
                "there is no body to compress: give one, or don't compress".into(),
            ));
        }
        let mut bodies = Bodies::default();
        if let Some(json) = self.json {
            bodies.first = texts.content("--json", json)?;
            bodies.content_type = Some("application/json".into());
            bodies.accept = Some("application/json");
        } else if !self.form.is_empty() {
            let (content_type, pieces) = form::encode(&self.form);
            bodies.first = of_form(pieces, texts)?;
            bodies.content_type = Some(content_type);
            bodies.is_form = true;
        } else if let Some(text) = self.lines {
            let lines = lines(&text)?.into_iter().enumerate();
            let content = lines.map(|(index, line)| {
                texts.content(&format!("--data-lines, body {}", index + 1), line)
            });
            bodies.turn = content.collect::<Result<_, _>>()?;
        } else {
            bodies.first = texts.content("--data", self.bytes.unwrap_or_default())?;
        }
        if let Some(coding) = self.compress {
            bodies.first = bodies.first.compressed(coding, compressed)?;
            let turn = bodies.turn.into_iter();
            let turn = turn.map(|body| body.compressed(coding, compressed));
            bodies.turn = turn.collect::<Result<_, _>>()?;
        }
        if let Some(first) = bodies.turn.first() {
            bodies.first = first.clone();
        }
        Ok(bodies)
    }
}

/// The body of a form, in whose texts there may be variables; files are sent as they are.
fn of_form(pieces: Vec<Piece<'_>>, texts: &Texts) -> Result<Content, Error> {
    let parts = pieces.into_iter().map(|piece| match piece {
        Piece::Fixed(bytes) => Ok(Template::fixed(bytes)),
        Piece::Text(bytes, name) => {
            let template = match std::str::from_utf8(bytes) {
                Ok(text) => texts.template(&format!("--form {name}"), text, true)?,
                Err(_) => None,
            };
            Ok(template.unwrap_or_else(|| Template::fixed(&bytes[..])))
        }
    });
    Ok(Content::of(parts.collect::<Result<_, Error>>()?))
}

/// `body` in a coding.
pub(super) fn compressed(body: &Bytes, coding: Coding) -> Result<Bytes, Error> {
    let coded = coding.encode(body);
    coded.map_err(|cause| wrong(format!("a body can't be compressed with {coding}")).because(cause))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Body, message)
}
