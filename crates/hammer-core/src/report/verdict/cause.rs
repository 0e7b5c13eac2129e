//! Causes of a generator's lateness, and their remedies.

use super::evidence::Evidence;
use super::thresholds;
use crate::host::thread_usage::{BUSY_SHARE, StallCause, ThreadUsage};

/// The likely cause of the generator's lateness, and the remedy, in sentences.
///
/// Causes that explain others come first: a throttled process has no core either, and one that was
/// stopped is busy afterwards with what became due meanwhile.
pub(super) fn advice(evidence: &Evidence<'_>) -> &'static str {
    let any = |figure: fn(&ThreadUsage) -> Option<f64>, bound: f64| {
        let worst = evidence.worst_judged_worker(figure);
        worst.is_some_and(|(_, share)| share >= bound)
    };
    let host = &evidence.generator.host;
    if host
        .throttled
        .is_some_and(|share| share >= thresholds::THROTTLED_SHARE)
    {
        "Its control group ran out of CPU time. Raise that limit or lower the rate."
    } else if let Some(cause) = cause_of_long_stall(evidence) {
        stall_advice(Some(cause))
    } else if any(|worker| worker.no_core, thresholds::NO_CORE_SHARE) {
        stall_advice(Some(StallCause::NoCore))
    } else if host
        .stolen
        .is_some_and(|share| share >= thresholds::STOLEN_SHARE)
    {
        "The host gave its cores to others. Use a quieter or larger machine."
    } else if any(|worker| worker.busy, BUSY_SHARE)
        || any(
            |worker| worker.saturated,
            thresholds::SATURATED_SECONDS_SHARE,
        )
    {
        "Its threads had too much work. Use more `threads` or machines, or lower the rate."
    } else {
        stall_advice(longest_stall(evidence).and_then(|(_, worker)| worker.blocked_while))
    }
}

/// The thread whose loop stalled longest: its number and its usage.
pub(super) fn longest_stall<'a>(evidence: &Evidence<'a>) -> Option<(usize, &'a ThreadUsage)> {
    let (thread, _) = evidence.worst_worker(|worker| Some(worker.blocked_max_us))?;
    Some((thread, &evidence.generator.workers[thread]))
}

/// The cause of a single stall that is long enough to explain the lateness at p99.
fn cause_of_long_stall(evidence: &Evidence<'_>) -> Option<StallCause> {
    let (_, worker) = longest_stall(evidence)?;
    let late = evidence.generator.schedule_late_us.p99;
    let is_long = worker.blocked_max_us >= thresholds::STALL_US
        && worker.blocked_max_us >= thresholds::LONG_STALL_SHARE * late;
    worker.blocked_while.filter(|_| is_long)
}

/// Returns true if a thread was saturated only because it caught up after its longest stall.
pub(super) fn was_catching_up(evidence: &Evidence<'_>, worker: &ThreadUsage) -> bool {
    let stall_s = worker.blocked_max_us / 1e6;
    let saturated_s = worker.saturated.unwrap_or(0.0) * evidence.elapsed_s;
    worker.blocked_max_us >= thresholds::STALL_US
        && matches!(
            worker.blocked_while,
            Some(StallCause::Asleep | StallCause::NoCore)
        )
        && saturated_s <= stall_s + 1.0
}

/// The cause of a stall and the remedy, in sentences.
pub(super) fn stall_advice(cause: Option<StallCause>) -> &'static str {
    match cause {
        Some(StallCause::NoCore) => {
            "Other processes ran on its cores. Use a quieter host or fewer `threads`."
        }
        Some(StallCause::Busy) => {
            "The work for hits kept the thread busy. Use more `threads` or smaller hits."
        }
        Some(StallCause::Asleep) => {
            "The thread slept in a blocking call, or the process or the machine was suspended. Check what suspends them; if the hammer is your own, it must not block."
        }
        None => "The cause is unknown. Try a quieter host or a different number of `threads`.",
    }
}
