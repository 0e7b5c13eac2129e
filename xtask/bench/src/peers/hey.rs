//! hey: Go, a closed loop in which each connection can be slowed down to a rate.

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
        // It trusts any certificate as it is.
        let line = format!("-cpus 1 -c {} -z {duration} {rate}", load.connections);
        Some(ToolInvocation::new(&line, load.url))
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let mut account = ToolReport::default();
        let (mut total, mut p99) = (None, None);
        let mut in_errors = false;
        for line in stdout.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match *words.as_slice() {
                ["Total:", seconds, "secs"] => total = seconds.parse().ok(),
                [percent, "in", seconds, "secs"] => {
                    let us = seconds.parse::<f64>().ok().map(|seconds| seconds * 1e6);
                    match percent {
                        "50%" => account.p50_us = us,
                        "90%" => account.p90_us = us,
                        "99%" => p99 = us,
                        _ => {}
                    }
                }
                ["Error", "distribution:"] => in_errors = true,
                [code, count, "responses"] => {
                    let count: u64 = count.parse().unwrap_or(0);
                    if code.starts_with("[2") || code.starts_with("[3") {
                        account.hits += count;
                    } else {
                        account.errors += count;
                    }
                }
                // [3]	Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused
                [count, ..] if in_errors => {
                    let count = count.trim_matches(['[', ']']).parse().unwrap_or(0);
                    account.errors += count;
                }
                _ => {}
            }
        }
        account.seconds =
            total.ok_or_else(|| ToolOutputError::missing("line \"Total: … secs\""))?;
        account.p99_us = p99;
        Ok(account)
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
    fn reads_what_it_prints() {
        let account = Hey
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("it is readable");
        assert_eq!((account.hits, account.errors), (69_462, 7));
        assert_eq!(account.seconds, 2.0012);
        assert_eq!(account.p50_us.map(f64::round), Some(1600.0));
        assert_eq!(account.p90_us.map(f64::round), Some(3600.0));
        assert_eq!(account.p99_us.map(f64::round), Some(5500.0));
    }
}
