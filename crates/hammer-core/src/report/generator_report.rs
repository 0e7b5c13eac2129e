//! The resources that the generator used, and its problems.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::host::host_stats::HostStats;
use crate::host::resource_meter::ResourceUsage;
use crate::host::thread_usage::ThreadUsage;
use crate::report::duration_summary::DurationSummary;
use crate::report::interval_stats::IntervalStats;

/// The resources that the generator used, and its problems.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GeneratorReport {
    /// Worker threads.
    pub threads: usize,
    /// The maximum number of hits in flight.
    pub max_in_flight: usize,
    /// True if all slots were open from the start and used in turn, each as a user. Absent from JSON
    /// if false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_user_pool: bool,
    /// True if threads polled and never slept, so that they were always busy.
    #[serde(default)]
    pub spin: bool,
    /// Threads that did not end after the run was stopped at once, so that their last measurements
    /// are missing.
    #[serde(default)]
    pub unresponsive: usize,
    /// CPU time of the whole process during the run, in seconds; 0 if unknown.
    pub cpu_s: f64,
    /// Peak resident size of the process, in bytes; 0 if unknown.
    pub peak_rss_bytes: u64,
    /// Slots that were opened.
    pub slots_opened: u64,
    /// Sessions that were opened: one per slot, and one after each lost session.
    pub sessions_opened: u64,
    /// The peak number of hits in flight, summed over the workers.
    pub peak_in_flight: u64,
    /// The peak backlog, summed over the workers.
    pub peak_backlog: u64,
    /// Hits that waited because all slots were in use.
    pub waited_at_limit: u64,
    /// Hits that waited because a limit of the hammer was reached, by its setting.
    #[serde(default)]
    pub waited_for: BTreeMap<String, u64>,
    /// Hits that were not sent, by cause.
    #[serde(default)]
    pub unsent: BTreeMap<String, u64>,
    /// Those of the hits that were unsent because the run was stopped that the generator handled
    /// late, such as after a stall, so that they did not wait for the target. Absent from JSON if 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stopped_late: u64,
    /// The generator's own lateness: from the due time until the generator handled the hit, with or
    /// without a free slot.
    pub schedule_late_us: DurationSummary,
    /// Records of the hit log that were dropped because writing it failed or was too slow.
    pub log_dropped: u64,
    /// The usage of each worker thread, in order; empty if unknown.
    #[serde(default)]
    pub workers: Vec<ThreadUsage>,
    /// CPU time that others took from the generator, and the memory available to it.
    #[serde(default)]
    pub host: HostStats,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The limits of the generator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GeneratorLimits {
    pub(crate) threads: usize,
    pub(crate) max_in_flight: usize,
    /// True if all slots are open from the start and used in turn.
    pub(crate) is_user_pool: bool,
    /// True if threads poll and never sleep.
    pub(crate) spin: bool,
}

/// The peaks of the hits that a generator held, summed over the workers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct GeneratorPeaks {
    pub(crate) in_flight: usize,
    pub(crate) backlog: usize,
}

impl GeneratorReport {
    /// The setting that limits the slots.
    pub(crate) fn slots_setting(&self) -> &'static str {
        if self.is_user_pool {
            "users"
        } else {
            "max_in_flight"
        }
    }

    /// Makes a report of the measurements so far.
    pub(crate) fn new(
        limits: GeneratorLimits,
        total: &IntervalStats,
        peaks: GeneratorPeaks,
        workers: Vec<ThreadUsage>,
        resources: &ResourceUsage,
    ) -> Self {
        Self {
            threads: limits.threads,
            max_in_flight: limits.max_in_flight,
            is_user_pool: limits.is_user_pool,
            spin: limits.spin,
            unresponsive: 0,
            cpu_s: resources.cpu.as_secs_f64(),
            peak_rss_bytes: resources.peak_rss_bytes,
            slots_opened: total.slots_opened,
            sessions_opened: total.sessions_opened,
            peak_in_flight: peaks.in_flight as u64,
            peak_backlog: peaks.backlog as u64,
            waited_at_limit: total.waited_at_limit,
            waited_for: (total.waited_for())
                .map(|(setting, hits)| (setting.to_owned(), hits))
                .collect(),
            unsent: (total.unsent())
                .map(|(cause, hits)| (cause.to_owned(), hits))
                .collect(),
            stopped_late: total.stopped_late,
            schedule_late_us: DurationSummary::from(&total.schedule_lateness),
            log_dropped: total.log_dropped,
            workers,
            host: resources.host,
        }
    }
}
