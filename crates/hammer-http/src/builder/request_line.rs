//! Puts the parts of a request together.

use bytes::Bytes;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING,
    USER_AGENT,
};
use hyper::{HeaderMap, Method};

use crate::request::prepared::PreparedRequest;
use crate::url::HttpUrl;
use crate::{Error, ErrorKind, RequestHeader};

/// What a request line says, and to whom.
pub(super) struct RequestLine<'a> {
    pub(super) method: Method,
    pub(super) url: &'a HttpUrl,
    /// Headers for a proxy that reads the request, and that has to be told the target in full.
    pub(super) proxy_headers: Option<&'a HeaderMap>,
    pub(super) keepalive: bool,
}

impl RequestLine<'_> {
    /// The request, if its parts fit each other. Given headers take the place of defaults.
    pub(super) fn into_request(
        self,
        mut defaults: HeaderMap,
        given: impl Iterator<Item = RequestHeader>,
        body: Bytes,
    ) -> Result<PreparedRequest, Error> {
        let url = self.url;
        let agent = HeaderValue::from_static(concat!("hammer/", env!("CARGO_PKG_VERSION")));
        let mut headers = HeaderMap::new();
        // Servers like to see Host first, and people who debug them too.
        headers.insert(HOST, url.authority.clone());
        headers.insert(USER_AGENT, agent);
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.extend(
            url.authorization
                .clone()
                .map(|value| (AUTHORIZATION, value)),
        );
        for name in defaults.keys() {
            headers.remove(name);
        }
        let mut own = HeaderMap::new();
        for RequestHeader { name, value } in given {
            headers.remove(&name);
            defaults.remove(&name);
            match value {
                Some(value) if name == HOST => drop(own.insert(name, value)),
                Some(value) => drop(own.append(name, value)),
                None if name == HOST => {
                    let message = "the header Host can't be left out of HTTP/1.1: give it a value";
                    return Err(Error::new(ErrorKind::Header, message));
                }
                None => drop(own.remove(name)),
            }
        }
        headers.extend(defaults);
        headers.extend(own);
        if !self.keepalive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        check_body_headers(&headers, &body)?;
        let target = match self.proxy_headers {
            None => url.path_and_query.clone(),
            Some(theirs) => {
                headers.extend(theirs.clone());
                url.absolute_form()?
            }
        };
        Ok(PreparedRequest::new(self.method, target, headers, body))
    }
}

/// The method that `text` spells.
pub(super) fn parse_method(text: &str) -> Result<Method, Error> {
    let error = |message| Error::new(ErrorKind::Method, message);
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT) => Err(error(
            "the method CONNECT opens tunnels, it is no hit".into(),
        )),
        Ok(method) => Ok(method),
        Err(cause) => {
            let message =
                format!("malformed method {text:?}: it should be one word, as GET or POST");
            Err(error(message).with_source(cause))
        }
    }
}

/// Whether what the headers say of the body is true.
pub(super) fn check_body_headers(headers: &HeaderMap, body: &Bytes) -> Result<(), Error> {
    let length = body.len().to_string();
    let wrong = |value: &&HeaderValue| value.as_bytes() != length.as_bytes();
    if let Some(claimed) = headers.get_all(CONTENT_LENGTH).iter().find(wrong) {
        let message =
            format!("the header Content-Length says {claimed:?}, the body has {length} bytes");
        return Err(Error::new(ErrorKind::Header, message));
    }
    let chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    if !headers.get_all(TRANSFER_ENCODING).iter().all(chunked) {
        let message =
            "the header Transfer-Encoding can only be chunked: no other coding is done here";
        return Err(Error::new(ErrorKind::Header, message));
    }
    Ok(())
}
