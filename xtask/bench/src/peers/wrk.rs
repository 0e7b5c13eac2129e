//! wrk: a closed loop in C.

use super::time::micros;
use super::{Account, Load, Peer, Unreadable};
use crate::process::Invocation;

pub(super) struct Wrk;

impl Peer for Wrk {
    fn name(&self) -> &'static str {
        "wrk"
    }

    fn version(&self) -> Option<&'static str> {
        Some("-v")
    }

    fn invocation(&self, load: &Load<'_>) -> Option<Invocation> {
        load.http1()?;
        if load.rate.is_some() {
            return None;
        }
        let seconds = load.whole_seconds()?;
        let line = format!("-t 1 -c {} -d {seconds}s --latency", load.connections);
        Some(Invocation::new(&line, load.url))
    }

    fn read(&self, _load: &Load<'_>, stdout: &str, _stderr: &str) -> Result<Account, Unreadable> {
        read(stdout)
    }
}

/// What wrk and wrk2 print alike.
pub(super) fn read(stdout: &str) -> Result<Account, Unreadable> {
    let mut account = None;
    let mut percentiles = [None; 3];
    let mut errors = 0;
    for line in stdout.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match *words.as_slice() {
            [hits, "requests", "in", time, ..] => {
                let hits = hits.parse().ok();
                let time = micros(time.trim_end_matches(','));
                account = hits.zip(time);
            }
            [percent, time] if percent.ends_with('%') => {
                let percent = percent.trim_end_matches('%').parse::<f64>().ok();
                let at = percent.and_then(|p| [50.0, 90.0, 99.0].iter().position(|q| *q == p));
                if let Some(at) = at {
                    percentiles[at] = micros(time);
                }
            }
            // Socket errors: connect 0, read 3, write 0, timeout 2
            ["Socket", "errors:", ..] => errors += numbers(&words),
            // Non-2xx or 3xx responses: 17
            ["Non-2xx", ..] => errors += numbers(&words),
            _ => {}
        }
    }
    let (hits, us) = account.ok_or_else(|| Unreadable::missing("line \"… requests in …\""))?;
    let [p50_us, p90_us, p99_us] = percentiles;
    if p99_us.is_none() {
        return Err(Unreadable::missing("percentile 99 %"));
    }
    Ok(Account {
        hits,
        seconds: us / 1e6,
        errors,
        p50_us,
        p90_us,
        p99_us,
        ..Account::default()
    })
}

/// The sum of all words that are numbers.
fn numbers(words: &[&str]) -> u64 {
    words
        .iter()
        .filter_map(|word| word.trim_end_matches(',').parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
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
    fn reads_what_it_prints() {
        let mut expected = Account {
            hits: 175_004,
            seconds: 2.0,
            p50_us: Some(387.0),
            p90_us: Some(676.0),
            p99_us: Some(1230.0),
            ..Account::default()
        };
        assert_eq!(read(SAID), Ok(expected.clone()));
        let trouble = "  Socket errors: connect 0, read 3, write 0, timeout 2\n  \
                       Non-2xx or 3xx responses: 17\n";
        expected.errors = 22;
        assert_eq!(read(&format!("{SAID}{trouble}")), Ok(expected));
    }
}
