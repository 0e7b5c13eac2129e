//! The process of the command: its limits, log and signals.

mod limits;
mod log;
mod signal_watcher;

pub(crate) use limits::raise as raise_limits;
pub(crate) use log::init as init_log;
pub(crate) use signal_watcher::SignalWatcher;
