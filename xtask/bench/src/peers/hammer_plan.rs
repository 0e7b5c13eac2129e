//! Hammer with a plan of several loads.

use std::path::PathBuf;

use serde::Deserialize;

use super::hammer::HammerReport;
use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

/// `hammer run` with a plan, which says itself what it sends.
pub(crate) struct HammerPlan {
    /// The path of the plan.
    pub(crate) plan: PathBuf,
    /// More arguments, after all others.
    pub(crate) arguments: Vec<String>,
}

#[derive(Deserialize)]
struct PlanReport {
    loads: Vec<HammerReport>,
}

impl LoadTool for HammerPlan {
    fn name(&self) -> &'static str {
        "hammer"
    }

    fn version_argument(&self) -> Option<&'static str> {
        None
    }

    fn invocation(&self, _load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        let plan = self.plan.display().to_string();
        let mut invocation = ToolInvocation::new("run -o json", &plan);
        invocation.arguments.extend_from_slice(&self.arguments);
        Some(invocation)
    }

    /// Sums up the hits of all loads. CPU time and memory are those of the process, as the load says that
    /// measured it for the longest time.
    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let report: PlanReport = serde_json::from_str(stdout)?;
        let loads = report.loads.into_iter().map(ToolReport::from);
        let largest = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        let sum = loads.reduce(|sum, load| ToolReport {
            hits: sum.hits + load.hits,
            seconds: sum.seconds.max(load.seconds),
            errors: sum.errors + load.errors,
            cpu_s: largest(sum.cpu_s, load.cpu_s),
            peak_rss_bytes: largest(sum.peak_rss_bytes, load.peak_rss_bytes),
            ..ToolReport::default()
        });
        sum.ok_or_else(|| ToolOutputError::missing("a load"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    #[test]
    fn hits_are_summed_and_figures_of_the_process_are_not() {
        let one = |ok: u64, cpu_s: f64| {
            format!(
                r#"{{"name":"a","elapsed_s":2.0,"hits":{{"scheduled":{},"ok":{ok}}},
                    "response_us":{{"p50":1.0,"p90":1.0,"p99":1.0}},"lateness_us":{{"p50":1.0}},
                    "generator":{{"cpu_s":{cpu_s},"peak_rss_bytes":30000000}}}}"#,
                ok + 1
            )
        };
        let tool = HammerPlan {
            plan: PathBuf::from("plan.toml"),
            arguments: vec![],
        };
        let output = format!(r#"{{"loads":[{},{}]}}"#, one(10, 0.5), one(20, 0.4));
        let report = tool
            .parse_output(&load(None), &output, "")
            .expect("a report");
        let expected = ToolReport {
            hits: 30,
            seconds: 2.0,
            errors: 2,
            cpu_s: Some(0.5),
            peak_rss_bytes: Some(30e6),
            ..ToolReport::default()
        };
        assert_eq!(report, expected);
        let empty = tool.parse_output(&load(None), r#"{"loads":[]}"#, "");
        assert!(empty.is_err());
    }
}
