//! The thread that reads keys.

use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGWINCH};
use signal_hook::low_level::{pipe, unregister};

use super::key_parser::KeyParser;
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
}

/// The files that the thread waits for.
struct KeySources {
    keyboard: &'static Keyboard,
    /// Gets a byte when the size of the terminal changes.
    resized: UnixStream,
    /// Gets a byte when the process continues.
    continued: UnixStream,
    /// Is closed when the thread has to end.
    ended: UnixStream,
    signals: [SigId; 2],
    parser: KeyParser,
}

/// The end of a wait.
enum Wakeup {
    /// Something happened. The flags are those of the keyboard.
    Ready(PollFlags),
    /// The rest of a sequence did not arrive.
    TimedOut,
    /// The thread has to end.
    Ended,
}

impl KeyReader {
    /// Starts the thread. It sends keys to the inbox; Ctrl-C calls `on_stop` at once, since the display
    /// may be blocked by its terminal.
    pub(super) fn start(inbox: &Arc<UpdateInbox>, on_stop: StopCallback) -> io::Result<Self> {
        let keyboard = Keyboard::of_process()?;
        let (ended, end) = UnixStream::pair()?;
        let inbox = Arc::clone(inbox);
        let thread = thread::Builder::new().name("keys".into());
        thread.spawn(move || {
            let sources = KeySources::open(keyboard, ended);
            if let Err(error) = sources.and_then(|mut sources| sources.read_all(&inbox, &on_stop)) {
                // Without keys, nothing but the end of the display makes Ctrl-C work.
                inbox.end(format!("no keys can be read: {error}"));
            }
        })?;
        Ok(Self { ended: end })
    }
}

impl Drop for KeyReader {
    fn drop(&mut self) {
        let _ = self.ended.shutdown(Shutdown::Both);
    }
}

impl KeySources {
    fn open(keyboard: &'static Keyboard, ended: UnixStream) -> io::Result<Self> {
        let (resized, on_resize) = UnixStream::pair()?;
        let (continued, on_continue) = UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        continued.set_nonblocking(true)?;
        Ok(Self {
            keyboard,
            resized,
            continued,
            ended,
            signals: [
                pipe::register(SIGWINCH, on_resize)?,
                pipe::register(SIGCONT, on_continue)?,
            ],
            parser: KeyParser::default(),
        })
    }

    /// Reads keys until the thread has to end.
    ///
    /// # Errors
    ///
    /// If the terminal went away or cannot be read.
    fn read_all(&mut self, inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<()> {
        loop {
            let ready = match self.wait()? {
                Wakeup::Ready(ready) => ready,
                Wakeup::TimedOut => {
                    let key = self.parser.give_up();
                    key.into_iter().for_each(|key| send(key, inbox, on_stop));
                    continue;
                }
                Wakeup::Ended => return Ok(()),
            };
            if ready.contains(PollFlags::NVAL) {
                return Err(io::ErrorKind::Unsupported.into());
            }
            if ready.intersects(PollFlags::HUP | PollFlags::ERR) {
                return Err(terminal_gone());
            }
            if take_bytes(&mut self.resized) {
                inbox.push_input(TerminalInput::Resized);
            }
            if take_bytes(&mut self.continued) {
                inbox.push_input(TerminalInput::Continued);
            }
            if ready.contains(PollFlags::IN) {
                if !self.keyboard.is_ours() {
                    thread::sleep(BACKGROUND_PAUSE);
                } else {
                    self.read_keys(inbox, on_stop)?;
                }
            }
        }
    }

    /// Waits until something happens.
    fn wait(&self) -> io::Result<Wakeup> {
        let keyboard = self.keyboard.file.as_fd();
        let mut files = [
            PollFd::from_borrowed_fd(keyboard, PollFlags::IN),
            PollFd::new(&self.resized, PollFlags::IN),
            PollFd::new(&self.continued, PollFlags::IN),
            PollFd::new(&self.ended, PollFlags::IN),
        ];
        let patience = self.parser.patience();
        let limit = patience.map(Timespec::try_from).transpose();
        match poll(&mut files, limit.unwrap_or_default().as_ref()) {
            Ok(0) => return Ok(Wakeup::TimedOut),
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Wakeup::Ready(PollFlags::empty())),
            Err(error) => return Err(error.into()),
        }
        let [keyboard, .., ended] = files.map(|file| file.revents());
        Ok(match ended.is_empty() {
            true => Wakeup::Ready(keyboard),
            false => Wakeup::Ended,
        })
    }

    /// Reads what is there.
    fn read_keys(&mut self, inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<()> {
        let mut bytes = [0; 1024];
        match (&self.keyboard.file).read(&mut bytes) {
            Ok(0) => Err(terminal_gone()),
            Ok(count) => {
                for key in self.parser.parse(&bytes[..count]) {
                    send(key, inbox, on_stop);
                }
                Ok(())
            }
            Err(error) => match error.kind() {
                // Another program has read the keys, and has made the terminal non-blocking.
                io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => Ok(()),
                _ if Errno::from_io_error(&error) == Some(Errno::IO) => Err(terminal_gone()),
                _ => Err(error),
            },
        }
    }
}

fn terminal_gone() -> io::Error {
    io::Error::other("the terminal went away")
}

fn send(key: KeyEvent, inbox: &UpdateInbox, on_stop: &StopCallback) {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    if is_control && key.code == KeyCode::Char('c') {
        on_stop.call();
    } else {
        inbox.push_input(TerminalInput::Key(key));
    }
}

impl Drop for KeySources {
    fn drop(&mut self) {
        for signal in self.signals {
            unregister(signal);
        }
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
