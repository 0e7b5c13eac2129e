//! Builder of a target server: address and TLS.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use crate::behavior::TargetBehavior;
use crate::raw::CannedResponses;
use crate::recorder::{MAX_ARRIVALS, TargetRecorder};
use crate::server_certificate::ServerCertificate;
use crate::target_server::TargetServer;
use crate::transport::TargetTransport;
use crate::{http_server, raw};

/// A builder of a [`TargetServer`]. By default, it listens at a free port of 127.0.0.1 without TLS.
#[derive(Debug, Clone, Default)]
pub struct TargetServerBuilder {
    addr: Option<SocketAddr>,
    certificate: Option<ServerCertificate>,
    max_arrivals: Option<usize>,
    spin: bool,
    raw_cookie: Option<String>,
}

impl TargetServerBuilder {
    /// Sets the address. Port 0 selects a free port.
    #[must_use]
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.addr = Some(addr);
        self
    }

    /// Serves TLS 1.2 and 1.3 with this certificate, and offers HTTP/2 and HTTP/1.1 by ALPN.
    ///
    /// Connections are counted when they are accepted, before the TLS handshake. Connections that the
    /// target drops on purpose end without `close_notify`.
    #[must_use]
    pub fn tls(mut self, certificate: ServerCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Sets the maximum number of arrivals that the target keeps. The default is 2,000,000, and 0 in
    /// [`raw`] mode.
    ///
    /// Memory for all of them, 32 bytes each, is reserved at the start, but costs nothing until it is
    /// used.
    #[must_use]
    pub fn max_arrivals(mut self, max_arrivals: usize) -> Self {
        self.max_arrivals = Some(max_arrivals);
        self
    }

    /// Sets a cookie in the first answer of each connection, if the target is [`raw`]. The default is
    /// none. Over HTTP/2, no cookie is set.
    ///
    /// `cookie` is the value of `Set-Cookie`, such as `session=17; Path=/`, and is sent as it is.
    #[must_use]
    pub fn raw_cookie(mut self, cookie: impl Into<String>) -> Self {
        self.raw_cookie = Some(cookie.into());
        self
    }

    /// Makes the thread of the target poll instead of sleeping if `spin` is true. It then uses a whole
    /// core, even without hits.
    ///
    /// A target that sleeps has to be woken, which delays its answer and takes CPU time from the client
    /// that wakes it. The slower a client, the more often its target falls asleep, so a comparison of
    /// clients needs a target that never does. [`TargetServer::idle_time`] says how much of the core was
    /// not needed.
    #[must_use]
    pub fn spin(mut self, spin: bool) -> Self {
        self.spin = spin;
        self
    }

    /// Starts a target with this behavior.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound, or there is no free port, file descriptor, or thread.
    pub fn spawn(self, behavior: TargetBehavior) -> io::Result<TargetServer> {
        let transport = self.transport();
        TargetServer::start(
            self.addr(),
            self.spin,
            transport.scheme(),
            TargetRecorder::new(self.max_arrivals.unwrap_or(MAX_ARRIVALS)),
            |listener, recorder, stop| {
                http_server::run(listener, transport, behavior, recorder, stop)
            },
        )
    }

    /// Starts a [`raw`] target whose answers have a body of `body_bytes`.
    ///
    /// # Errors
    ///
    /// See [`spawn`](Self::spawn).
    pub fn spawn_raw(self, body_bytes: usize) -> io::Result<TargetServer> {
        let transport = self.transport();
        let responses = CannedResponses::new(body_bytes, self.raw_cookie.as_deref());
        TargetServer::start(
            self.addr(),
            self.spin,
            transport.scheme(),
            TargetRecorder::new(self.max_arrivals.unwrap_or(0)),
            move |listener, recorder, stop| {
                raw::run(listener, transport, responses, recorder, stop)
            },
        )
    }

    fn addr(&self) -> SocketAddr {
        self.addr.unwrap_or((Ipv4Addr::LOCALHOST, 0).into())
    }

    fn transport(&self) -> TargetTransport {
        self.certificate
            .as_ref()
            .map_or(TargetTransport::Tcp, TargetTransport::tls)
    }
}
