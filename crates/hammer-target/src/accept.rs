//! The accept loop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::recorder::TargetRecorder;

/// How long to leave a listener alone that fails, for instance because all file descriptors are in
/// use: the pending connection stays pending, and asking again at once would only burn the core.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Where connections come from.
pub(crate) trait ConnectionListener {
    /// Waits for the next connection.
    fn accept(&self) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

impl ConnectionListener for TcpListener {
    async fn accept(&self) -> io::Result<TcpStream> {
        TcpListener::accept(self).await.map(|(stream, _)| stream)
    }
}

/// Spawns `attend` for each connection until `shutdown` completes; then ends those that are open.
pub(crate) async fn accept_loop<F>(
    listener: impl ConnectionListener,
    ledger: Arc<TargetRecorder>,
    shutdown: impl Future,
    attend: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut shutdown = pin!(shutdown);
    let mut attended = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut shutdown => break,
            Some(_) = attended.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                // This fails only where the client has already gone, as reading soon finds out.
                let _ = stream.set_nodelay(true);
                let open = ledger.open_connection();
                let attend = attend(stream);
                attended.spawn(async move {
                    attend.await;
                    drop(open);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::select! {
                    _ = &mut shutdown => break,
                    () = sleep(RETRY_PAUSE) => {}
                }
            }
        }
    }
    drop(listener);
    attended.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    /// Fails three times, as if there were no file descriptors left, and then recovers.
    struct ExhaustedListener {
        failures: AtomicU32,
        listener: TcpListener,
    }

    impl ConnectionListener for ExhaustedListener {
        async fn accept(&self) -> io::Result<TcpStream> {
            if self.failures.fetch_add(1, Ordering::Relaxed) < 3 {
                return Err(io::Error::other("too many open files"));
            }
            ConnectionListener::accept(&self.listener).await
        }
    }

    #[tokio::test]
    async fn goes_on_when_accepting_fails() {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let addr = listener.local_addr().expect("it is bound");
        let _client = TcpStream::connect(addr).await.expect("the target listens");
        let ledger = Arc::new(TargetRecorder::new(0));
        let attended = Arc::new(Notify::new());

        let exhausted = ExhaustedListener {
            failures: AtomicU32::new(0),
            listener,
        };
        accept_loop(exhausted, Arc::clone(&ledger), attended.notified(), |_| {
            let attended = Arc::clone(&attended);
            async move { attended.notify_one() }
        })
        .await;

        let counts = ledger.counts();
        assert_eq!((counts.connections, counts.open_connections), (1, 0));
    }
}
