//! The thread that reads keys.

use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGWINCH};
use signal_hook::low_level::{pipe, unregister};

use super::keyboard::Keyboard;
use super::stop_callback::StopCallback;
use super::update_inbox::UpdateInbox;
use super::update_queue::TerminalInput;

/// The pause after which a process in the background looks again whether it may read keys.
const BACKGROUND_PAUSE: Duration = Duration::from_millis(250);

/// Ends the thread that reads keys when it is dropped.
#[derive(Debug)]
pub(super) struct KeyReader {
    ended: UnixStream,
    signals: [SigId; 2],
}

/// The files that the thread waits for.
struct KeySources {
    keyboard: Keyboard,
    /// Gets a byte when the size of the terminal changes.
    resized: UnixStream,
    /// Gets a byte when the process continues.
    continued: UnixStream,
    /// Is closed when the thread has to end.
    ended: UnixStream,
}

impl KeyReader {
    /// Starts the thread. It sends keys to the inbox; Ctrl-C calls `on_stop` at once, since the display
    /// may be blocked by its terminal.
    pub(super) fn start(inbox: &Arc<UpdateInbox>, on_stop: StopCallback) -> io::Result<Self> {
        let keyboard = Keyboard::open()?;
        let (resized, on_resize) = UnixStream::pair()?;
        let (continued, on_continue) = UnixStream::pair()?;
        let (ended, end) = UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        continued.set_nonblocking(true)?;
        let signals = [
            pipe::register(SIGWINCH, on_resize)?,
            pipe::register(SIGCONT, on_continue)?,
        ];
        let reader = Self {
            ended: end,
            signals,
        };
        let sources = KeySources {
            keyboard,
            resized,
            continued,
            ended,
        };
        let inbox = Arc::clone(inbox);
        let thread = thread::Builder::new().name("keys".into());
        thread.spawn(move || drop(sources.read_all(&inbox, &on_stop)))?;
        Ok(reader)
    }
}

impl Drop for KeyReader {
    fn drop(&mut self) {
        for signal in self.signals {
            unregister(signal);
        }
        let _ = self.ended.shutdown(Shutdown::Both);
    }
}

impl KeySources {
    /// Reads keys until the thread has to end, or the terminal went away.
    ///
    /// The wait is here and not in crossterm, which turns in a loop if the terminal went away.
    fn read_all(mut self, inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<()> {
        loop {
            let Some(ready) = self.wait()? else {
                return Ok(());
            };
            // Before crossterm reads, which does not notice it.
            if ready.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                return Ok(());
            }
            if take_bytes(&mut self.resized) {
                inbox.push_input(TerminalInput::Resized);
                // crossterm would return the resize in place of the next key, and then forget that a
                // key is there.
                if self.keyboard.is_ours() {
                    self.read_events(inbox, on_stop)?;
                }
            }
            if take_bytes(&mut self.continued) {
                inbox.push_input(TerminalInput::Continued);
            }
            if ready.contains(PollFlags::IN) {
                if self.keyboard.is_ours() {
                    self.read_keys(inbox, on_stop)?;
                } else {
                    thread::sleep(BACKGROUND_PAUSE);
                }
            }
        }
    }

    /// Waits until something happens, and returns the state of the keyboard; `None` if the thread has
    /// to end.
    fn wait(&self) -> io::Result<Option<PollFlags>> {
        let keyboard = self.keyboard.file.as_fd();
        let mut files = [
            PollFd::from_borrowed_fd(keyboard, PollFlags::IN),
            PollFd::new(&self.resized, PollFlags::IN),
            PollFd::new(&self.continued, PollFlags::IN),
            PollFd::new(&self.ended, PollFlags::IN),
        ];
        match poll(&mut files, None) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Some(PollFlags::empty())),
            Err(error) => return Err(error.into()),
        }
        let [keyboard, .., ended] = files.map(|file| file.revents());
        Ok(ended.is_empty().then_some(keyboard))
    }

    fn read_keys(&self, inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<()> {
        if !self.read_events(inbox, on_stop)? {
            // What crossterm leaves behind would wake this thread forever.
            tcflush(&self.keyboard.file, QueueSelector::IFlush)?;
        }
        Ok(())
    }

    /// Reads what is there. Returns true if there was something.
    fn read_events(&self, inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<bool> {
        let mut has_read = false;
        while event::poll(Duration::ZERO)? {
            has_read = true;
            match event::read()? {
                Event::Key(key) => {
                    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
                    if is_control && key.code == KeyCode::Char('c') {
                        on_stop.call();
                    } else {
                        inbox.push_input(TerminalInput::Key(key));
                    }
                }
                Event::Resize(..) => inbox.push_input(TerminalInput::Resized),
                // Pasted text is ignored: it could contain a `q`.
                _ => {}
            }
        }
        Ok(has_read)
    }
}

/// Takes all bytes of a stream. Returns true if there was one.
fn take_bytes(stream: &mut UnixStream) -> bool {
    let mut bytes = [0; 64];
    let mut found = false;
    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
        found = true;
    }
    found
}
