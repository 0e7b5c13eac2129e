//! The process of the command: its limits, log, parent and signals.

mod limits;
mod log;
mod parent;
mod signal_watcher;

pub(crate) use limits::raise as raise_limits;
pub(crate) use log::init as init_log;
#[cfg(feature = "compare")]
pub(crate) use parent::PARENT_VARIABLE;
pub(crate) use parent::{end_with_parent, is_child_of_a_duel};
#[cfg(feature = "live")]
pub(crate) use signal_watcher::InterruptKey;
pub(crate) use signal_watcher::SignalWatcher;
