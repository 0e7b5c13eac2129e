//! Measurements of running loads, for conditions that end them.

use std::time::Duration;

use hammer_core::{CheckedThreshold, RunTick};

use crate::running_view::{PlanView, RunningLoad};
use crate::{LoadOutline, MeasuredNow, Threshold};

/// The measurements of all loads of a run so far, from their ticks. A scope selects a part of them.
///
/// Hits that have not ended count with their age, as if they ended now: in response, service and
/// lateness, but not among the hits by result. Their ages are known if
/// [`Run::age_waiting_hits`](hammer_core::Run::age_waiting_hits) requested them.
#[derive(Debug)]
pub struct RunningMeasurements {
    loads: Vec<RunningLoad>,
    /// The time since the start of the plan.
    elapsed: Duration,
}

impl RunningMeasurements {
    /// Creates empty measurements of loads, given by their outlines and their starts after that of
    /// the plan, for checking `conditions`.
    #[must_use]
    pub fn new(
        loads: impl IntoIterator<Item = (LoadOutline, Duration)>,
        conditions: &[Threshold],
    ) -> Self {
        let load = |(outline, offset)| RunningLoad::new(outline, offset, conditions);
        Self {
            loads: loads.into_iter().map(load).collect(),
            elapsed: Duration::ZERO,
        }
    }

    /// Records a tick of the load with this index.
    ///
    /// Returns the time since the start of the plan at the first tick of each second, when
    /// conditions should be checked.
    ///
    /// # Panics
    ///
    /// If there is no load with this index.
    pub fn tick(&mut self, load: usize, tick: &RunTick<'_>) -> Option<Duration> {
        let load = &mut self.loads[load];
        load.tick(tick);
        let elapsed = load.offset() + tick.elapsed;
        if elapsed.as_secs() <= self.elapsed.as_secs() {
            return None;
        }
        self.elapsed = elapsed;
        Some(elapsed)
    }

    /// Records that the load with this index has ended. Its hits leave the windows as time passes.
    ///
    /// # Panics
    ///
    /// If there is no load with this index.
    pub fn end(&mut self, load: usize) {
        self.loads[load].end();
    }

    /// The measurements until now, for the check of many conditions.
    #[must_use]
    pub fn now(&self) -> MeasuredNow<'_> {
        MeasuredNow::new(self)
    }

    /// Compares the figure of a condition with its bound, over its window or else the whole time
    /// until now. The condition does not hold before its window is full.
    #[must_use]
    pub fn check(&self, condition: &Threshold) -> CheckedThreshold {
        self.now().check(condition)
    }

    /// The measurements over a window, or over the whole time, until now.
    pub(crate) fn view(&self, window: Option<Duration>) -> PlanView<'_> {
        let now = self.elapsed;
        // Without the load that ticks last, the others would be taken for the whole plan.
        if window.is_some_and(|window| self.loads.iter().any(|load| load.is_late(window, now))) {
            return PlanView::new(vec![], now);
        }
        let loads = self.loads.iter().map(|load| load.view(window, now));
        PlanView::new(loads.collect(), now)
    }

    /// The rate of all loads in the last second: as requested, or as achieved by closed loops.
    #[must_use]
    pub fn current_rate(&self) -> f64 {
        self.loads.iter().map(RunningLoad::current_rate).sum()
    }
}
