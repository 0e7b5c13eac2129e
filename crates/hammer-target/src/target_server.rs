//! Target with its own thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::behavior::TargetBehavior;
use crate::builder::TargetServerBuilder;
use crate::counts::TargetCounts;
use crate::ground_truth::GroundTruth;
use crate::idle_poller::poll_without_sleeping;
use crate::recorder::TargetRecorder;

/// The maximum number of connections that wait to be accepted. The kernel lowers it to its own limit.
const BACKLOG: u32 = 4096;

/// A target with its own thread and runtime.
///
/// It accepts connections as soon as it exists. Dropping it stops it and waits for its thread.
#[derive(Debug)]
pub struct TargetServer {
    addr: SocketAddr,
    scheme: &'static str,
    recorder: Arc<TargetRecorder>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TargetServer {
    /// Returns a builder, to set the address or TLS.
    pub fn builder() -> TargetServerBuilder {
        TargetServerBuilder::default()
    }

    /// Starts a target with this behavior at a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If there is no free port, file descriptor, or thread.
    pub fn spawn(behavior: TargetBehavior) -> io::Result<Self> {
        Self::builder().spawn(behavior)
    }

    /// Starts a [`raw`](crate::raw) target at a free port of 127.0.0.1 whose answers have a body of
    /// `body_bytes`.
    ///
    /// # Errors
    ///
    /// See [`spawn`](Self::spawn).
    pub fn spawn_raw(body_bytes: usize) -> io::Result<Self> {
        Self::builder().spawn_raw(body_bytes)
    }

    /// Returns the address at which the target listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the URL of the target: `http://127.0.0.1:41234/`, or `https` with TLS.
    pub fn url(&self) -> String {
        format!("{}://{}/", self.scheme, self.addr)
    }

    /// Returns the counts so far. This is cheap.
    pub fn counts(&self) -> TargetCounts {
        self.recorder.counts()
    }

    /// Returns the time in which the target polled and nothing arrived. Zero unless it
    /// [spins](TargetServerBuilder::spin). This is cheap.
    ///
    /// The rest of the time since its start is the time that the target needed for its answers.
    pub fn idle_time(&self) -> Duration {
        self.recorder.idle_time()
    }

    /// Returns the records so far. Copies all arrivals and blocks the target meanwhile, so use
    /// [`counts`](Self::counts) during a measurement.
    pub fn ground_truth(&self) -> GroundTruth {
        self.recorder.ground_truth()
    }

    /// Stops the target, closes its connections, waits for its thread, and returns its records.
    pub fn shutdown(mut self) -> GroundTruth {
        self.stop();
        self.recorder.ground_truth()
    }

    /// Runs a server at `addr` on a new thread, which never sleeps if `spin` is true.
    pub(crate) fn start<F>(
        addr: SocketAddr,
        spin: bool,
        scheme: &'static str,
        recorder: TargetRecorder,
        run: impl FnOnce(TcpListener, Arc<TargetRecorder>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()>,
    {
        // Runtime and listener are created here, so that the caller gets their errors.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            listen(addr)?
        };
        let addr = listener.local_addr()?;
        let recorder = Arc::new(recorder);
        let (stop, stopped) = oneshot::channel();
        let server_recorder = Arc::clone(&recorder);
        if spin {
            runtime.spawn(poll_without_sleeping(Arc::clone(&recorder)));
        }
        let thread = thread::Builder::new()
            .name("hammer-target".to_owned())
            .spawn(move || runtime.block_on(run(listener, server_recorder, stopped)))?;
        Ok(Self {
            addr,
            scheme,
            recorder,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    fn stop(&mut self) {
        // Dropping the sender is the signal.
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread of the target panicked");
        }
    }
}

impl Drop for TargetServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // Lets a target at a fixed port be restarted at once. On Windows, the option has another meaning.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}
