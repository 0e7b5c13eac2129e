//! What the screen shows of a load.

use hammer_core::VerdictStatus;
use hammer_stats::TimeSeries;

use super::second_column::SecondColumn;
use super::thread_view::ThreadView;
use crate::live::live_second::{LiveDistributions, LiveSecond};

/// What the screen shows of a load.
#[derive(Debug)]
pub(crate) struct LoadView {
    pub(crate) state: LoadState,
    /// The figures of the last tick.
    pub(crate) latest: Option<Box<LiveSecond>>,
    /// The times of the last ten seconds.
    pub(crate) last_ten: LiveDistributions,
    /// The seconds of the run, for charts; neighbors are merged in a long run.
    pub(crate) history: TimeSeries<SecondColumn>,
    /// The threads of the generator in the last second.
    pub(crate) threads: Vec<ThreadView>,
    /// The share of CPU time that the host took in the last second, as stolen and throttled.
    pub(crate) stolen: Option<f64>,
    pub(crate) throttled: Option<f64>,
}

/// How far a load is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LoadState {
    /// It has not started; the text says what it does.
    Preparing(String),
    Running,
    /// No more hits become due.
    Draining,
    Finished(VerdictStatus),
}
