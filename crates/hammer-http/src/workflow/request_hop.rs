//! One request of a hit: the first one, or one that a redirect leads to.

use std::borrow::Cow;

use hammer_core::Failure;
use hammer_net::{ConnectorFactory, PeerConnector};
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
};
use url::Url;

use super::HttpTarget;
use super::redirect_origin_cache::RedirectOriginCache;
use crate::HttpRequest;
use crate::failures;
use crate::masking::is_secret_header;
use crate::request::hit_request::{HitRequest, RequestBuffer};
use crate::response::redirect::RedirectedRequest;

/// Headers that describe the body, removed together with it.
const BODY_HEADERS: [http::header::HeaderName; 5] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    TRANSFER_ENCODING,
    EXPECT,
];

/// One request of a hit: the first one, or one that a redirect leads to.
pub(super) struct RequestHop<'w> {
    pub(super) request: HitRequest<'w>,
    pub(super) url: Cow<'w, Url>,
    pub(super) origin: usize,
    /// True if all hops so far went to the origin of the first, so that this one may be signed.
    pub(super) trusted: bool,
    /// The ordinal of the token that the hit carries.
    pub(super) token_ordinal: Option<u64>,
    /// True if the request was rendered for this hit.
    pub(super) rendered: bool,
}

impl<'w> RequestHop<'w> {
    pub(super) fn first(target: &'w HttpTarget, request: HitRequest<'w>) -> Self {
        Self {
            request,
            url: Cow::Borrowed(&target.url),
            origin: target.origin,
            trusted: true,
            token_ordinal: None,
            rendered: false,
        }
    }

    /// The first hop of a hit with its own request, to the origin of `target`.
    pub(super) fn from_request(
        request: &'w HttpRequest,
        target: &'w HttpTarget,
        buffer: &'w mut RequestBuffer,
    ) -> Self {
        Self {
            url: Cow::Borrowed(request.url.as_ref().unwrap_or(&target.url)),
            ..Self::first(target, HitRequest::new(&request.prepared, None, buffer))
        }
    }

    /// Sets the path and query of the URL to those of the request.
    pub(super) fn set_url_path(&mut self) {
        let target = String::from_utf8_lossy(self.request.path_and_query());
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*target, None),
        };
        let url = self.url.to_mut();
        url.set_path(path);
        url.set_query(query);
    }

    /// The hop that `redirect` leads to, without headers that its origin must not see.
    pub(super) fn redirected(
        self,
        redirect: RedirectedRequest,
        from: &PeerConnector,
        connectors: &ConnectorFactory,
        redirect_origins: &RedirectOriginCache,
    ) -> Result<Self, Failure> {
        let target_url = redirect.target;
        let origin = if redirect.same_origin {
            self.origin
        } else {
            redirect_origins.number_of(&target_url, connectors)?
        };
        let (mut request, parts) = self.request.into_parts();
        let headers = &mut request.head.headers;
        if !redirect.keeps_body {
            request.body.clear();
            BODY_HEADERS
                .iter()
                .for_each(|name| drop(headers.remove(name)));
        }
        if !redirect.same_origin {
            let secrets: Vec<_> = headers
                .keys()
                .filter(|name| is_secret_header(name))
                .cloned()
                .collect();
            secrets.iter().for_each(|name| drop(headers.remove(name)));
            headers.insert(HOST, target_url.authority.clone());
        }
        if let Some(authorization) = &target_url.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        for name in from
            .forward_proxy_headers()
            .iter()
            .flat_map(|proxy_headers| proxy_headers.keys())
        {
            headers.remove(name);
        }
        let connector = redirect_origins.connector(origin);
        if let Some(proxy_headers) = connector.as_deref().unwrap_or(from).forward_proxy_headers() {
            headers.extend(proxy_headers.clone());
            let target = target_url.absolute_form();
            let target = target.map_err(|_| failures::MALFORMED_REDIRECT)?;
            request.head.target = target.to_string().into();
        } else {
            request.head.target = target_url.path_and_query.to_string().into();
        }
        request.head.method = redirect.method;
        let mut url = redirect.url;
        // The credentials are in the headers already, and must not reach the next hop.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self {
            request: HitRequest::from_parts(request, parts),
            url: Cow::Owned(url),
            origin,
            trusted: self.trusted && redirect.same_origin,
            token_ordinal: self.token_ordinal,
            rendered: false,
        })
    }
}
