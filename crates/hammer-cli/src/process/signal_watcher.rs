//! Signals that stop a run.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use hammer_core::StopHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::show_stop_on_display;

/// Stops a run on SIGINT, SIGTERM and SIGHUP.
///
/// The first signal drains, the second one stops at once, and the third one ends the process, since
/// the report may be blocked by a pipe. A key can only be the first and the second one: no number of
/// presses loses the report.
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

/// A key that does what SIGINT does, except to end the process. A terminal in raw mode sends no signal
/// for Ctrl-C.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "live"),
    expect(dead_code, reason = "only a live display reads keys")
)]
pub(crate) struct InterruptKey(UnboundedSender<Instant>);

#[cfg(feature = "live")]
impl InterruptKey {
    /// Handles the key like one of the first two signals, unless it was pressed just before.
    pub(crate) fn press(&self) {
        self.press_at(Instant::now());
    }

    fn press_at(&self, time: Instant) {
        let _ = self.0.send(time);
    }
}

/// The presses of a key that counts as a signal.
struct PressedKeys {
    presses: UnboundedReceiver<Instant>,
    latest: Option<Instant>,
}

impl PressedKeys {
    /// The shortest time between two presses that count. A key that is held repeats faster.
    const PAUSE: Duration = Duration::from_millis(500);

    fn new(presses: UnboundedReceiver<Instant>) -> Self {
        Self {
            presses,
            latest: None,
        }
    }

    /// Waits for the next press that counts.
    async fn next(&mut self) {
        while let Some(press) = self.presses.recv().await {
            let before = self.latest.replace(press);
            if before.is_none_or(|before| press.duration_since(before) >= Self::PAUSE) {
                return;
            }
        }
        std::future::pending().await
    }
}

/// The number of SIGINT.
const SIGINT: u8 = 2;

impl SignalWatcher {
    /// Starts to watch for signals, until the process ends.
    pub(crate) fn watch(stop: &StopHandle) -> Result<Self, Error> {
        Self::start(stop, |_| (), || ())
    }

    /// Starts to watch for signals during a run with a report, and shows them on a live display. The
    /// signal that ends the process says that there is no report.
    pub(crate) fn watch_run(stop: &StopHandle) -> Result<Self, Error> {
        Self::start(stop, show_stop_on_display, || {
            restore_terminal();
            print_without_waiting("stopped without a report");
        })
    }

    /// Calls `on_stop` at each of the first two signals; with true if it stops at once.
    fn start(
        stop: &StopHandle,
        on_stop: impl Fn(bool) + Send + 'static,
        before_exit: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Error> {
        let first = Arc::new(OnceLock::new());
        let (sender, received) = mpsc::channel();
        let (stop, first_signal) = (stop.clone(), Arc::clone(&first));
        let on_signal = move |number| {
            let _ = first_signal.set(number);
            let at_once = stop.is_requested();
            stop.escalate();
            on_stop(at_once);
            let _ = sender.send(());
        };
        let keys = Self::watch_with(on_signal, before_exit)?;
        Ok(Self {
            first_signal: first,
            received,
            keys,
        })
    }

    /// Calls `on_signal` with the number of each of the first two signals. The third one ends the
    /// process, after a call of `before_exit`. Returns a key that counts as one of the first two.
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
    pressed: UnboundedReceiver<Instant>,
    on_signal: impl Fn(u8),
    before_exit: impl FnOnce(),
) {
    let mut source = match SignalListeners::new() {
        Ok(source) => source,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let _ = ready.send(Ok(()));
    let mut pressed = PressedKeys::new(pressed);
    for _ in 0..HANDLED_SIGNALS {
        let number = tokio::select! {
            number = source.next() => number,
            () = pressed.next() => SIGINT,
        };
        on_signal(number);
    }
    let last = source.next().await;
    before_exit();
    terminate(last);
}

/// Restores the terminal, if a display is shown.
fn restore_terminal() {
    #[cfg(feature = "live")]
    hammer_tui::restore_terminal();
}

/// Prints a line to stderr, but does not wait long: the process must end even if stderr is blocked.
fn print_without_waiting(line: &'static str) {
    let (sender, printed) = mpsc::channel();
    let print = move || {
        let _ = writeln!(io::stderr(), "{line}");
        let _ = sender.send(());
    };
    if thread::Builder::new().spawn(print).is_ok() {
        let _ = printed.recv_timeout(Duration::from_millis(200));
    }
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

    /// In raw mode, Ctrl-C is a key, which has to count like the signal, but must not end the process: a
    /// third press that did would end this test.
    #[test]
    fn a_key_counts_as_the_first_two_signals_and_not_while_it_is_held() {
        let (sender, received) = mpsc::channel();
        let on_signal = move |number| sender.send(number).unwrap();
        let key = SignalWatcher::watch_with(on_signal, || ()).unwrap();
        let start = Instant::now();
        let press = |milliseconds| key.press_at(start + Duration::from_millis(milliseconds));
        let pressed = Duration::from_secs(5);
        press(0);
        assert_eq!(received.recv_timeout(pressed), Ok(SIGINT));
        for held in 1..30 {
            press(held * 30);
        }
        let ignored = Duration::from_millis(50);
        assert!(received.recv_timeout(ignored).is_err(), "the key was held");
        press(1_400);
        assert_eq!(received.recv_timeout(pressed), Ok(SIGINT));
        press(3_000);
        press(5_000);
        assert!(received.recv_timeout(ignored).is_err(), "a third press");
    }
}
