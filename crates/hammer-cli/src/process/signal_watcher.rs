//! Signals that stop a run.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;

use hammer_core::StopHandle;

use crate::command_exit::CommandExit;
use crate::error::Error;

/// Stops a run on SIGINT, SIGTERM and SIGHUP.
///
/// The first signal drains, the second one stops at once, and the third one ends the process, since
/// the report may be blocked by a pipe.
#[derive(Debug)]
pub(crate) struct SignalWatcher {
    first_signal: Arc<OnceLock<u8>>,
    #[cfg_attr(
        not(feature = "demo"),
        expect(dead_code, reason = "only the command `target` waits")
    )]
    received: Receiver<()>,
}

impl SignalWatcher {
    /// Starts to watch for signals, until the process ends.
    pub(crate) fn watch(stop: &StopHandle) -> Result<Self, Error> {
        let first = Arc::new(OnceLock::new());
        let (sender, received) = mpsc::channel();
        let (stop, first_signal) = (stop.clone(), Arc::clone(&first));
        let on_signal = move |number| {
            let _ = first_signal.set(number);
            stop.escalate();
            let _ = sender.send(());
        };
        Self::watch_with(on_signal, || ())?;
        Ok(Self {
            first_signal: first,
            received,
        })
    }

    /// Calls `on_signal` with the number of each of the first two signals. The third one ends the
    /// process, after a call of `before_exit`.
    pub(crate) fn watch_with(
        on_signal: impl Fn(u8) + Send + 'static,
        before_exit: impl FnOnce() + Send + 'static,
    ) -> Result<(), Error> {
        let (ready, is_ready) = mpsc::channel();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build();
                match runtime {
                    Ok(runtime) => runtime.block_on(listen(&ready, on_signal, before_exit)),
                    Err(error) => drop(ready.send(Err(error))),
                }
            })
            .and_then(|_| {
                is_ready
                    .recv()
                    .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
            })
            .map_err(|error| Error::Run(format!("failed to watch for signals: {error}")))
    }

    /// Blocks until a signal arrives.
    #[cfg(feature = "demo")]
    pub(crate) fn wait(&self) {
        let _ = self.received.recv();
    }

    /// The exit code if there was a signal.
    pub(crate) fn exit(&self) -> Option<CommandExit> {
        self.first_signal
            .get()
            .copied()
            .map(CommandExit::from_signal)
    }
}

/// Number of signals that are handled before one ends the process.
const HANDLED_SIGNALS: usize = 2;

async fn listen(
    ready: &mpsc::Sender<io::Result<()>>,
    on_signal: impl Fn(u8),
    before_exit: impl FnOnce(),
) {
    let mut source = match SignalListeners::new() {
        Ok(source) => source,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let _ = ready.send(Ok(()));
    for _ in 0..HANDLED_SIGNALS {
        on_signal(source.next().await);
    }
    let last = source.next().await;
    before_exit();
    terminate(last);
}

#[expect(clippy::exit, reason = "the third signal must end the process")]
fn terminate(number: u8) {
    std::process::exit(128 + i32::from(number));
}

#[cfg(unix)]
struct SignalListeners {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` if SIGHUP is ignored.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl SignalListeners {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if handles_hangup() {
                Some(signal(SignalKind::hangup())?)
            } else {
                None
            },
        })
    }

    /// The number of the next signal.
    async fn next(&mut self) -> u8 {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            () = hang_up => 1,
        }
    }
}

/// Returns true if SIGHUP should stop the run.
///
/// `nohup` ignores SIGHUP, which is the first bit of `SigIgn` (proc(5)). Without that information,
/// SIGHUP keeps its default action.
#[cfg(unix)]
fn handles_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(not(unix))]
struct SignalListeners;

#[cfg(not(unix))]
impl SignalListeners {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}
