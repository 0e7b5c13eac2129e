//! One request of a hit: the first one, or one that a redirect leads to.

use std::borrow::Cow;

use hammer_core::{Failure, Hit};
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
};
use url::Url;

use super::HttpTarget;
use super::redirect_origin_cache::RedirectOriginCache;
use crate::HttpRequest;
use crate::auth_failures::AuthFailureTracker;
use crate::failures;
use crate::masking::is_secret_header;
use crate::request::prepared::PreparedRequest;
use crate::response::redirect::RedirectedRequest;
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// Headers that describe the body, removed together with it.
const BODY_HEADERS: [http::header::HeaderName; 5] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    TRANSFER_ENCODING,
    EXPECT,
];

/// One request of a hit: the first one, or one that a redirect leads to.
pub(super) struct RequestHop<'j> {
    pub(super) request: Cow<'j, PreparedRequest>,
    pub(super) url: Cow<'j, Url>,
    pub(super) origin: usize,
    /// True if all hops so far went to the origin of the first, so that this one may be signed.
    pub(super) trusted: bool,
    /// The ordinal of the token that the hit carries.
    pub(super) token_ordinal: Option<u64>,
    /// True if the request was rendered for this hit.
    pub(super) rendered: bool,
}

impl<'j> RequestHop<'j> {
    pub(super) fn first(target: &'j HttpTarget, request: &'j PreparedRequest) -> Self {
        Self {
            request: Cow::Borrowed(request),
            url: Cow::Borrowed(&target.url),
            origin: target.origin,
            trusted: true,
            token_ordinal: None,
            rendered: false,
        }
    }

    /// The first hop of a hit with its own request, to the origin of `target`.
    pub(super) fn from_request(request: &'j HttpRequest, target: &'j HttpTarget) -> Self {
        Self {
            request: Cow::Borrowed(&request.prepared),
            url: Cow::Borrowed(request.url.as_ref().unwrap_or(&target.url)),
            origin: target.origin,
            trusted: true,
            token_ordinal: None,
            rendered: false,
        }
    }

    /// Counts a response that refuses the token of the hit, unless the hop may have lost the token.
    pub(super) fn count_refused_token(
        &self,
        status: u16,
        auth_failures: &AuthFailureTracker,
        hit: &Hit,
    ) {
        if let (401, true, Some(token)) = (status, self.trusted, self.token_ordinal) {
            auth_failures.count(hit, token);
        }
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
        let mut request = self.request.into_owned();
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
            request.head.uri = target_url
                .absolute_form()
                .map_err(|_| failures::MALFORMED_REDIRECT)?;
        } else {
            request.head.uri = target_url.path_and_query;
        }
        request.target = None;
        request.head.method = redirect.method;
        let mut url = redirect.url;
        // The credentials are in the headers already, and must not reach the next hop.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self {
            request: Cow::Owned(request),
            url: Cow::Owned(url),
            origin,
            trusted: self.trusted && redirect.same_origin,
            token_ordinal: self.token_ordinal,
            rendered: false,
        })
    }
}
