//! Properties of loads before a run, for the comparison with a baseline.

use hammer_analysis::RunProperty;
use hammer_core::{OpenOrClosedLoop, Report};

use crate::execution::RunnableLoad;

/// The properties of a load that a comparison requires to be equal and that are known before the run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlannedLoad {
    properties: [(RunProperty, String); 5],
}

impl PlannedLoad {
    /// The properties of a load that has not run.
    pub(super) fn of_plan(load: &dyn RunnableLoad) -> Self {
        let schedule = load.schedule();
        let is_closed = schedule.shape().is_closed_loop();
        let warmup_s = load.warmup().as_secs_f64();
        Self::new(
            load.hammer(),
            is_closed,
            &schedule.shape().to_string(),
            &schedule.arrivals().to_string(),
            warmup_s,
        )
    }

    /// The properties of a load of a baseline.
    pub(super) fn of_report(report: &Report) -> Self {
        let is_closed = report.loop_kind == OpenOrClosedLoop::Closed;
        Self::new(
            &report.hammer,
            is_closed,
            &report.shape,
            &report.arrivals.to_string(),
            report.warmup_s,
        )
    }

    fn new(hammer: &str, is_closed: bool, shape: &str, arrivals: &str, warmup_s: f64) -> Self {
        let kind = if is_closed { "closed" } else { "open" };
        Self {
            properties: [
                (RunProperty::Hammer, hammer.to_owned()),
                (RunProperty::Loop, kind.to_owned()),
                (RunProperty::Shape, shape.to_owned()),
                (RunProperty::Arrivals, arrivals.to_owned()),
                (RunProperty::Warmup, format!("{warmup_s} s")),
            ],
        }
    }

    /// The first property that differs from that of `baseline`, as a problem of the baseline.
    pub(super) fn difference(&self, baseline: &Self) -> Option<String> {
        let both = self.properties.iter().zip(&baseline.properties);
        let differs = both.into_iter().find(|(own, other)| own != other);
        differs.map(|((property, expected), (_, found))| {
            format!("different {property}; expected {expected} as in this run, found {found}")
        })
    }
}
