//! What lies between the sockets and HTTP: nothing, or TLS.

use std::future::Future;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::sign::SingleCertAndKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::accept::accept_loop;
use crate::recorder::TargetRecorder;
use crate::server_certificate::ServerCertificate;

/// The bytes of a connection, whatever lies below them.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

/// What is done with each connection.
pub(crate) trait ConnectionHandler: Send + Sync + 'static {
    /// Serves a connection until it closes.
    fn handle(
        self: Arc<Self>,
        stream: impl ByteStream,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// How connections come in.
pub(crate) enum TargetTransport {
    Tcp,
    Tls(TlsAcceptor),
}

impl TargetTransport {
    /// TLS 1.2 and 1.3, with this certificate.
    pub(crate) fn tls(certificate: &ServerCertificate) -> Self {
        let resolver = SingleCertAndKey::from(certificate.certified_key());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self::Tls(Arc::new(config).into())
    }

    /// What URLs begin with.
    pub(crate) fn scheme(&self) -> &'static str {
        match self {
            Self::Tcp => "http",
            Self::Tls(_) => "https",
        }
    }

    /// Has each connection attended to until `shutdown` completes; then ends those that are open.
    ///
    /// Hands are shaken by the connection's own task, so that a client that is slow at it, or never
    /// says anything, holds up nobody else.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        ledger: Arc<TargetRecorder>,
        attendant: Arc<impl ConnectionHandler>,
        shutdown: impl Future,
    ) {
        let attendant = || Arc::clone(&attendant);
        match self {
            Self::Tcp => {
                accept_loop(listener, ledger, shutdown, |tcp| attendant().handle(tcp)).await
            }
            Self::Tls(acceptor) => {
                let attend = |tcp| {
                    let (shaken, attendant) = (acceptor.accept(tcp), attendant());
                    async move {
                        match shaken.await {
                            Ok(tls) => attendant.handle(tls).await,
                            Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                        }
                    }
                };
                accept_loop(listener, ledger, shutdown, attend).await;
            }
        }
    }
}
