//! What the builder is told about the message that each hit sends.

use bytes::Bytes;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING,
    USER_AGENT,
};
use hyper::{HeaderMap, Method};

use crate::template::Template;
use crate::url::Url;
use crate::{Error, ErrorKind, Header, HttpBuilder};

/// What to send.
#[derive(Debug)]
pub(crate) struct Message {
    method: String,
    headers: Vec<Result<Header, Error>>,
    host: Option<String>,
    body: Bytes,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            headers: Vec::new(),
            host: None,
            body: Bytes::new(),
        }
    }
}

impl Message {
    /// What is sent to `url`, if method, headers and body fit each other; `for_proxy` are headers
    /// for a proxy that reads it, and that has to be told the target in full.
    pub(crate) fn template(
        self,
        url: &Url,
        for_proxy: Option<&HeaderMap>,
        keepalive: bool,
    ) -> Result<Template, Error> {
        let method = method(&self.method)?;
        let mut headers = headers(url, self.headers, self.host, keepalive)?;
        fits_body(&headers, &self.body)?;
        let target = match for_proxy {
            None => url.path.clone(),
            Some(theirs) => {
                headers.extend(theirs.clone());
                url.in_full()?
            }
        };
        Ok(Template::new(method, target, headers, self.body))
    }
}

impl HttpBuilder {
    /// The method, as it is to be sent: `GET` is not `get`.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.message.method = method.into();
        self
    }

    /// Adds a header; a default of that name is not sent then. The same name twice is sent twice.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.message.headers.push(Header::new(name, value));
        self
    }

    /// Adds, empties or leaves out a header, as it was parsed from a line.
    pub fn header_line(mut self, header: Header) -> Self {
        self.message.headers.push(Ok(header));
        self
    }

    /// The value of `Host`, if it is not what the URL says; the connection still goes to the URL's.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.message.host = Some(host.into());
        self
    }

    /// The body of each request; its length is sent with it.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.message.body = body.into();
        self
    }
}

fn method(text: &str) -> Result<Method, Error> {
    let error = |message| Error::new(ErrorKind::Method, message);
    match Method::from_bytes(text.as_bytes()) {
        Ok(Method::CONNECT) => Err(error(
            "the method CONNECT opens tunnels, it is no hit".into(),
        )),
        Ok(method) => Ok(method),
        Err(cause) => {
            let message =
                format!("malformed method {text:?}: it should be one word, as GET or POST");
            Err(error(message).because(cause))
        }
    }
}

fn headers(
    url: &Url,
    given: Vec<Result<Header, Error>>,
    host: Option<String>,
    keepalive: bool,
) -> Result<HeaderMap, Error> {
    let agent = HeaderValue::from_static(concat!("hammer/", env!("CARGO_PKG_VERSION")));
    let mut defaults = HeaderMap::new();
    defaults.insert(HOST, url.authority.clone());
    defaults.insert(USER_AGENT, agent);
    defaults.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if let Some(authorization) = &url.authorization {
        defaults.insert(AUTHORIZATION, authorization.clone());
    }
    let mut headers = HeaderMap::new();
    let host = host.map(|host| Header::new("host", &host));
    for header in given.into_iter().chain(host) {
        let Header { name, value } = header?;
        defaults.remove(&name);
        match value {
            Some(value) if name == HOST => drop(headers.insert(name, value)),
            Some(value) => drop(headers.append(name, value)),
            None if name == HOST => {
                let message = "the header Host can't be left out of HTTP/1.1: give it a value";
                return Err(Error::new(ErrorKind::Header, message));
            }
            None => drop(headers.remove(name)),
        }
    }
    // Servers like to see Host first, and people who debug them too.
    defaults.extend(headers);
    if !keepalive {
        defaults.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(defaults)
}

fn fits_body(headers: &HeaderMap, body: &Bytes) -> Result<(), Error> {
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
