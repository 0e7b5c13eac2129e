//! Transport below HTTP: TCP, or TLS over TCP.

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

/// A byte stream over TCP or TLS.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

/// A handler of connections.
pub(crate) trait ConnectionHandler: Send + Sync + 'static {
    /// Serves a connection until it closes.
    fn handle(
        self: Arc<Self>,
        stream: impl ByteStream,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// The transport of a target.
pub(crate) enum TargetTransport {
    Tcp,
    Tls(TlsAcceptor),
}

impl TargetTransport {
    /// Creates a transport over TLS 1.2 and 1.3 with this certificate.
    pub(crate) fn tls(certificate: &ServerCertificate) -> Self {
        let resolver = SingleCertAndKey::from(certificate.certified_key());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has cipher suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self::Tls(Arc::new(config).into())
    }

    /// Returns the scheme of URLs.
    pub(crate) fn scheme(&self) -> &'static str {
        match self {
            Self::Tcp => "http",
            Self::Tls(_) => "https",
        }
    }

    /// Handles each connection until `shutdown` completes, and then closes all connections.
    ///
    /// The task of a connection performs its TLS handshake, so that a slow or silent client does not
    /// delay others.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        recorder: Arc<TargetRecorder>,
        handler: Arc<impl ConnectionHandler>,
        shutdown: impl Future,
    ) {
        let handler = || Arc::clone(&handler);
        match self {
            Self::Tcp => {
                accept_loop(listener, recorder, shutdown, |tcp| handler().handle(tcp)).await
            }
            Self::Tls(acceptor) => {
                let handle = |tcp| {
                    let (handshake, handler) = (acceptor.accept(tcp), handler());
                    async move {
                        match handshake.await {
                            Ok(tls) => handler.handle(tls).await,
                            Err(error) => tracing::debug!(%error, "TLS handshake failed"),
                        }
                    }
                };
                accept_loop(listener, recorder, shutdown, handle).await;
            }
        }
    }
}
