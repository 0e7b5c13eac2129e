//! Options for the bodies of requests.

use bytes::Bytes;

use hammer_data::Template;

use crate::content_coding::ContentCoding;
use crate::request::body_lines::split_lines;
use crate::request::form::{self, FormField, FormPiece};
use crate::request::template::{BodyTemplate, TemplateCompiler};
use crate::{Error, ErrorKind};

/// The sources of bodies and their compression.
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
    /// The only body, or the first one.
    pub(super) first: BodyTemplate,
    /// All bodies, if hits rotate through several.
    pub(super) rotation: Vec<BodyTemplate>,
    /// The media type, if the source implies one.
    pub(super) content_type: Option<String>,
    /// The value of `Accept`, if the source implies one.
    pub(super) accept: Option<&'static str>,
    /// True if the bodies are forms, which determine their `Content-Type`.
    pub(super) is_form: bool,
}

impl BodyOptions {
    /// The sources that were given, as messages name them.
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

    /// Compiles and compresses the bodies.
    pub(super) fn bodies(self, compiler: &TemplateCompiler) -> Result<RequestBodies, Error> {
        if let [one, other, ..] = self.given_sources()[..] {
            return Err(body_error(format!(
                "{one} cannot be combined with {other}: a request has one body"
            )));
        }
        if self.compress.is_some() && self.given_sources().is_empty() {
            return Err(body_error(
                "compression needs a body (try adding one, or leaving compression out)".into(),
            ));
        }
        let mut bodies = RequestBodies::default();
        if let Some(json) = self.json {
            bodies.first = compiler.body_template("`json`", json)?;
            bodies.content_type = Some("application/json".into());
            bodies.accept = Some("application/json");
        } else if !self.form.is_empty() {
            let (content_type, pieces) = form::encode(&self.form);
            bodies.first = form_body(pieces, compiler)?;
            bodies.content_type = Some(content_type);
            bodies.is_form = true;
        } else if let Some(text) = self.lines {
            let lines = split_lines(&text)?.into_iter().enumerate();
            let parsed = lines.map(|(index, line)| {
                compiler.body_template(&format!("`data_lines`, body {}", index + 1), line)
            });
            bodies.rotation = parsed.collect::<Result<_, _>>()?;
        } else {
            bodies.first = compiler.body_template("`body`", self.bytes.unwrap_or_default())?;
        }
        if let Some(coding) = self.compress {
            bodies.first = bodies.first.with_coding(coding, compress_body)?;
            let coded = bodies.rotation.into_iter();
            let coded = coded.map(|body| body.with_coding(coding, compress_body));
            bodies.rotation = coded.collect::<Result<_, _>>()?;
        }
        if let Some(first) = bodies.rotation.first() {
            bodies.first = first.clone();
        }
        Ok(bodies)
    }
}

/// Compiles the text fields of a form as templates; files are sent unchanged.
fn form_body(
    pieces: Vec<FormPiece<'_>>,
    compiler: &TemplateCompiler,
) -> Result<BodyTemplate, Error> {
    let parts = pieces.into_iter().map(|piece| match piece {
        FormPiece::Fixed(bytes) => Ok(Template::from_literal(bytes)),
        FormPiece::Text(bytes, name) => {
            let template = match std::str::from_utf8(bytes) {
                Ok(text) => compiler.template(&format!("`form_field` {name}"), text, true)?,
                Err(_) => None,
            };
            Ok(template.unwrap_or_else(|| Template::from_literal(&bytes[..])))
        }
    });
    Ok(BodyTemplate::from_parts(
        parts.collect::<Result<_, Error>>()?,
    ))
}

/// Compresses `body`.
pub(super) fn compress_body(body: &Bytes, coding: ContentCoding) -> Result<Bytes, Error> {
    let coded = coding.encode(body);
    coded.map_err(|cause| {
        body_error(format!("failed to compress a body with {coding}")).with_source(cause)
    })
}

fn body_error(message: String) -> Error {
    Error::new(ErrorKind::Body, message)
}
