//! What lies between the sockets and HTTP: nothing, or TLS.

use std::future::Future;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::sign::SingleCertAndKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::accept::accept;
use crate::certificate::Certificate;
use crate::ledger::Ledger;

/// The bytes of a connection, whatever lies below them.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// What is done with each connection.
pub(crate) trait Attend: Send + Sync + 'static {
    /// Serves a connection until it closes.
    fn attend(self: Arc<Self>, stream: impl Stream) -> impl Future<Output = ()> + Send + 'static;
}

/// How connections come in.
pub(crate) enum Transport {
    Tcp,
    Tls(TlsAcceptor),
}

impl Transport {
    /// TLS 1.2 and 1.3, with this certificate.
    pub(crate) fn tls(certificate: &Certificate) -> Self {
        let resolver = SingleCertAndKey::from(certificate.certified());
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
        ledger: Arc<Ledger>,
        attendant: Arc<impl Attend>,
        shutdown: impl Future,
    ) {
        let attendant = || Arc::clone(&attendant);
        match self {
            Self::Tcp => accept(listener, ledger, shutdown, |tcp| attendant().attend(tcp)).await,
            Self::Tls(acceptor) => {
                let attend = |tcp| {
                    let (shaken, attendant) = (acceptor.accept(tcp), attendant());
                    async move {
                        match shaken.await {
                            Ok(tls) => attendant.attend(tls).await,
                            Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                        }
                    }
                };
                accept(listener, ledger, shutdown, attend).await;
            }
        }
    }
}
