//! What the builder is told about the version of HTTP.

use hyper::HeaderMap;
use hyper::header::{CONNECTION, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};

use super::assembly::AssembledRequests;
use crate::connection::origin::ConnectionPolicy;
use crate::connection::pool::Http2PoolConfig;
use crate::h2::FlowControlWindows;
use crate::version::HttpVersion;
use crate::{Error, ErrorKind, HttpBuilder};

/// The largest window that there can be (RFC 9113, section 6.9.1).
const MAX_WINDOW: u32 = 0x7fff_ffff;
/// A connection's window, which can be made larger but not smaller (section 6.9.2).
const MIN_CONNECTION_WINDOW: u32 = 65_535;
/// More connections in one run than any machine has ports for, with a few addresses.
const MAX_CONNECTIONS: usize = 1 << 20;

/// Which HTTP is spoken, and how.
#[derive(Debug, Default)]
pub(crate) struct ProtocolOptions {
    pub(crate) version: HttpVersion,
    connections: Option<usize>,
    stream_window: Option<u32>,
    connection_window: Option<u32>,
}

impl ProtocolOptions {
    /// How slots share connections, if any of these requests may be sent over HTTP/2; and whether they
    /// can be.
    pub(super) fn pool_config(
        &self,
        assembly: &AssembledRequests,
        policy: &ConnectionPolicy,
    ) -> Result<Option<Http2PoolConfig>, Error> {
        let error = |message| Err(Error::new(ErrorKind::Protocol, message));
        let sharing = Http2PoolConfig {
            version: self.version,
            connections: self.connections,
            windows: self.windows()?,
            lifetime: policy.lifetime_limits,
        };
        let asked = self.version == HttpVersion::Http2;
        let mut shared = false;
        for (template, dial) in assembly.requests() {
            if asked && dial.forward_proxy_headers().is_some() {
                return error(
                    "the proxy reads requests to http:// targets itself, in HTTP/1.1: add \
                     --proxytunnel, so that it lets HTTP/2 through"
                        .to_owned(),
                );
            }
            if sharing.applies_to(dial) {
                check_http2_headers(&template.head.headers, policy.keepalive)?;
                shared = true;
            }
        }
        let given = [
            ("--connections", self.connections.is_some()),
            ("--h2-stream-window", self.stream_window.is_some()),
            ("--h2-connection-window", self.connection_window.is_some()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((flag, _)) if !shared => error(format!(
                "{flag} is of HTTP/2, which is not spoken here: add --http 2; over HTTP/1.1 each hit \
                 under way has a connection of its own, and --max-in-flight limits them"
            )),
            _ if self.connections == Some(0) => {
                error("no connection at all carries no hits: give 1 or more".to_owned())
            }
            _ if self.connections.is_some_and(|some| some > MAX_CONNECTIONS) => error(format!(
                "more than {MAX_CONNECTIONS} connections have no ports: give fewer"
            )),
            // A redirect may lead to a target that wants HTTP/2, which is offered to all.
            _ => Ok((shared || assembly.follows_redirects()).then_some(sharing)),
        }
    }

    fn windows(&self) -> Result<FlowControlWindows, Error> {
        let error = |message| Err(Error::new(ErrorKind::Protocol, message));
        let windows = FlowControlWindows::default();
        let stream = self.stream_window.unwrap_or(windows.stream);
        let connection = self.connection_window.unwrap_or(windows.connection);
        if !(1..=MAX_WINDOW).contains(&stream) {
            return error(format!(
                "a window of {stream} bytes for each stream: it should be 1 to {MAX_WINDOW}"
            ));
        }
        if !(MIN_CONNECTION_WINDOW..=MAX_WINDOW).contains(&connection) {
            return error(format!(
                "a window of {connection} bytes for a connection: it should be {MIN_CONNECTION_WINDOW}, with \
                 which each begins, to {MAX_WINDOW}"
            ));
        }
        Ok(FlowControlWindows { stream, connection })
    }
}

/// Refuses headers that are about a connection of HTTP/1.1 (RFC 9113, section 8.2.2). The `Connection`
/// that says that it is not kept alive was not asked for, and is not sent.
fn check_http2_headers(headers: &HeaderMap, keepalive: bool) -> Result<(), Error> {
    let keep_alive = HeaderName::from_static("keep-alive");
    let proxy = HeaderName::from_static("proxy-connection");
    let refused = |name: &HeaderName, why: &str| {
        let message = format!(
            "the header {name} can't be sent over HTTP/2, {why}: leave it out, or add --http 1.1"
        );
        Err(Error::new(ErrorKind::Header, message))
    };
    for name in [CONNECTION, keep_alive, proxy, UPGRADE] {
        let own = name == CONNECTION && !keepalive;
        if headers.contains_key(&name) && !own {
            return refused(&name, "whose connections are not a hit's to speak of");
        }
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        return refused(&TRANSFER_ENCODING, "which has frames of its own for a body");
    }
    let trailers = |value: &hyper::header::HeaderValue| value.as_bytes() == b"trailers";
    if !headers.get_all(TE).iter().all(trailers) {
        return refused(&TE, "except as \"trailers\"");
    }
    Ok(())
}

impl HttpBuilder {
    /// Which HTTP to speak.
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.protocol.version = version;
        self
    }

    /// How many HTTP/2 connections there are in the whole run, shared evenly by its workers, of which
    /// each has one at least. A hit that finds no free stream on any of them waits for one, which is
    /// the phase `stream_wait`. Without a number a worker has one, and opens another when a hit finds
    /// no free stream.
    pub fn connections(mut self, connections: usize) -> Self {
        self.protocol.connections = Some(connections);
        self
    }

    /// How many bytes of an answer the target may send ahead over HTTP/2, for each stream.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.protocol.stream_window = Some(bytes);
        self
    }

    /// How many bytes of all answers on an HTTP/2 connection the target may send ahead.
    pub fn connection_window(mut self, bytes: u32) -> Self {
        self.protocol.connection_window = Some(bytes);
        self
    }
}
