//! Lateness of the generator, and stalls of its threads.

use super::cause::{advice, longest_stall, stall_advice};
use super::evidence::{Evidence, work_share};
use super::finding::{Finding, FindingCode};
use super::thresholds;
use super::wording::{format_ms, format_percent};
use crate::host::thread_usage::BUSY_SHARE;

/// Judges the generator's own lateness, with or without a free slot.
///
/// A slow target does not affect it.
pub(super) fn lateness(evidence: &Evidence<'_>) -> Option<Finding> {
    let (late, response) = (&evidence.generator.schedule_late_us, &evidence.response_us);
    let advice = advice(evidence);
    if late.p99 >= thresholds::LATE_P99_INVALID_US {
        let late = format_ms(late.p99);
        let reason =
            format!("The generator was {late} late at p99 and did not keep the schedule. {advice}");
        return Some(Finding::invalid(FindingCode::LateP99, reason));
    }
    if response.count == 0 && evidence.hits.ended() > 0 {
        // Without answers there is no latency to affect.
        return None;
    }
    let is_half = late.p50 >= thresholds::LATE_P50_SHARE * response.p50;
    if is_half && late.p50 >= thresholds::LATE_P50_INVALID_US {
        let late = format_ms(late.p50);
        let reason = format!(
            "The generator was {late} late at p50, half of response or more, so the numbers describe the generator. {advice}"
        );
        return Some(Finding::invalid(FindingCode::LateP50, reason));
    }
    if late.p99 >= thresholds::LATE_P99_US && late.p99 >= thresholds::LATE_P99_SHARE * response.p99
    {
        let late = format_ms(late.p99);
        let reason =
            format!("The generator was {late} late at p99, which adds to response. {advice}");
        return Some(Finding::suspect(FindingCode::LateP99, reason));
    }
    (is_half && late.p50 >= thresholds::LATE_P50_US).then(|| {
        let late = format_ms(late.p50);
        let reason = format!(
            "The generator was {late} late at p50, half of response or more, which adds to response. {advice}"
        );
        Finding::suspect(FindingCode::LateP50, reason)
    })
}

/// Checks for a saturated thread that made hits start late.
///
/// The thread frees no slots, so it causes the lateness itself even if all slots are in use.
pub(super) fn overloaded_thread(evidence: &Evidence<'_>) -> Option<Finding> {
    let measured = |worker: &_| Some(work_share(worker));
    let (thread, work) = evidence.worst_judged_worker(measured)?;
    let (late, response) = (evidence.lateness_us.p50, evidence.response_us.p50);
    let mostly_late =
        late >= thresholds::LATE_P50_INVALID_US && late >= thresholds::LATE_P50_SHARE * response;
    (work >= BUSY_SHARE && mostly_late).then(|| {
        let (work, late) = (format_percent(work), format_ms(late));
        let reason = format!(
            "Thread {thread} of the generator had work for {work} of the time, and hits started {late} late at p50, so the schedule was not kept. Use more `threads` or machines, or lower the rate."
        );
        Finding::invalid(FindingCode::OverloadedThread, reason)
    })
}

/// Judges threads that did not end when the run was stopped at once.
pub(super) fn unresponsive(evidence: &Evidence<'_>) -> Option<Finding> {
    let reason = match evidence.generator.unresponsive {
        0 => return None,
        1 => "A thread of the generator did not respond to the stop: its hammer or the target kept it busy, and its last measurements are missing. Hits that it held count as abandoned. Lower the rate or use more `threads`.".to_owned(),
        threads => format!(
            "{threads} threads of the generator did not respond to the stop: their hammer or the target kept them busy, and their last measurements are missing. Hits that they held count as abandoned. Lower the rate or use more `threads`."
        ),
    };
    Some(Finding::invalid(FindingCode::UnresponsiveThread, reason))
}

/// Judges the longest stall of a worker's loop; where no thread can be measured, the latest hit.
pub(super) fn stall(evidence: &Evidence<'_>) -> Option<Finding> {
    let late = evidence.generator.schedule_late_us.max;
    let (subject, stall, advice) = match longest_stall(evidence) {
        Some((thread, worker)) if worker.blocked_max_us >= thresholds::STALL_US => (
            format!("Thread {thread} of the generator"),
            // A hit may have been due before the loop was to wake up.
            worker.blocked_max_us.max(late),
            stall_advice(worker.blocked_while),
        ),
        _ => ("The generator".to_owned(), late, advice(evidence)),
    };
    (stall >= thresholds::STALL_US).then(|| {
        let stall = format_ms(stall);
        let reason = format!(
            "{subject} stalled for {stall}, which delayed the hits due in that time. {advice}"
        );
        Finding::suspect(FindingCode::Stall, reason)
    })
}
