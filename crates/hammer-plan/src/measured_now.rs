//! The measurements of running loads at one instant, for many conditions.

#[cfg(test)]
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use hammer_core::CheckedThreshold;

use crate::running_view::PlanView;
use crate::{RunningMeasurements, Threshold};

/// The measurements of all loads of a run until now. Those over a window are summed once, at the first
/// condition that needs them.
pub struct MeasuredNow<'a> {
    measured: &'a RunningMeasurements,
    /// The measurements over each window, or over the whole time.
    views: RefCell<BTreeMap<Option<Duration>, PlanView<'a>>>,
    /// The number of views that were made.
    #[cfg(test)]
    made: Cell<usize>,
}

impl<'a> MeasuredNow<'a> {
    pub(crate) fn new(measured: &'a RunningMeasurements) -> Self {
        Self {
            measured,
            views: RefCell::default(),
            #[cfg(test)]
            made: Cell::new(0),
        }
    }

    /// Compares the figure of a condition with its bound, as [`RunningMeasurements::check`] does.
    #[must_use]
    pub fn check(&self, condition: &Threshold) -> CheckedThreshold {
        self.with_view(condition.window(), |view| condition.check(view))
    }

    /// Returns true if a threshold cannot hold at the end of a run of `hits` hits any more, as
    /// [`Threshold::cannot_hold`] does.
    #[must_use]
    pub fn cannot_hold(&self, threshold: &Threshold, hits: u64) -> bool {
        self.with_view(None, |view| threshold.cannot_hold(view, hits))
    }

    /// The errors so far that a threshold counts, or `None` if it does not limit errors.
    #[must_use]
    pub fn error_count(&self, threshold: &Threshold) -> Option<u64> {
        threshold.limits_errors().then_some(())?;
        self.with_view(None, |view| threshold.error_count(view))
    }

    /// The rate of all loads in the last second: as requested, or as achieved by closed loops.
    #[must_use]
    pub fn current_rate(&self) -> f64 {
        self.measured.current_rate()
    }

    fn with_view<T>(
        &self,
        window: Option<Duration>,
        measure: impl FnOnce(&PlanView<'a>) -> T,
    ) -> T {
        let mut views = self.views.borrow_mut();
        let view = views.entry(window);
        measure(view.or_insert_with(|| {
            #[cfg(test)]
            self.made.set(self.made.get() + 1);
            self.measured.view(window)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadOutline;

    /// A display and the conditions that end a run check many thresholds at a tick.
    #[test]
    fn the_measurements_over_a_window_are_summed_once_for_all_thresholds() {
        let thresholds = [
            "p99 < 1s",
            "errors < 1%",
            "[b] p50 < 1s",
            "errors > 50% over 10s",
            "p99 > 2s over 10s",
        ];
        let thresholds = thresholds.map(|text| text.parse::<Threshold>().expect("a threshold"));
        let loads = ["a", "b"].map(|name| {
            let shape = "10".parse().expect("a shape");
            (LoadOutline::new(name, shape), Duration::ZERO)
        });
        let measured = RunningMeasurements::new(loads, &thresholds);
        let now = measured.now();
        for threshold in &thresholds {
            let _ = now.check(threshold);
            let _ = now.error_count(threshold);
        }
        assert_eq!(now.made.get(), 2, "the whole time and the last ten seconds");
    }
}
