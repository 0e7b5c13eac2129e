//! The figures of a run that lasts, for its verdict.

use crate::host::resource_meter::ResourceMeter;
use crate::host::thread_usage::ThreadUsage;
use crate::report::duration_summary::DurationSummary;
use crate::report::generator_report::{GeneratorLimits, GeneratorPeaks, GeneratorReport};
use crate::report::interval_stats::IntervalStats;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;
use crate::report::verdict::Verdict;
use crate::report::verdict::evidence::Evidence;
use crate::report::verdict::judge::judge;

/// The figures of a run that lasts, for its verdict.
#[derive(Clone, Copy)]
pub(crate) struct RunSoFar<'a> {
    pub(crate) loop_kind: OpenOrClosedLoop,
    pub(crate) elapsed_s: f64,
    pub(crate) limits: GeneratorLimits,
    pub(crate) peaks: GeneratorPeaks,
    pub(crate) total: &'a IntervalStats,
    pub(crate) usages: &'a [Option<ThreadUsage>],
    pub(crate) resources: &'a ResourceMeter,
}

impl RunSoFar<'_> {
    /// The resources that the generator has used so far. Reads the figures of the host.
    pub(crate) fn generator(&self) -> GeneratorReport {
        let usages = usages_in_order(self.usages);
        let resources = self.resources.recent_usage();
        GeneratorReport::new(self.limits, self.total, self.peaks, usages, &resources)
    }

    /// Judges the run so far, with the resources that the generator has used.
    pub(crate) fn verdict(&self, generator: &GeneratorReport) -> Verdict {
        let total = self.total;
        judge(&Evidence {
            loop_kind: self.loop_kind,
            is_over: false,
            elapsed_s: self.elapsed_s,
            hits: total.hits,
            failures: &total.failures_by_name(),
            advice: &total.advice_by_failure(),
            connections: total.addresses.connections(),
            phases_us: &total.phases_by_name(),
            response_us: DurationSummary::from(&total.response),
            lateness_us: DurationSummary::from(&total.lateness),
            generator,
        })
    }
}

/// The usage of each worker at its number; without figures if it is unknown. Empty if all are.
pub(crate) fn usages_in_order(usages: &[Option<ThreadUsage>]) -> Vec<ThreadUsage> {
    if usages.iter().all(Option::is_none) {
        return vec![];
    }
    let usages = usages.iter().cloned();
    usages.map(Option::unwrap_or_default).collect()
}
