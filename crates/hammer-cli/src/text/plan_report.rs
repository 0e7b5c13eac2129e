//! The report of a plan as text.

use hammer_core::Report;
use hammer_plan::{PlanLoadReport, PlanReport};

use super::latency;
use super::lines::{INDENT, WIDTH, truncate, wrap, wrap_items};
use super::number::{format_bytes, format_count, format_decimal};
use super::run_report::{
    REASON_LINES, abort_line, connection_counts, end_reason, failures, hits_text, labels_line,
    requested_load, results_text, verdict_lines,
};
use super::thresholds;

/// Maximum number of lines for thresholds.
const MAX_THRESHOLDS: usize = 20;
/// Maximum number of rows for the stages of a load.
const MAX_STAGES: usize = 9;
/// Text of a valid verdict.
const VALID_TEXT: &str = "the generator kept all schedules: the numbers describe the targets";

/// Renders the report of a plan: the totals, and a block for each load.
pub(crate) fn render_plan(report: &PlanReport, color: bool) -> String {
    let mut out = header(report);
    out.push('\n');
    out.push_str(&verdict_lines(
        &report.verdict,
        VALID_TEXT,
        REASON_LINES,
        color,
    ));
    out.push_str(&abort_line(report.aborted.as_ref()));
    out.push_str(&thresholds::lines(&report.thresholds, MAX_THRESHOLDS));
    out.push('\n');
    let achieved = format!("{}/s achieved", format_decimal(report.rate.achieved));
    let hits = format!("{}   {achieved}", results_text(&report.hits));
    out.push_str(&wrap_items("hits", &hits, 2));
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
        format_bytes(generator.peak_rss_bytes)
    ));
    for load in &report.loads {
        out.push('\n');
        out.push_str(&load_block(load));
    }
    out
}

fn header(report: &PlanReport) -> String {
    let stopped = if report.stopped { ", then stopped" } else { "" };
    let loads = report.loads.len();
    let summary = format!(
        "{loads} load{} for {} s{stopped}",
        if loads == 1 { "" } else { "s" },
        format_decimal(report.duration_s)
    );
    let room = WIDTH.saturating_sub(INDENT + summary.chars().count() + 3);
    format!(
        "{:<INDENT$}{}   {summary}\n",
        "plan",
        truncate(&report.plan, room)
    )
}

fn load_block(load: &PlanLoadReport) -> String {
    let PlanLoadReport {
        name,
        offset_s,
        report,
    } = load;
    let offset = if *offset_s > 0.0 {
        format!(" after {} s", format_decimal(*offset_s))
    } else {
        String::new()
    };
    let end_reason = end_reason(report);
    let summary = format!(
        "{}{offset}{end_reason}, seed {}",
        requested_load(report),
        report.seed
    );
    let name = format!("{:<width$}", truncate(name, 40), width = INDENT - 3);
    let used = name.chars().count() + report.hammer.chars().count() + summary.chars().count() + 9;
    let target = truncate(&report.target, WIDTH.saturating_sub(used).max(10));
    let mut out = format!("{name}   {}   {target}   {summary}\n", report.hammer);
    let achieved = format!("{}/s achieved", format_decimal(report.rate.achieved));
    let hits = format!("{}   {achieved}", hits_text(report));
    out.push_str(&wrap_items("hits", &hits, 2));
    out.push_str(&label_line(report));
    out.push_str(&latency::table(report, MAX_STAGES));
    out.push_str(&failures(report));
    out
}

/// Labels and connections in one line, so that three loads fit on a screen.
fn label_line(report: &Report) -> String {
    let (opened, lost) = connection_counts(report);
    let connections = format!(
        "{} connection{} opened, {} lost",
        format_count(opened),
        if opened == 1 { "" } else { "s" },
        format_count(lost)
    );
    let codes = labels_line(&report.labels);
    if codes.is_empty() {
        return wrap("connections", &connections, 1);
    }
    let line = codes.trim_end();
    if line.chars().count() + 3 + connections.chars().count() <= WIDTH {
        return format!("{line}   {connections}\n");
    }
    codes
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::text::golden::{report, summary};

    fn stage(stage: &str, p50: f64, hits: u64) -> Value {
        json!({"stage": stage, "t_s": 0.0, "width_s": 1.0, "rate": {"requested": 60.0, "achieved": 59.9},
               "scheduled": hits, "ok": hits - 3, "rejected": 3, "failed": 0, "timed_out": 0,
               "abandoned": 0, "unsent": 0,
               "response_us": summary(hits, [p50; 5]), "service_us": summary(hits, [p50; 5])})
    }

    fn rendered(stages: &[Value]) -> String {
        let staged = report(&[
            ("/stages", json!(stages)),
            ("/shape", json!("20..100/2s, 100/1s")),
        ]);
        let loads = [("browse", staged), ("order", report(&[]))];
        let loads = loads.map(|(name, it)| PlanLoadReport::new(name.into(), Duration::ZERO, it));
        let plan = PlanReport::new("plan.toml".into(), Duration::ZERO, loads.into());
        render_plan(&plan, false)
    }

    #[test]
    fn stages_of_a_load_follow_its_response() {
        let text = "
browse        http   http://127.0.0.1:8080/   20..100/2s, 100/1s for 30 s, seed 1
hits          30,000 scheduled   29,988 ok   0 rejected   12 failed   999.6/s achieved
codes         200: 29,988   26 connections opened, 12 lost
latency, ms       p50       p90       p99     p99.9       max
  response      0.112     0.154      2.31      9.02      11.3   from due to done
   stage 1      0.110     0.110     0.110     0.110     0.110   20..100/2s   59.9/s   3 not ok
   stage 2       12.0      12.0      12.0      12.0      12.0   100/1s   59.9/s   3 not ok
  service       0.081     0.110     0.264     0.852      1.25   from start to done
  lateness      0.030     0.041      2.07      8.20      10.1   from due to start
";
        let rendered = rendered(&[stage("20..100/2s", 110.0, 120), stage("100/1s", 12e3, 100)]);
        assert!(rendered.contains(text), "\n{rendered}");
        assert_eq!(rendered.matches(" stage ").count(), 2, "\n{rendered}");
    }

    #[test]
    fn many_stages_with_long_names_are_cut() {
        let many: Vec<_> = (0..256)
            .map(|n| stage(&format!("{n}..999999.999999999/1d23h59m59s"), 1e9, u64::MAX))
            .collect();
        let rendered = rendered(&many);
        assert_eq!(rendered.matches("   stage ").count(), 8, "\n{rendered}");
        assert!(
            rendered.contains("   248 more stages (see -o json)\n"),
            "\n{rendered}"
        );
        for line in rendered.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
