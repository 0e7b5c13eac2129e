//! Text report of several loads: the totals, and a block for each load.

use hammer_core::{PlanLoadReport, PlanReport};

use super::head::ReportHead;
use super::load_details::LoadDetails;
use super::single_load::MAX_LINES;
use super::{TextOptions, baseline, generator, hits, title};

/// Maximum number of lines for thresholds.
const MAX_THRESHOLDS: usize = 20;

/// Renders the report of several loads.
pub(super) fn render(report: &PlanReport, options: TextOptions) -> String {
    let head = ReportHead {
        title: title::plan(report),
        max_thresholds: MAX_THRESHOLDS,
        room: usize::MAX,
        color: options.color,
    };
    let mut out = head.render(report);
    out.push_str(&hits::totals(report));
    out.push_str(&generator::plan(report));
    out.extend(report.baseline.as_ref().map(baseline::lines));
    for load in &report.loads {
        out.push('\n');
        out.push_str(&load_block(load, options.confidence));
    }
    out
}

/// Renders a load as if it were the only one, without the verdict and the thresholds, which are at
/// the top.
fn load_block(load: &PlanLoadReport, with_confidence: bool) -> String {
    let details = LoadDetails::new(&load.report, with_confidence);
    let left = MAX_LINES.saturating_sub(details.lines() + 1);
    let title = title::plan_load(load);
    title + &details.render(&load.report, left)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::report::text::golden::{report, summary};
    use crate::text::lines::WIDTH;

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
        super::render(&plan, TextOptions::default())
    }

    #[test]
    fn a_load_of_a_plan_has_all_that_a_single_load_has() {
        let text = "
browse        http   http://127.0.0.1:8080/   20..100/2s, 100/1s for 30 s, seed 1
hits          30,000 scheduled   29,988 ok   0 rejected   12 failed
rate          1,000/s requested on average   999.6/s achieved
latency, ms       p50       p90       p95       p99     p99.9       max
  response      0.112     0.154     0.154      2.31      9.02      11.3   from due to done
  service       0.081     0.110     0.110     0.264     0.852      1.25   from start to done
  lateness      0.030     0.041     0.041      2.07      8.20      10.1   from due to start
stages, ms                    requested/s  achieved/s      p50      p99      max      not ok
  20..100/2s                           60        59.9    0.110    0.110    0.110           3
  100/1s                               60        59.9     12.0     12.0     12.0           3
codes         200: 29,988
failures      connection reset: 12   the target dropped the connection: see its log, it may be
              overloaded
phases, ms    connect 0.210   first byte 0.070   (p50)
connections   26 opened   12 lost   14 closed as planned   9 hits in flight at peak   2.10 MB sent
              3.60 MB received
generator     2 threads   4 % busy (busiest 6 %)   11.0 MB
";
        let rendered = rendered(&[stage("20..100/2s", 110.0, 120), stage("100/1s", 12e3, 100)]);
        assert!(rendered.contains(text), "\n{rendered}");
    }

    #[test]
    fn many_stages_with_long_names_are_cut() {
        let many: Vec<_> = (0..256)
            .map(|n| stage(&format!("{n}..999999.999999999/1d23h59m59s"), 1e9, u64::MAX))
            .collect();
        let rendered = rendered(&many);
        assert!(
            rendered.contains("  247 more stages (see -o json)\n"),
            "\n{rendered}"
        );
        for line in rendered.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
