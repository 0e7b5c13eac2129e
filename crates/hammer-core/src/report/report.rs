//! The report of a run, from its measurements to JSON.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hammer_stats::{Histogram, TimeBucket};
use serde::{Deserialize, Serialize};

use crate::engine::coordinator::{Coordinator, TimelineStats};
use crate::engine::stop_handle::StopLevel;
use crate::host::host_stats::HostStats;
use crate::host::process;
use crate::host::thread_usage::ThreadUsage;
use crate::model::failure::Failure;
use crate::report::group_report::GroupReport;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::stage_report::StageReport;
use crate::report::threshold_check::{AbortReason, CheckedThreshold};
use crate::report::verdict;
use crate::report::verdict::{Verdict, VerdictStatus};
use crate::schedule::arrival_process::ArrivalProcess;

/// The value of [`Report::schema`].
pub const REPORT_SCHEMA: &str = "hammer.report/1";

/// The results of a run.
///
/// Serialized, it is the JSON report that `docs/REPORT.md` describes key by key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The name and version of the format: [`REPORT_SCHEMA`].
    pub schema: String,
    /// The hammer's name.
    pub hammer: String,
    /// The target, as the user of the hammer would write it.
    pub target: String,
    /// The seed of random numbers.
    pub seed: u64,
    /// The shape, as an expression.
    #[serde(default)]
    pub shape: String,
    /// The arrival process.
    #[serde(default)]
    pub arrivals: ArrivalProcess,
    /// The length of the warm-up, in seconds.
    #[serde(default)]
    pub warmup_s: f64,
    /// The generator's verdict on itself.
    pub verdict: Verdict,
    /// `"open"` if hits were due by a schedule, `"closed"` if slots hit as fast as they could.
    pub r#loop: OpenOrClosedLoop,
    /// The requested and the achieved rate.
    pub rate: RateSummary,
    /// The length of the schedule, in seconds; if it has none or was stopped, the time until the
    /// last hit ended.
    pub duration_s: f64,
    /// The time from the start until the last hit ended, in seconds.
    pub elapsed_s: f64,
    /// True if the run was stopped before its schedule ended.
    pub stopped: bool,
    /// True if the run ended because its hammer had no data for more hits, such as rows used once.
    #[serde(default)]
    pub exhausted: bool,
    /// Scheduled hits by result.
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
    /// done − started of the hits that were answered.
    pub service_us: DurationSummary,
    /// started − due of the hits that were started.
    pub lateness_us: DurationSummary,
    /// Phases by name, each over the hits and openings that had it.
    pub phases_us: BTreeMap<String, DurationSummary>,
    /// Answers by label.
    pub labels: BTreeMap<String, u64>,
    /// Hits that failed or timed out, by the name of the failure.
    pub failures: BTreeMap<String, u64>,
    /// Advice by the name of the failure. Failures without advice are absent.
    pub advice: BTreeMap<String, String>,
    /// Payload sent and received by answered hits.
    pub bytes: ByteCounts,
    /// Counters of the hammer.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// Facts that the hammer recorded, with the number of occurrences of each value.
    #[serde(default)]
    pub facts: BTreeMap<String, BTreeMap<String, u64>>,
    /// The resources that the generator used, and its problems.
    pub generator: GeneratorReport,
    /// The stages of the shape in order; empty if there is only one.
    #[serde(default)]
    pub stages: Vec<StageReport>,
    /// The groups of hits; empty if the hammer has none.
    #[serde(default)]
    pub groups: Vec<GroupReport>,
    /// The run by the second, or in wider slices if it was long.
    pub timeline: Vec<TimelineSlice>,
    /// The thresholds that were checked after the run.
    #[serde(default)]
    pub thresholds: Vec<CheckedThreshold>,
    /// The threshold that ended the run early, if one did.
    #[serde(default)]
    pub aborted: Option<AbortReason>,
    /// All measurements, with histograms, or `None` in a report read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<IntervalStats>>,
}

/// The kind of loop: open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenOrClosedLoop {
    /// Hits are sent when they are due, whatever the target does.
    Open,
    /// A slot sends its next hit when its last one has ended.
    Closed,
}

/// Requested and achieved hits per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateSummary {
    /// The requested rate, as a mean if it changed; null for a closed loop.
    pub requested: Option<f64>,
    /// Hits started per second of the schedule, or of the time it took to start them if that was
    /// longer.
    pub achieved: f64,
}

/// Bytes sent and received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Sent by answered hits.
    pub sent: u64,
    /// Received by answered hits.
    pub received: u64,
}

/// The resources that the generator used, and its problems.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GeneratorReport {
    /// Worker threads.
    pub threads: usize,
    /// The maximum number of hits in flight.
    pub max_in_flight: usize,
    /// CPU time of the whole process during the run, in seconds; 0 if unknown.
    pub cpu_s: f64,
    /// Peak resident size of the process, in bytes; 0 if unknown.
    pub peak_rss_bytes: u64,
    /// Slots that were opened.
    pub slots_opened: u64,
    /// Sessions that were opened: one per slot, and one after each lost session.
    pub sessions_opened: u64,
    /// The peak number of hits in flight, summed over the workers.
    pub peak_in_flight: u64,
    /// The peak backlog, summed over the workers.
    pub peak_backlog: u64,
    /// Hits that waited because all slots were in use.
    pub waited_at_limit: u64,
    /// Hits that waited because a limit of the hammer's own was reached, by the name of its setting.
    #[serde(default)]
    pub waited_for: BTreeMap<String, u64>,
    /// Hits that were not sent, by cause.
    #[serde(default)]
    pub unsent: BTreeMap<String, u64>,
    /// The generator's own lateness: from the due time until the generator handled the hit, with or
    /// without a free slot.
    pub schedule_late_us: DurationSummary,
    /// Records of the hit log that were dropped because it was written too slowly.
    pub log_dropped: u64,
    /// The usage of each worker thread, in order; empty if unknown.
    #[serde(default)]
    pub workers: Vec<ThreadUsage>,
    /// CPU time that others took from the generator, and the memory available to it.
    #[serde(default)]
    pub host: HostStats,
}

/// A time slice of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimelineSlice {
    /// The start of the slice, in seconds from the start of the run.
    pub t_s: u64,
    /// The length of the slice, in seconds.
    pub width_s: u64,
    /// Hits that became due in the slice, and those that ended in it.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered in the slice.
    pub response_us: DurationSummary,
}

/// A distribution in a few numbers, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are self-explanatory")]
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
    /// The time from the start to the end of the schedule, or to the stop.
    fn duration(&self, stopped: bool, open: bool, scheduled: u64) -> Duration {
        let planned = self.schedule.duration();
        let end = planned.map_or(self.peaks.schedule_end, |planned| {
            planned.min(self.peaks.schedule_end)
        });
        match planned {
            _ if stopped => end,
            // The due time of the last hit is random.
            _ if open && self.schedule.ends_randomly(scheduled) => end,
            Some(planned) if open => planned,
            // In a closed loop, the last hits may end before the time is up.
            Some(planned) => planned.min(self.elapsed),
            None => self.elapsed,
        }
    }

    /// The requested hits per second until `duration`, in which `scheduled` hits were due.
    fn requested_rate(&self, duration: Duration, scheduled: u64) -> Option<f64> {
        if self.schedule.is_playlist() && !duration.is_zero() {
            return Some(scheduled as f64 / duration.as_secs_f64());
        }
        self.schedule.mean_rate_until(duration)
    }

    /// Builds the report from all measurements.
    pub(crate) fn build_report(&mut self) -> Report {
        let measured = std::mem::replace(&mut self.total, IntervalStats::new());
        let (config, total) = (&self.config, &measured);
        let stopped = config.stop.level() > StopLevel::Run;
        let open = !self.schedule.shape().is_closed_loop();
        let duration = self.duration(stopped, open, total.hits.scheduled);
        let seconds = duration.as_secs_f64();
        let start_span = if open {
            duration
        } else {
            // Hits without an answer count towards the rate once they have arrived.
            (duration + self.settle_time).min(self.elapsed)
        };
        let start_span = start_span.max(self.peaks.last_start).as_secs_f64();
        let cpu = process::cpu_time().saturating_sub(self.cpu_before);
        let failure_count = |(name, count): &(Failure, u64)| (name.name().to_owned(), *count);
        let stages = self.stages.report(self.schedule.shape(), duration);
        let mut report = Report {
            schema: REPORT_SCHEMA.to_owned(),
            hammer: config.name.clone(),
            target: config.target.clone(),
            seed: config.seed,
            shape: self.schedule.shape().to_string(),
            arrivals: self.schedule.arrivals(),
            warmup_s: config.warmup.as_secs_f64(),
            verdict: Verdict {
                status: VerdictStatus::Valid,
                reasons: vec![],
            },
            r#loop: if open {
                OpenOrClosedLoop::Open
            } else {
                OpenOrClosedLoop::Closed
            },
            rate: RateSummary {
                requested: self.requested_rate(duration, total.hits.scheduled),
                achieved: if start_span > 0.0 {
                    total.started as f64 / start_span
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
            failures: total.failures.0.iter().map(failure_count).collect(),
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
                threads: config.threads,
                max_in_flight: config.max_in_flight,
                cpu_s: cpu.as_secs_f64(),
                peak_rss_bytes: process::peak_rss_bytes(),
                slots_opened: total.slots_opened,
                sessions_opened: total.sessions_opened,
                peak_in_flight: self.peaks.in_flight as u64,
                peak_backlog: self.peaks.backlog as u64,
                waited_at_limit: total.waited_at_limit,
                waited_for: (total.waited_for.0.iter())
                    .filter(|(_, hits)| *hits > 0)
                    .map(|(setting, hits)| ((*setting).to_owned(), *hits))
                    .collect(),
                unsent: unsent_by_cause(total),
                schedule_late_us: DurationSummary::from(&total.schedule_lateness),
                log_dropped: total.log_dropped,
                workers: self.thread_usages.iter().flatten().cloned().collect(),
                host: self.host_before.stats_until(&config.clock.host_reading()),
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

/// Hits that were not sent, by cause: never started, or out of resources for their session.
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
    fn from(bucket: &TimeBucket<TimelineStats>) -> Self {
        let response = bucket
            .value
            .response
            .as_ref()
            .and_then(|snapshot| snapshot.histogram().ok());
        Self {
            t_s: bucket.start,
            width_s: bucket.seconds,
            hits: bucket.value.hits,
            response_us: response
                .as_ref()
                .map(DurationSummary::from)
                .unwrap_or_default(),
        }
    }
}
