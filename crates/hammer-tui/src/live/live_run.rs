//! The description of a run before it starts.

use hammer_core::ResourceLimits;

use super::live_load::LiveLoad;

/// The description of a run before it starts.
#[derive(Debug, Clone, Default)]
pub struct LiveRun {
    /// The name of the plan, or of the hammer without a plan.
    pub name: String,
    /// The loads, in the order of their indices in [`LiveUpdate`](crate::LiveUpdate)s.
    pub loads: Vec<LiveLoad>,
    /// The limits of the system on files and ports.
    pub limits: ResourceLimits,
}
