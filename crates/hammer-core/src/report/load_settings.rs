//! The settings of a load that shape its numbers.

use serde::{Deserialize, Serialize};

/// The settings of a load that shape its numbers and are not in its [`Report`](crate::Report).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadSettings {
    /// The time limit of a hit, in seconds.
    pub timeout_s: f64,
    /// The time for hits in flight to end after the schedule, in seconds; `None` for the default,
    /// which is the timeout.
    pub drain_s: Option<f64>,
    /// The lateness from which a hit is not sent, in seconds; `None` if each is sent.
    pub skip_late_s: Option<f64>,
    /// The maximum number of hits in flight.
    pub max_in_flight: usize,
    /// The maximum number of hits in the backlog.
    pub max_backlog: usize,
    /// True if all slots were open from the start and used in turn.
    pub is_user_pool: bool,
    /// Worker threads.
    pub threads: usize,
    /// True if threads polled and never slept.
    pub spin: bool,
}
