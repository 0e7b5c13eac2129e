mod assembly;
mod connect;
mod expect;
mod message;
mod payload;
mod request;
mod tls;

use std::sync::Arc;

pub(crate) use self::connect::Connect;
use self::expect::Expect;
use self::message::Message;
pub(crate) use self::tls::TlsOptions;
use crate::dialer::Dialer;
use crate::{Error, Http, Targets};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, or `POST` with a body; connections kept alive, the system's certificates
/// trusted, redirects not followed, `User-Agent: hammer/VERSION` and `Accept: */*`.
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: Option<String>,
    connect: Connect,
    tls: TlsOptions,
    message: Message,
    expect: Expect,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            connect: Connect::default(),
            tls: TlsOptions::default(),
            message: Message::default(),
            expect: Expect::default(),
        }
    }

    pub(crate) fn for_targets(targets: Targets) -> Self {
        let mut builder = Self::new("").targets(targets);
        builder.url = None;
        builder
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method or a header is malformed, if two options contradict each other, or
    /// if the certificates to trust can't be read. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Http, Error> {
        let keepalive = self.connect.keepalive;
        let dialer = Dialer {
            connect: self.connect,
            tls: self.tls,
        };
        let assembly = self.message.assemble(self.url.as_deref(), keepalive)?;
        let (template, dial) = assembly.first(&dialer)?;
        let journey = assembly.journey(self.expect, dialer, keepalive)?;
        Ok(Http {
            template,
            dial,
            keepalive,
            journey: journey.map(Arc::new),
        })
    }
}
