use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hammer_stats::{Histogram, Span};
use serde::{Deserialize, Serialize};

use crate::coordinator::{Coordinator, Second};
use crate::interval::Interval;
use crate::stop::Level;
use crate::{
    Aborted, Arrivals, Checked, Effort, Failure, Hits, Host, RowReport, StageReport, Status,
    Verdict, host, process, verdict,
};

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "hammer.report/1";

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
    pub arrivals: Arrivals,
    /// How long the first rate was run before the clock started, in seconds.
    #[serde(default)]
    pub warmup_s: f64,
    /// Whether the numbers describe the target.
    pub verdict: Verdict,
    /// `"open"`: hits were due by a schedule. `"closed"`: as fast as the slots allowed.
    pub r#loop: Loop,
    /// What was asked for, and what was done.
    pub rate: Achieved,
    /// The length of the schedule; where it has none or was stopped, the time until the last hit
    /// had ended. In seconds.
    pub duration_s: f64,
    /// From the start until the last hit had ended, in seconds.
    pub elapsed_s: f64,
    /// Whether the run was stopped before its schedule ended.
    pub stopped: bool,
    /// Whether it ended since its hammer had no means for more hits, such as rows that are used once.
    #[serde(default)]
    pub spent: bool,
    /// Every hit that became due, by its verdict.
    pub hits: Hits,
    /// done − due of the hits that were answered.
    pub response_us: Summary,
    /// done − started of the hits that were answered.
    pub service_us: Summary,
    /// started − due of the hits that were started.
    pub lateness_us: Summary,
    /// The steps that hammers named, each over the hits and openings that had it.
    pub phases_us: BTreeMap<String, Summary>,
    /// Answers by label.
    pub labels: BTreeMap<String, u64>,
    /// Hits that failed or timed out, by the name of the failure.
    pub failures: BTreeMap<String, u64>,
    /// What can be done about each failure that has an advice.
    pub advice: BTreeMap<String, String>,
    /// Payload sent and received by answered hits.
    pub bytes: Bytes,
    /// What the hammer counted beside hits.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// What the hammer found out, and how often each value of it.
    #[serde(default)]
    pub facts: BTreeMap<String, BTreeMap<String, u64>>,
    /// What the generator needed.
    pub generator: Generator,
    /// The stages of the shape in order; none where there is only one.
    #[serde(default)]
    pub stages: Vec<StageReport>,
    /// The rows that the hammer tells its hits apart by; none where it does not.
    #[serde(default)]
    pub rows: Vec<RowReport>,
    /// The run second by second, or in wider slices when it was long.
    pub timeline: Vec<Slice>,
    /// The conditions that were looked at when the run was over.
    #[serde(default)]
    pub thresholds: Vec<Checked>,
    /// The condition that ended the run early, if one did.
    #[serde(default)]
    pub aborted: Option<Aborted>,
    /// All that was measured, histograms and all; none in a report that was read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<Interval>>,
}

/// Open or closed loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loop {
    /// Hits are sent when they are due, whatever the target does.
    Open,
    /// A slot's next hit is sent when its last one has ended.
    Closed,
}

/// Hits per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Achieved {
    /// The rate that was asked for, the mean of it where it changed; null for a closed loop.
    pub requested: Option<f64>,
    /// Hits started, over the duration of the schedule (or longer, if starting them took longer).
    pub achieved: f64,
}

/// Bytes in and out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// Sent by answered hits.
    pub sent: u64,
    /// Received by answered hits.
    pub received: u64,
}

/// What the generator needed, and how it fared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Generator {
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
    pub schedule_late_us: Summary,
    /// Rows of a per-hit log that were dropped because it was not written fast enough.
    pub log_dropped: u64,
    /// What the run took out of each worker thread, in their order; empty if it can't be told.
    #[serde(default)]
    pub workers: Vec<Effort>,
    /// What was taken from the generator, and what it could have had.
    #[serde(default)]
    pub host: Host,
}

/// A part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Slice {
    /// When it begins, in seconds from the start.
    pub t_s: u64,
    /// How many seconds it covers.
    pub width_s: u64,
    /// Hits that became due in it, and those that ended in it.
    #[serde(flatten)]
    pub hits: Hits,
    /// done − due of the hits that were answered in it.
    pub response_us: Summary,
}

/// A distribution in a few numbers; times in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Summary {
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

impl From<&Histogram> for Summary {
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
        let planned = self.schedule.length();
        let end = planned.map_or(self.peaks.schedule_end, |planned| {
            planned.min(self.peaks.schedule_end)
        });
        match planned {
            _ if stopped => end,
            // Chance says when the last of so many hits is due.
            _ if open && self.schedule.ends_by_chance(scheduled) => end,
            Some(planned) if open => planned,
            // In a closed loop the last hits take part of the time that there is.
            Some(planned) => planned.min(self.elapsed),
            None => self.elapsed,
        }
    }

    /// Hits per second that were asked for until `duration`, in which `scheduled` were due.
    fn requested(&self, duration: Duration, scheduled: u64) -> Option<f64> {
        if self.schedule.is_playlist() && !duration.is_zero() {
            return Some(scheduled as f64 / duration.as_secs_f64());
        }
        self.schedule.mean_rate_until(duration)
    }

    /// Makes the report of all that was told.
    pub(crate) fn report(&mut self) -> Report {
        let measured = std::mem::replace(&mut self.total, Interval::new());
        let (settings, total) = (&self.settings, &measured);
        let stopped = settings.stop.level() > Level::Run;
        let open = !self.schedule.shape().is_max();
        let duration = self.duration(stopped, open, total.hits.scheduled);
        let seconds = duration.as_secs_f64();
        let starting = if open {
            duration
        } else {
            // What was sent without an answer had to arrive too before the rate was one.
            (duration + self.settled).min(self.elapsed)
        };
        let starting = starting.max(self.peaks.last_start).as_secs_f64();
        let cpu = process::cpu().saturating_sub(self.cpu_before);
        let counted = |(name, count): &(Failure, u64)| (name.name().to_owned(), *count);
        let stages = self.stages.report(self.schedule.shape(), duration);
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            hammer: settings.name.clone(),
            target: settings.target.clone(),
            seed: settings.seed,
            shape: self.schedule.shape().to_string(),
            arrivals: self.schedule.process(),
            warmup_s: settings.warmup.as_secs_f64(),
            verdict: Verdict {
                status: Status::Valid,
                reasons: vec![],
            },
            r#loop: if open { Loop::Open } else { Loop::Closed },
            rate: Achieved {
                requested: self.requested(duration, total.hits.scheduled),
                achieved: if starting > 0.0 {
                    total.started as f64 / starting
                } else {
                    0.0
                },
            },
            duration_s: seconds,
            elapsed_s: self.elapsed.as_secs_f64(),
            stopped,
            spent: false,
            hits: total.hits,
            response_us: Summary::from(&total.response),
            service_us: Summary::from(&total.service),
            lateness_us: Summary::from(&total.lateness),
            phases_us: (total.phases.0.iter())
                .map(|(name, histogram)| ((*name).to_owned(), Summary::from(histogram)))
                .collect(),
            labels: total
                .labels
                .0
                .iter()
                .map(|(name, n)| (name.to_string(), *n))
                .collect(),
            failures: total.failures.0.iter().map(counted).collect(),
            advice: (total.failures.0.iter())
                .filter_map(|(f, _)| Some((f.name().to_owned(), f.what_to_do()?.to_owned())))
                .collect(),
            bytes: Bytes {
                sent: total.sent,
                received: total.received,
            },
            counts: (total.counts.0.iter())
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect(),
            facts: facts(total),
            generator: Generator {
                threads: settings.threads,
                max_in_flight: settings.max_in_flight,
                cpu_s: cpu.as_secs_f64(),
                peak_rss_bytes: process::peak_rss_bytes(),
                slots_opened: total.slots_opened,
                sessions_opened: total.sessions_opened,
                peak_in_flight: self.peaks.in_flight as u64,
                peak_backlog: self.peaks.backlog as u64,
                waited_at_limit: total.waited_at_limit,
                unsent: unsent(total),
                schedule_late_us: Summary::from(&total.schedule_late),
                log_dropped: total.log_dropped,
                workers: self.efforts.iter().flatten().cloned().collect(),
                host: if settings.paused {
                    Host::default()
                } else {
                    self.host_before.until(&host::Reading::take())
                },
            },
            stages,
            rows: total.rows.report(&self.rows),
            timeline: self.series.iter().map(Slice::from).collect(),
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
fn unsent(total: &Interval) -> BTreeMap<String, u64> {
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

fn facts(total: &Interval) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut facts = BTreeMap::<String, BTreeMap<String, u64>>::new();
    for ((name, value), count) in &total.facts.0 {
        let values = facts.entry((*name).to_owned()).or_default();
        values.insert(value.to_string(), *count);
    }
    facts
}

impl From<&Span<Second>> for Slice {
    fn from(span: &Span<Second>) -> Self {
        let response = span
            .value
            .response
            .as_ref()
            .and_then(|taken| taken.histogram().ok());
        Self {
            t_s: span.start,
            width_s: span.seconds,
            hits: span.value.hits,
            response_us: response.as_ref().map(Summary::from).unwrap_or_default(),
        }
    }
}
