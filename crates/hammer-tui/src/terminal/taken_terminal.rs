//! The terminal that the display has taken over, and its restoration.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    is_raw_mode_enabled,
};
use ratatui::layout::Size;

use super::keyboard::Keyboard;

/// The longest time that a restoration waits for a terminal that takes no output.
pub(super) const RESTORE_LIMIT: Duration = Duration::from_millis(500);

/// The terminal that is taken over: a process has one.
///
/// A thread that writes holds the lock, for as long as the terminal takes no output.
static TAKEN: Mutex<Option<TakenTerminal>> = Mutex::new(None);

/// The number of the display that has taken over the terminal, or 0. It can be read while another
/// thread writes.
static TAKEN_BY: AtomicU64 = AtomicU64::new(0);

/// The number of the last display.
static LAST_DISPLAY: AtomicU64 = AtomicU64::new(0);

struct TakenTerminal {
    display: u64,
    output: Box<dyn Write + Send>,
}

/// Takes over the terminal of `output` for a display, and returns the number of the display. Nothing is
/// written yet, and the modes of the terminal stay as they are.
///
/// # Errors
///
/// If a terminal is already taken over.
pub(super) fn take_terminal(output: Box<dyn Write + Send>) -> io::Result<u64> {
    let mut taken = lock();
    if taken.is_some() {
        return Err(io::Error::other("a display is already shown"));
    }
    let display = LAST_DISPLAY.fetch_add(1, Ordering::SeqCst) + 1;
    *taken = Some(TakenTerminal { display, output });
    TAKEN_BY.store(display, Ordering::SeqCst);
    Ok(display)
}

/// Enters the alternate screen, again if the process was stopped: the shell changes modes and screen.
pub(super) fn enter_screen(is_again: bool) -> io::Result<()> {
    let mut sequences = vec![];
    queue!(sequences, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    let mut taken = lock();
    let terminal = taken.as_mut().ok_or(io::ErrorKind::NotConnected)?;
    // With the lock: the modes of a terminal that is restored must not change any more.
    if is_again && is_raw_mode_enabled()? && is_ours() {
        disable_raw_mode()?;
        enable_raw_mode()?;
    }
    terminal.write(&sequences)
}

/// Writes to the terminal. It blocks for as long as the terminal takes no output.
///
/// # Errors
///
/// If the terminal went away, or was restored.
pub(super) fn write_to_terminal(bytes: &[u8]) -> io::Result<()> {
    let mut taken = lock();
    let terminal = taken.as_mut().ok_or(io::ErrorKind::NotConnected)?;
    terminal.write(bytes)
}

/// Restores the terminal that a [`LiveDisplay`](crate::LiveDisplay) has taken over, if one has, and ends
/// its display.
///
/// It can be called from any thread, such as before the process exits, and more than once. If the
/// terminal takes no output, it gives up after half a second.
pub fn restore_terminal() {
    restore_terminal_of(TAKEN_BY.load(Ordering::SeqCst));
}

/// Restores the terminal if this display has it.
pub(super) fn restore_terminal_of(display: u64) {
    if display == 0 || TAKEN_BY.load(Ordering::SeqCst) != display {
        return;
    }
    // At once, since a thread that writes may hold the lock for long.
    reset_modes();
    let (sender, is_restored) = mpsc::channel();
    let thread = thread::Builder::new().name("restore".into());
    let spawned = thread.spawn(move || {
        leave_screen(display);
        let _ = sender.send(());
    });
    match spawned {
        Ok(_) => drop(is_restored.recv_timeout(RESTORE_LIMIT)),
        Err(_) => leave_screen(display),
    }
}

/// Leaves the alternate screen if this display has the terminal, once no other thread writes to it.
pub(super) fn leave_screen(display: u64) {
    let mut taken = lock();
    let Some(mut terminal) = taken.take_if(|terminal| terminal.display == display) else {
        return;
    };
    let mut sequences = vec![];
    let queued = queue!(
        sequences,
        ResetColor,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    reset_modes();
    // The terminal may have gone away.
    let _ = queued.and_then(|()| terminal.write(&sequences));
    TAKEN_BY.store(0, Ordering::SeqCst);
}

/// Ends raw mode.
fn reset_modes() {
    if is_ours() {
        let _ = disable_raw_mode();
    }
}

/// Returns false if the process is in the background of the terminal, which the shell uses now.
pub(super) fn may_draw() -> bool {
    // Without raw mode, the output is not the terminal of the process.
    !is_raw_mode_enabled().unwrap_or(false) || is_ours()
}

/// Returns true if the modes of the terminal can be changed.
fn is_ours() -> bool {
    Keyboard::of_process().is_ok_and(Keyboard::is_ours)
}

/// The size of the terminal of stderr, if it reports one.
#[cfg(unix)]
pub(super) fn stderr_size() -> Option<Size> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some(Size::new(size.ws_col, size.ws_row))
}

/// The size of the terminal of stderr, if it reports one.
#[cfg(not(unix))]
pub(super) fn stderr_size() -> Option<Size> {
    let (columns, rows) = crossterm::terminal::size().ok()?;
    Some(Size::new(columns, rows))
}

fn lock() -> MutexGuard<'static, Option<TakenTerminal>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TakenTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.output.flush()
    }
}

impl fmt::Debug for TakenTerminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TakenTerminal")
    }
}
