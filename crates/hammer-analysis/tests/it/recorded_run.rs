//! Runs that are recorded under a paused clock.

use std::time::Duration;

use hammer_analysis::{ComparedFigure, Comparison, FigureComparison};
use hammer_core::testing::with_paused_clock;
use hammer_core::{
    Description, Failure, Hammer, Hit, Outcome, PlanLoadReport, PlanReport, Report, Run, RunFile,
    Schedule, Shape, Slot, Verdict, VerdictStatus,
};
use tokio::time::sleep;

/// A load to record.
#[derive(Clone)]
pub(crate) struct RecordedLoad {
    pub(crate) shape: &'static str,
    pub(crate) seconds: u64,
    pub(crate) mean_ms: f64,
    /// Answers take exponential times, or else all the same.
    pub(crate) varies: bool,
    /// One of this many hits takes ten times as long; 0 if none does.
    pub(crate) one_is_slow_of: u64,
    /// One of this many hits fails, all if it is 1; 0 if none does.
    pub(crate) one_fails_of: u64,
    /// The numbers of hits that fail in a row.
    pub(crate) failing_hits: std::ops::Range<u64>,
    pub(crate) groups: Vec<&'static str>,
    pub(crate) seed: u64,
}

impl RecordedLoad {
    /// Sixty seconds at 50 hits per second.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            shape: "50",
            seconds: 60,
            mean_ms: 100.0,
            varies: true,
            one_is_slow_of: 0,
            one_fails_of: 0,
            failing_hits: 0..0,
            groups: vec![],
            seed,
        }
    }

    pub(crate) fn slower(self, factor: f64) -> Self {
        Self {
            mean_ms: self.mean_ms * factor,
            ..self
        }
    }

    pub(crate) fn failing(self, one_of: u64) -> Self {
        Self {
            one_fails_of: one_of,
            ..self
        }
    }

    /// Records the load. Its verdict is set to valid: a paused clock knows no lateness.
    pub(crate) fn record(self) -> Report {
        let shape: Shape = self.shape.parse().expect("a shape");
        let schedule = Schedule::new(shape).with_duration(Duration::from_secs(self.seconds));
        let run = Run::new(self, schedule).max_in_flight(10_000).seed(1);
        let mut report = with_paused_clock(run).execute().expect("a run");
        report.verdict = Verdict::default();
        report
    }

    pub(crate) fn run(self) -> RunFile {
        RunFile::new(PlanReport::from_single_load(self.record()))
    }
}

impl Hammer for RecordedLoad {
    type Session = ();

    async fn open(&self, _slot: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, _session: &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let number = hit.number();
        if !self.groups.is_empty() {
            hit.group(number as usize % self.groups.len());
        }
        let fails = self.one_fails_of > 0 && number.is_multiple_of(self.one_fails_of);
        if fails || self.failing_hits.contains(&number) {
            return Err(Failure::new("refused"));
        }
        let uniform = (random(self.seed, number) >> 11) as f64 / (1_u64 << 53) as f64;
        let mut ms = self.mean_ms;
        if self.varies {
            ms *= -(1.0 - uniform).ln();
        }
        if self.one_is_slow_of > 0 && number.is_multiple_of(self.one_is_slow_of) {
            ms *= 10.0;
        }
        sleep(Duration::from_secs_f64(ms / 1e3)).await;
        Ok(Outcome::ok("200"))
    }

    fn describe(&self) -> Description {
        Description::new().groups(self.groups.iter().copied())
    }
}

/// A random number of a hit (SplitMix64).
fn random(seed: u64, number: u64) -> u64 {
    let mut state = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(number.wrapping_mul(0xBF58_476D_1CE4_E5B9));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

/// Runs with different random numbers, `factor` times as slow as others.
pub(crate) fn runs(seeds: impl IntoIterator<Item = u64>, factor: f64) -> Vec<RunFile> {
    let runs = seeds
        .into_iter()
        .map(|seed| RecordedLoad::new(seed).slower(factor).run());
    runs.collect()
}

/// The run of a plan of two loads.
pub(crate) fn plan(loads: [(&str, RecordedLoad); 2]) -> RunFile {
    let loads = loads
        .map(|(name, load)| PlanLoadReport::new(name.to_owned(), Duration::ZERO, load.record()));
    let plan = PlanReport::new("plan.toml".to_owned(), Duration::from_secs(1), loads.into());
    let mut run = RunFile::new(plan);
    run.report.verdict.status = VerdictStatus::Valid;
    run
}

/// The figure of the scope that is written so.
pub(crate) fn figure<'a>(
    comparison: &'a Comparison,
    scope: &str,
    figure: ComparedFigure,
) -> &'a FigureComparison {
    let mut figures = comparison.figures.iter();
    let found = figures.find(|it| it.scope.to_string() == scope && it.figure == figure);
    found.unwrap_or_else(|| panic!("{scope:?} has no {figure}: {:?}", comparison.figures))
}
