//! oha, on hyper: a closed loop with an optional rate limit.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct Oha;

/// Its error for hits in flight at the end of the run, which other tools do not count.
const IN_FLIGHT_ERROR: &str = "aborted due to deadline";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OhaReport {
    summary: OhaSummary,
    latency_percentiles: OhaPercentiles,
    status_code_distribution: BTreeMap<String, u64>,
    error_distribution: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct OhaSummary {
    total: f64,
}

/// In seconds.
#[derive(Deserialize)]
struct OhaPercentiles {
    p50: Option<f64>,
    p90: Option<f64>,
    p99: Option<f64>,
}

impl LoadTool for Oha {
    fn name(&self) -> &'static str {
        "oha"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("--version")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        let rate = load.rate.map_or_else(String::new, |r| format!("-q {r:.0}"));
        let trust = if load.is_tls() { "--insecure" } else { "" };
        let streams = load.streams.map(|streams| format!("--http2 -p {streams}"));
        let streams = streams.unwrap_or_default();
        let line = format!(
            "-c {} -z {} --no-tui --output-format json {rate} {streams} {trust}",
            load.connections,
            load.duration_text()?
        );
        let mut invocation = ToolInvocation::new(&line, load.url);
        // By default it starts a thread per core of the machine, even when pinned to one. At
        // 20,000/s, two threads on one core take 25 % more CPU time per hit.
        invocation
            .environment
            .push(("TOKIO_WORKER_THREADS", "1".to_owned()));
        Some(invocation)
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let report: OhaReport = serde_json::from_str(stdout)?;
        let answered = |code: &&String| matches!(code.as_bytes(), [b'2' | b'3', ..]);
        let codes = &report.status_code_distribution;
        let hits = codes.keys().filter(answered).map(|code| codes[code]).sum();
        let refused: u64 = codes.values().sum::<u64>() - hits;
        let failed: u64 = report
            .error_distribution
            .iter()
            .filter(|(kind, _)| *kind != IN_FLIGHT_ERROR)
            .map(|(_, count)| count)
            .sum();
        let us = |seconds: Option<f64>| seconds.map(|s| s * 1e6);
        Ok(ToolReport {
            hits,
            seconds: report.summary.total,
            errors: refused + failed,
            p50_us: us(report.latency_percentiles.p50),
            p90_us: us(report.latency_percentiles.p90),
            p99_us: us(report.latency_percentiles.p99),
            ..ToolReport::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAMPLE_OUTPUT: &str = r#"{
  "summary": {"successRate": 1.0, "total": 2.001798077, "requestsPerSec": 103479.46797433155},
  "latencyPercentiles": {"p10": 0.000211334, "p50": 0.0003, "p90": 0.0005, "p95": 0.004360827,
    "p99": 0.0045, "p99.9": 0.005704122},
  "firstBytePercentiles": {"p10": null},
  "statusCodeDistribution": {"200": 207095, "503": 4},
  "errorDistribution": {"aborted due to deadline": 50, "connection closed": 3}
}"#;

    #[test]
    fn parses_the_report() {
        let report = Oha
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("the output parses");
        let us = |us: Option<f64>| us.map(f64::round);
        assert_eq!((report.hits, report.errors), (207_095, 7));
        assert_eq!(report.seconds, 2.001_798_077);
        assert_eq!(us(report.p50_us), Some(300.0));
        assert_eq!(us(report.p90_us), Some(500.0));
        assert_eq!(us(report.p99_us), Some(4500.0));
    }
}
