//! hey, in Go: a closed loop with an optional rate limit per connection.

use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct Hey;

impl LoadTool for Hey {
    fn name(&self) -> &'static str {
        "hey"
    }

    fn version_argument(&self) -> Option<&'static str> {
        None
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        load.require_http1()?;
        let each = load.rate.map(|rate| rate / f64::from(load.connections));
        let rate = each.map_or_else(String::new, |each| format!("-q {each}"));
        let duration = load.duration_text()?;
        // It does not verify certificates.
        let line = format!("-cpus 1 -c {} -z {duration} {rate}", load.connections);
        Some(ToolInvocation::new(&line, load.url))
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let mut report = ToolReport::default();
        let (mut total, mut p99) = (None, None);
        let mut in_errors = false;
        for line in stdout.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match *words.as_slice() {
                ["Total:", seconds, "secs"] => total = seconds.parse().ok(),
                [percent, "in", seconds, "secs"] => {
                    let us = seconds.parse::<f64>().ok().map(|seconds| seconds * 1e6);
                    match percent {
                        "50%" => report.p50_us = us,
                        "90%" => report.p90_us = us,
                        "99%" => p99 = us,
                        _ => {}
                    }
                }
                ["Error", "distribution:"] => in_errors = true,
                [code, count, "responses"] => {
                    let count: u64 = count.parse().unwrap_or(0);
                    if code.starts_with("[2") || code.starts_with("[3") {
                        report.hits += count;
                    } else {
                        report.errors += count;
                    }
                }
                // [3]	Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused
                [count, ..] if in_errors => {
                    let count = count.trim_matches(['[', ']']).parse().unwrap_or(0);
                    report.errors += count;
                }
                _ => {}
            }
        }
        report.seconds =
            total.ok_or_else(|| ToolOutputError::missing("a line \"Total: … secs\""))?;
        report.p99_us = p99;
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAMPLE_OUTPUT: &str = "
Summary:
  Total:\t2.0012 secs
  Slowest:\t0.0168 secs
  Requests/sec:\t34710.8769

Response time histogram:
  0.000 [1]\t|
  0.002 [36143]\t|■■■■

Latency distribution:
  10% in 0.0004 secs
  50% in 0.0016 secs
  90% in 0.0036 secs
  99% in 0.0055 secs

Details (average, fastest, slowest):
  DNS+dialup:\t0.0000 secs, 0.0000 secs, 0.0168 secs

Status code distribution:
  [200]\t69462 responses
  [503]\t2 responses

Error distribution:
  [5]\tGet \"http://127.0.0.1:1/\": dial tcp 127.0.0.1:1: connect: connection refused
";

    #[test]
    fn parses_the_summary() {
        let report = Hey
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("the output parses");
        assert_eq!((report.hits, report.errors), (69_462, 7));
        assert_eq!(report.seconds, 2.0012);
        assert_eq!(report.p50_us.map(f64::round), Some(1600.0));
        assert_eq!(report.p90_us.map(f64::round), Some(3600.0));
        assert_eq!(report.p99_us.map(f64::round), Some(5500.0));
    }
}
