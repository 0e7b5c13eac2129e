//! What a target is to be like, before it starts.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use crate::certificate::Certificate;
use crate::knobs::Knobs;
use crate::ledger::{KEPT, Ledger};
use crate::target::Target;
use crate::transport::Transport;
use crate::{raw, server};

/// Where a [`Target`] listens, and whether it speaks TLS. The default: a free port of 127.0.0.1,
/// without.
#[derive(Debug, Clone, Default)]
pub struct TargetBuilder {
    addr: Option<SocketAddr>,
    certificate: Option<Certificate>,
}

impl TargetBuilder {
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
    pub fn tls(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Starts a target that answers as `knobs` say.
    ///
    /// # Errors
    ///
    /// If the address can't be bound, or there is no port, file descriptor, or thread left.
    pub fn spawn(self, knobs: Knobs) -> io::Result<Target> {
        let transport = self.transport();
        Target::start(
            self.addr(),
            transport.scheme(),
            Ledger::new(KEPT),
            |listener, ledger, stop| server::run(listener, transport, knobs, ledger, stop),
        )
    }

    /// Starts a [`raw`] target whose answers have a body of `body_bytes`.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn).
    pub fn spawn_raw(self, body_bytes: usize) -> io::Result<Target> {
        let transport = self.transport();
        Target::start(
            self.addr(),
            transport.scheme(),
            Ledger::new(0),
            move |listener, ledger, stop| raw::run(listener, transport, body_bytes, ledger, stop),
        )
    }

    fn addr(&self) -> SocketAddr {
        self.addr.unwrap_or((Ipv4Addr::LOCALHOST, 0).into())
    }

    fn transport(&self) -> Transport {
        self.certificate
            .as_ref()
            .map_or(Transport::Tcp, Transport::tls)
    }
}
