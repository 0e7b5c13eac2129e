//! Options for the version of HTTP and its connections.

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};

use super::assembly::AssembledRequests;
use crate::connection::http2::Http2PoolConfig;
use crate::connection::origin::ConnectionPolicy;
use crate::version::HttpVersion;
use crate::{Error, ErrorKind, HttpBuilder};
use hammer_wire::http2::FlowControlWindows;

/// The largest flow-control window (RFC 9113, section 6.9.1).
const MAX_WINDOW: u32 = 0x7fff_ffff;
/// The initial window of a connection, which can grow but not shrink (section 6.9.2).
const MIN_CONNECTION_WINDOW: u32 = 65_535;
/// Maximum number of connections: more than a machine with a few addresses has ports for.
const MAX_CONNECTIONS: usize = 1 << 20;

/// The version of HTTP and the settings of HTTP/2.
#[derive(Debug, Default)]
pub(crate) struct ProtocolOptions {
    pub(crate) version: HttpVersion,
    connections: Option<usize>,
    stream_window: Option<u32>,
    connection_window: Option<u32>,
}

impl ProtocolOptions {
    /// The configuration of the HTTP/2 pools, if any of the requests may use HTTP/2.
    ///
    /// # Errors
    ///
    /// If a request cannot be sent over HTTP/2, or an option of HTTP/2 is invalid or has no effect.
    pub(super) fn pool_config(
        &self,
        requests: &AssembledRequests,
        policy: &ConnectionPolicy,
    ) -> Result<Option<Http2PoolConfig>, Error> {
        let error = |message| Err(Error::new(ErrorKind::Protocol, message));
        let config = Http2PoolConfig {
            version: self.version,
            connections: self.connections,
            windows: self.windows()?,
            lifetime: policy.lifetime_limits,
        };
        let http2_required = self.version == HttpVersion::Http2;
        let mut shared = false;
        for (request, connector) in requests.requests() {
            if http2_required && connector.forward_proxy_headers().is_some() {
                return error(
                    "HTTP/2 to an http:// target cannot be combined with a proxy that forwards \
                     requests (try `proxy_tunnel`)"
                        .to_owned(),
                );
            }
            if config.applies_to(connector) {
                check_http2_headers(&request.head.headers, policy.keepalive)?;
                shared = true;
            }
        }
        let given = [
            ("`connections`", self.connections.is_some()),
            ("`stream_window`", self.stream_window.is_some()),
            ("`connection_window`", self.connection_window.is_some()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((setting, _)) if !shared => error(format!(
                "{setting} needs HTTP/2 (try `http_version(Http2)`; over HTTP/1.1, `max_in_flight` \
                 limits the connections)"
            )),
            _ if self.connections == Some(0) => {
                error("invalid number of connections 0; expected at least 1".to_owned())
            }
            _ if self
                .connections
                .is_some_and(|number| number > MAX_CONNECTIONS) =>
            {
                error(format!(
                    "too many connections; expected at most {MAX_CONNECTIONS}"
                ))
            }
            // A redirect may lead to a target that chooses HTTP/2, which TLS always offers.
            _ => Ok((shared || requests.follows_redirects()).then_some(config)),
        }
    }

    fn windows(&self) -> Result<FlowControlWindows, Error> {
        let error = |message| Err(Error::new(ErrorKind::Protocol, message));
        let defaults = FlowControlWindows::default();
        let stream = self.stream_window.unwrap_or(defaults.stream);
        let connection = self.connection_window.unwrap_or(defaults.connection);
        if !(1..=MAX_WINDOW).contains(&stream) {
            return error(format!(
                "invalid window of {stream} bytes for a stream; expected 1 to {MAX_WINDOW}"
            ));
        }
        if !(MIN_CONNECTION_WINDOW..=MAX_WINDOW).contains(&connection) {
            return error(format!(
                "invalid window of {connection} bytes for a connection; expected \
                 {MIN_CONNECTION_WINDOW} (the initial window) to {MAX_WINDOW}"
            ));
        }
        Ok(FlowControlWindows { stream, connection })
    }
}

/// Refuses headers that are specific to connections of HTTP/1.1 (RFC 9113, section 8.2.2).
///
/// The `Connection: close` that a hammer without keep-alive implies is allowed and not sent.
fn check_http2_headers(headers: &HeaderMap, keepalive: bool) -> Result<(), Error> {
    let keep_alive = HeaderName::from_static("keep-alive");
    let proxy = HeaderName::from_static("proxy-connection");
    let refused = |name: &HeaderName, reason: &str| {
        let message = format!(
            "the header {name} cannot be sent over HTTP/2{reason} (try `http_version(Http1)`)"
        );
        Err(Error::new(ErrorKind::Header, message))
    };
    for name in [CONNECTION, keep_alive, proxy, UPGRADE] {
        let implied = name == CONNECTION && !keepalive;
        if headers.contains_key(&name) && !implied {
            return refused(&name, ", which manages connections itself");
        }
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        return refused(&TRANSFER_ENCODING, ", which frames bodies itself");
    }
    let trailers = |value: &http::header::HeaderValue| value.as_bytes() == b"trailers";
    if !headers.get_all(TE).iter().all(trailers) {
        return refused(&TE, ", except with the value \"trailers\"");
    }
    Ok(())
}

impl HttpBuilder {
    /// Sets the version of HTTP.
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.protocol.version = version;
        self
    }

    /// Sets the number of HTTP/2 connections of the whole run, divided evenly among its workers.
    ///
    /// Each worker has at least one. A hit that finds no free stream waits for one, in the phase
    /// `stream_wait`. Without a number, a worker starts with one connection and opens another whenever a
    /// hit finds no free stream.
    pub fn connections(mut self, connections: usize) -> Self {
        self.protocol.connections = Some(connections);
        self
    }

    /// Sets the flow-control window of each HTTP/2 stream, in bytes.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.protocol.stream_window = Some(bytes);
        self
    }

    /// Sets the flow-control window of each HTTP/2 connection, in bytes.
    pub fn connection_window(mut self, bytes: u32) -> Self {
        self.protocol.connection_window = Some(bytes);
        self
    }
}
