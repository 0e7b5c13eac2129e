//! The request of one hit, as it is sent: fixed, rendered, or changed on the way.

use std::borrow::Cow;

use http::header::{COOKIE, HeaderValue};

use super::header::remove_headers;
use super::http1::OutgoingRequest;
use super::http2::RequestReuse;
use super::prepared::PreparedRequest;
use super::template::{RenderedRequest, RequestTemplate};
use hammer_wire::http2::Http2Request;

/// The memory that a slot renders and encodes its requests in.
#[derive(Debug, Default)]
pub(crate) struct RequestBuffer {
    pub(crate) rendered: RenderedRequest,
    /// The value of the header `Cookie`, from the slot's cookie jar; empty without cookies.
    pub(crate) cookies: Vec<u8>,
    encoded: Vec<u8>,
    http2: Http2Request,
}

/// The request of one hit.
pub(crate) struct HitRequest<'w> {
    /// The request that hits share.
    shared: &'w PreparedRequest,
    /// The request that was changed for this hit. Boxed, since each hit passes this type on.
    changed: Option<Box<PreparedRequest>>,
    /// The parts that are rendered for this hit.
    template: Option<&'w RequestTemplate>,
    buffer: &'w mut RequestBuffer,
}

/// The parts of a [`HitRequest`] besides the request itself.
pub(crate) struct HitRequestParts<'w> {
    shared: &'w PreparedRequest,
    buffer: &'w mut RequestBuffer,
}

impl<'w> HitRequest<'w> {
    /// A request that is the same for all hits but for the parts of `template`, which `buffer` has.
    pub(crate) fn new(
        request: &'w PreparedRequest,
        template: Option<&'w RequestTemplate>,
        buffer: &'w mut RequestBuffer,
    ) -> Self {
        buffer.cookies.clear();
        Self {
            shared: request,
            changed: None,
            template,
            buffer,
        }
    }

    /// The request `changed` in place of the one that `parts` came from.
    pub(crate) fn from_parts(changed: PreparedRequest, parts: HitRequestParts<'w>) -> Self {
        let HitRequestParts { shared, buffer } = parts;
        buffer.cookies.clear();
        Self {
            shared,
            changed: Some(Box::new(changed)),
            template: None,
            buffer,
        }
    }

    /// The request with its rendered parts and its cookies, to be read.
    pub(crate) fn to_complete(&self) -> Cow<'_, PreparedRequest> {
        let mut complete = match self.template {
            None if self.buffer.cookies.is_empty() => return Cow::Borrowed(self.base()),
            None => self.base().clone(),
            Some(template) => template.fill_in(self.base(), &self.buffer.rendered),
        };
        if let Ok(mut cookies) = HeaderValue::from_bytes(&self.buffer.cookies)
            && !cookies.is_empty()
        {
            cookies.set_sensitive(true);
            complete.head.headers.insert(COOKIE, cookies);
        }
        Cow::Owned(complete)
    }

    /// The request with its rendered parts, to be changed for this hit.
    pub(crate) fn to_mut(&mut self) -> &mut PreparedRequest {
        if let Some(template) = self.template.take() {
            let complete = template.fill_in(self.base(), &self.buffer.rendered);
            self.changed = Some(Box::new(complete));
        }
        let shared = self.shared;
        let request = self.changed.get_or_insert_with(|| Box::new(shared.clone()));
        request.forget_encodings();
        request
    }

    /// The request without its rendered parts and cookies.
    pub(crate) fn base(&self) -> &PreparedRequest {
        self.changed.as_deref().unwrap_or(self.shared)
    }

    /// The request with its rendered parts and without its cookies, and the memory of the slot.
    pub(crate) fn into_parts(mut self) -> (PreparedRequest, HitRequestParts<'w>) {
        let request = self.to_mut().clone();
        let Self { shared, buffer, .. } = self;
        (request, HitRequestParts { shared, buffer })
    }

    /// The path and query of the request.
    pub(crate) fn path_and_query(&self) -> &[u8] {
        match self.template.and_then(|template| template.target.as_ref()) {
            Some(target) => &self.buffer.rendered.target()[target.proxy_prefix.len()..],
            None => self.base().head.path_and_query(),
        }
    }

    /// Sets the cookies of this hit in place of those of the request. An empty value removes them.
    pub(crate) fn set_cookies(&mut self, cookies: &[u8]) {
        if self.base().headers().contains_key(COOKIE) {
            remove_headers(&mut self.to_mut().head.headers, |name| *name == COOKIE);
        }
        self.buffer.cookies.clear();
        self.buffer.cookies.extend_from_slice(cookies);
    }

    /// The request as bytes of HTTP/1.1.
    pub(crate) fn encode_http1(&mut self) -> OutgoingRequest<'_> {
        let template = self.template;
        let base = self.changed.as_deref().unwrap_or(self.shared);
        let request = base.http1_request(template);
        let RequestBuffer {
            rendered,
            cookies,
            encoded,
            ..
        } = &mut *self.buffer;
        let fixed_body = &base.body;
        let body = match template {
            Some(_) => rendered.body(fixed_body),
            None => fixed_body,
        };
        let cookie_field = [("cookie", &cookies[..])];
        let more_fields = match cookies.is_empty() {
            true => &[][..],
            false => &cookie_field,
        };
        match template {
            None if more_fields.is_empty() => request.outgoing_fixed(fixed_body),
            None => request.outgoing([], more_fields, body, encoded),
            Some(_) => request.outgoing(rendered.values(), more_fields, body, encoded),
        }
    }

    /// The request as fields and a body of HTTP/2.
    pub(crate) fn encode_http2(&mut self, scheme: &'static str) -> &Http2Request {
        let request = self.changed.as_deref().unwrap_or(self.shared);
        let RequestBuffer {
            rendered,
            cookies,
            http2,
            ..
        } = &mut *self.buffer;
        if self.template.is_none() && cookies.is_empty() {
            return request.http2_request(scheme);
        }
        let mut parts = request.http2_parts(scheme);
        parts.cookies = cookies;
        parts.reuse = RequestReuse::SingleUse;
        if let Some(template) = self.template {
            parts.body = rendered.shared_body(&request.body);
            if let Some(target) = &template.target {
                parts.path = &rendered.target()[target.proxy_prefix.len()..];
            }
        }
        let without_parts = RequestTemplate::default();
        let template = self.template.unwrap_or(&without_parts);
        parts.write_to(|| template.headers(&request.head.headers, rendered), http2);
        http2
    }
}
