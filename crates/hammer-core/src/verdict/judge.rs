use super::reason::{advice, did_harm, format_megabytes, format_ms, format_percent, stall_advice};
use super::thresholds as bounds;
use super::{Verdict, VerdictStatus};
use crate::{Failure, LoopMode, Report, ThreadUsage};

type VerdictFinding = (VerdictStatus, String);

/// Weighs the figures of a report, whatever verdict it holds.
pub(crate) fn judge(report: &Report) -> Verdict {
    let mut findings: Vec<VerdictFinding> = vec![];
    let schedule = lateness(report);
    let lost = matches!(schedule, Some((VerdictStatus::Invalid, _)));
    findings.extend(schedule);
    let outrun = overloaded_thread(report);
    let had_time = outrun.is_none();
    findings.extend(outrun.filter(|_| !lost));
    findings.extend(throttled(report));
    findings.extend(no_core(report));
    findings.extend(stolen(report));
    findings.extend(stall(report));
    findings.extend(busy(report).filter(|_| had_time));
    findings.extend(memory(report));
    findings.extend(shortages(report));
    let kept_up = findings.is_empty();
    findings.extend(unsent(report));
    findings.extend(waits_at_limit(report, kept_up));
    findings.sort_by_key(|(status, _)| std::cmp::Reverse(*status));
    Verdict {
        status: findings
            .first()
            .map_or(VerdictStatus::Valid, |(status, _)| *status),
        reasons: findings.into_iter().map(|(_, reason)| reason).collect(),
    }
}

/// How late the generator turned to hits, slot or no slot: a slow target can't make it late.
fn lateness(report: &Report) -> Option<VerdictFinding> {
    let (late, response) = (&report.generator.schedule_late_us, &report.response_us);
    let advice = advice(report);
    if late.p99 >= bounds::LATE_P99_INVALID_US {
        let late = format_ms(late.p99);
        let reason = format!(
            "the generator turned to hits {late} late at p99, so the schedule was not kept: {advice}"
        );
        return Some((VerdictStatus::Invalid, reason));
    }
    if response.count == 0 && report.hits.ended() > 0 {
        // No answer, no latency that could be coloured.
        return None;
    }
    if late.p50 >= bounds::LATE_P50_US && late.p50 >= bounds::LATE_P50_SHARE * response.p50 {
        let late = format_ms(late.p50);
        let reason = format!(
            "the generator turned to hits {late} late at p50, half of the response or more: {advice}"
        );
        return Some((VerdictStatus::Invalid, reason));
    }
    if late.p99 >= bounds::LATE_P99_US && late.p99 >= bounds::LATE_P99_SHARE * response.p99 {
        let late = format_ms(late.p99);
        let reason = format!("the generator turned to hits {late} late at p99: {advice}");
        return Some((VerdictStatus::Suspect, reason));
    }
    None
}

/// A thread that is always running or waiting to run frees no slots: that hits started late is then
/// its own doing, although all slots were taken.
fn overloaded_thread(report: &Report) -> Option<VerdictFinding> {
    if report.elapsed_s < bounds::MIN_BUSY_RUN_S {
        return None;
    }
    let wanted = |worker: &ThreadUsage| Some(worker.busy? + worker.no_core.unwrap_or(0.0));
    let (thread, wanted) = worst_worker(report, wanted)?;
    let (late, response) = (report.lateness_us.p50, report.response_us.p50);
    let most = late >= bounds::LATE_P50_US && late >= bounds::LATE_P50_SHARE * response;
    (wanted >= bounds::BUSY_SHARE && most).then(|| {
        let (wanted, late) = (format_percent(wanted), format_ms(late));
        let reason = format!(
            "thread {thread} of the generator had work for {wanted} of the time and hits started {late} late at p50, so the schedule was not kept: add --threads or machines, or lower the rate"
        );
        (VerdictStatus::Invalid, reason)
    })
}

fn throttled(report: &Report) -> Option<VerdictFinding> {
    let share = report.generator.host.throttled?;
    let status = if share >= bounds::THROTTLED_INVALID_SHARE {
        VerdictStatus::Invalid
    } else if share >= bounds::THROTTLED_SHARE && did_harm(report) {
        VerdictStatus::Suspect
    } else {
        return None;
    };
    let share = format_percent(share);
    let reason = format!(
        "the generator's control group used up its processor time in {share} of the periods: raise its limit, or lower the rate"
    );
    Some((status, reason))
}

fn no_core(report: &Report) -> Option<VerdictFinding> {
    let (thread, share) = worst_worker(report, |worker| worker.no_core)?;
    if share < bounds::NO_CORE_SHARE || !did_harm(report) {
        return None;
    }
    let share = format_percent(share);
    let reason = format!(
        "thread {thread} of the generator was ready to run and had no core for {share} of the time: use a quieter host, or fewer --threads"
    );
    Some((VerdictStatus::Suspect, reason))
}

fn stolen(report: &Report) -> Option<VerdictFinding> {
    let share = report.generator.host.stolen?;
    if share < bounds::STOLEN_SHARE || !did_harm(report) {
        return None;
    }
    let share = format_percent(share);
    let reason = format!(
        "the host took {share} of the cores' time away from the generator's machine: use a quieter or a bigger one"
    );
    Some((VerdictStatus::Suspect, reason))
}

/// The longest time that a loop stood still, or, where no thread can be measured, the latest hit.
fn stall(report: &Report) -> Option<VerdictFinding> {
    let late = report.generator.schedule_late_us.max;
    let longest = worst_worker(report, |worker| Some(worker.blocked_max_us));
    let (who, stall, advice) = match longest {
        Some((thread, blocked)) if blocked >= bounds::STALL_US => (
            format!("thread {thread} of the generator"),
            // A hit may have been due before the loop wanted to look.
            blocked.max(late),
            stall_advice(report.generator.workers[thread].blocked_while),
        ),
        _ => ("the generator".to_owned(), late, advice(report)),
    };
    (stall >= bounds::STALL_US).then(|| {
        let stall = format_ms(stall);
        let reason = format!("{who} stood still for {stall}: {advice}");
        (VerdictStatus::Suspect, reason)
    })
}

fn busy(report: &Report) -> Option<VerdictFinding> {
    if report.elapsed_s < bounds::MIN_BUSY_RUN_S {
        return None;
    }
    let generator = &report.generator;
    let advice = "it may be the bottleneck, add --threads or machines, or lower the rate";
    if let Some((thread, share)) = worst_worker(report, |worker| worker.busy)
        && share >= bounds::BUSY_SHARE
    {
        let (share, threads) = (format_percent(share), generator.threads);
        let reason = format!(
            "thread {thread} of the generator's {threads} was busy for {share} of the time: {advice}"
        );
        return Some((VerdictStatus::Suspect, reason));
    }
    if let Some((thread, share)) = worst_worker(report, |worker| worker.saturated)
        && share >= bounds::SATURATED_SECONDS_SHARE
    {
        let share = format_percent(share);
        let reason = format!(
            "thread {thread} of the generator had no time left in {share} of the seconds: {advice}"
        );
        return Some((VerdictStatus::Suspect, reason));
    }
    // Where the system tells of the process alone, one thread hides among the others.
    let share = generator.cpu_s / (report.elapsed_s * generator.threads as f64);
    let untold = generator.workers.iter().all(|worker| worker.busy.is_none());
    (untold && share >= bounds::BUSY_SHARE).then(|| {
        let share = format_percent(share);
        let reason = format!("the generator's threads were busy for {share} of the time: {advice}");
        (VerdictStatus::Suspect, reason)
    })
}

fn memory(report: &Report) -> Option<VerdictFinding> {
    let (used, most) = (
        report.generator.peak_rss_bytes,
        report.generator.host.memory_bytes?,
    );
    let share = used as f64 / most.max(1) as f64;
    (share >= bounds::MEMORY_SHARE).then(|| {
        let (share, most) = (format_percent(share), format_megabytes(most));
        let reason = format!(
            "the generator used {share} of the {most} of memory that it could have: lower --max-in-flight, or raise the limit"
        );
        (VerdictStatus::Suspect, reason)
    })
}

/// Hits that failed for want of something, so that nothing was sent.
fn shortages(report: &Report) -> impl Iterator<Item = VerdictFinding> {
    let kinds = [
        ("files", Failure::OUT_OF_FILES, "open files"),
        ("ports", Failure::OUT_OF_PORTS, "local ports"),
        ("memory", Failure::OUT_OF_MEMORY, "memory for connections"),
    ];
    kinds.into_iter().filter_map(|(cause, failure, what)| {
        let hits = report.generator.unsent.get(cause)?;
        let advice = failure.advice().unwrap_or_default();
        let reason =
            format!("{hits} hits failed because the generator ran out of {what}: {advice}");
        Some((VerdictStatus::Invalid, reason))
    })
}

/// Hits that were never started are missing in every percentile, and they would have been the
/// worst. Those of a run that was stopped are missing because somebody wanted it so.
fn unsent(report: &Report) -> Vec<VerdictFinding> {
    let generator = &report.generator;
    let (limit, backlog) = (generator.max_in_flight, generator.peak_backlog);
    let found: Vec<_> = [
        (
            "backlog",
            format!(
                "since {backlog} waited already: the latencies lack them, raise --max-in-flight, or lower the rate"
            ),
        ),
        (
            "in_flight_bound",
            format!(
                "since all {limit} slots were taken to the end of the drain: the latencies lack them, raise --max-in-flight or --drain, or lower the rate"
            ),
        ),
        (
            "drain",
            "since the drain ended before slots had opened: the latencies lack them, raise --drain, or lower the rate".to_owned(),
        ),
    ]
    .into_iter()
    .filter_map(|(cause, why)| Some((*generator.unsent.get(cause)?, why)))
    .collect();
    let sum: u64 = found.iter().map(|(hits, _)| hits).sum();
    let status = if share_of_hits(report, sum) > bounds::WAITED_SHARE {
        VerdictStatus::Invalid
    } else {
        VerdictStatus::Suspect
    };
    let found = found
        .into_iter()
        .map(|(hits, why)| (status, format!("{hits} hits were never sent, {why}")));
    found.chain(skipped_late(report)).collect()
}

/// Hits that were left out because they could not start in time: that was asked for, but the
/// percentiles lack them all the same.
fn skipped_late(report: &Report) -> Option<VerdictFinding> {
    let late = *report.generator.unsent.get("late")?;
    (share_of_hits(report, late) > bounds::WAITED_SHARE).then(|| {
        let reason = format!(
            "{late} hits were left out since they could not start within --skip-late: the latencies lack them, raise --max-in-flight, or lower the rate"
        );
        (VerdictStatus::Suspect, reason)
    })
}

/// Hits that waited for the bound on hits in flight. The wait is in response, and it is the
/// target's doing; but the target was spared what the schedule had for it, and with more slots the
/// wait might not have been there.
fn waits_at_limit(report: &Report, kept_up: bool) -> Option<VerdictFinding> {
    // Those that were left out since they were late have a reason of their own.
    let left_out = report.generator.unsent.get("late").copied();
    let (waited, limit) = (
        (report.generator.waited_at_limit).saturating_sub(left_out.unwrap_or_default()),
        report.generator.max_in_flight,
    );
    if report.r#loop == LoopMode::Closed || share_of_hits(report, waited) <= bounds::WAITED_SHARE {
        return None;
    }
    let why = if kept_up {
        "the target was slower than the rate allows and got fewer at a time than were due, raise --max-in-flight, or lower the rate"
    } else {
        "the generator did not keep up, so that is not the target's doing alone, see the other reasons"
    };
    let reason = format!("{waited} hits waited because all {limit} slots were taken: {why}");
    Some((VerdictStatus::Suspect, reason))
}

fn share_of_hits(report: &Report, hits: u64) -> f64 {
    hits as f64 / report.hits.scheduled.max(1) as f64
}

/// The thread with the largest figure, by its number, and that.
pub(super) fn worst_worker(
    report: &Report,
    figure: impl Fn(&ThreadUsage) -> Option<f64>,
) -> Option<(usize, f64)> {
    let workers = report.generator.workers.iter().enumerate();
    workers
        .filter_map(|(index, worker)| Some((index, figure(worker)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}
