//! The description of a load before it starts.

use std::time::Duration;

/// The description of a load before it starts. Texts may contain any characters.
#[derive(Debug, Clone, Default)]
pub struct LiveLoad {
    /// The name of the load in its plan; empty without a plan.
    pub name: String,
    /// The name of its hammer, such as `http`.
    pub hammer: String,
    /// The target, with secrets masked.
    pub target: String,
    /// The shape of the rate as text, such as `1000/s`.
    pub shape: String,
    /// The start after that of the plan.
    pub offset: Duration,
    /// The length of the schedule, or `None` if it depends on the target.
    pub length: Option<Duration>,
    /// The limit of the drain after the schedule, if there is one.
    pub drain: Option<Duration>,
    /// The most local ports that its connections need, if known: none for a Unix socket, and fewer than
    /// its open sessions if they share connections.
    pub most_ports: Option<u64>,
    /// The number of hits, or `None` if it depends on the target.
    pub hit_count: Option<u64>,
    /// The stages of the shape; empty if it has one.
    pub stages: Vec<LiveStage>,
    /// The names of the groups that [`GroupSoFar::index`](crate::GroupSoFar::index) refers to.
    pub groups: Vec<String>,
    /// Bounds of thresholds on the response of the whole load, which charts show as lines.
    pub bounds: Vec<LiveBound>,
    /// The p99 of the response in the baseline, if there is one.
    pub baseline_p99: Option<Duration>,
}

/// A stage of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveStage {
    /// The stage as text, such as `400/s`.
    pub name: String,
    /// The start after that of the load.
    pub start: Duration,
}

/// A bound on a percentile of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBound {
    /// The threshold as text, such as `p99 < 250ms`.
    pub expression: String,
    /// The bound.
    pub at: Duration,
}
