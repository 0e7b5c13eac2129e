//! Signals that stop a run.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;

use hammer_core::StopHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

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
    #[cfg_attr(
        not(feature = "live"),
        expect(dead_code, reason = "only a live display reads keys")
    )]
    keys: InterruptKey,
}

/// A key that does what SIGINT does. A terminal in raw mode sends no signal for Ctrl-C.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "live"),
    expect(dead_code, reason = "only a live display reads keys")
)]
pub(crate) struct InterruptKey(UnboundedSender<u8>);

#[cfg(feature = "live")]
impl InterruptKey {
    /// Handles the key like a signal.
    pub(crate) fn press(&self) {
        let _ = self.0.send(SIGINT);
    }
}

/// The number of SIGINT.
const SIGINT: u8 = 2;

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
        let keys = Self::watch_with(on_signal, restore_terminal)?;
        Ok(Self {
            first_signal: first,
            received,
            keys,
        })
    }

    /// Calls `on_signal` with the number of each of the first two signals. The third one ends the
    /// process, after a call of `before_exit`. Returns a key that counts as a signal.
    pub(crate) fn watch_with(
        on_signal: impl Fn(u8) + Send + 'static,
        before_exit: impl FnOnce() + Send + 'static,
    ) -> Result<InterruptKey, Error> {
        let (ready, is_ready) = mpsc::channel();
        let (key, pressed) = unbounded_channel();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build();
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(listen(&ready, pressed, on_signal, before_exit));
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            })
            .and_then(|_| {
                is_ready
                    .recv()
                    .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
            })
            .map_err(|error| Error::Run(format!("failed to watch for signals: {error}")))?;
        Ok(InterruptKey(key))
    }

    /// A key that counts as SIGINT.
    #[cfg(feature = "live")]
    pub(crate) fn interrupt_key(&self) -> InterruptKey {
        self.keys.clone()
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
    mut pressed: UnboundedReceiver<u8>,
    on_signal: impl Fn(u8),
    before_exit: impl FnOnce(),
) {
    let mut source = match SignalListeners::new() {
        Ok(source) => source,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let _ = ready.send(Ok(()));
    for _ in 0..HANDLED_SIGNALS {
        on_signal(next(&mut source, &mut pressed).await);
    }
    let last = next(&mut source, &mut pressed).await;
    before_exit();
    terminate(last);
}

/// The number of the next signal, or of the one that a key counts as.
async fn next(source: &mut SignalListeners, pressed: &mut UnboundedReceiver<u8>) -> u8 {
    tokio::select! {
        signal = source.next() => signal,
        Some(signal) = pressed.recv() => signal,
    }
}

/// Restores the terminal, if a display is shown.
fn restore_terminal() {
    #[cfg(feature = "live")]
    hammer_tui::restore_terminal();
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
            _ = self.interrupt.recv() => SIGINT,
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
            Ok(()) => SIGINT,
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
#[cfg(feature = "live")]
mod tests {
    use super::*;

    /// In raw mode, Ctrl-C is a key, which has to count like the signal.
    #[test]
    fn a_key_counts_as_a_signal() {
        let (sender, received) = mpsc::channel();
        let on_signal = move |number| sender.send(number).unwrap();
        let key = SignalWatcher::watch_with(on_signal, || ()).unwrap();
        for _ in 0..HANDLED_SIGNALS {
            key.press();
            assert_eq!(received.recv(), Ok(SIGINT));
        }
    }
}
