//! Where bodies come from.

use bytes::Bytes;

use hammer_data::Template;

use crate::content_coding::ContentCoding;
use crate::request::body_lines::split_lines;
use crate::request::form::{self, FormField, FormPiece};
use crate::request::template::{BodyTemplate, TemplateCompiler};
use crate::{Error, ErrorKind};

/// What the builder is told about bodies.
#[derive(Debug, Default)]
pub(super) struct BodyOptions {
    pub(super) bytes: Option<Bytes>,
    pub(super) json: Option<Bytes>,
    pub(super) form: Vec<FormField>,
    pub(super) lines: Option<Bytes>,
    pub(super) compress: Option<ContentCoding>,
}

/// The bodies that hits send.
#[derive(Debug, Default)]
pub(super) struct RequestBodies {
    /// The only one, or the first.
    pub(super) first: BodyTemplate,
    /// All of them, if there are several to take in turn.
    pub(super) rotation: Vec<BodyTemplate>,
    /// What they are, if that is known here.
    pub(super) content_type: Option<String>,
    /// What answers should be.
    pub(super) accept: Option<&'static str>,
    /// Whether `Content-Type` can't be another.
    pub(super) is_form: bool,
}

impl BodyOptions {
    /// What was given, as it is called in messages.
    pub(super) fn given_sources(&self) -> Vec<&'static str> {
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
    pub(super) fn bodies(self, compiler: &TemplateCompiler) -> Result<RequestBodies, Error> {
        if let [one, other, ..] = self.given_sources()[..] {
            return Err(body_error(format!(
                "the body is to be {one}, and {other} too: leave out one of them"
            )));
        }
        if self.compress.is_some() && self.given_sources().is_empty() {
            return Err(body_error(
                "there is no body to compress: give one, or don't compress".into(),
            ));
        }
        let mut bodies = RequestBodies::default();
        if let Some(json) = self.json {
            bodies.first = compiler.body_template("--json", json)?;
            bodies.content_type = Some("application/json".into());
            bodies.accept = Some("application/json");
        } else if !self.form.is_empty() {
            let (content_type, pieces) = form::encode(&self.form);
            bodies.first = form_body(pieces, compiler)?;
            bodies.content_type = Some(content_type);
            bodies.is_form = true;
        } else if let Some(text) = self.lines {
            let lines = split_lines(&text)?.into_iter().enumerate();
            let content = lines.map(|(index, line)| {
                compiler.body_template(&format!("--data-lines, body {}", index + 1), line)
            });
            bodies.rotation = content.collect::<Result<_, _>>()?;
        } else {
            bodies.first = compiler.body_template("--data", self.bytes.unwrap_or_default())?;
        }
        if let Some(coding) = self.compress {
            bodies.first = bodies.first.with_coding(coding, compress_body)?;
            let turn = bodies.rotation.into_iter();
            let turn = turn.map(|body| body.with_coding(coding, compress_body));
            bodies.rotation = turn.collect::<Result<_, _>>()?;
        }
        if let Some(first) = bodies.rotation.first() {
            bodies.first = first.clone();
        }
        Ok(bodies)
    }
}

/// The body of a form, in whose texts there may be variables; files are sent as they are.
fn form_body(
    pieces: Vec<FormPiece<'_>>,
    compiler: &TemplateCompiler,
) -> Result<BodyTemplate, Error> {
    let parts = pieces.into_iter().map(|piece| match piece {
        FormPiece::Fixed(bytes) => Ok(Template::from_literal(bytes)),
        FormPiece::Text(bytes, name) => {
            let template = match std::str::from_utf8(bytes) {
                Ok(text) => compiler.template(&format!("--form {name}"), text, true)?,
                Err(_) => None,
            };
            Ok(template.unwrap_or_else(|| Template::from_literal(&bytes[..])))
        }
    });
    Ok(BodyTemplate::from_parts(
        parts.collect::<Result<_, Error>>()?,
    ))
}

/// `body` in a coding.
pub(super) fn compress_body(body: &Bytes, coding: ContentCoding) -> Result<Bytes, Error> {
    let coded = coding.encode(body);
    coded.map_err(|cause| {
        body_error(format!("a body can't be compressed with {coding}")).with_source(cause)
    })
}

fn body_error(message: String) -> Error {
    Error::new(ErrorKind::Body, message)
}
