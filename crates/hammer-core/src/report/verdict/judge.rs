//! The rules that turn the figures of a report into a verdict.

use hammer_diagnostic::format_count;

use super::reason::{
    advice, did_harm, format_hits, format_hits_were, format_megabytes, format_ms, format_percent,
    stall_advice,
};
use super::thresholds;
use super::{Verdict, VerdictStatus};
use crate::host::thread_usage::ThreadUsage;
use crate::report::report::{OpenOrClosedLoop, Report};

type VerdictFinding = (VerdictStatus, String);

/// Judges the figures of a report, regardless of the verdict in it.
pub(crate) fn judge(report: &Report) -> Verdict {
    let mut findings: Vec<VerdictFinding> = vec![];
    let late = lateness(report);
    let too_late = matches!(late, Some((VerdictStatus::Invalid, _)));
    findings.extend(late);
    let overloaded = overloaded_thread(report);
    let not_overloaded = overloaded.is_none();
    findings.extend(overloaded.filter(|_| !too_late));
    findings.extend(throttled(report));
    findings.extend(no_core(report));
    findings.extend(stolen(report));
    findings.extend(stall(report));
    findings.extend(busy(report).filter(|_| not_overloaded));
    findings.extend(memory(report));
    findings.extend(shortages(report));
    let kept_up = findings.is_empty();
    findings.extend(unsent(report));
    findings.extend(waits_at_limit(report, kept_up));
    findings.extend(waits_for_hammer(report));
    findings.sort_by_key(|(status, _)| std::cmp::Reverse(*status));
    Verdict {
        status: findings
            .first()
            .map_or(VerdictStatus::Valid, |(status, _)| *status),
        reasons: findings.into_iter().map(|(_, reason)| reason).collect(),
    }
}

/// The generator's own lateness, with or without a free slot. A slow target does not affect it.
fn lateness(report: &Report) -> Option<VerdictFinding> {
    let (late, response) = (&report.generator.schedule_late_us, &report.response_us);
    let advice = advice(report);
    if late.p99 >= thresholds::LATE_P99_INVALID_US {
        let late = format_ms(late.p99);
        let reason =
            format!("The generator was {late} late at p99 and did not keep the schedule. {advice}");
        return Some((VerdictStatus::Invalid, reason));
    }
    if response.count == 0 && report.hits.ended() > 0 {
        // Without answers there is no latency to affect.
        return None;
    }
    if late.p50 >= thresholds::LATE_P50_US && late.p50 >= thresholds::LATE_P50_SHARE * response.p50
    {
        let late = format_ms(late.p50);
        let reason = format!(
            "The generator was {late} late at p50, half of response or more, so the numbers describe the generator. {advice}"
        );
        return Some((VerdictStatus::Invalid, reason));
    }
    if late.p99 >= thresholds::LATE_P99_US && late.p99 >= thresholds::LATE_P99_SHARE * response.p99
    {
        let late = format_ms(late.p99);
        let reason =
            format!("The generator was {late} late at p99, which adds to response. {advice}");
        return Some((VerdictStatus::Suspect, reason));
    }
    None
}

/// Checks for a saturated thread that made hits start late.
///
/// The thread frees no slots, so it causes the lateness itself even if all slots are in use.
fn overloaded_thread(report: &Report) -> Option<VerdictFinding> {
    if report.elapsed_s < thresholds::MIN_BUSY_RUN_S {
        return None;
    }
    let work = |worker: &ThreadUsage| Some(worker.busy? + worker.no_core.unwrap_or(0.0));
    let (thread, work) = worst_worker(report, work)?;
    let (late, response) = (report.lateness_us.p50, report.response_us.p50);
    let mostly_late =
        late >= thresholds::LATE_P50_US && late >= thresholds::LATE_P50_SHARE * response;
    (work >= thresholds::BUSY_SHARE && mostly_late).then(|| {
        let (work, late) = (format_percent(work), format_ms(late));
        let reason = format!(
            "Thread {thread} of the generator had work for {work} of the time, and hits started {late} late at p50, so the schedule was not kept. Add --threads or machines, or lower the rate."
        );
        (VerdictStatus::Invalid, reason)
    })
}

fn throttled(report: &Report) -> Option<VerdictFinding> {
    let share = report.generator.host.throttled?;
    let status = if share >= thresholds::THROTTLED_INVALID_SHARE {
        VerdictStatus::Invalid
    } else if share >= thresholds::THROTTLED_SHARE && did_harm(report) {
        VerdictStatus::Suspect
    } else {
        return None;
    };
    let share = format_percent(share);
    let reason = format!(
        "The generator's control group ran out of CPU time in {share} of its periods, which delayed hits. Raise its limit or lower the rate."
    );
    Some((status, reason))
}

fn no_core(report: &Report) -> Option<VerdictFinding> {
    let (thread, share) = worst_worker(report, |worker| worker.no_core)?;
    if share < thresholds::NO_CORE_SHARE || !did_harm(report) {
        return None;
    }
    let share = format_percent(share);
    let reason = format!(
        "Thread {thread} of the generator was ready to run but had no core for {share} of the time, which delayed hits. Use a quieter host or fewer --threads."
    );
    Some((VerdictStatus::Suspect, reason))
}

fn stolen(report: &Report) -> Option<VerdictFinding> {
    let share = report.generator.host.stolen?;
    if share < thresholds::STOLEN_SHARE || !did_harm(report) {
        return None;
    }
    let share = format_percent(share);
    let reason = format!(
        "The host gave {share} of the CPU time of the generator's machine to others, which delayed hits. Use a quieter or larger machine."
    );
    Some((VerdictStatus::Suspect, reason))
}

/// The longest stall of a worker's loop; where no thread can be measured, the latest hit.
fn stall(report: &Report) -> Option<VerdictFinding> {
    let late = report.generator.schedule_late_us.max;
    let longest = worst_worker(report, |worker| Some(worker.blocked_max_us));
    let (subject, stall, advice) = match longest {
        Some((thread, blocked)) if blocked >= thresholds::STALL_US => (
            format!("Thread {thread} of the generator"),
            // A hit may have been due before the loop was to wake up.
            blocked.max(late),
            stall_advice(report.generator.workers[thread].blocked_while),
        ),
        _ => ("The generator".to_owned(), late, advice(report)),
    };
    (stall >= thresholds::STALL_US).then(|| {
        let stall = format_ms(stall);
        let reason = format!(
            "{subject} stalled for {stall}, which delayed the hits due in that time. {advice}"
        );
        (VerdictStatus::Suspect, reason)
    })
}

fn busy(report: &Report) -> Option<VerdictFinding> {
    if report.elapsed_s < thresholds::MIN_BUSY_RUN_S {
        return None;
    }
    let generator = &report.generator;
    let advice = "Add --threads or machines, or lower the rate.";
    if let Some((thread, share)) = worst_worker(report, |worker| worker.busy)
        && share >= thresholds::BUSY_SHARE
    {
        let share = format_percent(share);
        let reason = format!(
            "Thread {thread} of the generator was busy for {share} of the time and may be the bottleneck. {advice}"
        );
        return Some((VerdictStatus::Suspect, reason));
    }
    if let Some((thread, share)) = worst_worker(report, |worker| worker.saturated)
        && share >= thresholds::SATURATED_SECONDS_SHARE
    {
        let share = format_percent(share);
        let reason = format!(
            "Thread {thread} of the generator was saturated in {share} of the seconds and may be the bottleneck. {advice}"
        );
        return Some((VerdictStatus::Suspect, reason));
    }
    // Where only the whole process can be measured, a busy thread hides among idle ones.
    let share = generator.cpu_s / (report.elapsed_s * generator.threads as f64);
    let unmeasured = generator.workers.iter().all(|worker| worker.busy.is_none());
    (unmeasured && share >= thresholds::BUSY_SHARE).then(|| {
        let share = format_percent(share);
        let reason = format!(
            "The generator's threads were busy for {share} of the time and may be the bottleneck. {advice}"
        );
        (VerdictStatus::Suspect, reason)
    })
}

fn memory(report: &Report) -> Option<VerdictFinding> {
    let (used, limit) = (
        report.generator.peak_rss_bytes,
        report.generator.host.memory_bytes?,
    );
    let share = used as f64 / limit.max(1) as f64;
    (share >= thresholds::MEMORY_SHARE).then(|| {
        let (share, limit) = (format_percent(share), format_megabytes(limit));
        let reason = format!(
            "The generator used {share} of the {limit} of memory available to it, so connections may fail. Lower --max-in-flight or raise the limit."
        );
        (VerdictStatus::Suspect, reason)
    })
}

/// Hits that failed because the generator ran out of a resource, so nothing was sent.
fn shortages(report: &Report) -> impl Iterator<Item = VerdictFinding> {
    let kinds = [
        (
            "files",
            "open files",
            "Raise the limit (ulimit -n) or lower --max-in-flight.",
        ),
        (
            "ports",
            "local ports",
            "Keep connections alive, lower --max-in-flight, connect from several addresses, or \
             widen net.ipv4.ip_local_port_range.",
        ),
        ("memory", "memory for connections", "Lower --max-in-flight."),
    ];
    kinds.into_iter().filter_map(|(cause, resource, advice)| {
        let hits = format_hits(*report.generator.unsent.get(cause)?);
        let reason = format!("{hits} failed because the generator ran out of {resource}. {advice}");
        Some((VerdictStatus::Invalid, reason))
    })
}

/// Hits that were never started, which every percentile excludes although they would have been the
/// slowest.
///
/// Hits left out by a stop are not judged.
fn unsent(report: &Report) -> Vec<VerdictFinding> {
    let generator = &report.generator;
    let limit = format_count(generator.max_in_flight as u64);
    let backlog = format_count(generator.peak_backlog);
    let found: Vec<_> = [
        (
            "backlog",
            format!(
                "the backlog was full ({backlog} hits); latencies exclude them. Raise --max-in-flight or lower the rate."
            ),
        ),
        (
            "in_flight_bound",
            format!(
                "all {limit} slots were in use until the drain ended; latencies exclude them. Raise --max-in-flight or --drain, or lower the rate."
            ),
        ),
        (
            "drain",
            "the drain ended before slots opened; latencies exclude them. Raise --drain or lower the rate.".to_owned(),
        ),
    ]
    .into_iter()
    .filter_map(|(cause, reason)| Some((*generator.unsent.get(cause)?, reason)))
    .collect();
    let sum: u64 = found.iter().map(|(hits, _)| hits).sum();
    let status = if share_of_hits(report, sum) > thresholds::WAITED_SHARE {
        VerdictStatus::Invalid
    } else {
        VerdictStatus::Suspect
    };
    let found = found.into_iter().map(|(hits, reason)| {
        let hits = format_hits_were(hits);
        (status, format!("{hits} not sent because {reason}"))
    });
    found.chain(skipped_late(report)).collect()
}

/// Hits that were skipped by request, which the percentiles exclude all the same.
fn skipped_late(report: &Report) -> Option<VerdictFinding> {
    let late = *report.generator.unsent.get("late")?;
    (share_of_hits(report, late) > thresholds::WAITED_SHARE).then(|| {
        let late = format_hits_were(late);
        let reason = format!(
            "{late} skipped because they could not start within --skip-late; latencies exclude them. Raise --max-in-flight or lower the rate."
        );
        (VerdictStatus::Suspect, reason)
    })
}

/// Hits that waited because all slots were in use.
///
/// The target causes that wait, and response includes it. But the target got fewer concurrent hits
/// than were due, and more slots might have avoided the wait.
fn waits_at_limit(report: &Report, kept_up: bool) -> Option<VerdictFinding> {
    // Skipped hits have a reason of their own.
    let skipped = report.generator.unsent.get("late").copied();
    let (waited, limit) = (
        (report.generator.waited_at_limit).saturating_sub(skipped.unwrap_or_default()),
        format_count(report.generator.max_in_flight as u64),
    );
    if report.r#loop == OpenOrClosedLoop::Closed
        || share_of_hits(report, waited) <= thresholds::WAITED_SHARE
    {
        return None;
    }
    let consequence = if kept_up {
        "response includes that wait. Raise --max-in-flight or lower the rate."
    } else {
        "the generator did not keep up either. See the other reasons."
    };
    let waited = format_hits(waited);
    let reason = format!("{waited} waited because all {limit} slots were in use; {consequence}");
    Some((VerdictStatus::Suspect, reason))
}

/// Hits that waited because a limit of the hammer's own was reached, such as its number of
/// connections.
fn waits_for_hammer(report: &Report) -> Vec<VerdictFinding> {
    let waits = report.generator.waited_for.iter();
    waits
        .filter(|(_, waited)| share_of_hits(report, **waited) > thresholds::WAITED_SHARE)
        .map(|(setting, waited)| {
            let waited = format_hits(*waited);
            let reason = format!(
                "{waited} waited because `{setting}` was reached; response includes that wait. Raise `{setting}` or lower the rate."
            );
            (VerdictStatus::Suspect, reason)
        })
        .collect()
}

fn share_of_hits(report: &Report, hits: u64) -> f64 {
    hits as f64 / report.hits.scheduled.max(1) as f64
}

/// The thread with the largest figure: its number and the figure.
pub(super) fn worst_worker(
    report: &Report,
    figure: impl Fn(&ThreadUsage) -> Option<f64>,
) -> Option<(usize, f64)> {
    let workers = report.generator.workers.iter().enumerate();
    workers
        .filter_map(|(index, worker)| Some((index, figure(worker)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}
