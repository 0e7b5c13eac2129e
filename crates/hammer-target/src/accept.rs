//! Accept loop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::recorder::TargetRecorder;

/// The pause after a failed accept, for instance because all file descriptors are in use. The
/// connection stays pending, so retrying at once would only waste the core.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// A source of connections.
pub(crate) trait ConnectionListener {
    /// Waits for the next connection.
    fn accept(&self) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

impl ConnectionListener for TcpListener {
    async fn accept(&self) -> io::Result<TcpStream> {
        TcpListener::accept(self).await.map(|(stream, _)| stream)
    }
}

/// Spawns `handle` for each connection until `shutdown` completes, and then closes all connections.
pub(crate) async fn accept_loop<F>(
    listener: impl ConnectionListener,
    recorder: Arc<TargetRecorder>,
    shutdown: impl Future,
    handle: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                // Fails only if the client has already disconnected, which reading detects.
                let _ = stream.set_nodelay(true);
                let guard = recorder.open_connection();
                let handled = handle(stream);
                connections.spawn(async move {
                    handled.await;
                    drop(guard);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                tokio::select! {
                    _ = &mut shutdown => break,
                    () = sleep(RETRY_PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    /// A listener that fails three times, as if all file descriptors were in use.
    struct FailingAcceptListener {
        failures: AtomicU32,
        listener: TcpListener,
    }

    impl ConnectionListener for FailingAcceptListener {
        async fn accept(&self) -> io::Result<TcpStream> {
            if self.failures.fetch_add(1, Ordering::Relaxed) < 3 {
                return Err(io::Error::other("too many open files"));
            }
            ConnectionListener::accept(&self.listener).await
        }
    }

    #[tokio::test]
    async fn accepts_connections_after_failures() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("bound");
        let _client = TcpStream::connect(addr).await.expect("the target listens");
        let recorder = Arc::new(TargetRecorder::new(0));
        let handled = Arc::new(Notify::new());

        let exhausted = FailingAcceptListener {
            failures: AtomicU32::new(0),
            listener,
        };
        accept_loop(exhausted, Arc::clone(&recorder), handled.notified(), |_| {
            let handled = Arc::clone(&handled);
            async move { handled.notify_one() }
        })
        .await;

        let counts = recorder.counts();
        assert_eq!((counts.connections, counts.open_connections), (1, 0));
    }
}
