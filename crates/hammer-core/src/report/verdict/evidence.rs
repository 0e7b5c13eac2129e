//! The figures that a verdict is made of.

use std::collections::BTreeMap;

use super::thresholds;
use crate::host::thread_usage::ThreadUsage;
use crate::report::duration_summary::DurationSummary;
use crate::report::generator_report::GeneratorReport;
use crate::report::hit_counts::HitCounts;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;
use crate::report::report::Report;

/// The phases of a hit that are work of the generator, by the names that hammers mark them with.
const OWN_PHASES: [&str; 2] = ["prepare", "decode"];

/// The figures that a verdict is made of, of a run that is over or that lasts.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) loop_kind: OpenOrClosedLoop,
    /// True if the run is over, so that nothing can follow that is missing now.
    pub(crate) is_over: bool,
    pub(crate) elapsed_s: f64,
    pub(crate) hits: HitCounts,
    /// Hits that failed or timed out, by the name of the failure.
    pub(crate) failures: &'a BTreeMap<String, u64>,
    /// Advice for failures, by name.
    pub(crate) advice: &'a BTreeMap<String, String>,
    /// Connections that opened, also those that no hit could use; 0 if the hammer reports none.
    pub(crate) connections: u64,
    /// Phases of hits, by name.
    pub(crate) phases_us: &'a BTreeMap<String, DurationSummary>,
    pub(crate) response_us: DurationSummary,
    pub(crate) lateness_us: DurationSummary,
    pub(crate) generator: &'a GeneratorReport,
}

impl<'a> From<&'a Report> for Evidence<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            loop_kind: report.loop_kind,
            is_over: true,
            elapsed_s: report.elapsed_s,
            hits: report.hits,
            failures: &report.failures,
            advice: &report.advice,
            connections: report.addresses.iter().map(|one| one.connections).sum(),
            phases_us: &report.phases_us,
            response_us: report.response_us,
            lateness_us: report.lateness_us,
            generator: &report.generator,
        }
    }
}

impl Evidence<'_> {
    pub(super) fn is_closed_loop(&self) -> bool {
        self.loop_kind == OpenOrClosedLoop::Closed
    }

    /// Hits that were given to a slot, or wait for one.
    pub(super) fn sent(&self) -> u64 {
        self.hits.scheduled.saturating_sub(self.hits.unsent)
    }

    pub(super) fn share_of_hits(&self, hits: u64) -> f64 {
        hits as f64 / self.hits.scheduled.max(1) as f64
    }

    /// The number of unsent hits with this cause, or `None` if there are none.
    pub(super) fn unsent(&self, cause: &str) -> Option<u64> {
        self.generator.unsent.get(cause).copied()
    }

    /// The thread with the largest figure: its number and the figure.
    pub(super) fn worst_worker(
        &self,
        figure: impl Fn(&ThreadUsage) -> Option<f64>,
    ) -> Option<(usize, f64)> {
        let workers = self.generator.workers.iter().enumerate();
        workers
            .filter_map(|(index, worker)| Some((index, figure(worker)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The thread with the largest figure of those that had enough work to be judged by it.
    pub(super) fn worst_judged_worker(
        &self,
        figure: impl Fn(&ThreadUsage) -> Option<f64>,
    ) -> Option<(usize, f64)> {
        self.worst_worker(|worker| figure(worker).filter(|_| self.had_work(worker)))
    }

    /// Returns true if a thread had enough work to be judged by it.
    pub(super) fn had_work(&self, worker: &ThreadUsage) -> bool {
        self.elapsed_s >= thresholds::MIN_BUSY_RUN_S
            && work_share(worker) * self.elapsed_s >= thresholds::MIN_THREAD_WORK_S
    }

    /// CPU time of the threads per hit, in µs, without the work of threads that have no hits.
    ///
    /// `None` if unknown, or too little to be judged.
    pub(super) fn cpu_per_hit_us(&self) -> Option<f64> {
        self.per_hit_us(|worker| worker.busy)
    }

    /// CPU time per hit, with the time without a core that it took to get it, in µs.
    pub(super) fn work_per_hit_us(&self) -> Option<f64> {
        self.per_hit_us(|worker| Some(worker.busy? + worker.no_core.unwrap_or(0.0)))
    }

    /// The time per answered hit in the phases that are work of the generator, in µs.
    ///
    /// `None` if the hammer marks no such phases, or if it is too little to be judged.
    pub(super) fn own_phases_us(&self) -> Option<f64> {
        let answered = self.response_us.measured()?.count;
        let phases = OWN_PHASES
            .iter()
            .filter_map(|name| self.phases_us.get(*name));
        let (mut total, mut per_hit) = (0.0, 0.0);
        for phase in phases.filter_map(DurationSummary::measured) {
            let time = phase.mean * phase.count as f64;
            total += time;
            // Hits that failed, and those of the warm-up, have phases as well.
            per_hit += time / phase.count.max(answered) as f64;
        }
        (total >= thresholds::MIN_PHASE_WORK_S * 1e6).then_some(per_hit)
    }

    fn per_hit_us(&self, share: impl Fn(&ThreadUsage) -> Option<f64>) -> Option<f64> {
        let mut seconds = 0.0;
        for worker in &self.generator.workers {
            let share = share(worker)? - thresholds::IDLE_SHARE;
            seconds += share.max(0.0) * self.elapsed_s;
        }
        let is_enough = self.elapsed_s >= thresholds::MIN_BUSY_RUN_S
            && seconds >= thresholds::MIN_THREAD_WORK_S;
        (is_enough && self.sent() > 0).then(|| seconds * 1e6 / self.sent() as f64)
    }
}

/// The share of the time that a thread was running, or ready to run without a core.
pub(super) fn work_share(worker: &ThreadUsage) -> f64 {
    worker.busy.unwrap_or(0.0) + worker.no_core.unwrap_or(0.0)
}
