//! Hammer itself.

use serde::Deserialize;

use super::{LoadTool, RunExtent, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

/// `hammer`, built from this tree.
#[derive(Debug, Default)]
pub(crate) struct HammerTool {
    /// True if it polls instead of sleeping.
    pub(crate) spin: bool,
    /// More arguments, after all others.
    pub(crate) arguments: Vec<String>,
}

/// The report of a load.
#[derive(Deserialize)]
pub(super) struct HammerReport {
    elapsed_s: f64,
    hits: HitsSection,
    response_us: PercentilesSection,
    lateness_us: PercentilesSection,
    generator: GeneratorSection,
}

#[derive(Deserialize)]
struct HitsSection {
    scheduled: u64,
    ok: u64,
}

#[derive(Deserialize)]
struct PercentilesSection {
    // `None` without answers.
    p50: Option<f64>,
    p90: Option<f64>,
    p99: Option<f64>,
}

#[derive(Deserialize)]
struct GeneratorSection {
    cpu_s: f64,
    peak_rss_bytes: f64,
}

impl LoadTool for HammerTool {
    fn name(&self) -> &'static str {
        "hammer"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("--version")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        let rate = load
            .rate
            .map_or_else(|| "max".to_owned(), |rate| format!("{rate}"));
        let extent = match load.extent {
            RunExtent::Duration(duration) => format!("-z {}ms", duration.as_millis()),
            RunExtent::Hits(hits) => format!("-n {hits}"),
        };
        let trust = if load.is_tls() { "--insecure" } else { "" };
        // Over TLS, the target would negotiate HTTP/2.
        let version = match (load.streams, load.is_tls()) {
            (Some(_), _) => format!("--http 2 --connections {}", load.connections),
            (None, true) => "--http 1.1".to_owned(),
            (None, false) => String::new(),
        };
        let spin = if self.spin { "--spin" } else { "" };
        let line = format!(
            "http --threads 1 -o json -c {} {version} -r {rate} {extent} {spin} {trust}",
            load.max_in_flight()
        );
        let mut invocation = ToolInvocation::new(&line, load.url);
        invocation.arguments.extend_from_slice(&self.arguments);
        Some(invocation)
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let report: HammerReport = serde_json::from_str(stdout)?;
        Ok(report.into())
    }
}

impl From<HammerReport> for ToolReport {
    fn from(report: HammerReport) -> Self {
        let response = report.response_us;
        Self {
            hits: report.hits.ok,
            seconds: report.elapsed_s,
            errors: report.hits.scheduled - report.hits.ok,
            p50_us: response.p50,
            p90_us: response.p90,
            p99_us: response.p99,
            lateness_p50_us: report.lateness_us.p50,
            lateness_p99_us: report.lateness_us.p99,
            cpu_s: Some(report.generator.cpu_s),
            peak_rss_bytes: Some(report.generator.peak_rss_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAMPLE_OUTPUT: &str = r#"{"schema":"hammer.report/1","hammer":"http","duration_s":2.0,
        "rate":{"requested":2000.0,"achieved":2000.0},"elapsed_s":1.999831732,
        "hits":{"scheduled":4000,"ok":3998,"rejected":0,"failed":2,"timed_out":0,"abandoned":0,"unsent":0},
        "response_us":{"count":4000,"min":73.477,"p50":168.0,"p90":203.0,"p95":212.0,"p99":272.0},
        "service_us":{"count":4000,"p50":110.0,"p90":134.0,"p99":169.0},
        "lateness_us":{"count":4000,"p50":56.0,"p90":72.0,"p99":97.0},
        "generator":{"threads":1,"cpu_s":0.296743194,"peak_rss_bytes":24616960}}"#;

    #[test]
    fn parses_the_report() {
        let report = HammerTool::default()
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("the output parses");
        let expected = ToolReport {
            hits: 3998,
            seconds: 1.999_831_732,
            errors: 2,
            p50_us: Some(168.0),
            p90_us: Some(203.0),
            p99_us: Some(272.0),
            lateness_p50_us: Some(56.0),
            lateness_p99_us: Some(97.0),
            cpu_s: Some(0.296_743_194),
            peak_rss_bytes: Some(24_616_960.0),
        };
        assert_eq!(report, expected);
    }
}
