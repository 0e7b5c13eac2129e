//! Tests of the threads, on a socket in the place of a terminal.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;

use super::display_screen::DisplayScreen;
use super::live_display::LiveDisplay;
use super::restore_terminal;
use super::stop_callback::StopCallback;
use super::taken_terminal::RESTORE_LIMIT;
use super::update_inbox::UpdateInbox;
use super::update_queue::{TerminalInput, UpdateQueue};
use crate::live::live_update::LiveUpdate;
use crate::screen::screen_settings::KeyAction;
use crate::testing::TestLoad;

/// The sequences that enter and leave the alternate screen, and show the cursor.
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// Long enough for any step on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// A screen that reports what it gets, and panics at the text `panic`.
struct TestScreen(Sender<String>);

impl DisplayScreen for TestScreen {
    fn apply(&mut self, update: LiveUpdate) {
        let (LiveUpdate::Stopping(text) | LiveUpdate::Log(text)) = update else {
            return;
        };
        assert_ne!(text, "panic", "the display panicked");
        let _ = self.0.send(text);
    }

    fn on_key(&mut self, key: KeyEvent) -> KeyAction {
        let _ = self.0.send(format!("{:?}", key.code));
        match key.code {
            KeyCode::Char('q') => KeyAction::Stop,
            KeyCode::Char('x') => KeyAction::None,
            _ => KeyAction::Redraw,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        frame.render_widget("drawn", frame.area());
    }
}

struct TestDisplay {
    display: LiveDisplay,
    inbox: Arc<UpdateInbox>,
    output: UnixStream,
    seen: Receiver<String>,
    stops: Receiver<()>,
    /// The process has one terminal, so tests take turns.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl TestDisplay {
    fn start() -> Self {
        let (output, writer) = UnixStream::pair().unwrap();
        Self::start_on(writer, output)
    }

    fn start_on(writer: UnixStream, output: UnixStream) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, seen) = mpsc::channel();
        let (stop, stops) = mpsc::channel();
        let on_stop = StopCallback::new(move || stop.send(()).unwrap());
        let inbox = Arc::new(UpdateInbox::default());
        let shared = Arc::clone(&inbox);
        let screen = TestScreen(sender);
        let display = LiveDisplay::start_with(screen, Box::new(writer), shared, None, on_stop);
        let display = display.unwrap();
        Self {
            display,
            inbox,
            output,
            seen,
            stops,
            _turn: turn,
        }
    }

    fn send(&self, text: &str) {
        self.display
            .sender()
            .send(LiveUpdate::Stopping(text.into()));
    }

    fn see(&self) -> String {
        self.seen.recv_timeout(LONG).unwrap()
    }

    /// A display that ends before it took over the terminal writes nothing of it.
    fn wait_until_shown(&self) {
        self.send("shown");
        assert_eq!(self.see(), "shown");
    }

    fn press(&self, key: char) {
        let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        self.inbox.push_input(TerminalInput::Key(key));
    }

    /// Closes the display, and returns its log and what it wrote.
    fn close(mut self) -> (Vec<String>, String) {
        let log = self.display.close();
        let mut written = String::new();
        self.output.read_to_string(&mut written).unwrap();
        (log, written)
    }
}

fn assert_restored(written: &str) {
    assert!(written.contains(ENTER), "{written:?}");
    let left = written.rfind(LEAVE).unwrap();
    assert!(left > written.rfind(ENTER).unwrap(), "{written:?}");
    assert!(written.ends_with(SHOW_CURSOR), "{written:?}");
}

#[test]
fn updates_and_keys_are_drawn_and_the_terminal_is_restored() {
    let display = TestDisplay::start();
    display.send("one");
    assert_eq!(display.see(), "one");
    display.press('q');
    assert_eq!(display.see(), "Char('q')");
    display.stops.recv_timeout(LONG).unwrap();
    assert!(display.display.sender().log("a line"));
    assert_eq!(display.see(), "a line");
    let sender = display.display.sender();
    let (log, written) = display.close();
    assert_eq!(log, ["a line"]);
    assert!(written.contains("drawn"), "{written:?}");
    assert_restored(&written);
    assert!(!sender.log("too late"));
}

#[test]
fn a_panic_of_the_display_restores_the_terminal_and_leaves_the_sender_alone() {
    let display = TestDisplay::start();
    assert_eq!(display.display.end_reason(), None);
    display.send("panic");
    display.inbox.wait_for_end(LONG);
    assert_eq!(display.display.end_reason().unwrap(), "it panicked");
    let sender = display.display.sender();
    sender.send(LiveUpdate::Stopping("more".into()));
    assert!(sender.log("printed after the display"));
    let (log, written) = display.close();
    assert_eq!(log, ["printed after the display"]);
    assert_restored(&written);
}

#[test]
fn a_panic_of_a_hammer_goes_into_the_log() {
    let display = TestDisplay::start();
    let hammer = thread::Builder::new().name("hammer-0".into());
    let panicked = hammer.spawn(|| panic!("broken hammer")).unwrap().join();
    assert!(panicked.is_err());
    let text = display.see();
    assert!(text.contains("thread 'hammer-0' panicked at "), "{text}");
    assert!(text.contains("broken hammer"), "{text}");
    display.send("still shown");
    assert_eq!(display.see(), "still shown");
    let (log, written) = display.close();
    assert_eq!(log, [text]);
    assert_restored(&written);
}

#[test]
fn a_panic_of_the_coordinator_ends_the_display() {
    let display = TestDisplay::start();
    display.wait_until_shown();
    let coordinator = thread::spawn(|| {
        LiveDisplay::register_coordinator();
        let _ = catch_unwind(|| panic!("broken coordinator"));
    });
    coordinator.join().unwrap();
    display.inbox.wait_for_end(LONG);
    assert_eq!(display.display.end_reason(), None, "the run ends");
    let (_, written) = display.close();
    assert_restored(&written);
}

#[test]
fn a_restored_terminal_ends_the_display() {
    let display = TestDisplay::start();
    display.wait_until_shown();
    restore_terminal();
    restore_terminal();
    display.press('r');
    display.inbox.wait_for_end(LONG);
    assert_eq!(display.display.end_reason(), None, "the process ends");
    let (_, written) = display.close();
    assert_eq!(written.matches(LEAVE).count(), 1, "{written:?}");
    assert_restored(&written);
}

#[test]
fn a_terminal_that_went_away_ends_the_display_only() {
    let (output, writer) = UnixStream::pair().unwrap();
    let (unused, _) = UnixStream::pair().unwrap();
    let display = TestDisplay::start_on(writer, unused);
    display.send("one");
    assert_eq!(display.see(), "one");
    drop(output);
    display.inbox.push_input(TerminalInput::Continued);
    display.inbox.wait_for_end(LONG);
    let reason = display.display.end_reason().unwrap();
    assert!(reason.contains("Broken pipe"), "{reason}");
    assert_eq!(display.close().0, Vec::<String>::new());
}

/// A line that was printed while the terminal was still covered was lost with the alternate screen.
#[test]
fn lines_that_arrive_while_the_display_closes_wait_for_the_terminal() {
    let (mut output, mut writer) = UnixStream::pair().unwrap();
    fill(&mut writer);
    let display = TestDisplay::start_on(writer, output.try_clone().unwrap());
    let (sender, inbox) = (display.display.sender(), Arc::clone(&display.inbox));
    let takes_output = Arc::new(AtomicBool::new(false));
    let is_taken = Arc::clone(&takes_output);
    let terminal = thread::spawn(move || {
        while inbox.next(Instant::now(), None).is_some() {}
        assert!(sender.log("late"));
        // Longer than an end without lines takes.
        thread::sleep(3 * RESTORE_LIMIT);
        is_taken.store(true, Ordering::SeqCst);
        let mut written = String::new();
        output.read_to_string(&mut written).unwrap();
        written
    });
    let sender = display.display.sender();
    let (log, _) = display.close();
    assert!(takes_output.load(Ordering::SeqCst));
    assert_eq!(log, ["late"]);
    assert_restored(&terminal.join().unwrap());
    assert!(!sender.log("printed by the caller"));
}

/// Fills the buffer of a terminal that takes no output.
fn fill(writer: &mut UnixStream) {
    writer.set_nonblocking(true).unwrap();
    while writer.write(&[b'-'; 4096]).is_ok() {}
    writer.set_nonblocking(false).unwrap();
}

/// A terminal that takes no output, such as of a computer that sleeps, blocks neither the sender nor
/// the end. When it takes output again, it is restored.
#[test]
fn a_full_terminal_blocks_neither_sender_nor_end() {
    let (output, mut writer) = UnixStream::pair().unwrap();
    fill(&mut writer);
    let display = TestDisplay::start_on(writer, output);
    let started = Instant::now();
    let sender = display.display.sender();
    for number in 0..5_000 {
        sender.send(LiveUpdate::Stopping(number.to_string()));
    }
    let (log, written) = display.close();
    assert!(started.elapsed() < LONG / 2);
    assert_eq!(log, Vec::<String>::new());
    assert_restored(&written);
}

/// The display can be far behind, as after a sleep of its terminal.
#[test]
fn what_waits_for_the_display_is_bounded() {
    let mut queue = UpdateQueue::default();
    let mut load = TestLoad::new(|_| 100);
    for number in 0..2_000_u64 {
        if number < 100 {
            let (index, second) = (usize::from(number == 3), Box::new(load.second()));
            queue.push(LiveUpdate::Second {
                load: index,
                second,
            });
        }
        queue.push(LiveUpdate::Log(number.to_string()));
        queue.push(LiveUpdate::Thresholds(vec![]));
        let text = String::new();
        queue.push(LiveUpdate::Preparing {
            load: 0,
            text,
            ends_at: None,
        });
        queue.push_input(TerminalInput::Resized);
        let key = char::from_digit((number % 10) as u32, 10).unwrap();
        queue.push_input(TerminalInput::Key(KeyCode::Char(key).into()));
    }
    queue.push_input(TerminalInput::Key(KeyCode::Char('q').into()));
    let seconds: Vec<_> = (queue.updates.iter())
        .filter_map(|update| match update {
            LiveUpdate::Second { load, .. } => Some(*load),
            _ => None,
        })
        .collect();
    assert_eq!(seconds.len(), 32);
    assert_eq!(seconds[0], 1, "the only second of its load stays");
    let lines = queue
        .updates
        .iter()
        .filter(|update| matches!(update, LiveUpdate::Log(_)));
    assert_eq!(lines.count(), 1_000);
    assert_eq!(queue.updates.len(), 32 + 1_000 + 2);
    assert_eq!(queue.input.len(), 65);
    let last = queue.input.back();
    // A terminal that was stuck for a while lost the key that stops the run.
    assert_eq!(
        last,
        Some(&TerminalInput::Key(KeyCode::Char('q').into())),
        "the newest key stays"
    );
    let resized = queue.input.iter();
    let resized = resized.filter(|input| **input == TerminalInput::Resized);
    assert_eq!(resized.count(), 1);
    assert_eq!(queue.delay(), Some(Duration::ZERO));
}

/// Keys arrive while the display sleeps, waits for the next frame, and draws. One that did not wake it
/// would be seen late, with the next frame, or never.
#[test]
fn each_key_is_seen_at_once_during_a_burst_of_updates() {
    const KEYS: u32 = 300;
    let display = TestDisplay::start();
    let mut output = display.output.try_clone().unwrap();
    let terminal = thread::spawn(move || {
        let mut written = String::new();
        output.read_to_string(&mut written).unwrap();
        written
    });
    let sender = display.display.sender();
    let is_wanted = Arc::new(());
    let is_over = Arc::downgrade(&is_wanted);
    let burst = thread::spawn(move || {
        let mut load = TestLoad::new(|_| 100);
        while is_over.strong_count() > 0 {
            let second = Box::new(load.second());
            sender.send(LiveUpdate::Second { load: 0, second });
            thread::sleep(Duration::from_micros(200));
        }
    });
    let started = Instant::now();
    let press = || {
        display.press('r');
        assert_eq!(display.see(), "Char('r')");
    };
    (0..KEYS).for_each(|_| press());
    drop(is_wanted);
    burst.join().unwrap();
    (0..KEYS).for_each(|_| press());
    assert!(started.elapsed() < KEYS * Duration::from_millis(50) / 2);
    display.close();
    assert_restored(&terminal.join().unwrap());
}

/// A flood of log lines must not make the display draw all the time.
#[test]
fn lines_of_the_log_wait_longer_than_seconds_and_keys_do_not_wait() {
    let mut queue = UpdateQueue::default();
    assert_eq!(queue.delay(), None);
    assert!(queue.push(LiveUpdate::Log("a".into())));
    assert!(!queue.push(LiveUpdate::Log("b".into())));
    let of_log = queue.delay().unwrap();
    assert!(queue.push(LiveUpdate::Draining { load: 0 }));
    let of_update = queue.delay().unwrap();
    assert!(of_update < of_log);
    assert!(!queue.push(LiveUpdate::Log("c".into())));
    assert_eq!(queue.delay(), Some(of_update));
    assert!(queue.push_input(TerminalInput::Resized));
    assert_eq!(queue.delay(), Some(Duration::ZERO));
}
