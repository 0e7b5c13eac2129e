use super::thresholds::{
    BUSY_SHARE, LATE_P99_SHARE, NO_CORE_SHARE, SATURATED_SECONDS_SHARE, STOLEN_SHARE,
    THROTTLED_SHARE,
};
use crate::{LoopMode, Report, StallCause, ThreadUsage};

/// What kept the generator from its hits, as far as the figures tell, and what to do.
///
/// Those that explain the others come first: who is throttled has no core either.
pub(super) fn advice(report: &Report) -> &'static str {
    let generator = &report.generator;
    let any = |figure: fn(&ThreadUsage) -> Option<f64>, bound: f64| {
        let mut workers = generator.workers.iter();
        workers.any(|worker| figure(worker).is_some_and(|share| share >= bound))
    };
    let host = &generator.host;
    if host.throttled.is_some_and(|share| share >= THROTTLED_SHARE) {
        "its control group ran out of processor time, raise that limit or lower the rate"
    } else if any(|worker| worker.no_core, NO_CORE_SHARE) {
        stall_advice(Some(StallCause::NoCore))
    } else if host.stolen.is_some_and(|share| share >= STOLEN_SHARE) {
        "the host took its cores away, use a quieter or a bigger machine"
    } else if any(|worker| worker.busy, BUSY_SHARE)
        || any(|worker| worker.saturated, SATURATED_SECONDS_SHARE)
    {
        "its threads had too much to do, add --threads or machines, or lower the rate"
    } else {
        let worst = super::judge::worst_worker(report, |worker| Some(worker.blocked_max_us));
        stall_advice(worst.and_then(|(thread, _)| generator.workers[thread].blocked_while))
    }
}

/// What to do about a loop that stood still.
pub(super) fn stall_advice(hold: Option<StallCause>) -> &'static str {
    match hold {
        Some(StallCause::NoCore) => {
            "others ran on its cores, use a quieter host or fewer --threads"
        }
        Some(StallCause::Busy) => {
            "its hammer or its hits took that long, do less within a hit or add --threads"
        }
        Some(StallCause::Asleep) => {
            "its hammer blocks the thread, which it must not do, or the process was stopped"
        }
        None => "it shared its cores, use a quieter host or other --threads",
    }
}

/// Whether what took the cores away did harm.
///
/// It strikes at a hit's due time as often as at its answer, so it shows in lateness as much as in
/// the rest of response, and a share of lateness that does not matter tells of a whole that does
/// not. A closed loop has no lateness to tell by.
pub(super) fn did_harm(report: &Report) -> bool {
    let late = report.generator.schedule_late_us.p99;
    report.r#loop == LoopMode::Closed || late >= LATE_P99_SHARE * report.response_us.p99
}

pub(super) fn format_ms(us: f64) -> String {
    format!("{:.1} ms", us / 1e3)
}

pub(super) fn format_percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = usize::from(percent < 10.0);
    format!("{percent:.digits$} %")
}

pub(super) fn format_megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}
