//! wrk2: wrk at a rate, its latencies corrected for hits that it could not send in time.

use std::time::Duration;

use super::wrk;
use super::{Account, Load, Peer, Unreadable};
use crate::process::Invocation;

pub(super) struct Wrk2;

/// It opens its connections one by one, this far apart (`delayed_initial_connect` in its wrk.c).
const OPENING: f64 = 0.005;

/// More than it can do: it knows no other closed loop.
const TOO_MUCH: f64 = 10e6;

impl Peer for Wrk2 {
    fn name(&self) -> &'static str {
        "wrk2"
    }

    fn version(&self) -> Option<&'static str> {
        Some("-v")
    }

    /// For its first 10 s it calibrates, and then forgets what it has measured so far.
    fn calibration(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn invocation(&self, load: &Load<'_>) -> Option<Invocation> {
        load.http1()?;
        let seconds = load.whole_seconds()?;
        let rate = load.rate.unwrap_or(TOO_MUCH);
        let line = format!(
            "-t 1 -c {} -d {seconds}s -R {rate:.0} --latency",
            load.connections
        );
        Some(Invocation::new(&line, load.url))
    }

    fn read(&self, load: &Load<'_>, stdout: &str, _stderr: &str) -> Result<Account, Unreadable> {
        let mut account = wrk::read(stdout)?;
        if load.rate.is_some() {
            // While they open it can't send at its rate, which is no fault of its schedule.
            account.seconds -= f64::from(load.connections) * OPENING / 2.0;
        }
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAID: &str = "\
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
    fn reads_what_it_prints_less_the_time_of_its_opening() {
        let at_rate = load(Some(2000.0));
        let account = Wrk2.read(&at_rate, SAID, "").expect("it is readable");
        assert_eq!(account.hits, 23717);
        assert!((account.seconds - 11.84).abs() < 1e-9, "{account:?}");
        assert_eq!(account.p50_us, Some(825.0));
        assert_eq!(account.p90_us, Some(1360.0));
        assert_eq!(account.p99_us, Some(1920.0));
        let closed = Wrk2.read(&load(None), SAID, "").expect("it is readable");
        assert_eq!(closed.seconds, 12.0);
    }
}
