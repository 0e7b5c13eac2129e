//! A target that accepts connections and never answers.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A listener that accepts connections, reads what arrives, and never answers.
pub(crate) struct SilentTarget {
    port: u16,
    connections: Arc<AtomicU64>,
    received_bytes: Arc<AtomicU64>,
}

impl SilentTarget {
    /// Starts the target, which runs until the process ends.
    pub(crate) fn spawn() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicU64::new(0));
        let received_bytes = Arc::new(AtomicU64::new(0));
        let (accepted, received) = (connections.clone(), received_bytes.clone());
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                accepted.fetch_add(1, Ordering::SeqCst);
                let received = received.clone();
                thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(bytes @ 1..) = stream.read(&mut buffer) {
                        received.fetch_add(bytes as u64, Ordering::SeqCst);
                    }
                });
            }
        });
        Self {
            port,
            connections,
            received_bytes,
        }
    }

    /// Returns the URL of the target with this scheme.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}/", self.port)
    }

    /// Returns the number of connections that were accepted so far.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns the number of bytes that were received so far.
    pub(crate) fn received_bytes(&self) -> u64 {
        self.received_bytes.load(Ordering::SeqCst)
    }
}
