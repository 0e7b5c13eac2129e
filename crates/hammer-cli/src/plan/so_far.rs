use std::time::Duration;

use hammer_core::{Hits, Interval, Summary, Tick};
use hammer_plan::{Measured, TimeOf};

use super::assembly::NamedLoad;

/// What the loads of a plan have measured so far, for conditions that end it.
pub(crate) struct SoFar {
    all: Part,
    loads: Vec<Part>,
}

/// One load so far, or all of them.
struct Part {
    name: String,
    offset: Duration,
    elapsed: Duration,
    measured: Box<Interval>,
}

impl SoFar {
    /// Of these loads, before any has started.
    pub(crate) fn new(loads: &[NamedLoad]) -> Self {
        let part = |name: &str, offset| Part {
            name: name.to_owned(),
            offset,
            elapsed: Duration::ZERO,
            measured: Interval::merged([]),
        };
        Self {
            all: part("", Duration::ZERO),
            loads: loads
                .iter()
                .map(|load| part(&load.name, load.offset))
                .collect(),
        }
    }

    /// Takes down what a load tells; at the first word of a second of the plan, gives the time.
    pub(crate) fn tick(&mut self, index: usize, tick: &Tick<'_>) -> Option<Duration> {
        let load = &mut self.loads[index];
        load.elapsed = tick.elapsed;
        load.measured = Interval::merged([tick.so_far]);
        let elapsed = load.offset + tick.elapsed;
        if elapsed.as_secs() <= self.all.elapsed.as_secs() {
            return None;
        }
        self.all.elapsed = elapsed;
        self.all.measured = Interval::merged(self.loads.iter().map(|load| &*load.measured));
        Some(elapsed)
    }
}

impl Measured for SoFar {
    fn hits(&self) -> Hits {
        self.all.hits()
    }

    fn rate(&self) -> Option<f64> {
        self.all.rate()
    }

    fn achieved(&self) -> Option<f64> {
        self.all.achieved()
    }

    fn interval(&self) -> Option<&Interval> {
        self.all.interval()
    }

    fn summary(&self, time: &TimeOf) -> Option<&Summary> {
        self.all.summary(time)
    }

    fn labelled(&self, label: &str) -> u64 {
        self.all.labelled(label)
    }

    fn failed_with(&self, failure: &str) -> u64 {
        self.all.failed_with(failure)
    }

    fn load(&self, name: &str) -> Option<&dyn Measured> {
        let load = self.loads.iter().find(|load| load.name == name)?;
        Some(load)
    }
}

impl Measured for Part {
    fn hits(&self) -> Hits {
        self.measured.hits()
    }

    fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.measured.started() as f64 / seconds)
    }

    fn achieved(&self) -> Option<f64> {
        let due = self.hits().scheduled;
        (due > 0).then(|| self.measured.started() as f64 / due as f64)
    }

    fn interval(&self) -> Option<&Interval> {
        Some(&self.measured)
    }

    fn summary(&self, _time: &TimeOf) -> Option<&Summary> {
        None
    }

    fn labelled(&self, label: &str) -> u64 {
        self.measured.labelled(label)
    }

    fn failed_with(&self, failure: &str) -> u64 {
        self.measured.failed_with(failure)
    }
}
