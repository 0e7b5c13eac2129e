//! Properties of runs that a comparison needs to be alike.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A property that a comparison needs to be alike. Runs that differ in the first six are refused;
/// those that differ in others are compared with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunProperty {
    /// The hammer.
    Hammer,
    /// The kind of loop: open or closed.
    Loop,
    /// The rate, where both are constant.
    Rate,
    /// The shape of the rate.
    Shape,
    /// The arrival process.
    Arrivals,
    /// The length of the warm-up.
    Warmup,
    /// The target.
    Target,
    /// The length of the schedule, which may differ by 5 %.
    Duration,
    /// The time after which a hit is given up.
    Timeout,
    /// The time for hits in flight to end after the schedule.
    Drain,
    /// The maximum number of hits in flight, or the number of users.
    MaxInFlight,
    /// The maximum number of hits in the backlog.
    MaxBacklog,
    /// The number of worker threads.
    Threads,
    /// True if threads polled and never slept.
    Spin,
    /// The lateness at which a hit is skipped.
    SkipLate,
    /// The version of hammer.
    Version,
    /// The model of the processor.
    CpuModel,
    /// The number of cores.
    Cores,
    /// The kernel.
    Kernel,
    /// The seed of random numbers.
    Seed,
    /// The number of processes.
    Shards,
}

impl fmt::Display for RunProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hammer => "hammer",
            Self::Loop => "loop",
            Self::Rate => "rate",
            Self::Shape => "shape",
            Self::Arrivals => "arrival process",
            Self::Warmup => "warm-up",
            Self::Target => "target",
            Self::Duration => "duration",
            Self::Timeout => "timeout",
            Self::Drain => "time to drain",
            Self::MaxInFlight => "maximum of hits in flight",
            Self::MaxBacklog => "maximum of the backlog",
            Self::Threads => "number of threads",
            Self::Spin => "polling of threads",
            Self::SkipLate => "limit of lateness",
            Self::Version => "version of hammer",
            Self::CpuModel => "processor",
            Self::Cores => "number of cores",
            Self::Kernel => "kernel",
            Self::Seed => "seed",
            Self::Shards => "number of shards",
        })
    }
}
