//! The measurements of running loads over one window of time.

use std::ops::RangeInclusive;
use std::time::Duration;

use hammer_core::{
    DurationSummary, HitCounts, IntervalStats, OpenOrClosedLoop, RunTick, Shape, WaitingHits,
};

use crate::sliding_window::SlidingWindow;
use crate::threshold::GroupMeasurements;
use crate::{HitTime, LoadOutline, Measurements, StageSelector, Threshold};

/// The time by which the ticks of running loads differ at most.
const TICK: Duration = Duration::from_secs(1);

/// The measurements of one running load.
#[derive(Debug)]
pub(crate) struct RunningLoad {
    outline: LoadOutline,
    offset: Duration,
    loop_kind: OpenOrClosedLoop,
    /// The time of the last tick, since the start of the load.
    elapsed: Duration,
    /// True after the last hit.
    ended: bool,
    current_rate: f64,
    /// All hits that have ended, with the selected groups.
    total: Box<IntervalStats>,
    /// The indices of the groups that conditions select.
    groups: Vec<usize>,
    waiting: WaitingHits,
    windows: Vec<SlidingWindow>,
    /// The stages that conditions without a window select, with their measurements.
    stages: Vec<(usize, Box<IntervalStats>)>,
}

impl RunningLoad {
    /// Creates the empty measurements of a load that `conditions` need.
    pub(crate) fn new(outline: LoadOutline, offset: Duration, conditions: &[Threshold]) -> Self {
        let mut lengths: Vec<_> = conditions.iter().filter_map(Threshold::window).collect();
        lengths.sort();
        lengths.dedup();
        let whole = conditions.iter().filter(|it| it.window().is_none());
        let selectors = whole.filter_map(|it| it.scope()?.stage());
        let mut stages: Vec<_> = selectors
            .filter_map(|stage| stage_index(&outline.shape, stage))
            .collect();
        stages.sort_unstable();
        stages.dedup();
        let empty = |stage| (stage, IntervalStats::merged([]));
        let groups = (0..outline.groups.len()).filter(|index| {
            let mut scopes = conditions.iter().filter_map(Threshold::scope);
            scopes.any(|scope| scope.can_select_group(&outline.groups[*index]))
        });
        Self {
            groups: groups.collect(),
            outline,
            offset,
            loop_kind: OpenOrClosedLoop::Open,
            elapsed: Duration::ZERO,
            ended: false,
            current_rate: 0.0,
            total: IntervalStats::merged([]),
            waiting: WaitingHits::default(),
            windows: lengths.into_iter().map(SlidingWindow::new).collect(),
            stages: stages.into_iter().map(empty).collect(),
        }
    }

    pub(crate) fn offset(&self) -> Duration {
        self.offset
    }

    pub(crate) fn current_rate(&self) -> f64 {
        self.current_rate
    }

    pub(crate) fn tick(&mut self, tick: &RunTick<'_>) {
        self.loop_kind = tick.loop_kind;
        self.elapsed = tick.elapsed;
        let achieved = self.loop_kind.achieved_hits(tick.started, &tick.hits);
        let achieved = achieved as f64 / tick.length.as_secs_f64().max(1.0);
        self.current_rate = tick.requested_rate.unwrap_or(achieved);
        self.total = IntervalStats::merged_of_groups([tick.cumulative], &self.groups);
        self.waiting = tick.waiting.clone();
        for window in &mut self.windows {
            window.push(tick.elapsed, tick.interval, &self.groups);
        }
        for (stage, measured) in &mut self.stages {
            *measured = tick.stage_so_far(*stage);
        }
    }

    /// Records that the load has ended. It has no rate and no waiting hits from then on.
    pub(crate) fn end(&mut self) {
        self.ended = true;
        self.current_rate = 0.0;
        self.waiting = WaitingHits::default();
    }

    /// The end of a window at `now`, the time since the start of the plan, as the time since the start
    /// of this load.
    ///
    /// The last second of a load that runs may be missing: loads do not tick at the same time.
    fn window_end(&self, now: Duration) -> Duration {
        let now = now.saturating_sub(self.offset);
        let lag = if self.ended { Duration::ZERO } else { TICK };
        self.elapsed.max(now.saturating_sub(lag))
    }

    /// Returns true if the window is full at `now`, but the load's last second in it is still missing.
    pub(crate) fn is_late(&self, window: Duration, now: Duration) -> bool {
        now.saturating_sub(self.offset) >= window && self.window_end(now) < window
    }

    /// The measurements over `window`, or over the whole time, until `now`: the time since the start
    /// of the plan.
    pub(crate) fn view(&self, window: Option<Duration>, now: Duration) -> LoadView<'_> {
        let measured = match window {
            None => Some((None, self.elapsed)),
            Some(length) => {
                let mut windows = self.windows.iter();
                let window = windows.find(|window| window.length() == length);
                let sum = window.and_then(|window| window.sum(self.window_end(now)));
                sum.map(|(sum, span)| (Some(sum), span))
            }
        };
        let measured = measured.map(|(window, span)| {
            let ended = window.as_deref().unwrap_or(&*self.total);
            let mut interval = IntervalStats::merged_of_groups([ended], &[]);
            interval.count_waiting(&self.waiting);
            MeasuredTime {
                window,
                interval,
                span,
            }
        });
        LoadView {
            load: self,
            windowed: window.is_some(),
            measured,
        }
    }

    /// The time in which hits of a stage were due that are this old now.
    fn ages_in_stage(&self, index: usize) -> Option<(RangeInclusive<Duration>, Duration)> {
        let stages = self.outline.shape.stages();
        let stage = stages.get(index)?;
        let end = stage.duration().map(|length| stage.start() + length);
        let end = end.unwrap_or(Duration::MAX).min(self.elapsed);
        let oldest = self.elapsed.saturating_sub(stage.start());
        let youngest = self.elapsed.saturating_sub(end);
        let lasted = end.saturating_sub(stage.start());
        Some((youngest..=oldest, lasted))
    }
}

/// The index of a stage of `shape`.
fn stage_index(shape: &Shape, stage: &StageSelector) -> Option<usize> {
    let stages = shape.stages();
    let index = match stage {
        StageSelector::Number(number) => usize::try_from(number.checked_sub(1)?).ok()?,
        StageSelector::Rate(rate) => stages.iter().position(|it| it.to_string() == *rate)?,
    };
    (index < stages.len()).then_some(index)
}

/// The measurements of a time that lasts until now.
struct MeasuredTime {
    /// The hits in the window that have ended, with their stages and the selected groups; `None` over the
    /// whole time.
    window: Option<Box<IntervalStats>>,
    /// All hits that have ended, without groups, and the ages of those that have not.
    interval: Box<IntervalStats>,
    span: Duration,
}

/// The measurements of a load over one window of time.
pub(crate) struct LoadView<'a> {
    load: &'a RunningLoad,
    windowed: bool,
    /// `None` before the window is full.
    measured: Option<MeasuredTime>,
}

/// The rate of hits that count towards it.
fn rate(achieved: u64, span: Duration) -> Option<f64> {
    let seconds = span.as_secs_f64();
    (seconds > 0.0).then(|| achieved as f64 / seconds)
}

/// The started hits as a share of the hits that became due.
fn achieved_share(interval: &IntervalStats) -> Option<f64> {
    let due = interval.hits().scheduled;
    (due > 0).then(|| interval.started() as f64 / due as f64)
}

impl LoadView<'_> {
    fn achieved_hits(&self) -> u64 {
        let interval = self.interval();
        let hits = |it: &IntervalStats| self.load.loop_kind.achieved_hits(it.started(), &it.hits());
        interval.map_or(0, hits)
    }

    /// The hits that have ended, with the selected groups. Only those in a window have stages.
    fn ended(&self) -> Option<&IntervalStats> {
        let window = self.measured.as_ref()?.window.as_deref();
        Some(window.unwrap_or(&*self.load.total))
    }
}

impl Measurements for LoadView<'_> {
    fn hits(&self) -> HitCounts {
        self.interval().map(IntervalStats::hits).unwrap_or_default()
    }

    fn rate(&self) -> Option<f64> {
        rate(self.achieved_hits(), self.measured.as_ref()?.span)
    }

    fn achieved(&self) -> Option<f64> {
        achieved_share(self.interval()?)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        Some(&self.measured.as_ref()?.interval)
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, label: &str) -> u64 {
        let interval = self.interval();
        interval.map_or(0, |interval| interval.label_count(label))
    }

    fn failure_count(&self, failure: &str) -> u64 {
        let interval = self.interval();
        interval.map_or(0, |interval| interval.failure_count(failure))
    }

    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        let load = self.load;
        let index = stage_index(&load.outline.shape, stage)?;
        let (ages, lasted) = load.ages_in_stage(index)?;
        let measured = self.measured.as_ref()?;
        let mut interval = if self.windowed {
            self.ended()?.of_stage(index)
        } else {
            let mut stages = load.stages.iter();
            let (_, measured) = stages.find(|(known, _)| *known == index)?;
            IntervalStats::merged([&**measured])
        };
        interval.count_waiting_due(&load.waiting, ages);
        Some(Box::new(StageView {
            interval,
            span: lasted.min(measured.span),
        }))
    }

    fn group(&self, name: &str) -> Option<Box<dyn Measurements + '_>> {
        let mut groups = self.load.outline.groups.iter();
        let index = groups.position(|group| group == name)?;
        let interval = self.ended()?.of_group(index);
        Some(Box::new(GroupMeasurements {
            hits: interval.hits(),
            response: None,
            interval: Some(interval),
        }))
    }
}

/// The hits that were due in one stage.
struct StageView {
    interval: Box<IntervalStats>,
    span: Duration,
}

impl Measurements for StageView {
    fn hits(&self) -> HitCounts {
        self.interval.hits()
    }

    fn rate(&self) -> Option<f64> {
        rate(self.interval.started(), self.span)
    }

    fn achieved(&self) -> Option<f64> {
        achieved_share(&self.interval)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        Some(&self.interval)
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, _label: &str) -> u64 {
        0
    }

    fn failure_count(&self, _failure: &str) -> u64 {
        0
    }
}

/// All loads together over one window of time; a scope selects one of them.
pub(crate) struct PlanView<'a> {
    loads: Vec<(&'a str, LoadView<'a>)>,
    /// The sum of several loads that have measurements; `None` if none has, or if there is one load.
    interval: Option<Box<IntervalStats>>,
    span: Duration,
}

impl<'a> PlanView<'a> {
    /// Combines the views of all loads, `elapsed` after the start of the plan.
    pub(crate) fn new(loads: Vec<LoadView<'a>>, elapsed: Duration) -> Self {
        let measured = || loads.iter().filter_map(LoadView::interval);
        let is_summed = loads.len() > 1 && measured().next().is_some();
        let windowed = loads.iter().any(|load| load.windowed);
        let spans = loads
            .iter()
            .filter_map(|load| Some(load.measured.as_ref()?.span));
        let span = if windowed {
            spans.max().unwrap_or_default()
        } else {
            elapsed
        };
        Self {
            interval: is_summed.then(|| IntervalStats::merged(measured())),
            span,
            loads: loads
                .into_iter()
                .map(|load| (&*load.load.outline.name, load))
                .collect(),
        }
    }

    /// The only load.
    fn single(&self) -> Option<&LoadView<'a>> {
        match &self.loads[..] {
            [(_, load)] => Some(load),
            _ => None,
        }
    }
}

impl Measurements for PlanView<'_> {
    fn hits(&self) -> HitCounts {
        self.interval().map(IntervalStats::hits).unwrap_or_default()
    }

    fn rate(&self) -> Option<f64> {
        let hits = self.loads.iter().map(|(_, load)| load.achieved_hits());
        rate(hits.sum(), self.span)
    }

    fn achieved(&self) -> Option<f64> {
        achieved_share(self.interval()?)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        match self.single() {
            Some(load) => load.interval(),
            None => self.interval.as_deref(),
        }
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, label: &str) -> u64 {
        let loads = self.loads.iter();
        loads.map(|(_, load)| load.label_count(label)).sum()
    }

    fn failure_count(&self, failure: &str) -> u64 {
        let loads = self.loads.iter();
        loads.map(|(_, load)| load.failure_count(failure)).sum()
    }

    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let mut loads = self.loads.iter();
        let (_, load) = loads.find(|(known, _)| *known == name)?;
        Some(load)
    }

    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        self.single()?.stage(stage)
    }

    fn group(&self, name: &str) -> Option<Box<dyn Measurements + '_>> {
        self.single()?.group(name)
    }
}
