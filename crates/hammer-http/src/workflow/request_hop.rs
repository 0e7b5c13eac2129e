//! One request of a hit: the first one, or one that a redirect leads to.

use std::borrow::Cow;
use std::ops::Deref;
use std::rc::Rc;

use hammer_core::Failure;
use hammer_diagnostic::is_secret_name;
use hammer_net::{ConnectorFactory, PeerConnector};
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
};
use url::Url;

use super::HttpTarget;
use super::redirect_origin_cache::RedirectOriginCache;
use crate::HttpRequest;
use crate::failures;
use crate::request::header::remove_headers;
use crate::request::hit_request::{HitRequest, RequestBuffer};
use crate::response::redirect::RedirectedRequest;
use crate::url::set_path_and_query;

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
    pub(super) origin: HopOrigin<'w>,
    /// True if all hops so far went to the origin of the first, so that this one may be signed.
    pub(super) trusted: bool,
    /// The ordinal of the token that the hit carries.
    pub(super) token_ordinal: Option<u64>,
    /// True if the request was rendered for this hit.
    pub(super) rendered: bool,
}

/// The origin that a hop goes to.
pub(super) struct HopOrigin<'w> {
    /// The number that identifies the origin.
    pub(super) number: usize,
    pub(super) connector: HopConnector<'w>,
}

/// The connector to the origin of a target, or to one that a redirect led to.
pub(super) enum HopConnector<'w> {
    Target(&'w PeerConnector),
    Redirect(Rc<PeerConnector>),
}

impl Deref for HopConnector<'_> {
    type Target = PeerConnector;

    fn deref(&self) -> &PeerConnector {
        match self {
            Self::Target(connector) => connector,
            Self::Redirect(connector) => connector,
        }
    }
}

impl<'w> RequestHop<'w> {
    /// The first hop of a hit, to the origin of `target`, one of `origins`.
    pub(super) fn first(
        target: &'w HttpTarget,
        origins: &'w [PeerConnector],
        request: HitRequest<'w>,
    ) -> Self {
        Self {
            request,
            url: Cow::Borrowed(&target.url),
            origin: HopOrigin {
                number: target.origin,
                connector: HopConnector::Target(&origins[target.origin]),
            },
            trusted: true,
            token_ordinal: None,
            rendered: false,
        }
    }

    /// The first hop of a hit with its own request, to the origin of `target`.
    pub(super) fn from_request(
        request: &'w HttpRequest,
        target: &'w HttpTarget,
        origins: &'w [PeerConnector],
        buffer: &'w mut RequestBuffer,
    ) -> Self {
        let hit_request = HitRequest::new(&request.prepared, None, buffer);
        Self {
            url: Cow::Borrowed(request.url.as_ref().unwrap_or(&target.url)),
            ..Self::first(target, origins, hit_request)
        }
    }

    /// Sets the path and query of the URL to those of the request.
    pub(super) fn set_url_path(&mut self) {
        set_path_and_query(self.url.to_mut(), self.request.path_and_query());
    }

    /// The hop that `redirect` leads to, without headers that its origin must not see.
    pub(super) fn redirected(
        self,
        redirect: RedirectedRequest,
        connectors: &ConnectorFactory,
        redirect_origins: &RedirectOriginCache,
    ) -> Result<Self, Failure> {
        let target_url = redirect.target;
        let (mut request, parts) = self.request.into_parts();
        if !redirect.keeps_body {
            request.body.clear();
        }
        let proxy_headers = self.origin.connector.forward_proxy_headers();
        let headers = &mut request.head.headers;
        remove_headers(headers, |name| {
            (!redirect.keeps_body && BODY_HEADERS.contains(name))
                || (!redirect.same_origin && is_secret_name(name.as_str()))
                || proxy_headers.is_some_and(|headers| headers.contains_key(name))
        });
        let origin = if redirect.same_origin {
            self.origin
        } else {
            headers.insert(HOST, target_url.authority.clone());
            let (number, connector) = redirect_origins.origin_of(&target_url, connectors)?;
            let connector = HopConnector::Redirect(connector);
            HopOrigin { number, connector }
        };
        if let Some(authorization) = &target_url.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        if let Some(proxy_headers) = origin.connector.forward_proxy_headers() {
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
