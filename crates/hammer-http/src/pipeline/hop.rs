use std::borrow::Cow;

use hammer_core::Failure;
use hyper::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
};
use url::Url;

use super::HttpTarget;
use super::redirect_origins::RedirectOrigins;
use crate::HttpRequest;
use crate::failures;
use crate::masking::is_secret_header;
use crate::request::prepared::PreparedRequest;
use crate::response::redirect::RedirectTarget;
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// Headers that go with the body.
const BODY_HEADERS: [hyper::header::HeaderName; 5] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    TRANSFER_ENCODING,
    EXPECT,
];

/// One request of a hit: the first, or where a redirect leads.
pub(super) struct Hop<'j> {
    pub(super) request: Cow<'j, PreparedRequest>,
    pub(super) url: Cow<'j, Url>,
    pub(super) origin: usize,
    /// Whether it goes where the first went, and so may be signed.
    pub(super) trusted: bool,
    /// The ordinal of the token that the hit was sent with.
    pub(super) token_ordinal: Option<u64>,
}

impl<'j> Hop<'j> {
    pub(super) fn first(target: &'j HttpTarget, request: &'j PreparedRequest) -> Self {
        Self {
            request: Cow::Borrowed(request),
            url: Cow::Borrowed(&target.url),
            origin: target.origin,
            trusted: true,
            token_ordinal: None,
        }
    }

    /// What a hit brought along, to where `target` is.
    pub(super) fn from_request(request: &'j HttpRequest, target: &'j HttpTarget) -> Self {
        Self {
            request: Cow::Borrowed(&request.prepared),
            url: Cow::Borrowed(request.url.as_ref().unwrap_or(&target.url)),
            origin: target.origin,
            trusted: true,
            token_ordinal: None,
        }
    }

    /// Where `redirect` leads, with what may be told there.
    pub(super) fn redirected(
        self,
        redirect: RedirectTarget,
        from: &PeerConnector,
        dialer: &ConnectorFactory,
        redirect_origins: &RedirectOrigins,
    ) -> Result<Self, Failure> {
        let to = crate::url::HttpUrl::parse(redirect.url.as_str()).map_err(|error| {
            tracing::debug!(%error, "no place to be sent to");
            failures::MALFORMED_REDIRECT
        })?;
        let origin = if redirect.same_origin {
            self.origin
        } else {
            redirect_origins.number_of(&to, dialer)?
        };
        let mut template = self.request.into_owned();
        let headers = &mut template.head.headers;
        if !redirect.keeps_body {
            template.body.clear();
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
            headers.insert(HOST, to.authority.clone());
        }
        if let Some(authorization) = &to.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        for name in from
            .forward_proxy_headers()
            .iter()
            .flat_map(|theirs| theirs.keys())
        {
            headers.remove(name);
        }
        let stranger = redirect_origins.dial(origin);
        if let Some(theirs) = stranger.as_deref().unwrap_or(from).forward_proxy_headers() {
            headers.extend(theirs.clone());
            template.head.uri = to
                .absolute_form()
                .map_err(|_| failures::MALFORMED_REDIRECT)?;
        } else {
            template.head.uri = to.path_and_query;
        }
        template.target = None;
        template.head.method = redirect.method;
        let mut url = redirect.url;
        // They are in the headers, and go no further.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self {
            request: Cow::Owned(template),
            url: Cow::Owned(url),
            origin,
            trusted: self.trusted && redirect.same_origin,
            token_ordinal: self.token_ordinal,
        })
    }
}
