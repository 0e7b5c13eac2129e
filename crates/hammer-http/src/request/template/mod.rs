//! What differs from hit to hit in a request, and how it is filled in.

mod body;
mod buffers;
mod compiler;
mod render_context;
mod url_template;

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;
use hyper::Uri;
use hyper::header::{AUTHORIZATION, HeaderValue};

pub(crate) use self::body::BodyTemplate;
pub(crate) use self::buffers::{RenderBuffer, RequestBuffer};
pub(crate) use self::compiler::TemplateCompiler;
pub(crate) use self::render_context::RenderContext;
pub(crate) use self::url_template::parse_url_template;
use crate::failures;

/// The places of a request that each hit has its own text for.
#[derive(Default)]
pub(crate) struct RequestTemplate {
    pub(crate) target: Option<DynamicTarget>,
    pub(crate) headers: Vec<DynamicHeader>,
    pub(crate) body: Option<BodyTemplate>,
}

/// What the request line asks for.
pub(crate) struct DynamicTarget {
    /// What stands before it for a proxy that reads the request.
    pub(crate) proxy_prefix: Box<str>,
    /// Path and query.
    pub(crate) template: Template,
}

/// The value of a header.
pub(crate) struct DynamicHeader {
    /// Which of all values of the request it is, in their order.
    pub(crate) index: usize,
    pub(crate) template: Template,
    /// Whether the text is user and password, for the scheme Basic.
    pub(crate) basic: bool,
}

impl RequestTemplate {
    pub(crate) fn is_empty(&self) -> bool {
        self.target.is_none() && self.headers.is_empty() && self.body.is_none()
    }

    /// Has each hit send this as `Authorization`, which was not sent so far.
    pub(crate) fn add_authorization(
        &mut self,
        request: &mut crate::request::prepared::PreparedRequest,
        text: Template,
    ) {
        let mut holder = HeaderValue::from_static("");
        holder.set_sensitive(true);
        let headers = &mut request.head.headers;
        headers.insert(AUTHORIZATION, holder);
        request.dynamic_headers.push(AUTHORIZATION);
        self.headers.push(DynamicHeader {
            // What is new is the last.
            index: headers.len() - 1,
            template: text,
            basic: false,
        });
    }

    /// How many hits there are rows for, if they come to an end.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        self.templates().filter_map(Template::max_hits).min()
    }

    /// All texts that differ.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let target = self.target.iter().map(|target| &target.template);
        let headers = self.headers.iter().map(|header| &header.template);
        let body = self.body.iter().flat_map(BodyTemplate::templates);
        target.chain(headers).chain(body)
    }

    /// Fills in what this hit sends; `body`, if hits take bodies in turn, is the one of this hit.
    ///
    /// # Errors
    ///
    /// If a value is missing, or HTTP has no room for it where it stands.
    pub(crate) fn render(
        &self,
        body: Option<&BodyTemplate>,
        context: &mut RenderContext<'_>,
        buffer: &mut RequestBuffer,
        render_buffer: &mut RenderBuffer,
    ) -> Result<(), Failure> {
        let RenderBuffer { text, ends } = render_buffer;
        text.clear();
        ends.clear();
        if let Some(target) = &self.target {
            text.extend_from_slice(target.proxy_prefix.as_bytes());
            let start = text.len();
            context.render(&target.template, text)?;
            url_template::percent_encode(text, start);
            ends.push(text.len());
        }
        for header in &self.headers {
            let start = text.len();
            context.render(&header.template, text)?;
            if header.basic {
                let given = BASE64_STANDARD.encode(&text[start..]);
                text.truncate(start);
                text.extend_from_slice(b"Basic ");
                text.extend_from_slice(given.as_bytes());
            }
            ends.push(text.len());
        }
        let body = body.or(self.body.as_ref());
        let start = text.len();
        if let Some(BodyTemplate::Dynamic(varying)) = body {
            varying.render(context, text)?;
        }
        context.check_missing_values()?;
        let coded = match body {
            Some(BodyTemplate::Dynamic(varying)) => varying.encode(&mut *text, start)?,
            _ => None,
        };
        self.write_to(buffer, render_buffer, body, coded)
    }

    /// Writes what was rendered where it belongs.
    fn write_to(
        &self,
        buffer: &mut RequestBuffer,
        render_buffer: &RenderBuffer,
        body: Option<&BodyTemplate>,
        coded: Option<Bytes>,
    ) -> Result<(), Failure> {
        self.clear(buffer, body.is_some());
        let whole = buffer.store(&render_buffer.text);
        let mut begin = 0;
        let mut pieces = render_buffer.ends.iter().map(|end| {
            let piece = whole.slice(begin..*end);
            begin = *end;
            piece
        });
        let head = &mut buffer.request.head;
        if self.target.is_some() {
            let target = pieces.next().unwrap_or_default();
            // All but its length was seen to.
            head.uri = Uri::from_maybe_shared(target).map_err(|_| failures::URL_TOO_LONG)?;
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for (blank, piece) in self.headers.iter().zip(&mut pieces) {
            if let Some((_, value)) = values.nth(blank.index - next) {
                let sensitive = value.is_sensitive();
                *value = HeaderValue::from_maybe_shared(piece)
                    .map_err(|_| failures::MALFORMED_HEADER)?;
                value.set_sensitive(sensitive);
            }
            next = blank.index + 1;
        }
        match (body, coded) {
            (_, Some(coded)) => buffer.request.body = coded,
            (Some(BodyTemplate::Fixed(body)), None) => buffer.request.body = body.clone(),
            (Some(BodyTemplate::Dynamic(_)), None) => {
                let start = render_buffer.ends.last().copied().unwrap_or_default();
                buffer.request.body = whole.slice(start..);
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// Lets go of what the last hit sent, so that its memory is free for this one.
    fn clear(&self, buffer: &mut RequestBuffer, body: bool) {
        let head = &mut buffer.request.head;
        if self.target.is_some() {
            head.uri = Uri::default();
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for blank in &self.headers {
            if let Some((_, value)) = values.nth(blank.index - next) {
                let sensitive = value.is_sensitive();
                *value = HeaderValue::from_static("");
                value.set_sensitive(sensitive);
            }
            next = blank.index + 1;
        }
        // One that is the same for all hits stays.
        if body {
            buffer.request.body.clear();
        }
    }
}

impl fmt::Debug for RequestTemplate {
    /// Nothing of the texts, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestTemplate")
            .field("texts", &self.templates().count())
            .finish_non_exhaustive()
    }
}
