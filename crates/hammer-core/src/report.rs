use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hammer_stats::{Histogram, TimeBucket};
use serde::{Deserialize, Serialize};

use crate::coordinator::{Coordinator, TimelineStats};
use crate::interval_stats::IntervalStats;
use crate::stop_handle::StopLevel;
use crate::{
    AbortReason, ArrivalProcess, Failure, GroupReport, HitCounts, HostStats, StageReport,
    ThreadUsage, ThresholdCheck, Verdict, VerdictStatus, host_stats, process, verdict,
};

/// The value of [`Report::schema`].
pub const REPORT_SCHEMA: &str = "hammer.report/1";

/// What is left when the run is over; serialised, it is the JSON report that `docs/REPORT.md`
/// describes key by key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The name and version of this shape: [`SCHEMA`].
    pub schema: String,
    /// The hammer's name.
    pub hammer: String,
    /// What was hit, as the hammer's user would write it.
    pub target: String,
    /// The seed of the hits' randomness.
    pub seed: u64,
    /// How the rate was to change, as an expression.
    #[serde(default)]
    pub shape: String,
    /// How hits were spread.
    #[serde(default)]
    pub arrivals: ArrivalProcess,
    /// How long the first rate was run before the clock started, in seconds.
    #[serde(default)]
    pub warmup_s: f64,
    /// Whether the numbers describe the target.
    pub verdict: Verdict,
    /// `"open"`: hits were due by a schedule. `"closed"`: as fast as the slots allowed.
    pub r#loop: LoopMode,
    /// What was asked for, and what was done.
    pub rate: RateSummary,
    /// The length of the schedule; where it has none or was stopped, the time until the last hit
    /// had ended. In seconds.
    pub duration_s: f64,
    /// From the start until the last hit had ended, in seconds.
    pub elapsed_s: f64,
    /// Whether the run was stopped before its schedule ended.
    pub stopped: bool,
    /// Whether it ended since its hammer had no means for more hits, such as rows that are used once.
    #[serde(default)]
    pub exhausted: bool,
    /// Every hit that became due, by its verdict.
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
    /// done − started of the hits that were answered.
    pub service_us: DurationSummary,
    /// started − due of the hits that were started.
    pub lateness_us: DurationSummary,
    /// The steps that hammers named, each over the hits and openings that had it.
    pub phases_us: BTreeMap<String, DurationSummary>,
    /// Answers by label.
    pub labels: BTreeMap<String, u64>,
    /// Hits that failed or timed out, by the name of the failure.
    pub failures: BTreeMap<String, u64>,
    /// What can be done about each failure that has an advice.
    pub advice: BTreeMap<String, String>,
    /// Payload sent and received by answered hits.
    pub bytes: ByteCounts,
    /// What the hammer counted beside hits.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// What the hammer found out, and how often each value of it.
    #[serde(default)]
    pub facts: BTreeMap<String, BTreeMap<String, u64>>,
    /// What the generator needed.
    pub generator: GeneratorReport,
    /// The stages of the shape in order; none where there is only one.
    #[serde(default)]
    pub stages: Vec<StageReport>,
    /// The rows that the hammer tells its hits apart by; none where it does not.
    #[serde(default)]
    pub groups: Vec<GroupReport>,
    /// The run second by second, or in wider slices when it was long.
    pub timeline: Vec<TimelineSlice>,
    /// The conditions that were looked at when the run was over.
    #[serde(default)]
    pub thresholds: Vec<ThresholdCheck>,
    /// The condition that ended the run early, if one did.
    #[serde(default)]
    pub aborted: Option<AbortReason>,
    /// All that was measured, histograms and all; none in a report that was read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<IntervalStats>>,
}

/// Open or closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoopMode {
    /// Hits are sent when they are due, whatever the target does.
    Open,
    /// A slot's next hit is sent when its last one has ended.
    Closed,
}

/// Hits per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateSummary {
    /// The rate that was asked for, the mean of it where it changed; null for a closed loop.
    pub requested: Option<f64>,
    /// Hits started, over the duration of the schedule (or longer, if starting them took longer).
    pub achieved: f64,
}

/// Bytes in and out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Sent by answered hits.
    pub sent: u64,
    /// Received by answered hits.
    pub received: u64,
}

/// What the generator needed, and how it fared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GeneratorReport {
    /// Worker threads.
    pub threads: usize,
    /// The bound on hits in flight.
    pub max_in_flight: usize,
    /// Processor time of the whole process during the run, in seconds; 0 where the system does
    /// not tell.
    pub cpu_s: f64,
    /// Largest resident size of the process, in bytes; 0 where the system does not tell.
    pub peak_rss_bytes: u64,
    /// Slots that were opened.
    pub slots_opened: u64,
    /// Sessions that were opened: one a slot, and one after each lost session.
    pub sessions_opened: u64,
    /// Most hits in flight at one time, added up over the workers.
    pub peak_in_flight: u64,
    /// Most hits due and not started at one time, added up over the workers.
    pub peak_backlog: u64,
    /// Hits that waited for a slot because the bound on hits in flight was reached.
    pub waited_at_limit: u64,
    /// Hits that the generator did not send, by cause.
    #[serde(default)]
    pub unsent: BTreeMap<String, u64>,
    /// How late the schedule was kept: from the moment a hit was due until the generator turned to
    /// it, slot or no slot.
    pub schedule_late_us: DurationSummary,
    /// Rows of a per-hit log that were dropped because it was not written fast enough.
    pub log_dropped: u64,
    /// What the run took out of each worker thread, in their order; empty if it can't be told.
    #[serde(default)]
    pub workers: Vec<ThreadUsage>,
    /// What was taken from the generator, and what it could have had.
    #[serde(default)]
    pub host: HostStats,
}

/// A part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimelineSlice {
    /// When it begins, in seconds from the start.
    pub t_s: u64,
    /// How many seconds it covers.
    pub width_s: u64,
    /// Hits that became due in it, and those that ended in it.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered in it.
    pub response_us: DurationSummary,
}

/// A distribution in a few numbers; times in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DurationSummary {
    pub count: u64,
    pub min: f64,
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub p99_99: f64,
    pub max: f64,
}

impl From<&Histogram> for DurationSummary {
    fn from(histogram: &Histogram) -> Self {
        let us = |time: Duration| time.as_nanos() as f64 / 1e3;
        let at = |quantile| us(histogram.quantile(quantile));
        Self {
            count: histogram.count(),
            min: us(histogram.min()),
            mean: us(histogram.mean()),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p99_9: at(0.999),
            p99_99: at(0.9999),
            max: us(histogram.max()),
        }
    }
}

impl Coordinator {
    /// From the start to the end of the schedule, or to the stop.
    fn duration(&self, stopped: bool, open: bool, scheduled: u64) -> Duration {
        let planned = self.schedule.duration();
        let end = planned.map_or(self.peaks.schedule_end, |planned| {
            planned.min(self.peaks.schedule_end)
        });
        match planned {
            _ if stopped => end,
            // Chance says when the last of so many hits is due.
            _ if open && self.schedule.ends_randomly(scheduled) => end,
            Some(planned) if open => planned,
            // In a closed loop the last hits take part of the time that there is.
            Some(planned) => planned.min(self.elapsed),
            None => self.elapsed,
        }
    }

    /// Hits per second that were asked for until `duration`, in which `scheduled` were due.
    fn requested_rate(&self, duration: Duration, scheduled: u64) -> Option<f64> {
        if self.schedule.is_playlist() && !duration.is_zero() {
            return Some(scheduled as f64 / duration.as_secs_f64());
        }
        self.schedule.mean_rate_until(duration)
    }

    /// Makes the report of all that was told.
    pub(crate) fn build_report(&mut self) -> Report {
        let measured = std::mem::replace(&mut self.total, IntervalStats::new());
        let (settings, total) = (&self.settings, &measured);
        let stopped = settings.stop.level() > StopLevel::Run;
        let open = !self.schedule.shape().is_closed_loop();
        let duration = self.duration(stopped, open, total.hits.scheduled);
        let seconds = duration.as_secs_f64();
        let starting = if open {
            duration
        } else {
            // What was sent without an answer had to arrive too before the rate was one.
            (duration + self.settle_time).min(self.elapsed)
        };
        let starting = starting.max(self.peaks.last_start).as_secs_f64();
        let cpu = process::cpu_time().saturating_sub(self.cpu_before);
        let counted = |(name, count): &(Failure, u64)| (name.name().to_owned(), *count);
        let stages = self.stages.report(self.schedule.shape(), duration);
        let mut report = Report {
            schema: REPORT_SCHEMA.to_owned(),
            hammer: settings.name.clone(),
            target: settings.target.clone(),
            seed: settings.seed,
            shape: self.schedule.shape().to_string(),
            arrivals: self.schedule.arrivals(),
            warmup_s: settings.warmup.as_secs_f64(),
            verdict: Verdict {
                status: VerdictStatus::Valid,
                reasons: vec![],
            },
            r#loop: if open {
                LoopMode::Open
            } else {
                LoopMode::Closed
            },
            rate: RateSummary {
                requested: self.requested_rate(duration, total.hits.scheduled),
                achieved: if starting > 0.0 {
                    total.started as f64 / starting
                } else {
                    0.0
                },
            },
            duration_s: seconds,
            elapsed_s: self.elapsed.as_secs_f64(),
            stopped,
            exhausted: false,
            hits: total.hits,
            response_us: DurationSummary::from(&total.response),
            service_us: DurationSummary::from(&total.service),
            lateness_us: DurationSummary::from(&total.lateness),
            phases_us: (total.phases.0.iter())
                .map(|(name, histogram)| ((*name).to_owned(), DurationSummary::from(histogram)))
                .collect(),
            labels: total
                .labels
                .0
                .iter()
                .map(|(name, n)| (name.to_string(), *n))
                .collect(),
            failures: total.failures.0.iter().map(counted).collect(),
            advice: (total.failures.0.iter())
                .filter_map(|(f, _)| Some((f.name().to_owned(), f.advice()?.to_owned())))
                .collect(),
            bytes: ByteCounts {
                sent: total.sent,
                received: total.received,
            },
            counts: (total.counts.0.iter())
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect(),
            facts: fact_counts(total),
            generator: GeneratorReport {
                threads: settings.threads,
                max_in_flight: settings.max_in_flight,
                cpu_s: cpu.as_secs_f64(),
                peak_rss_bytes: process::peak_rss_bytes(),
                slots_opened: total.slots_opened,
                sessions_opened: total.sessions_opened,
                peak_in_flight: self.peaks.in_flight as u64,
                peak_backlog: self.peaks.backlog as u64,
                waited_at_limit: total.waited_at_limit,
                unsent: unsent_by_cause(total),
                schedule_late_us: DurationSummary::from(&total.schedule_lateness),
                log_dropped: total.log_dropped,
                workers: self.thread_usages.iter().flatten().cloned().collect(),
                host: if settings.paused {
                    HostStats::default()
                } else {
                    self.host_before
                        .stats_until(&host_stats::HostReading::take())
                },
            },
            stages,
            groups: total.groups.report(&self.group_names),
            timeline: self.series.iter().map(TimelineSlice::from).collect(),
            thresholds: vec![],
            aborted: None,
            measured: None,
        };
        report.verdict = verdict::judge(&report);
        report.measured = Some(Arc::from(measured));
        report
    }
}

/// Hits that were never started, and those whose session could not be opened for want of
/// something, by cause.
fn unsent_by_cause(total: &IntervalStats) -> BTreeMap<String, u64> {
    let mut unsent = total.unsent.by_name();
    for (failure, cause) in [
        (Failure::OUT_OF_FILES, "files"),
        (Failure::OUT_OF_PORTS, "ports"),
        (Failure::OUT_OF_MEMORY, "memory"),
    ] {
        let failures = &total.failures.0;
        if let Some((_, hits)) = failures
            .iter()
            .find(|(known, hits)| *known == failure && *hits > 0)
        {
            unsent.insert(cause.to_owned(), *hits);
        }
    }
    unsent
}

fn fact_counts(total: &IntervalStats) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut facts = BTreeMap::<String, BTreeMap<String, u64>>::new();
    for ((name, value), count) in &total.facts.0 {
        let values = facts.entry((*name).to_owned()).or_default();
        values.insert(value.to_string(), *count);
    }
    facts
}

impl From<&TimeBucket<TimelineStats>> for TimelineSlice {
    fn from(span: &TimeBucket<TimelineStats>) -> Self {
        let response = span
            .value
            .response
            .as_ref()
            .and_then(|taken| taken.histogram().ok());
        Self {
            t_s: span.start,
            width_s: span.seconds,
            hits: span.value.hits,
            response_us: response
                .as_ref()
                .map(DurationSummary::from)
                .unwrap_or_default(),
        }
    }
}
