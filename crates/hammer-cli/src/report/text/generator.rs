//! Threads, load and memory of the generator.

use hammer_core::PlanReport;
use hammer_core::Report;

use crate::text::lines::wrap_items;
use crate::text::number::{format_bytes, format_count};

/// The shortest run, in seconds, of which shares are shown.
const MIN_SPAN_S: f64 = 0.1;

/// Renders the usage by the workers of a load, and the records that its log lacks.
pub(super) fn single_load(report: &Report) -> String {
    wrap_items("generator", &single_load_text(report), 2)
}

/// The usage by the workers of a load, and the records that its log lacks.
pub(crate) fn single_load_text(report: &Report) -> String {
    let generator = &report.generator;
    let threads = generator.threads;
    let shares = generator.workers.iter().filter_map(|worker| worker.busy);
    let sum: f64 = shares.clone().sum();
    // The CPU time of the process may include other work, such as a target.
    let busy = if sum > 0.0 {
        sum / threads as f64 * 100.0
    } else {
        busy_percent(generator.cpu_s, report.elapsed_s, threads)
    };
    let busiest = match shares.max_by(f64::total_cmp) {
        Some(busiest) if threads > 1 => format!(" (busiest {:.0} %)", busiest * 100.0),
        _ => String::new(),
    };
    let work = match generator.spin {
        true => polling(busy),
        false => format!("{busy:.0} % busy{busiest}"),
    };
    // Shares of less than a tenth of a second say nothing.
    let work = if report.elapsed_s < MIN_SPAN_S && !generator.spin {
        String::new()
    } else {
        work
    };
    let mut text = usage(threads, &work, generator.peak_rss_bytes);
    if generator.log_dropped > 0 {
        let dropped = format_count(generator.log_dropped);
        text = format!(
            "{text}   {dropped} hits missing from the log: writing it failed or was too slow"
        );
    }
    text
}

/// Renders the usage by all loads of a plan.
pub(super) fn plan(report: &PlanReport) -> String {
    wrap_items("generator", &plan_text(report), 1)
}

/// The usage by all loads of a plan.
pub(crate) fn plan_text(report: &PlanReport) -> String {
    let generator = &report.generator;
    let busy = busy_percent(generator.cpu_s, report.elapsed_s, generator.threads);
    let work = match report.loads.iter().any(|load| load.report.generator.spin) {
        true => polling(busy),
        false => format!("{busy:.0} % busy"),
    };
    usage(generator.threads, &work, generator.peak_rss_bytes)
}

/// The load of threads that poll, which says nothing about the time that they need for hits.
fn polling(busy: f64) -> String {
    format!("{busy:.0} % busy with polling")
}

fn usage(threads: usize, work: &str, rss_bytes: u64) -> String {
    let s = if threads == 1 { "" } else { "s" };
    let memory = format_bytes(rss_bytes);
    let work = match work {
        "" => String::new(),
        work => format!("{work}   "),
    };
    format!("{threads} thread{s}   {work}{memory}")
}

fn busy_percent(cpu_s: f64, elapsed_s: f64, threads: usize) -> f64 {
    let core_s = elapsed_s * threads as f64;
    if core_s > 0.0 {
        cpu_s / core_s * 100.0
    } else {
        0.0
    }
}
