use super::thresholds::{BUSY, FULL, LATE_SHARE, NO_CORE, STOLEN, THROTTLED};
use crate::{Effort, Hold, Loop, Report};

/// What kept the generator from its hits, as far as the figures tell, and what to do.
///
/// Those that explain the others come first: who is throttled has no core either.
pub(super) fn advice(report: &Report) -> &'static str {
    let generator = &report.generator;
    let any = |figure: fn(&Effort) -> Option<f64>, bound: f64| {
        let mut workers = generator.workers.iter();
        workers.any(|worker| figure(worker).is_some_and(|share| share >= bound))
    };
    let host = &generator.host;
    if host.throttled.is_some_and(|share| share >= THROTTLED) {
        "its control group ran out of processor time, raise that limit or lower the rate"
    } else if any(|worker| worker.no_core, NO_CORE) {
        hold_advice(Some(Hold::NoCore))
    } else if host.stolen.is_some_and(|share| share >= STOLEN) {
        "the host took its cores away, use a quieter or a bigger machine"
    } else if any(|worker| worker.busy, BUSY) || any(|worker| worker.full, FULL) {
        "its threads had too much to do, add --threads or machines, or lower the rate"
    } else {
        let worst = super::judge::worst(report, |worker| Some(worker.blocked_max_us));
        hold_advice(worst.and_then(|(thread, _)| generator.workers[thread].blocked_while))
    }
}

/// What to do about a loop that stood still.
pub(super) fn hold_advice(hold: Option<Hold>) -> &'static str {
    match hold {
        Some(Hold::NoCore) => "others ran on its cores, use a quieter host or fewer --threads",
        Some(Hold::Busy) => {
            "its hammer or its hits took that long, do less within a hit or add --threads"
        }
        Some(Hold::Asleep) => {
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
    report.r#loop == Loop::Closed || late >= LATE_SHARE * report.response_us.p99
}

pub(super) fn ms(us: f64) -> String {
    format!("{:.1} ms", us / 1e3)
}

pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = usize::from(percent < 10.0);
    format!("{percent:.digits$} %")
}

pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}
