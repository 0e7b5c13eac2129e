//! What a target is to be like, before it starts.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use crate::behavior::TargetBehavior;
use crate::recorder::{MAX_ARRIVALS, TargetRecorder};
use crate::server_certificate::ServerCertificate;
use crate::target_server::TargetServer;
use crate::transport::TargetTransport;
use crate::{http_server, raw};

/// Where a [`TargetServer`] listens, and whether it speaks TLS. The default: a free port of 127.0.0.1,
/// without.
#[derive(Debug, Clone, Default)]
pub struct TargetServerBuilder {
    addr: Option<SocketAddr>,
    certificate: Option<ServerCertificate>,
}

impl TargetServerBuilder {
    /// Listens at this address. Port 0 is a free one.
    #[must_use]
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.addr = Some(addr);
        self
    }

    /// Speaks TLS 1.2 and 1.3, shows this certificate, and offers HTTP/2 and HTTP/1.1 by ALPN.
    ///
    /// A connection counts from when it is accepted, and a request only once hands are shaken.
    /// Connections that the target drops on purpose end without TLS's goodbye.
    #[must_use]
    pub fn tls(mut self, certificate: ServerCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Starts a target that answers as `knobs` say.
    ///
    /// # Errors
    ///
    /// If the address can't be bound, or there is no port, file descriptor, or thread left.
    pub fn spawn(self, knobs: TargetBehavior) -> io::Result<TargetServer> {
        let transport = self.transport();
        TargetServer::start(
            self.addr(),
            transport.scheme(),
            TargetRecorder::new(MAX_ARRIVALS),
            |listener, ledger, stop| http_server::run(listener, transport, knobs, ledger, stop),
        )
    }

    /// Starts a [`raw`] target whose answers have a body of `body_bytes`.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn).
    pub fn spawn_raw(self, body_bytes: usize) -> io::Result<TargetServer> {
        let transport = self.transport();
        TargetServer::start(
            self.addr(),
            transport.scheme(),
            TargetRecorder::new(0),
            move |listener, ledger, stop| raw::run(listener, transport, body_bytes, ledger, stop),
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
