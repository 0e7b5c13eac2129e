//! wrk2: wrk at a constant rate, with latencies from the due time of each hit.

use std::time::Duration;

use super::wrk;
use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct Wrk2;

/// Interval between the connections that it opens (`delayed_initial_connect` in its wrk.c).
const CONNECT_INTERVAL_SECONDS: f64 = 0.005;

/// A rate that it cannot reach, since it has no closed loop.
const UNREACHABLE_RATE: f64 = 10e6;

impl LoadTool for Wrk2 {
    fn name(&self) -> &'static str {
        "wrk2"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("-v")
    }

    /// It calibrates for 10 s, and discards the results of that time.
    fn calibration_time(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        load.require_http1()?;
        let seconds = load.whole_seconds()?;
        let rate = load.rate.unwrap_or(UNREACHABLE_RATE);
        let line = format!(
            "-t 1 -c {} -d {seconds}s -R {rate:.0} --latency",
            load.connections
        );
        Some(ToolInvocation::new(&line, load.url))
    }

    fn parse_output(
        &self,
        load: &ToolLoad<'_>,
        stdout: &str,
        _stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let mut report = wrk::parse_output(stdout)?;
        if load.rate.is_some() {
            // It cannot reach its rate while connections open, so half of that time is left out.
            report.seconds -= f64::from(load.connections) * CONNECT_INTERVAL_SECONDS / 2.0;
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAMPLE_OUTPUT: &str = "\
Running 12s test @ http://127.0.0.1:18999/
  1 threads and 64 connections
  Thread calibration: mean lat.: 0.834ms, rate sampling interval: 10ms
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   836.33us  414.82us   3.36ms   65.95%
    Req/Sec     2.08k   139.04     2.44k    74.70%
  Latency Distribution (HdrHistogram - Recorded Latency)
 50.000%  825.00us
 75.000%    1.13ms
 90.000%    1.36ms
 99.000%    1.92ms
 99.900%    2.58ms
100.000%    3.36ms

  Detailed Percentile spectrum:
       Value   Percentile   TotalCount 1/(1-Percentile)

       0.051     0.000000            1         1.00
       1.908     0.989062         3324        91.43
#[Mean    =        0.836, StdDeviation   =        0.415]
#[Max     =        3.362, Total count    =         3360]
#[Buckets =           27, SubBuckets     =         2048]
----------------------------------------------------------
  23717 requests in 12.00s, 0.86MB read
Requests/sec:   1976.36
Transfer/sec:     73.34KB
";

    #[test]
    fn leaves_out_half_of_the_connect_time() {
        let at_rate = load(Some(2000.0));
        let report = Wrk2
            .parse_output(&at_rate, SAMPLE_OUTPUT, "")
            .expect("the output parses");
        assert_eq!(report.hits, 23717);
        assert!((report.seconds - 11.84).abs() < 1e-9, "{report:?}");
        assert_eq!(report.p50_us, Some(825.0));
        assert_eq!(report.p90_us, Some(1360.0));
        assert_eq!(report.p99_us, Some(1920.0));
        let closed = Wrk2
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("the output parses");
        assert_eq!(closed.seconds, 12.0);
    }
}
