use serde::{Deserialize, Serialize};

use crate::{Failure, Loop, Report};

/// The generator's verdict on itself: whether the numbers describe the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Valid, suspect or invalid.
    pub status: Status,
    /// One sentence for each thing that is wrong, with its figure and what to do.
    pub reasons: Vec<String>,
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The generator kept the schedule: the numbers describe the target.
    Valid,
    /// The generator was late, or busy enough to colour the numbers.
    Suspect,
    /// The generator could not hold the schedule: the numbers describe it, not the target.
    Invalid,
}

impl Status {
    /// `valid`, `suspect` or `invalid`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspect => "suspect",
            Self::Invalid => "invalid",
        }
    }
}

/// Later than this at p99, in µs, and a tenth of what was measured or more, colours the numbers:
/// tokio's own timers are up to 1 ms late, and a shared host adds as much.
const LATE_P99_US: f64 = 2_000.0;
/// The share of the response's p99 that a late schedule may make up before it matters.
const LATE_SHARE: f64 = 0.1;
/// A p99 this late, in µs, means that the schedule was not kept, whatever the target did.
const LOST_P99_US: f64 = 100_000.0;
/// Standing still once for this long, in µs, shows in the tail of any run.
const STALL_US: f64 = 200_000.0;
/// Busier than this, a core has no room to start a hit when it is due.
const BUSY: f64 = 0.9;
/// The share of hits that may have waited for the bound on hits in flight.
const WAITED: f64 = 0.001;

pub(crate) fn judge(report: &Report) -> Verdict {
    let mut verdict = Verdict {
        status: Status::Valid,
        reasons: vec![],
    };
    let mut say = |status: Status, reason: String| {
        verdict.status = verdict.status.max(status);
        verdict.reasons.push(reason);
    };
    let generator = &report.generator;
    let late = &generator.schedule_late_us;
    let ms = |us: f64| format!("{:.1} ms", us / 1e3);
    if late.p99 >= LOST_P99_US {
        let late = ms(late.p99);
        say(
            Status::Invalid,
            format!(
                "the generator turned to hits {late} late at p99, so the schedule was not kept: give it more cores, or lower the rate"
            ),
        );
    } else if late.p99 >= LATE_P99_US && late.p99 >= LATE_SHARE * report.response_us.p99 {
        let late = ms(late.p99);
        say(
            Status::Suspect,
            format!(
                "the generator turned to hits {late} late at p99: it shared its cores, try a quieter host or other --threads"
            ),
        );
    }
    if late.max >= STALL_US {
        let stall = ms(late.max);
        say(
            Status::Suspect,
            format!(
                "the generator stood still for {stall}: it was stopped or starved, run it again on a quieter host"
            ),
        );
    }
    for (failure, what) in [
        (Failure::OUT_OF_FILES, "open files"),
        (Failure::OUT_OF_PORTS, "local ports"),
        (Failure::OUT_OF_MEMORY, "memory for connections"),
    ] {
        let hits = report.failures.get(failure.name()).copied().unwrap_or(0);
        if hits > 0 {
            let advice = failure.what_to_do().unwrap_or_default();
            say(
                Status::Invalid,
                format!("{hits} hits failed because the generator ran out of {what}: {advice}"),
            );
        }
    }
    let core_seconds = report.elapsed_s * generator.threads as f64;
    let busy = if core_seconds > 0.0 {
        generator.cpu_s / core_seconds
    } else {
        0.0
    };
    if busy >= BUSY && report.elapsed_s >= 1.0 {
        let percent = busy * 100.0;
        say(
            Status::Suspect,
            format!(
                "the generator used {percent:.0} % of its threads: it may be the bottleneck, add --threads or machines"
            ),
        );
    }
    if report.r#loop == Loop::Open && report.hits.scheduled > 0 {
        let share = |hits: u64| hits as f64 / report.hits.scheduled as f64;
        // Those that were left out since they were late were meant to be.
        let unsent = report.hits.unsent.saturating_sub(generator.unsent_late);
        if !report.stopped && unsent > 0 {
            let status = if share(unsent) > WAITED {
                Status::Invalid
            } else {
                Status::Suspect
            };
            say(
                status,
                format!(
                    "{unsent} hits were never sent, since the slots were all taken: raise --max-in-flight, or lower the rate"
                ),
            );
        }
        if share(generator.waited_at_limit) > WAITED {
            let (waited, limit) = (generator.waited_at_limit, generator.max_in_flight);
            say(
                Status::Suspect,
                format!(
                    "{waited} hits waited because all {limit} slots were taken: the target was slower than the rate allows, or raise --max-in-flight"
                ),
            );
        }
    }
    verdict
}
