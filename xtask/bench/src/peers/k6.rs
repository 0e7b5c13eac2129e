//! k6, in Go: runs a JavaScript function for each hit.

use serde::Deserialize;

use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct K6;

/// The output of `handleSummary` in the script below.
#[derive(Deserialize)]
struct K6Summary {
    hits: u64,
    errors: u64,
    milliseconds: f64,
    /// In milliseconds.
    duration: K6Percentiles,
}

#[derive(Deserialize)]
struct K6Percentiles {
    #[serde(rename = "p(50)")]
    p50: f64,
    #[serde(rename = "p(90)")]
    p90: f64,
    #[serde(rename = "p(99)")]
    p99: f64,
}

impl LoadTool for K6 {
    fn name(&self) -> &'static str {
        "k6"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("version")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        load.require_http1()?;
        let trust = if load.is_tls() {
            "--insecure-skip-tls-verify"
        } else {
            ""
        };
        let mut invocation = ToolInvocation::new(&format!("run --quiet {trust}"), "-");
        invocation.stdin = k6_script(load)?.into_bytes();
        invocation.environment = vec![
            ("GOMAXPROCS", "1".to_owned()),
            // Over TLS, it would negotiate HTTP/2 with the target.
            ("GODEBUG", "http2client=0".to_owned()),
            ("K6_NO_USAGE_REPORT", "true".to_owned()),
        ];
        Some(invocation)
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let summary: K6Summary = serde_json::from_str(stdout)?;
        Ok(ToolReport {
            hits: summary.hits - summary.errors.min(summary.hits),
            seconds: summary.milliseconds / 1e3,
            errors: summary.errors,
            p50_us: Some(summary.duration.p50 * 1e3),
            p90_us: Some(summary.duration.p90 * 1e3),
            p99_us: Some(summary.duration.p99 * 1e3),
            ..ToolReport::default()
        })
    }
}

/// A script with one hit per iteration and a custom summary.
///
/// The keys of `data` are documented under custom summaries of k6. `passes` of the rate
/// `http_req_failed` is the number of failed requests.
fn k6_script(load: &ToolLoad<'_>) -> Option<String> {
    let (url, connections) = (load.url, load.connections);
    let duration = load.duration_text()?;
    let executor = match load.rate {
        Some(rate) => format!(
            "executor: 'constant-arrival-rate', rate: {rate:.0}, timeUnit: '1s', \
             preAllocatedVUs: {connections}, maxVUs: {connections}"
        ),
        None => format!("executor: 'constant-vus', vus: {connections}"),
    };
    Some(format!(
        "import http from 'k6/http';
export const options = {{
  scenarios: {{ load: {{ {executor}, duration: '{duration}' }} }},
  summaryTrendStats: ['p(50)', 'p(90)', 'p(99)'],
  discardResponseBodies: true,
}};
export default function () {{ http.get('{url}'); }}
export function handleSummary(data) {{
  return {{ stdout: JSON.stringify({{
    hits: data.metrics.http_reqs.values.count,
    errors: data.metrics.http_req_failed.values.passes,
    milliseconds: data.state.testRunDurationMs,
    duration: data.metrics.http_req_duration.values,
  }}) }};
}}
"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    #[test]
    fn parses_the_output_of_the_script() {
        let output = r#"{"hits":13000,"errors":2,"milliseconds":2003.5,
            "duration":{"p(50)":8.5,"p(90)":12.25,"p(99)":20.5}}"#;
        let report = K6
            .parse_output(&load(None), output, "")
            .expect("the output parses");
        let expected = ToolReport {
            hits: 12_998,
            seconds: 2.0035,
            errors: 2,
            p50_us: Some(8500.0),
            p90_us: Some(12_250.0),
            p99_us: Some(20_500.0),
            ..ToolReport::default()
        };
        assert_eq!(report, expected);
    }

    #[test]
    fn the_script_contains_the_load() {
        for (rate, executor) in [
            (
                None,
                "executor: 'constant-vus', vus: 64, duration: '1500ms'",
            ),
            (
                Some(1000.0),
                "executor: 'constant-arrival-rate', rate: 1000, timeUnit: '1s', \
                 preAllocatedVUs: 64, maxVUs: 64, duration: '1500ms'",
            ),
        ] {
            let script = k6_script(&load(rate)).expect("the load has a duration");
            assert!(script.contains(executor), "{script}");
            assert!(script.contains("http.get('http://127.0.0.1:1/')"));
        }
    }
}
