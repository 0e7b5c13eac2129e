use hammer_core::Report;
use hammer_plan::{LoadReport, PlanReport};

use super::latency;
use super::lines::{INDENT, WIDTH, cut, wrapped};
use super::number::{rate, size, whole};
use super::render::{REASON_LINES, aborted, codes, counted, failures, pace, verdict_of, verdicts};
use super::thresholds;

/// Lines for thresholds.
const THRESHOLDS: usize = 20;
/// What is said if nothing is wrong.
const WELL: &str = "the generator kept all schedules: the numbers describe the targets";

/// The report of a plan as text: what its loads have in common, and a block for each.
pub(crate) fn render_plan(report: &PlanReport, colour: bool) -> String {
    let mut out = header(report);
    out.push('\n');
    out.push_str(&verdict_of(&report.verdict, WELL, REASON_LINES, colour));
    out.push_str(&aborted(report.aborted.as_ref()));
    out.push_str(&thresholds::lines(&report.thresholds, THRESHOLDS));
    out.push('\n');
    let achieved = format!("{}/s achieved", rate(report.rate.achieved));
    let hits = format!("{}   {achieved}", verdicts(&report.hits));
    out.push_str(&wrapped("hits", &hits, 2));
    let generator = &report.generator;
    let s = if generator.threads == 1 { "" } else { "s" };
    let core_s = report.elapsed_s * generator.threads as f64;
    let busy = if core_s > 0.0 {
        generator.cpu_s / core_s * 100.0
    } else {
        0.0
    };
    out.push_str(&format!(
        "{:<INDENT$}{} thread{s}   {busy:.0} % busy   {}\n",
        "generator",
        generator.threads,
        size(generator.peak_rss_bytes)
    ));
    for load in &report.loads {
        out.push('\n');
        out.push_str(&block(load));
    }
    out
}

fn header(report: &PlanReport) -> String {
    let stopped = if report.stopped { ", then stopped" } else { "" };
    let loads = report.loads.len();
    let what = format!(
        "{loads} load{} for {} s{stopped}",
        if loads == 1 { "" } else { "s" },
        rate(report.duration_s)
    );
    let room = WIDTH.saturating_sub(INDENT + what.chars().count() + 3);
    format!("{:<INDENT$}{}   {what}\n", "plan", cut(&report.plan, room))
}

fn block(load: &LoadReport) -> String {
    let LoadReport {
        name,
        offset_s,
        report,
    } = load;
    let late = if *offset_s > 0.0 {
        format!(" from {} s on", rate(*offset_s))
    } else {
        String::new()
    };
    let stopped = if report.stopped { ", then stopped" } else { "" };
    let what = format!(
        "{} for {} s{late}{stopped}, seed {}",
        pace(report),
        rate(report.duration_s),
        report.seed
    );
    let name = format!("{:<width$}", cut(name, 40), width = INDENT - 3);
    let used = name.chars().count() + report.hammer.chars().count() + what.chars().count() + 9;
    let target = cut(&report.target, WIDTH.saturating_sub(used).max(10));
    let mut out = format!("{name}   {}   {target}   {what}\n", report.hammer);
    let achieved = format!("{}/s achieved", rate(report.rate.achieved));
    let hits = format!("{}   {achieved}", counted(report));
    out.push_str(&wrapped("hits", &hits, 2));
    out.push_str(&answers(report));
    out.push_str(&latency::table(report));
    out.push_str(&failures(report));
    out
}

/// Codes and connections share a line, so that three loads fit on a screen.
fn answers(report: &Report) -> String {
    let generator = &report.generator;
    let lost = generator
        .sessions_opened
        .saturating_sub(generator.slots_opened);
    let connections = format!(
        "{} connection{} opened, {} lost",
        whole(generator.sessions_opened),
        if generator.sessions_opened == 1 {
            ""
        } else {
            "s"
        },
        whole(lost)
    );
    let codes = codes(&report.labels);
    if codes.is_empty() {
        return wrapped("connections", &connections, 1);
    }
    let line = codes.trim_end();
    if line.chars().count() + 3 + connections.chars().count() <= WIDTH {
        return format!("{line}   {connections}\n");
    }
    codes
}
