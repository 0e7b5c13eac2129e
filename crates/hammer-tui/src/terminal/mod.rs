//! The terminal that the display takes over, and the threads that draw on it and read its keys.

mod bounded_log;
mod display_loop;
mod display_obstacle;
mod display_screen;
mod frame_buffer;
#[cfg(unix)]
mod key_parser;
mod keyboard;
mod live_display;
mod live_sender;
mod panic_hook;
mod run_screen;
mod stop_callback;
mod taken_terminal;
mod terminal_output;
mod update_inbox;
mod update_queue;

#[cfg(not(unix))]
#[path = "key_reader_portable.rs"]
mod key_reader;
#[cfg(unix)]
mod key_reader;

#[cfg(test)]
#[cfg(unix)]
mod tests;

pub use display_obstacle::{DisplayObstacle, obstacle};
pub use live_display::LiveDisplay;
pub use live_sender::LiveSender;
pub use taken_terminal::restore_terminal;
