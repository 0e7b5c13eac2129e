//! vegeta, in Go: workers at a constant rate.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct Vegeta;

#[derive(Deserialize)]
struct VegetaReport {
    latencies: VegetaLatencies,
    /// Nanoseconds during which hits were sent, and after that until the last answer.
    duration: f64,
    wait: f64,
    status_codes: BTreeMap<String, u64>,
}

/// In nanoseconds.
#[derive(Deserialize)]
struct VegetaLatencies {
    #[serde(rename = "50th")]
    p50: f64,
    #[serde(rename = "90th")]
    p90: f64,
    #[serde(rename = "99th")]
    p99: f64,
}

impl LoadTool for Vegeta {
    fn name(&self) -> &'static str {
        "vegeta"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("--version")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        load.require_http1()?;
        // Rate 0 is a closed loop of all workers.
        let rate = load
            .rate
            .map_or_else(|| "0".to_owned(), |rate| format!("{rate:.0}/s"));
        let trust = if load.is_tls() { "-insecure" } else { "" };
        let line = format!(
            "-cpus 1 attack -http2=false -connections {n} -workers {n} -max-workers {n} \
             -duration {duration} {trust} -rate",
            n = load.connections,
            duration = load.duration_text()?
        );
        let mut invocation = ToolInvocation::new(&line, &rate);
        invocation.stdin = format!("GET {}\n", load.url).into_bytes();
        Some(invocation)
    }

    fn convert_arguments(&self) -> Option<&'static str> {
        Some("report -type=json")
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let report: VegetaReport = serde_json::from_str(stdout)?;
        // Code 0 means that there was no answer.
        let answered = |code: &str| code.starts_with('2') || code.starts_with('3');
        let of = |want: bool| {
            let codes = report.status_codes.iter();
            let those = codes.filter(|(code, _)| answered(code) == want);
            those.map(|(_, count)| count).sum()
        };
        Ok(ToolReport {
            hits: of(true),
            errors: of(false),
            seconds: (report.duration + report.wait) / 1e9,
            p50_us: Some(report.latencies.p50 / 1e3),
            p90_us: Some(report.latencies.p90 / 1e3),
            p99_us: Some(report.latencies.p99 / 1e3),
            ..ToolReport::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    #[test]
    fn parses_the_report() {
        let output = r#"{"latencies":{"total":3000123456,"mean":2000082,"50th":1800250,"90th":2900500,
            "95th":3100000,"99th":3400750,"max":9000111,"min":200333},"bytes_in":{"total":3000,
            "mean":2},"earliest":"2026-11-24T08:15:00.5Z","duration":1500000000,
            "wait":2500000,"requests":1500,"rate":1000.5,"throughput":998.9,"success":1,
            "status_codes":{"0":3,"200":1495,"503":2},"errors":["connection refused"]}"#;
        let report = Vegeta
            .parse_output(&load(None), output, "")
            .expect("the output parses");
        let expected = ToolReport {
            hits: 1495,
            errors: 5,
            seconds: 1.5025,
            p50_us: Some(1800.25),
            p90_us: Some(2900.5),
            p99_us: Some(3400.75),
            ..ToolReport::default()
        };
        assert_eq!(report, expected);
    }
}
