//! The measurements of a run while it lasts, of which its ticks and its report are made.

mod rates;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hammer_stats::TimeSeries;

use crate::host::resource_meter::{ResourceMeter, ResourceUsage};
use crate::host::thread_usage::ThreadUsage;
use crate::report::duration_summary::DurationSummary;
use crate::report::generator_report::{GeneratorLimits, GeneratorPeaks, GeneratorReport};
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::load_settings::LoadSettings;
use crate::report::proxy_report::ProxyReport;
use crate::report::rate_summary::RateSummary;
use crate::report::report::{ByteCounts, REPORT_SCHEMA, Report};
use crate::report::run_so_far::{RunSoFar, usages_in_order};
use crate::report::run_tick::RunTick;
use crate::report::slice_measurements::SliceMeasurements;
use crate::report::stage_report::StageTotals;
use crate::report::timeline::{TimelineSlice, TimelineStats};
use crate::report::unsent_cause::UnsentCause;
use crate::report::verdict::Verdict;
use crate::report::verdict::evidence::Evidence;
use crate::report::verdict::judge::judge;
use crate::report::verdict::thresholds;
use crate::report::waiting_hits::WaitingHits;
use crate::report::worker_gauges::WorkerGauges;
use crate::schedule::schedule::Schedule;

/// The maximum number of slices of the timeline: one per second for ten minutes, wider ones in
/// longer runs.
const MAX_SLICES: usize = 600;

/// The settings that a report repeats.
#[derive(Debug, Clone)]
pub(crate) struct ReportSettings {
    pub(crate) hammer: String,
    pub(crate) target: String,
    pub(crate) seed: u64,
    pub(crate) warmup: Duration,
    pub(crate) limits: GeneratorLimits,
    /// The settings that only the run file repeats.
    pub(crate) load: LoadSettings,
    /// The names of the groups of hits.
    pub(crate) groups: Vec<String>,
    /// The proxies that hits go through.
    pub(crate) proxies: Vec<ProxyReport>,
}

/// The final figures of one worker.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkerEnd {
    /// The time from the start until the last hit ended and sessions were closed.
    pub(crate) elapsed: Duration,
    /// The part of `elapsed` that was spent settling.
    pub(crate) settle_time: Duration,
    pub(crate) peaks: GeneratorPeaks,
    /// The start of the last hit.
    pub(crate) last_start: Duration,
    /// The end of the schedule, or the stop of the run.
    pub(crate) schedule_end: Duration,
    /// The usage of the thread; `None` if unknown.
    pub(crate) usage: Option<ThreadUsage>,
}

/// The measurements of a run: of all workers, so far.
///
/// The engine fills it. Intervals that end together are added first, and then closed with a tick.
pub(crate) struct RunMeasurements {
    settings: ReportSettings,
    schedule: Schedule,
    /// The wall-clock time of the start, once it is known.
    started_at: Option<SystemTime>,
    /// The measurements since the last tick.
    current: Box<IntervalStats>,
    /// The measurements between the last two ticks.
    last: Box<IntervalStats>,
    /// The measurements until the last tick.
    total: Box<IntervalStats>,
    /// The time of the last tick, in seconds from the start.
    last_tick: u64,
    series: TimeSeries<TimelineStats>,
    stages: StageTotals,
    gauges: Vec<WorkerGauges>,
    /// The ages of the hits that all workers held at the last tick, if they were requested.
    waiting: WaitingHits,
    usages: Vec<Option<ThreadUsage>>,
    /// The ends of the workers: the latest of each time.
    end: WorkerEnd,
}

impl RunMeasurements {
    pub(crate) fn new(settings: ReportSettings, schedule: Schedule) -> Self {
        let threads = settings.limits.threads;
        Self {
            settings,
            schedule,
            started_at: None,
            current: IntervalStats::new(),
            last: IntervalStats::new(),
            total: IntervalStats::new(),
            last_tick: 0,
            series: TimeSeries::new(MAX_SLICES),
            stages: StageTotals::default(),
            gauges: vec![WorkerGauges::default(); threads],
            waiting: WaitingHits::default(),
            usages: vec![None; threads],
            end: WorkerEnd::default(),
        }
    }

    /// Sets the wall-clock time of the start.
    pub(crate) fn set_started_at(&mut self, at: SystemTime) {
        self.started_at = Some(at);
    }

    /// Adds an interval of a worker that goes on, with its gauges and its usage so far.
    pub(crate) fn add_interval(
        &mut self,
        worker: usize,
        interval: &IntervalStats,
        gauges: WorkerGauges,
        usage: Option<ThreadUsage>,
    ) {
        self.current.merge(interval);
        self.current.stopped_late += stopped_late(interval);
        self.gauges[worker] = gauges;
        self.usages[worker] = usage;
    }

    /// Adds the last interval of a worker.
    pub(crate) fn add_last_interval(
        &mut self,
        worker: usize,
        interval: &IntervalStats,
        end: WorkerEnd,
    ) {
        let gauges = WorkerGauges {
            peaks: end.peaks,
            schedule_end: Some(end.schedule_end),
            ..WorkerGauges::default()
        };
        self.add_interval(worker, interval, gauges, end.usage);
        let sum = &mut self.end;
        sum.elapsed = sum.elapsed.max(end.elapsed);
        sum.settle_time = sum.settle_time.max(end.settle_time);
        sum.last_start = sum.last_start.max(end.last_start);
        sum.schedule_end = sum.schedule_end.max(end.schedule_end);
    }

    /// The peaks of the workers so far, summed.
    fn peaks(&self) -> GeneratorPeaks {
        let peaks = || self.gauges.iter().map(|worker| worker.peaks);
        GeneratorPeaks {
            in_flight: peaks().map(|peaks| peaks.in_flight).sum(),
            backlog: peaks().map(|peaks| peaks.backlog).sum(),
        }
    }

    /// Closes the interval that ends at `second`, and returns its tick; the run may be `stopped`.
    pub(crate) fn tick<'a>(
        &'a mut self,
        second: u64,
        stopped: bool,
        resources: &'a ResourceMeter,
    ) -> RunTick<'a> {
        let length = second - self.last_tick;
        let requested_rate = self.close_interval(length, stopped);
        let (elapsed, length) = (Duration::from_secs(second), Duration::from_secs(length));
        let in_flight: usize = self.gauges.iter().map(|worker| worker.in_flight).sum();
        let backlog: usize = self.gauges.iter().map(|worker| worker.backlog).sum();
        let open_sessions: usize = self.gauges.iter().map(|worker| worker.open_sessions).sum();
        self.waiting.clear();
        for worker in &self.gauges {
            (worker.waiting.iter()).for_each(|waiting| self.waiting.merge(waiting));
        }
        // The stage in which the interval ended, which may be one that ends with it.
        let before_end = elapsed.saturating_sub(Duration::from_nanos(1));
        let shape = self.schedule.shape();
        RunTick {
            loop_kind: self.loop_kind(),
            elapsed,
            length,
            total: self.total.hits,
            hits: self.last.hits,
            started: self.last.started,
            response_us: DurationSummary::from(&self.last.response),
            interval: &self.last,
            cumulative: &self.total,
            requested_rate,
            in_flight: in_flight as u64,
            backlog: backlog as u64,
            open_sessions: open_sessions as u64,
            waiting: &self.waiting,
            stages: &self.stages,
            stage: (!shape.is_closed_loop()).then(|| shape.stage_at(before_end)),
            so_far: RunSoFar {
                loop_kind: self.loop_kind(),
                elapsed_s: elapsed.as_secs_f64(),
                limits: self.settings.limits,
                peaks: self.peaks(),
                total: &self.total,
                usages: &self.usages,
                resources,
            },
        }
    }

    /// Closes the last interval, and makes the report of a run that is over.
    ///
    /// The last measurements of `unresponsive` workers are missing. The hits that they held count as
    /// abandoned.
    pub(crate) fn report(
        &mut self,
        stopped: bool,
        unresponsive: usize,
        resources: &ResourceUsage,
    ) -> Report {
        let last_tick = self.last_tick;
        if self.current.hits == HitCounts::default() {
            // No hits since the last tick, but there may be connections.
            self.total.merge(&self.current);
        } else {
            self.close_interval(1, stopped);
        }
        if unresponsive > 0 {
            let hits = &mut self.total.hits;
            let lost = hits.scheduled.saturating_sub(hits.ended());
            hits.abandoned += lost;
            self.total.groups.count_lost(lost);
            let last_second = Duration::from_secs(last_tick);
            self.end.elapsed = self.end.elapsed.max(last_second);
            self.end.schedule_end = self.end.schedule_end.max(last_second);
        }
        let duration = self.duration(stopped);
        let stages = self.stages.report(self.schedule.shape(), duration);
        let (settings, total) = (&self.settings, &self.total);
        let mut report = Report {
            schema: REPORT_SCHEMA.to_owned(),
            hammer: settings.hammer.clone(),
            target: settings.target.clone(),
            seed: settings.seed,
            shape: self.schedule.shape().to_string(),
            arrivals: self.schedule.arrivals(),
            warmup_s: settings.warmup.as_secs_f64(),
            verdict: Verdict::default(),
            loop_kind: self.loop_kind(),
            rate: RateSummary {
                requested: self.requested_rate(duration),
                achieved: self.achieved_rate(duration),
            },
            duration_s: duration.as_secs_f64(),
            elapsed_s: self.end.elapsed.as_secs_f64(),
            stopped,
            exhausted: false,
            hits: total.hits,
            response_us: DurationSummary::from(&total.response),
            service_us: DurationSummary::from(&total.service),
            lateness_us: DurationSummary::from(&total.lateness),
            phases_us: total.phases_by_name(),
            labels: total.labels_by_name(),
            rejections: total.rejections_by_name(),
            failures: total.failures_by_name(),
            advice: total.advice_by_failure(),
            bytes: ByteCounts {
                sent: total.sent,
                received: total.received,
            },
            counts: total.counts_by_name(),
            facts: total.facts_by_name(),
            generator: GeneratorReport {
                unresponsive,
                ..self.generator(resources)
            },
            stages,
            groups: total.groups.report(&settings.groups),
            proxies: settings.proxies.clone(),
            addresses: total.addresses.report(),
            timeline: TimelineSlice::all(&mut self.series),
            thresholds: vec![],
            aborted: None,
            measured: None,
            settings: Some(settings.load),
            started_at: self.started_at,
        };
        report.set_confidence();
        report.verdict = judge(&Evidence::from(&report));
        let total = std::mem::replace(&mut self.total, IntervalStats::new());
        report.measured = Some(Arc::from(total));
        report
    }

    /// Closes the interval of the next `seconds`, and returns the rate that was requested in it.
    fn close_interval(&mut self, seconds: u64, stopped: bool) -> Option<f64> {
        let start = Duration::from_secs(self.last_tick);
        self.last_tick += seconds;
        let end = Duration::from_secs(self.last_tick);
        let requested_rate = self.requested_rate_in(start, end, stopped);
        let slice = TimelineStats {
            hits: self.current.hits,
            measured: SliceMeasurements::new(&self.current, end - start, requested_rate),
        };
        self.series.push(seconds, slice);
        self.stages.add(&self.current.stages);
        self.total.merge(&self.current);
        // Stages have totals of their own.
        self.total.stages.clear();
        std::mem::swap(&mut self.current, &mut self.last);
        self.current.clear();
        requested_rate
    }

    fn generator(&self, resources: &ResourceUsage) -> GeneratorReport {
        let usages = usages_in_order(&self.usages);
        let (limits, peaks) = (self.settings.limits, self.peaks());
        GeneratorReport::new(limits, &self.total, peaks, usages, resources)
    }
}

/// The hits of a worker's interval that it left unsent at a stop because it was late.
///
/// Hits that were waiting for the target had been handled in time.
fn stopped_late(interval: &IntervalStats) -> u64 {
    let stopped = interval.unsent.of(UnsentCause::Stopped);
    let limit = Duration::from_micros(thresholds::STOPPED_LATE_US);
    match stopped {
        0 => 0,
        stopped => stopped.min(interval.schedule_lateness.count_from(limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::rate::Rate;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    /// The measurements of two workers, at ten hits per second.
    fn measurements() -> RunMeasurements {
        let settings = ReportSettings {
            hammer: "test".to_owned(),
            target: String::new(),
            seed: 1,
            warmup: Duration::ZERO,
            limits: GeneratorLimits {
                threads: 2,
                max_in_flight: 64,
                is_user_pool: false,
                spin: false,
            },
            load: LoadSettings::default(),
            groups: vec![],
            proxies: vec![],
        };
        let schedule = Schedule::constant(Rate::per_second(10)).with_duration(secs(60));
        RunMeasurements::new(settings, schedule)
    }

    fn usage(blocked_max_us: f64) -> Option<ThreadUsage> {
        Some(ThreadUsage {
            blocked_max_us,
            ..ThreadUsage::default()
        })
    }

    /// If thread 0 did not respond, thread 1 was called thread 0.
    #[test]
    fn threads_keep_their_numbers_and_peaks_if_one_does_not_respond() {
        let mut run = measurements();
        let resources = ResourceMeter::start(false);
        let gauges = |backlog: usize| WorkerGauges {
            peaks: GeneratorPeaks {
                in_flight: 3,
                backlog,
            },
            ..WorkerGauges::default()
        };
        run.add_interval(0, &IntervalStats::new(), gauges(70), None);
        run.add_interval(1, &IntervalStats::new(), gauges(30), usage(900_000.0));
        let tick = run.tick(1, false, &resources);
        let verdict = tick.verdict();
        assert!(verdict.reasons[0].starts_with("Thread 1"), "{verdict:?}");
        assert_eq!(tick.generator().peak_backlog, 100);
        run.add_last_interval(
            1,
            &IntervalStats::new(),
            WorkerEnd {
                usage: usage(900_000.0),
                peaks: gauges(30).peaks,
                ..WorkerEnd::default()
            },
        );
        let report = run.report(true, 1, &resources.usage());
        let workers = &report.generator.workers;
        assert_eq!(workers.len(), 2);
        assert_eq!(workers[0], ThreadUsage::default());
        assert_eq!(report.generator.peak_backlog, 100);
        assert_eq!(report.generator.peak_in_flight, 6);

        let report = measurements().report(false, 0, &resources.usage());
        assert!(report.generator.workers.is_empty(), "unknown for all");
    }

    /// Hits that waited for the target were said to be unsent because of an earlier stall, and
    /// those of a stall before the stop were not if the generator had kept up until then.
    #[test]
    fn hits_unsent_at_a_stop_count_as_late_where_they_were_handled_late() {
        let interval = |stopped: usize, late: usize, lateness: Duration| {
            let mut interval = IntervalStats::new();
            (0..stopped).for_each(|_| interval.unsent.count(UnsentCause::Stopped));
            (0..late).for_each(|_| interval.schedule_lateness.record(lateness));
            interval
        };
        let late = Duration::from_micros(thresholds::STOPPED_LATE_US);
        let mut run = measurements();
        for (worker, stopped, handled, lateness) in [
            // A stall before the stop.
            (0, 0, 500, secs(1)),
            // Hits of a slow target, which were handled in time.
            (1, 300, 100, late / 2),
            // A stall that the stop ends: 40 of the hits had waited before it.
            (0, 100, 60, late),
            // A stall that more hits survived than were unsent.
            (1, 5, 70, late),
        ] {
            let interval = interval(stopped, handled, lateness);
            run.add_interval(worker, &interval, WorkerGauges::default(), None);
        }
        let usage = ResourceMeter::start(false).usage();
        let report = run.report(true, 0, &usage);
        assert_eq!(report.generator.unsent["stopped"], 405);
        assert_eq!(report.generator.stopped_late, 65);
    }
}
