use std::borrow::Cow;

use hammer_core::Failure;
use hyper::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TRANSFER_ENCODING,
};
use url::Url;

use super::Target;
use super::strangers::Strangers;
use crate::Request;
use crate::fault;
use crate::redirect::Redirect;
use crate::secret::is_secret;
use crate::template::Template;
use hammer_net::Dial;
use hammer_net::Dialer;

/// Headers that go with the body.
const OF_BODY: [hyper::header::HeaderName; 5] = [
    CONTENT_TYPE,
    CONTENT_LENGTH,
    CONTENT_ENCODING,
    TRANSFER_ENCODING,
    EXPECT,
];

/// One request of a hit: the first, or where a redirect leads.
pub(super) struct Leg<'j> {
    pub(super) template: Cow<'j, Template>,
    pub(super) url: Cow<'j, Url>,
    pub(super) origin: usize,
    /// Whether it goes where the first went, and so may be signed.
    pub(super) trusted: bool,
    /// The ordinal of the token that the hit was sent with.
    pub(super) token: Option<u64>,
}

impl<'j> Leg<'j> {
    pub(super) fn first(target: &'j Target, template: &'j Template) -> Self {
        Self {
            template: Cow::Borrowed(template),
            url: Cow::Borrowed(&target.url),
            origin: target.origin,
            trusted: true,
            token: None,
        }
    }

    /// What a hit brought along, to where `target` is.
    pub(super) fn brought(request: &'j Request, target: &'j Target) -> Self {
        Self {
            template: Cow::Borrowed(&request.template),
            url: Cow::Borrowed(request.url.as_ref().unwrap_or(&target.url)),
            origin: target.origin,
            trusted: true,
            token: None,
        }
    }

    /// Where `redirect` leads, with what may be told there.
    pub(super) fn next(
        self,
        redirect: Redirect,
        from: &Dial,
        dialer: &Dialer,
        strangers: &Strangers,
    ) -> Result<Self, Failure> {
        let to = crate::url::Url::parse(redirect.to.as_str()).map_err(|error| {
            tracing::debug!(%error, "no place to be sent to");
            fault::MALFORMED_REDIRECT
        })?;
        let origin = if redirect.same_origin {
            self.origin
        } else {
            strangers.number(&to, dialer)?
        };
        let mut template = self.template.into_owned();
        let headers = &mut template.head.headers;
        if !redirect.with_body {
            template.body.clear();
            OF_BODY.iter().for_each(|name| drop(headers.remove(name)));
        }
        if !redirect.same_origin {
            let secrets: Vec<_> = headers
                .keys()
                .filter(|name| is_secret(name))
                .cloned()
                .collect();
            secrets.iter().for_each(|name| drop(headers.remove(name)));
            headers.insert(HOST, to.authority.clone());
        }
        if let Some(authorization) = &to.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        for name in from.for_proxy().iter().flat_map(|theirs| theirs.keys()) {
            headers.remove(name);
        }
        let stranger = strangers.dial(origin);
        if let Some(theirs) = stranger.as_deref().unwrap_or(from).for_proxy() {
            headers.extend(theirs.clone());
            template.head.uri = to.in_full().map_err(|_| fault::MALFORMED_REDIRECT)?;
        } else {
            template.head.uri = to.path;
        }
        template.target = None;
        template.head.method = redirect.method;
        let mut url = redirect.to;
        // They are in the headers, and go no further.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self {
            template: Cow::Owned(template),
            url: Cow::Owned(url),
            origin,
            trusted: self.trusted && redirect.same_origin,
            token: self.token,
        })
    }
}
