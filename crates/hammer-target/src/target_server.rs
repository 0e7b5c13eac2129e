//! A target with its own thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::behavior::TargetBehavior;
use crate::builder::TargetServerBuilder;
use crate::counts::TargetCounts;
use crate::ground_truth::GroundTruth;
use crate::recorder::TargetRecorder;

/// How many connections may wait to be accepted; the kernel lowers it to its own limit.
const BACKLOG: u32 = 4096;

/// A target that runs on a thread of its own, with a runtime of its own.
///
/// It accepts connections as soon as it exists. Dropping it stops it, and waits for its thread.
#[derive(Debug)]
pub struct TargetServer {
    addr: SocketAddr,
    scheme: &'static str,
    recorder: Arc<TargetRecorder>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TargetServer {
    /// A target of which more is to be said than how it answers.
    pub fn builder() -> TargetServerBuilder {
        TargetServerBuilder::default()
    }

    /// Starts a target on a free port of 127.0.0.1 that answers as `knobs` say.
    ///
    /// # Errors
    ///
    /// If there is no port, file descriptor, or thread left.
    pub fn spawn(knobs: TargetBehavior) -> io::Result<Self> {
        Self::builder().spawn(knobs)
    }

    /// Starts a [`raw`](crate::raw) target on a free port of 127.0.0.1 whose answers have a body of
    /// `body_bytes`.
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn).
    pub fn spawn_raw(body_bytes: usize) -> io::Result<Self> {
        Self::builder().spawn_raw(body_bytes)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it listens, as a URL: `http://127.0.0.1:41234/`, or `https` if it speaks TLS.
    pub fn url(&self) -> String {
        format!("{}://{}/", self.scheme, self.addr)
    }

    /// What it has counted so far. Costs next to nothing.
    pub fn counts(&self) -> TargetCounts {
        self.recorder.counts()
    }

    /// What has happened so far. Copies all arrivals, and holds up the target for as long; while
    /// a measurement runs, ask for [`counts`](Self::counts).
    pub fn ground_truth(&self) -> GroundTruth {
        self.recorder.ground_truth()
    }

    /// Stops it, closes its connections, waits for its thread, and tells what happened.
    pub fn shutdown(mut self) -> GroundTruth {
        self.stop();
        self.recorder.ground_truth()
    }

    /// Runs a server at `addr` on a thread of its own.
    pub(crate) fn start<F>(
        addr: SocketAddr,
        scheme: &'static str,
        ledger: TargetRecorder,
        run: impl FnOnce(TcpListener, Arc<TargetRecorder>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()>,
    {
        // Runtime and listener are made here, so that the caller hears of what goes wrong.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            listen(addr)?
        };
        let addr = listener.local_addr()?;
        let ledger = Arc::new(ledger);
        let (stop, stopped) = oneshot::channel();
        let theirs = Arc::clone(&ledger);
        let thread = thread::Builder::new()
            .name("hammer-target".to_owned())
            .spawn(move || runtime.block_on(run(listener, theirs, stopped)))?;
        Ok(Self {
            addr,
            scheme,
            recorder: ledger,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    fn stop(&mut self) {
        // Dropping the sender is the signal.
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the target's thread panicked");
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
    // A target at a fixed port can be started again at once; Windows means something else by it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}
