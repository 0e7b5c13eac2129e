//! The parts of a request that vary from hit to hit, and their rendering.

mod body;
mod compiler;
mod render_context;
mod rendered;
mod url_template;

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

pub(crate) use self::body::BodyTemplate;
pub(crate) use self::compiler::TemplateCompiler;
pub(crate) use self::render_context::RenderContext;
use self::rendered::RenderedBody;
pub(crate) use self::rendered::RenderedRequest;
pub(crate) use self::url_template::parse_url_template;
use crate::failures;
use crate::request::prepared::PreparedRequest;
use crate::url::percent_encode;

/// Maximum size of a target in the request line.
const MAX_TARGET_BYTES: usize = 65_534;

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
    pub(crate) proxy_prefix: Box<[u8]>,
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
    pub(crate) fn add_authorization(&mut self, request: &mut PreparedRequest, text: Template) {
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

    /// Renders the parts of a hit.
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
        rendered: &mut RenderedRequest,
    ) -> Result<(), Failure> {
        rendered.clear();
        if let Some(target) = &self.target {
            target.render(context, rendered)?;
        }
        for header in &self.headers {
            header.render(context, rendered)?;
        }
        match body.or(self.body.as_ref()) {
            None => {}
            Some(BodyTemplate::Fixed(body)) => rendered.body = RenderedBody::Shared(body.clone()),
            Some(BodyTemplate::Dynamic(dynamic)) => {
                dynamic.render(context, &mut rendered.body_bytes)?;
                rendered.body = RenderedBody::Rendered;
            }
        }
        context.check_missing_values()?;
        if let Some(BodyTemplate::Dynamic(dynamic)) = body.or(self.body.as_ref()) {
            dynamic.encode(&mut rendered.body_bytes)?;
        }
        Ok(())
    }

    /// Copies `request` with the rendered parts in their places.
    pub(crate) fn fill_in(
        &self,
        request: &PreparedRequest,
        rendered: &RenderedRequest,
    ) -> PreparedRequest {
        let mut filled = request.clone();
        let mut values = rendered.values();
        if self.target.is_some() {
            let target = values.next().unwrap_or_default();
            filled.head.target = Bytes::copy_from_slice(target);
        }
        let mut headers = filled.head.headers.iter_mut();
        let mut next = 0;
        for (header, value) in self.headers.iter().zip(values) {
            if let Some((_, place)) = headers.nth(header.index - next)
                && let Ok(mut value) = HeaderValue::from_bytes(value)
            {
                value.set_sensitive(place.is_sensitive());
                *place = value;
            }
            next = header.index + 1;
        }
        filled.body = rendered.shared_body(&filled.body);
        filled
    }

    /// The headers of a request with the rendered values in their places, and true for secrets.
    pub(crate) fn headers<'a>(
        &'a self,
        headers: &'a HeaderMap,
        rendered: &'a RenderedRequest,
    ) -> impl Iterator<Item = (&'a HeaderName, &'a [u8], bool)> {
        let values = rendered.values().skip(usize::from(self.target.is_some()));
        let mut varying = self.headers.iter().zip(values).peekable();
        headers
            .iter()
            .enumerate()
            .map(move |(index, (name, value))| {
                let rendered = varying.next_if(|(header, _)| header.index == index);
                let value_bytes = rendered.map_or(value.as_bytes(), |(_, rendered)| rendered);
                (name, value_bytes, value.is_sensitive())
            })
    }
}

impl DynamicRequestTarget {
    fn render(
        &self,
        context: &mut RenderContext<'_>,
        rendered: &mut RenderedRequest,
    ) -> Result<(), Failure> {
        let RenderedRequest { values, ends, .. } = rendered;
        values.extend_from_slice(&self.proxy_prefix);
        let start = values.len();
        context.render(&self.template, values)?;
        percent_encode(values, start);
        if values.len() > MAX_TARGET_BYTES {
            return Err(failures::URL_TOO_LONG);
        }
        ends.push(values.len());
        Ok(())
    }
}

impl DynamicHeader {
    fn render(
        &self,
        context: &mut RenderContext<'_>,
        rendered: &mut RenderedRequest,
    ) -> Result<(), Failure> {
        let RenderedRequest { values, ends, .. } = rendered;
        let start = values.len();
        context.render(&self.template, values)?;
        if self.basic {
            let encoded = BASE64_STANDARD.encode(&values[start..]);
            values.truncate(start);
            values.extend_from_slice(b"Basic ");
            values.extend_from_slice(encoded.as_bytes());
        }
        // RFC 9110, section 5.5.
        let is_allowed = |byte: &u8| (*byte >= b' ' && *byte != 0x7f) || *byte == b'\t';
        if !values[start..].iter().all(is_allowed) {
            return Err(failures::MALFORMED_HEADER);
        }
        ends.push(values.len());
        Ok(())
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
