//! Causes, remedies and figures for the reasons of a verdict.

use hammer_diagnostic::format_count;

use super::thresholds::{
    BUSY_SHARE, LATE_P99_SHARE, NO_CORE_SHARE, SATURATED_SECONDS_SHARE, STOLEN_SHARE,
    THROTTLED_SHARE,
};
use crate::host::thread_usage::{StallCause, ThreadUsage};
use crate::report::report::{OpenOrClosedLoop, Report};

/// The likely cause of the generator's lateness, and the remedy, in sentences.
///
/// Causes that explain others come first: a throttled process has no core either.
pub(super) fn advice(report: &Report) -> &'static str {
    let generator = &report.generator;
    let any = |figure: fn(&ThreadUsage) -> Option<f64>, bound: f64| {
        let mut workers = generator.workers.iter();
        workers.any(|worker| figure(worker).is_some_and(|share| share >= bound))
    };
    let host = &generator.host;
    if host.throttled.is_some_and(|share| share >= THROTTLED_SHARE) {
        "Its control group ran out of CPU time. Raise that limit or lower the rate."
    } else if any(|worker| worker.no_core, NO_CORE_SHARE) {
        stall_advice(Some(StallCause::NoCore))
    } else if host.stolen.is_some_and(|share| share >= STOLEN_SHARE) {
        "The host gave its cores to others. Use a quieter or larger machine."
    } else if any(|worker| worker.busy, BUSY_SHARE)
        || any(|worker| worker.saturated, SATURATED_SECONDS_SHARE)
    {
        "Its threads had too much work. Add --threads or machines, or lower the rate."
    } else {
        let worst = super::judge::worst_worker(report, |worker| Some(worker.blocked_max_us));
        stall_advice(worst.and_then(|(thread, _)| generator.workers[thread].blocked_while))
    }
}

/// The cause of a stall and the remedy, in sentences.
pub(super) fn stall_advice(cause: Option<StallCause>) -> &'static str {
    match cause {
        Some(StallCause::NoCore) => {
            "Other processes ran on its cores. Use a quieter host or fewer --threads."
        }
        Some(StallCause::Busy) => {
            "Its hammer or its hits kept the thread busy. Do less within a hit or add --threads."
        }
        Some(StallCause::Asleep) => {
            "Its hammer blocked the thread, or the process was stopped. A hammer must not block."
        }
        None => "The cause is unknown. Try a quieter host or a different number of --threads.",
    }
}

/// Returns true if the loss of cores can have affected the latencies.
///
/// A loss delays due times as often as answers, so it affects lateness as much as the rest of
/// response. If lateness is negligible, so is the whole effect. A closed loop has no lateness to
/// judge by.
pub(super) fn did_harm(report: &Report) -> bool {
    let late = report.generator.schedule_late_us.p99;
    report.r#loop == OpenOrClosedLoop::Closed || late >= LATE_P99_SHARE * report.response_us.p99
}

/// `1 hit`, or the plural.
pub(super) fn format_hits(hits: u64) -> String {
    let plural = if hits == 1 { "" } else { "s" };
    format!("{} hit{plural}", format_count(hits))
}

/// `1 hit was`, or the plural.
pub(super) fn format_hits_were(hits: u64) -> String {
    let were = if hits == 1 { "was" } else { "were" };
    format!("{} {were}", format_hits(hits))
}

/// Formats microseconds as milliseconds with one decimal: `1,234.6 ms`.
pub(super) fn format_ms(us: f64) -> String {
    let tenths = (us / 100.0).round() as u64;
    format!("{}.{} ms", format_count(tenths / 10), tenths % 10)
}

pub(super) fn format_percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = usize::from(percent < 10.0);
    format!("{percent:.digits$} %")
}

pub(super) fn format_megabytes(bytes: u64) -> String {
    format!("{} MB", format_count((bytes as f64 / 1e6).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_thousands_separators() {
        for (shown, expected) in [
            (format_hits(1), "1 hit"),
            (format_hits(4939), "4,939 hits"),
            (format_hits_were(1), "1 hit was"),
            (format_hits_were(1_234_567), "1,234,567 hits were"),
            (format_ms(0.0), "0.0 ms"),
            (format_ms(2_049.0), "2.0 ms"),
            (format_ms(1_234_567.0), "1,234.6 ms"),
            (format_megabytes(999_400_000), "999 MB"),
            (format_megabytes(16_000_000_000), "16,000 MB"),
        ] {
            assert_eq!(shown, expected);
        }
    }
}
