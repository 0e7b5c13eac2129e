mod connect;
mod message;
mod protocol;
mod tls;

use self::connect::Connect;
use self::message::Message;
use self::protocol::{Protocol, fits_http2};
use self::tls::TlsOptions;
use crate::url::Url;
use crate::{Error, Http};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, no body, connections kept alive, the system's certificates trusted,
/// `User-Agent: hammer/VERSION` and `Accept: */*`.
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: String,
    connect: Connect,
    tls: TlsOptions,
    message: Message,
    protocol: Protocol,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            connect: Connect::default(),
            tls: TlsOptions::default(),
            message: Message::default(),
            protocol: Protocol::default(),
        }
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method or a header is malformed, if `Content-Length` contradicts the body,
    /// or if the certificates to trust can't be read. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Http, Error> {
        let url = Url::parse(&self.url)?;
        let keepalive = self.connect.keepalive;
        let tls = self.tls.build(&url, self.protocol.version)?;
        let sharing = self.protocol.sharing(&url)?;
        let template = self.message.template(&url, keepalive)?;
        if sharing.is_some() {
            fits_http2(template.headers())?;
        }
        Ok(Http {
            template,
            dial: self.connect.dial(&url, tls),
            keepalive,
            sharing,
            scheme: if url.tls { "https" } else { "http" },
        })
    }
}
