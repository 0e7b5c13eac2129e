//! The parts of a request that vary from hit to hit, and their rendering.

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
use http::Uri;
use http::header::{AUTHORIZATION, HeaderValue};

pub(crate) use self::body::BodyTemplate;
pub(crate) use self::buffers::{RenderBuffer, SlotRequestCopy};
pub(crate) use self::compiler::TemplateCompiler;
pub(crate) use self::render_context::RenderContext;
pub(crate) use self::url_template::parse_url_template;
use crate::failures;
use crate::url::percent_encode;

/// The parts of a request that are rendered for each hit.
#[derive(Default)]
pub(crate) struct RequestTemplate {
    pub(crate) target: Option<DynamicRequestTarget>,
    pub(crate) headers: Vec<DynamicHeader>,
    pub(crate) body: Option<BodyTemplate>,
}

/// A target in the request line that varies from hit to hit.
pub(crate) struct DynamicRequestTarget {
    /// The part of the URL before the path, for a forwarding proxy.
    pub(crate) proxy_prefix: Box<str>,
    /// Path and query.
    pub(crate) template: Template,
}

/// The value of a header that varies from hit to hit.
pub(crate) struct DynamicHeader {
    /// The position of the value among all header values of the request.
    pub(crate) index: usize,
    pub(crate) template: Template,
    /// True if the text is user and password, to be encoded for Basic authentication.
    pub(crate) basic: bool,
}

impl RequestTemplate {
    pub(crate) fn is_empty(&self) -> bool {
        self.target.is_none() && self.headers.is_empty() && self.body.is_none()
    }

    /// Adds a dynamic `Authorization` header to a request without one.
    pub(crate) fn add_authorization(
        &mut self,
        request: &mut crate::request::prepared::PreparedRequest,
        text: Template,
    ) {
        let mut placeholder = HeaderValue::from_static("");
        placeholder.set_sensitive(true);
        let headers = &mut request.head.headers;
        headers.insert(AUTHORIZATION, placeholder);
        request.dynamic_headers.push(AUTHORIZATION);
        self.headers.push(DynamicHeader {
            // A new name is appended.
            index: headers.len() - 1,
            template: text,
            basic: false,
        });
    }

    /// The number of hits that feeders have rows for, if limited.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        self.templates().filter_map(Template::max_hits).min()
    }

    /// All templates of the request.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let target = self.target.iter().map(|target| &target.template);
        let headers = self.headers.iter().map(|header| &header.template);
        let body = self.body.iter().flat_map(BodyTemplate::templates);
        target.chain(headers).chain(body)
    }

    /// Renders the parts of a hit into its request.
    ///
    /// `body` is the body of this hit, if hits rotate through several.
    ///
    /// # Errors
    ///
    /// If a value is missing, or HTTP does not allow it in its place.
    pub(crate) fn render(
        &self,
        body: Option<&BodyTemplate>,
        context: &mut RenderContext<'_>,
        buffer: &mut SlotRequestCopy,
        render_buffer: &mut RenderBuffer,
    ) -> Result<(), Failure> {
        let RenderBuffer { text, ends } = render_buffer;
        text.clear();
        ends.clear();
        if let Some(target) = &self.target {
            text.extend_from_slice(target.proxy_prefix.as_bytes());
            let start = text.len();
            context.render(&target.template, text)?;
            percent_encode(text, start);
            ends.push(text.len());
        }
        for header in &self.headers {
            let start = text.len();
            context.render(&header.template, text)?;
            if header.basic {
                let encoded = BASE64_STANDARD.encode(&text[start..]);
                text.truncate(start);
                text.extend_from_slice(b"Basic ");
                text.extend_from_slice(encoded.as_bytes());
            }
            ends.push(text.len());
        }
        let body = body.or(self.body.as_ref());
        let start = text.len();
        if let Some(BodyTemplate::Dynamic(dynamic)) = body {
            dynamic.render(context, text)?;
        }
        context.check_missing_values()?;
        let encoded_body = match body {
            Some(BodyTemplate::Dynamic(dynamic)) => dynamic.encode(&mut *text, start)?,
            _ => None,
        };
        self.write_to(buffer, render_buffer, body, encoded_body)
    }

    /// Moves the rendered parts to their places in the request.
    fn write_to(
        &self,
        buffer: &mut SlotRequestCopy,
        render_buffer: &RenderBuffer,
        body: Option<&BodyTemplate>,
        encoded_body: Option<Bytes>,
    ) -> Result<(), Failure> {
        self.clear(buffer, body.is_some());
        let rendered = buffer.store(&render_buffer.text);
        let mut begin = 0;
        let mut parts = render_buffer.ends.iter().map(|end| {
            let part = rendered.slice(begin..*end);
            begin = *end;
            part
        });
        let head = &mut buffer.request.head;
        if self.target.is_some() {
            let target = parts.next().unwrap_or_default();
            // Percent-encoding leaves the length as the only possible error.
            head.uri = Uri::from_maybe_shared(target).map_err(|_| failures::URL_TOO_LONG)?;
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for (header, part) in self.headers.iter().zip(&mut parts) {
            if let Some((_, value)) = values.nth(header.index - next) {
                let sensitive = value.is_sensitive();
                *value =
                    HeaderValue::from_maybe_shared(part).map_err(|_| failures::MALFORMED_HEADER)?;
                value.set_sensitive(sensitive);
            }
            next = header.index + 1;
        }
        match (body, encoded_body) {
            (_, Some(encoded_body)) => buffer.request.body = encoded_body,
            (Some(BodyTemplate::Fixed(body)), None) => buffer.request.body = body.clone(),
            (Some(BodyTemplate::Dynamic(_)), None) => {
                let start = render_buffer.ends.last().copied().unwrap_or_default();
                buffer.request.body = rendered.slice(start..);
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// Drops the parts of the previous hit, so that their memory can be reused.
    fn clear(&self, buffer: &mut SlotRequestCopy, body: bool) {
        let head = &mut buffer.request.head;
        if self.target.is_some() {
            head.uri = Uri::default();
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for header in &self.headers {
            if let Some((_, value)) = values.nth(header.index - next) {
                let sensitive = value.is_sensitive();
                *value = HeaderValue::from_static("");
                value.set_sensitive(sensitive);
            }
            next = header.index + 1;
        }
        // A fixed body of the request stays.
        if body {
            buffer.request.body.clear();
        }
    }
}

impl fmt::Debug for RequestTemplate {
    /// Leaves out the templates, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestTemplate")
            .field("templates", &self.templates().count())
            .finish_non_exhaustive()
    }
}
