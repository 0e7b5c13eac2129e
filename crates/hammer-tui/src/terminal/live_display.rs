//! The display and its threads.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::display_loop;
use super::display_screen::DisplayScreen;
use super::key_reader::KeyReader;
use super::live_sender::LiveSender;
use super::panic_hook;
use super::run_screen::RunScreen;
use super::stop_callback::StopCallback;
use super::taken_terminal::{leave_screen, restore_terminal_of, take_terminal};
use super::terminal_output::open_output;
use super::update_inbox::UpdateInbox;
use crate::live::live_run::LiveRun;

/// The longest time that the end waits for a thread that is blocked by its terminal.
const END_LIMIT: Duration = Duration::from_millis(500);

/// A display of a run that has taken over the terminal of stderr.
///
/// It draws on one thread and reads keys on another. Both block when the terminal does; the caller never
/// waits for them. A panic of the thread that draws, or a terminal that goes away, ends the display and
/// leaves the run alone: [`end_reason`](Self::end_reason). A panic of a thread that is not registered goes
/// into the log.
///
/// Dropping it restores the terminal as well, but loses the log.
#[derive(Debug)]
pub struct LiveDisplay {
    /// Its number among the displays of the process.
    number: u64,
    inbox: Arc<UpdateInbox>,
    keys: SharedKeyReader,
}

/// The reader of keys, which ends with the display, by whichever thread notices that first.
type SharedKeyReader = Arc<Mutex<Option<KeyReader>>>;

impl LiveDisplay {
    /// Takes over the terminal of stderr, on threads of its own. `on_stop` is called for each `q` and
    /// Ctrl-C, on one of them; it must not block.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be taken over, or the threads cannot be started. The terminal is then as
    /// before.
    pub fn start(run: LiveRun, on_stop: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let on_stop = StopCallback::new(on_stop);
        let inbox = Arc::new(UpdateInbox::default());
        let output = open_output()?;
        enable_raw_mode()?;
        KeyReader::start(&inbox, on_stop.clone())
            .and_then(|keys| {
                Self::start_with(RunScreen::new(run), output, inbox, Some(keys), on_stop)
            })
            .inspect_err(|_| drop(disable_raw_mode()))
    }

    /// Shows a screen on the terminal of `output`.
    pub(super) fn start_with(
        screen: impl DisplayScreen + Send + 'static,
        output: Box<dyn Write + Send>,
        inbox: Arc<UpdateInbox>,
        keys: Option<KeyReader>,
        on_stop: StopCallback,
    ) -> io::Result<Self> {
        let number = take_terminal(output)?;
        panic_hook::install(&inbox);
        let display = Self {
            number,
            inbox: Arc::clone(&inbox),
            keys: Arc::new(Mutex::new(keys)),
        };
        let keys = Arc::clone(&display.keys);
        let thread = thread::Builder::new().name("display".into());
        let spawned = thread.spawn(move || {
            // Dropped at the end, and after a panic, whose hook has restored the terminal.
            let _ended = DisplayEnd {
                inbox: &inbox,
                keys: &keys,
            };
            panic_hook::end_display_on_panic();
            if let Err(error) = display_loop::run(screen, &inbox, on_stop)
                && error.kind() != io::ErrorKind::NotConnected
            {
                inbox.end(error.to_string());
            }
            restore_terminal_of(number);
        });
        match spawned {
            Ok(_) => Ok(display),
            Err(error) => {
                display.inbox.set_ended();
                Err(error)
            }
        }
    }

    /// Lets a panic of the calling thread restore the terminal before it is printed, because the run
    /// cannot go on without that thread.
    pub fn register_coordinator() {
        panic_hook::end_display_on_panic();
    }

    /// A sender of updates to this display.
    #[must_use]
    pub fn sender(&self) -> LiveSender {
        LiveSender::new(Arc::clone(&self.inbox))
    }

    /// The reason for which the display has ended by itself, if it has. The terminal is then restored, and
    /// the display has to be [closed](Self::close) for the lines of its log.
    #[must_use]
    pub fn end_reason(&self) -> Option<String> {
        self.inbox.end_reason()
    }

    /// Restores the terminal. Returns the lines of the log, to be printed; the oldest may be missing.
    ///
    /// A terminal that takes no output delays it by no more than a second if the log is empty. Otherwise it
    /// waits for the terminal, as a line that is printed would.
    #[must_use]
    pub fn close(self) -> Vec<String> {
        let (inbox, number) = (Arc::clone(&self.inbox), self.number);
        drop(self);
        let lines = inbox.take_log();
        if !lines.is_empty() {
            leave_screen(number);
        }
        lines
    }
}

impl Drop for LiveDisplay {
    fn drop(&mut self) {
        self.inbox.close();
        self.inbox.wait_for_end(END_LIMIT);
        end_keys(&self.keys);
        restore_terminal_of(self.number);
        panic_hook::uninstall();
    }
}

/// Records the end of the thread of the display when it is dropped.
struct DisplayEnd<'a> {
    inbox: &'a UpdateInbox,
    keys: &'a SharedKeyReader,
}

impl Drop for DisplayEnd<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.inbox.end("it panicked".into());
        }
        end_keys(self.keys);
        self.inbox.set_ended();
    }
}

fn end_keys(keys: &SharedKeyReader) {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    drop(keys.take());
}
