//! The request line and headers of a request, with defaults applied and checked.

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING,
    USER_AGENT,
};
use http::{HeaderMap, Method};

use crate::request::header::remove_headers;
use crate::request::prepared::PreparedRequest;
use crate::url::HttpUrl;
use crate::{Error, ErrorKind, RequestHeader};
use hammer_diagnostic::shortened;

/// The parts of a request line, and everything that determines default headers.
pub(super) struct RequestHeadBuilder<'a> {
    pub(super) method: Method,
    pub(super) url: &'a HttpUrl,
    /// Headers for a forwarding proxy, which also needs the full URL in the request line.
    pub(super) proxy_headers: Option<&'a HeaderMap>,
    pub(super) keepalive: bool,
}

impl RequestHeadBuilder<'_> {
    /// Builds the request if its parts are consistent. Given headers replace defaults.
    pub(super) fn into_request(
        self,
        mut defaults: HeaderMap,
        given: impl Iterator<Item = RequestHeader>,
        body: Bytes,
    ) -> Result<PreparedRequest, Error> {
        let url = self.url;
        let user_agent = HeaderValue::from_static(concat!("hammer/", env!("CARGO_PKG_VERSION")));
        let mut headers = HeaderMap::new();
        // RFC 9110, section 7.2, recommends sending Host first.
        headers.insert(HOST, url.authority.clone());
        headers.insert(USER_AGENT, user_agent);
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.extend(
            url.authorization
                .clone()
                .map(|value| (AUTHORIZATION, value)),
        );
        remove_headers(&mut headers, |name| defaults.contains_key(name));
        let mut replacements = HeaderMap::new();
        for RequestHeader { name, value } in given {
            match value {
                // Host stays the first.
                Some(value) if name == HOST => {
                    headers.insert(HOST, value);
                    continue;
                }
                None if name == HOST => {
                    let message = "the header Host cannot be left out: HTTP/1.1 requires it (try giving it a value)";
                    return Err(Error::new(ErrorKind::Header, message));
                }
                Some(value) => drop(replacements.append(name.clone(), value)),
                None => remove_headers(&mut replacements, |other| *other == name),
            }
            remove_headers(&mut headers, |other| *other == name);
            remove_headers(&mut defaults, |other| *other == name);
        }
        headers.extend(defaults);
        headers.extend(replacements);
        if !self.keepalive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        check_body_headers(&headers, &body)?;
        let target = match self.proxy_headers {
            None => url.path_and_query.to_string().into(),
            Some(proxy_headers) => {
                headers.extend(proxy_headers.clone());
                url.absolute_form()?.to_string().into()
            }
        };
        Ok(PreparedRequest::new(self.method, target, headers, body))
    }
}

/// Parses a method; `CONNECT` is refused.
pub(super) fn parse_method(text: &str) -> Result<Method, Error> {
    let error = |message| Error::new(ErrorKind::Method, message);
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT) => Err(error(
            "the method CONNECT cannot be used: it opens a tunnel".into(),
        )),
        Ok(method) => Ok(method),
        Err(cause) => {
            let message = format!(
                "malformed method {text:?}; expected one word, such as GET or POST",
                text = shortened(text)
            );
            Err(error(message).with_source(cause))
        }
    }
}

/// Checks that the headers describe the body correctly.
pub(super) fn check_body_headers(headers: &HeaderMap, body: &Bytes) -> Result<(), Error> {
    let length = body.len().to_string();
    let wrong = |value: &&HeaderValue| value.as_bytes() != length.as_bytes();
    if let Some(claimed) = headers.get_all(CONTENT_LENGTH).iter().find(wrong) {
        let message = format!(
            "invalid Content-Length {claimed:?}; expected {length}, the length of the body"
        );
        return Err(Error::new(ErrorKind::Header, message));
    }
    let chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    if !headers.get_all(TRANSFER_ENCODING).iter().all(chunked) {
        let message = "unsupported value of the header Transfer-Encoding; expected \"chunked\"";
        return Err(Error::new(ErrorKind::Header, message));
    }
    Ok(())
}
