//! The thread that reads keys, where files cannot be waited for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyModifiers};

use super::stop_callback::StopCallback;
use super::update_inbox::UpdateInbox;
use super::update_queue::TerminalInput;

/// The time after which the thread looks whether it has to end.
const PAUSE: Duration = Duration::from_millis(250);

/// Ends the thread that reads keys when it is dropped.
#[derive(Debug)]
pub(super) struct KeyReader {
    ended: Arc<AtomicBool>,
}

impl KeyReader {
    /// Starts the thread. It sends keys to the inbox; Ctrl-C calls `on_stop` at once, since the display
    /// may be blocked by its terminal.
    pub(super) fn start(inbox: &Arc<UpdateInbox>, on_stop: StopCallback) -> io::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        let (inbox, is_ended) = (Arc::clone(inbox), Arc::clone(&ended));
        let thread = thread::Builder::new().name("keys".into());
        thread.spawn(move || {
            while !is_ended.load(Ordering::Relaxed) {
                if let Err(error) = read_key(&inbox, &on_stop) {
                    // Without keys, nothing but the end of the display makes Ctrl-C work.
                    return inbox.end(format!("no keys can be read: {error}"));
                }
            }
        })?;
        Ok(Self { ended })
    }
}

impl Drop for KeyReader {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn read_key(inbox: &UpdateInbox, on_stop: &StopCallback) -> io::Result<()> {
    if !event::poll(PAUSE)? {
        return Ok(());
    }
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
        _ => {}
    }
    Ok(())
}
