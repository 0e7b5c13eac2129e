//! wrk, in C: a closed loop.

use super::duration_text::parse_micros;
use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct Wrk;

impl LoadTool for Wrk {
    fn name(&self) -> &'static str {
        "wrk"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("-v")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        load.require_http1()?;
        if load.rate.is_some() {
            return None;
        }
        let seconds = load.whole_seconds()?;
        let line = format!("-t 1 -c {} -d {seconds}s --latency", load.connections);
        Some(ToolInvocation::new(&line, load.url))
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        parse_output(stdout)
    }
}

/// Parses the output of wrk and wrk2.
pub(super) fn parse_output(stdout: &str) -> Result<ToolReport, ToolOutputError> {
    let mut totals = None;
    let mut percentiles = [None; 3];
    let mut errors = 0;
    for line in stdout.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match *words.as_slice() {
            [hits, "requests", "in", time, ..] => {
                let hits = hits.parse().ok();
                let time = parse_micros(time.trim_end_matches(','));
                totals = hits.zip(time);
            }
            [percent, time] if percent.ends_with('%') => {
                let percent = percent.trim_end_matches('%').parse::<f64>().ok();
                let at = percent.and_then(|p| [50.0, 90.0, 99.0].iter().position(|q| *q == p));
                if let Some(at) = at {
                    percentiles[at] = parse_micros(time);
                }
            }
            // Socket errors: connect 0, read 3, write 0, timeout 2
            ["Socket", "errors:", ..] => errors += sum_of_numbers(&words),
            // Non-2xx or 3xx responses: 17
            ["Non-2xx", ..] => errors += sum_of_numbers(&words),
            _ => {}
        }
    }
    let (hits, us) =
        totals.ok_or_else(|| ToolOutputError::missing("a line \"… requests in …\""))?;
    let [p50_us, p90_us, p99_us] = percentiles;
    if p99_us.is_none() {
        return Err(ToolOutputError::missing("the percentile 99 %"));
    }
    Ok(ToolReport {
        hits,
        seconds: us / 1e6,
        errors,
        p50_us,
        p90_us,
        p99_us,
        ..ToolReport::default()
    })
}

/// The sum of all words that are numbers.
fn sum_of_numbers(words: &[&str]) -> u64 {
    words
        .iter()
        .filter_map(|word| word.trim_end_matches(',').parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE_OUTPUT: &str = "\
Running 2s test @ http://127.0.0.1:18999/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   475.49us  378.71us   8.73ms   98.75%
    Req/Sec    87.99k     4.40k   97.22k    65.00%
  Latency Distribution
     50%  387.00us
     75%  590.00us
     90%  676.00us
     99%    1.23ms
  175004 requests in 2.00s, 6.34MB read
Requests/sec:  87328.52
Transfer/sec:      3.16MB
";

    #[test]
    fn parses_the_output() {
        let mut expected = ToolReport {
            hits: 175_004,
            seconds: 2.0,
            p50_us: Some(387.0),
            p90_us: Some(676.0),
            p99_us: Some(1230.0),
            ..ToolReport::default()
        };
        assert_eq!(parse_output(SAMPLE_OUTPUT), Ok(expected.clone()));
        let trouble = "  Socket errors: connect 0, read 3, write 0, timeout 2\n  \
                       Non-2xx or 3xx responses: 17\n";
        expected.errors = 22;
        assert_eq!(
            parse_output(&format!("{SAMPLE_OUTPUT}{trouble}")),
            Ok(expected)
        );
    }
}
