//! CPU time that the generator lacked, or spent.

use super::cause::was_catching_up;
use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::wording::{format_ms, format_percent};
use super::{VerdictStatus, thresholds};
use crate::host::thread_usage::{BUSY_SHARE, ThreadUsage};

/// Judges the periods in which the control group had used up its CPU time.
pub(super) fn throttled(evidence: &Evidence<'_>) -> Option<Finding> {
    let share = evidence.generator.host.throttled?;
    let status = if share >= thresholds::THROTTLED_INVALID_SHARE {
        VerdictStatus::Invalid
    } else if share >= thresholds::THROTTLED_SHARE && did_harm(evidence) {
        VerdictStatus::Suspect
    } else {
        return None;
    };
    let share = format_percent(share);
    let reason = format!(
        "The generator's control group ran out of CPU time in {share} of its periods, which delayed hits. Raise its limit or lower the rate."
    );
    Some(Finding::new(status, FindingCode::Throttled, reason))
}

/// Judges the time that a thread was ready to run without a core: as a share of all time, and for
/// hits that take CPU time as a share of the time with work.
pub(super) fn no_core(evidence: &Evidence<'_>) -> Option<Finding> {
    let remedy = "Use a quieter host or fewer `threads`.";
    let of_time = evidence.worst_judged_worker(|worker| worker.no_core);
    if let Some((thread, share)) = of_time
        && share >= thresholds::NO_CORE_SHARE
        && did_harm(evidence)
    {
        let share = format_percent(share);
        let reason = format!(
            "Thread {thread} of the generator was ready to run but had no core for {share} of the time, which delayed hits. {remedy}"
        );
        return Some(Finding::suspect(FindingCode::NoCore, reason));
    }
    let (thread, share) = evidence.worst_judged_worker(no_core_of_work)?;
    if share < thresholds::NO_CORE_WORK_SHARE || !hits_take_cpu_time(evidence) {
        return None;
    }
    let (share, work) = (
        format_percent(share),
        format_ms(evidence.work_per_hit_us()?),
    );
    let reason = format!(
        "Thread {thread} of the generator had no core for {share} of the time in which it had work, {work} per hit, which delayed answers. {remedy}"
    );
    Some(Finding::suspect(FindingCode::NoCore, reason))
}

/// The share of the time with work in which a thread had no core.
fn no_core_of_work(worker: &ThreadUsage) -> Option<f64> {
    let (busy, no_core) = (worker.busy?, worker.no_core?);
    (busy + no_core > 0.0).then(|| no_core / (busy + no_core))
}

/// Judges the CPU time that the host of a virtual machine gave to others.
pub(super) fn stolen(evidence: &Evidence<'_>) -> Option<Finding> {
    let share = evidence.generator.host.stolen?;
    if share < thresholds::STOLEN_SHARE || !did_harm(evidence) {
        return None;
    }
    let share = format_percent(share);
    let reason = format!(
        "The host gave {share} of the CPU time of the generator's machine to others, which delayed hits. Use a quieter or larger machine."
    );
    Some(Finding::suspect(FindingCode::Stolen, reason))
}

/// Returns true if the loss of cores can have affected the latencies.
///
/// A loss delays due times as often as answers, so it affects lateness as much as the rest of
/// response. If lateness is negligible, so is the whole effect, unless hits take CPU time: a loss
/// then stretches each of them. A closed loop has no lateness to judge by. Without answers there is
/// no latency to affect.
fn did_harm(evidence: &Evidence<'_>) -> bool {
    let late = evidence.generator.schedule_late_us.p99;
    evidence.response_us.count > 0
        && (evidence.is_closed_loop()
            || late >= thresholds::LATE_P99_SHARE * evidence.response_us.p99
            || hits_take_cpu_time(evidence))
}

/// Returns true if the CPU time of a hit, with the wait for a core, is a part of response that
/// matters, as with large bodies.
fn hits_take_cpu_time(evidence: &Evidence<'_>) -> bool {
    let work = evidence.work_per_hit_us().or(evidence.own_phases_us());
    evidence.response_us.count > 0
        && work.is_some_and(|work| {
            work >= thresholds::HIT_WORK_US
                && work >= thresholds::LATE_P99_SHARE * evidence.response_us.p50
        })
}

/// Judges the share of time that the threads were running.
pub(super) fn busy(evidence: &Evidence<'_>) -> Option<Finding> {
    let advice = "Use more `threads` or machines, or lower the rate.";
    if let Some((thread, share)) = evidence.worst_judged_worker(|worker| worker.busy)
        && share >= BUSY_SHARE
    {
        let share = format_percent(share);
        let reason = format!(
            "Thread {thread} of the generator was busy for {share} of the time and may be the bottleneck. {advice}"
        );
        return Some(Finding::suspect(FindingCode::BusyThread, reason));
    }
    let saturated = |worker: &ThreadUsage| {
        let catching_up = was_catching_up(evidence, worker);
        worker.saturated.filter(|_| !catching_up)
    };
    if let Some((thread, share)) = evidence.worst_judged_worker(saturated)
        && share >= thresholds::SATURATED_SECONDS_SHARE
    {
        let share = format_percent(share);
        let reason = format!(
            "Thread {thread} of the generator was saturated in {share} of the seconds and may be the bottleneck. {advice}"
        );
        return Some(Finding::suspect(FindingCode::SaturatedThread, reason));
    }
    busy_process(evidence, advice)
}

/// Judges the whole process where its threads cannot be measured: a busy one hides among idle ones.
fn busy_process(evidence: &Evidence<'_>, advice: &str) -> Option<Finding> {
    let generator = evidence.generator;
    if evidence.elapsed_s < thresholds::MIN_BUSY_RUN_S
        || generator.spin
        || generator.workers.iter().any(|worker| worker.busy.is_some())
    {
        return None;
    }
    let share = generator.cpu_s / (evidence.elapsed_s * generator.threads as f64);
    (share >= BUSY_SHARE).then(|| {
        let share = format_percent(share);
        let reason = format!(
            "The generator's threads were busy for {share} of the time and may be the bottleneck. {advice}"
        );
        Finding::suspect(FindingCode::BusyProcess, reason)
    })
}
