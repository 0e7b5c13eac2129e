//! One connection of a scripted server, in clear or over TLS, and the ways in which it ends.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The connection of a server to the hammer.
pub(super) struct Peer {
    stream: PeerStream,
    /// Bytes that were received and not yet asked for.
    received: Vec<u8>,
}

enum PeerStream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Peer {
    /// Speaks in clear, or as a TLS server if there is a configuration.
    pub(super) fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> Self {
        stream.set_nodelay(true).expect("a TCP socket");
        let stream = match tls {
            None => PeerStream::Clear(stream),
            Some(config) => {
                let tls = ServerConnection::new(config.clone()).expect("a valid config");
                PeerStream::Tls(Box::new(StreamOwned::new(tls, stream)))
            }
        };
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Reads the head of a request, or returns `None` at the end of the stream.
    pub(super) fn head(&mut self) -> Option<String> {
        loop {
            let end = self
                .received
                .windows(4)
                .position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                let rest = self.received.split_off(end + 4);
                let head = std::mem::replace(&mut self.received, rest);
                return Some(String::from_utf8_lossy(&head).into_owned());
            }
            if !self.receive() {
                return None;
            }
        }
    }

    /// Reads and drops this many bytes of a body; returns false if the stream ends before.
    pub(super) fn skip(&mut self, mut bytes: usize) -> bool {
        while self.received.len() < bytes {
            bytes -= self.received.len();
            self.received.clear();
            if !self.receive() {
                return false;
            }
        }
        self.received.drain(..bytes);
        true
    }

    /// Reads and drops everything that the hammer sends until its end of the stream.
    pub(super) fn skip_all(&mut self) {
        self.received.clear();
        while self.receive() {
            self.received.clear();
        }
    }

    fn receive(&mut self) -> bool {
        let mut buffer = [0; 64 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(bytes @ 1..) => {
                self.received.extend_from_slice(&buffer[..bytes]);
                true
            }
            _ => false,
        }
    }

    /// Sends bytes; returns false if the connection is broken.
    pub(super) fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = self.stream.write_all(bytes);
        sent.and_then(|()| self.stream.flush()).is_ok()
    }

    /// Completes the handshake of TLS, if there is one.
    pub(super) fn complete_handshake(&mut self) {
        if let PeerStream::Tls(tls) = &mut self.stream {
            while tls.conn.is_handshaking() && tls.conn.complete_io(&mut tls.sock).is_ok() {}
        }
    }

    /// Reads and drops this many bytes of the socket, faster than the hammer sends since nothing is
    /// decrypted; returns false if the stream ends before.
    pub(super) fn drain(&mut self, mut bytes: usize) -> bool {
        let mut buffer = vec![0; 1024 * 1024];
        while bytes > 0 {
            match self.tcp().read(&mut buffer) {
                Ok(read @ 1..) => bytes = bytes.saturating_sub(read),
                _ => return false,
            }
        }
        true
    }

    /// Reads and drops everything until the hammer ends the stream; an end of TLS without close_notify is
    /// an error.
    pub(super) fn read_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while self.stream.read(&mut buffer)? > 0 {}
        Ok(())
    }

    /// Ends the server's side in order, over TLS with close_notify, and leaves the other one open.
    pub(super) fn close_sending(&mut self) {
        if let PeerStream::Tls(tls) = &mut self.stream {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
        let _ = self.tcp().shutdown(std::net::Shutdown::Write);
    }

    /// Closes the connection, over TLS with close_notify.
    pub(super) fn close(mut self) {
        self.close_sending();
    }

    /// Closes the TCP connection, over TLS without close_notify.
    pub(super) fn close_without_notify(self) {}

    /// Resets the TCP connection; what was sent before still arrives.
    pub(super) fn reset(self) {
        set_socket_linger(self.tcp(), Some(Duration::ZERO)).expect("a TCP socket");
    }

    fn tcp(&self) -> &TcpStream {
        match &self.stream {
            PeerStream::Clear(stream) => stream,
            PeerStream::Tls(tls) => &tls.sock,
        }
    }
}

impl Read for PeerStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for PeerStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
