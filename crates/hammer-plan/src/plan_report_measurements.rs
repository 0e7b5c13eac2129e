//! The measurements of a plan's report.

use hammer_core::{DurationSummary, HitCounts, IntervalStats, PlanLoadReport, PlanReport};

use crate::{HitTime, Measurements, StageSelector};

/// Measures all loads together; a scope selects one load. A single load is measured as its
/// [`Report`](hammer_core::Report).
impl Measurements for PlanReport {
    fn hits(&self) -> HitCounts {
        self.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.rate.achieved)
    }

    /// Returns the mean over the loads, weighted by the hits scheduled in each.
    fn achieved(&self) -> Option<f64> {
        if let Some(report) = self.single_load() {
            return report.achieved();
        }
        let (mut achieved, mut due) = (0.0, 0.0);
        for PlanLoadReport { report, .. } in &self.loads {
            let hits = report.hits.scheduled as f64;
            achieved += report.achieved()? * hits;
            due += hits;
        }
        (due > 0.0).then(|| achieved / due)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.measured.as_deref()
    }

    fn summary(&self, time: &HitTime) -> Option<&DurationSummary> {
        self.single_load()?.summary(time)
    }

    fn label_count(&self, label: &str) -> u64 {
        let loads = self.loads.iter();
        loads.map(|load| load.report.label_count(label)).sum()
    }

    fn failure_count(&self, failure: &str) -> u64 {
        let loads = self.loads.iter();
        loads.map(|load| load.report.failure_count(failure)).sum()
    }

    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let found = self.loads.iter().find(|load| load.name == name)?;
        Some(&found.report)
    }

    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        self.single_load()?.stage(stage)
    }

    fn group(&self, name: &str) -> Option<Box<dyn Measurements + '_>> {
        self.single_load()?.group(name)
    }
}
