//! A TLS server in memory, which works only when it is asked to.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Read, Write};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ClientConfig, ConnectionTrafficSecrets, RootCertStore, ServerConfig, ServerConnection,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A self-signed certificate for `localhost`, for servers and for clients.
pub(crate) struct TestIdentity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) roots: Arc<RootCertStore>,
}

impl TestIdentity {
    pub(crate) fn generate() -> Self {
        let names = vec!["localhost".to_owned()];
        let certified = rcgen::generate_simple_self_signed(names).expect("valid names");
        let certificate = certified.cert.der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a certificate");
        Self {
            certificate,
            key: PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key"),
            roots: Arc::new(roots),
        }
    }

    pub(crate) fn server_config(&self) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("supported versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .expect("a matching key");
        config.enable_secret_extraction = true;
        config
    }

    /// A server that requires this identity of its clients.
    pub(crate) fn strict_server_config(&self) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(self.roots.clone(), provider.clone());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("supported versions")
            .with_client_cert_verifier(verifier.build().expect("a root"))
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .expect("a matching key")
    }

    pub(crate) fn client_config(&self) -> ClientConfig {
        self.client_config_with(ring::default_provider(), rustls::ALL_VERSIONS)
    }

    pub(crate) fn client_config_with(
        &self,
        provider: CryptoProvider,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ClientConfig {
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .expect("supported versions")
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.enable_secret_extraction = true;
        config
    }
}

pub(crate) fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").expect("a name")
}

/// A server; its clones are the same one.
#[derive(Clone)]
pub(crate) struct MemoryServer(Rc<RefCell<ServerState>>);

struct ServerState {
    tls: ServerConnection,
    /// Bytes from the client that TLS has not seen.
    from_client: Vec<u8>,
    to_client: Vec<u8>,
    taken: usize,
    /// The bytes of one read and of one write.
    chunk: usize,
    /// The bytes that writes take before they have to wait.
    room: usize,
    has_gaps: bool,
    is_in_gap: bool,
    is_ended: bool,
    plaintext: Vec<u8>,
    error: Option<rustls::Error>,
    write_sizes: Vec<usize>,
}

impl MemoryServer {
    pub(crate) fn new(config: ServerConfig) -> Self {
        Self::shared(Arc::new(config))
    }

    pub(crate) fn shared(config: Arc<ServerConfig>) -> Self {
        Self(Rc::new(RefCell::new(ServerState {
            tls: ServerConnection::new(config).expect("a valid config"),
            from_client: Vec::new(),
            to_client: Vec::new(),
            taken: 0,
            chunk: usize::MAX,
            room: usize::MAX,
            has_gaps: false,
            is_in_gap: false,
            is_ended: false,
            plaintext: Vec::new(),
            error: None,
            write_sizes: Vec::new(),
        })))
    }

    /// Limits the bytes of one read and of one write of the client.
    pub(crate) fn set_chunk(&self, bytes: usize) {
        self.0.borrow_mut().chunk = bytes;
    }

    /// Lets the client wait once after each read, as if more bytes were still on their way.
    pub(crate) fn set_gaps(&self, has_gaps: bool) {
        self.0.borrow_mut().has_gaps = has_gaps;
    }

    /// Limits the bytes that the client can write before it has to wait.
    pub(crate) fn set_room(&self, bytes: usize) {
        self.0.borrow_mut().room = bytes;
    }

    /// Sends plaintext, in one record if it fits.
    pub(crate) fn send(&self, plaintext: &[u8]) {
        self.process();
        let mut state = self.0.borrow_mut();
        state.tls.set_buffer_limit(None);
        let mut writer = state.tls.writer();
        writer.write_all(plaintext).expect("room without a limit");
        state.flush();
    }

    /// Calls a method of rustls and sends the bytes that it leaves.
    pub(crate) fn with_tls(&self, call: impl FnOnce(&mut ServerConnection)) {
        self.process();
        let mut state = self.0.borrow_mut();
        call(&mut state.tls);
        state.flush();
    }

    /// Sends bytes that are not from the TLS of this server.
    pub(crate) fn send_raw(&self, bytes: &[u8]) {
        self.0.borrow_mut().to_client.extend_from_slice(bytes);
    }

    /// Returns the bytes that wait for the client, for a change on their way.
    pub(crate) fn take_unread(&self) -> Vec<u8> {
        self.process();
        let mut state = self.0.borrow_mut();
        let taken = std::mem::take(&mut state.taken);
        std::mem::take(&mut state.to_client).split_off(taken)
    }

    /// Returns the key for sending and the number of the next record, for records of any content.
    ///
    /// The server itself can do no more.
    pub(crate) fn take_sending_secrets(
        &self,
        config: ServerConfig,
    ) -> (u64, ConnectionTrafficSecrets) {
        self.process();
        let fresh = ServerConnection::new(Arc::new(config)).expect("a valid config");
        let tls = std::mem::replace(&mut self.0.borrow_mut().tls, fresh);
        tls.dangerous_extract_secrets().expect("permission").tx
    }

    /// Ends the stream without `close_notify`.
    pub(crate) fn end(&self) {
        self.0.borrow_mut().is_ended = true;
    }

    /// Returns the plaintext received since the last call.
    pub(crate) fn received(&self) -> Vec<u8> {
        self.process();
        std::mem::take(&mut self.0.borrow_mut().plaintext)
    }

    /// Returns the error of TLS, such as an alert of the client.
    pub(crate) fn error(&self) -> Option<rustls::Error> {
        self.process();
        self.0.borrow().error.clone()
    }

    /// Returns true if the client sent `close_notify`.
    pub(crate) fn is_closed_by_client(&self) -> bool {
        self.process();
        let mut state = self.0.borrow_mut();
        matches!(state.tls.reader().read(&mut [0; 1]), Ok(0))
    }

    /// Returns the sizes of the writes since the last call.
    pub(crate) fn write_sizes(&self) -> Vec<usize> {
        // The vector keeps its memory, so that a write allocates nothing.
        self.0.borrow_mut().write_sizes.drain(..).collect()
    }

    /// Lets TLS see what the client sent.
    pub(crate) fn process(&self) {
        self.0.borrow_mut().process();
    }
}

impl ServerState {
    fn process(&mut self) {
        let mut bytes = &self.from_client[..];
        while !bytes.is_empty() && self.error.is_none() {
            self.tls.read_tls(&mut bytes).expect("room for a record");
            match self.tls.process_new_packets() {
                Ok(state) => {
                    let start = self.plaintext.len();
                    let length = start + state.plaintext_bytes_to_read();
                    self.plaintext.resize(length, 0);
                    let mut reader = self.tls.reader();
                    let read = reader.read_exact(&mut self.plaintext[start..]);
                    read.expect("as many bytes as announced");
                }
                Err(error) => self.error = Some(error),
            }
        }
        self.from_client.clear();
        self.flush();
    }

    fn flush(&mut self) {
        if self.taken == self.to_client.len() {
            self.to_client.clear();
            self.taken = 0;
        }
        while self.tls.wants_write() {
            let written = self.tls.write_tls(&mut self.to_client);
            written.expect("a vector takes all bytes");
        }
    }
}

impl fmt::Debug for MemoryServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryServer")
    }
}

impl AsyncRead for MemoryServer {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.borrow_mut();
        if std::mem::take(&mut state.is_in_gap) {
            return Poll::Pending;
        }
        if state.taken == state.to_client.len() {
            state.process();
        }
        let unread = &state.to_client[state.taken..];
        if unread.is_empty() && !state.is_ended {
            return Poll::Pending;
        }
        let bytes = unread.len().min(state.chunk).min(buf.remaining());
        buf.put_slice(&unread[..bytes]);
        state.taken += bytes;
        state.is_in_gap = state.has_gaps;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for MemoryServer {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.borrow_mut();
        let bytes = buf.len().min(state.chunk).min(state.room);
        if bytes == 0 {
            return Poll::Pending;
        }
        state.room -= bytes;
        state.from_client.extend_from_slice(&buf[..bytes]);
        state.write_sizes.push(bytes);
        Poll::Ready(Ok(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // As a socket that the peer has reset.
        Poll::Ready(match self.0.borrow().is_ended {
            true => Err(io::ErrorKind::NotConnected.into()),
            false => Ok(()),
        })
    }
}

/// Polls a future once; nothing here ever wakes it.
pub(crate) fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future until it is ready, over all gaps.
pub(crate) fn eventually<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
    panic!("the future waits for something");
}

/// Returns the output of a future that has all it needs.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match poll_once(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits for something"),
    }
}
